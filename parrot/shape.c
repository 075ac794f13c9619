#include "parrot/shape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "parrot/random.h"

#define SHAPE_BYTES_MAX 4096
#define GROUPS_MAX 16
/* So many more where a pattern says "or more". */
#define MORE 8
#define REPEATS_MAX 1000

struct shape {
    uint64_t *random;
    struct buf *out;
    int depth;
};

/* [a-z0-9]: what it lets stand there, each once; NULL: it is not closed. */
static const char *read_set(const char *at, char set[256], size_t *count)
{
    bool has[128] = {false};
    bool not = at[1] == '^';
    const char *p = at + 1 + not ;

    *count = 0;
    do {
        unsigned char first = (unsigned char)*p;
        unsigned char last =
            p[0] && p[1] == '-' && p[2] && p[2] != ']' ? (unsigned char)p[2] : first;

        if (!first || first > last || last > 127 || (first == '[' && p[1] == ':'))
            return NULL;
        for (unsigned c = first; c <= last; c++)
            has[c] = true;
        p += last != first || (p[1] == '-' && p[2] != ']') ? 3 : 1;
    } while (*p != ']');
    for (int c = '!'; c < 127; c++) {
        if (has[c] != not &&(!not || isalnum(c)))
            set[(*count)++] = (char)c;
    }
    return *count ? p + 1 : NULL;
}

/* Behind ? * + {..}; *times: how often what stands in front of it is to be made. */
static const char *read_times(const char *at, long *times)
{
    char *end;

    *times = 1;
    if (*at == '?')
        return at + 1;
    if (*at == '*' || *at == '+') {
        *times = MORE;
        return at + 1;
    }
    if (*at != '{')
        return at;
    *times = strtol(at + 1, &end, 10);
    if (end[0] == ',' && end[1] == '}') {
        *times += MORE;
        end++;
    } else if (end[0] == ',') {
        strtol(end + 1, &end, 10);
    }
    return *end == '}' && *times >= 0 && *times <= REPEATS_MAX ? end + 1 : NULL;
}

/* Behind the bracket that closes this group; NULL: none does. */
static const char *close_of(const char *at)
{
    int depth = 1;

    for (; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return NULL;
}

static int make(struct shape *s, const char *at);

/* One thing, so many times; *next: behind it. */
static int make_group(struct shape *s, const char *at, const char **next)
{
    const char *behind = close_of(at + 1);
    long times;
    int rc = 0;

    *next = behind ? read_times(behind, &times) : NULL;
    if (!*next || s->depth == GROUPS_MAX)
        return -E_FORMAT;
    s->depth++;
    for (long i = 0; i < times && rc == 0; i++)
        rc = make(s, at + 1);
    s->depth--;
    return rc;
}

static int make_letters(struct shape *s, const char *at, const char **next)
{
    char set[256] = {*at};
    const char *behind;
    size_t count = 1;
    long times;

    if (*at == '\\')
        set[0] = at[1];
    else if (*at == '.')
        set[0] = 'x';
    behind = *at == '[' ? read_set(at, set, &count) : at + 1 + (*at == '\\');
    *next = behind && set[0] ? read_times(behind, &times) : NULL;
    if (!*next)
        return -E_FORMAT;
    for (long i = 0; i < times; i++)
        buf_addc(s->out, set[random_below(s->random, count)]);
    return s->out->failed ? -E_FORMAT : 0;
}

/* Up to the end of the pattern, of its group, or of the first alternative. */
static int make(struct shape *s, const char *at)
{
    int rc = 0;

    while (rc == 0 && *at && *at != ')' && *at != '|') {
        if (*at == '^' || *at == '$')
            at++;
        else if (*at == '(')
            rc = make_group(s, at, &at);
        else
            rc = make_letters(s, at, &at);
    }
    return rc;
}

int shape_make(const char *pattern, uint64_t *random, struct buf *out)
{
    struct buf text;
    struct shape s = {random, &text, 0};
    int rc;

    buf_init(&text, SHAPE_BYTES_MAX);
    rc = make(&s, pattern);
    if (rc == 0)
        rc = buf_add(out, text.data ? text.data : "", text.len);
    buf_release(&text);
    return rc;
}
