/* Whatever is unusual (an escaped key, a number of 19 digits, 60 levels, a mistake) is left to
 * jansson, from the beginning: here nothing has to be decided twice in the same way, and a mistake
 * is told as it always was. */
#include "core/json_skim.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json_path.h"
#include "core/json_text.h"

/* jansson's own limit is 2048 */
#define DEPTH_MAX 60
#define DIGITS_MAX 18

struct wanted_key {
    char *key;
    size_t len;
    struct wanted wanted;
};

/* --- what is wanted --- */

void wanted_release(struct wanted *w)
{
    for (size_t i = 0; i < w->inner_count; i++) {
        free(w->inner[i].key);
        wanted_release(&w->inner[i].wanted);
    }
    free(w->inner);
    if (w->items)
        wanted_release(w->items);
    free(w->items);
    *w = (struct wanted){0};
}

static const struct wanted *find_key(const struct wanted *w, const char *key, size_t len)
{
    for (size_t i = 0; i < w->inner_count; i++) {
        if (w->inner[i].len == len && memcmp(w->inner[i].key, key, len) == 0)
            return &w->inner[i].wanted;
    }
    return NULL;
}

static struct wanted *add_key(struct wanted *w, const char *key)
{
    struct wanted *there = (struct wanted *)find_key(w, key, strlen(key));
    struct wanted_key *inner;

    if (there)
        return there;
    inner = realloc(w->inner, (w->inner_count + 1) * sizeof(*inner));
    if (!inner)
        return NULL;
    w->inner = inner;
    inner += w->inner_count;
    *inner = (struct wanted_key){.key = strdup(key), .len = strlen(key)};
    if (!inner->key)
        return NULL;
    w->inner_count++;
    return &inner->wanted;
}

static struct wanted *add_items(struct wanted *w)
{
    if (!w->items)
        w->items = calloc(1, sizeof(*w->items));
    return w->items;
}

int wanted_add(struct wanted *w, const char *path, enum want want)
{
    struct path_part part;

    if (!json_path_ok(path))
        return 0;
    for (bool first = true; *path; first = false) {
        path = json_path_part(path, first, &part);
        if (part.kind == PART_PARSE) { /* the text that is JSON once more */
            want = WANT_VALUE;
            break;
        }
        w = part.kind == PART_KEY ? add_key(w, part.key) : add_items(w);
        if (!w)
            return -E_NOMEM;
    }
    w->value = w->value || want == WANT_VALUE;
    w->keys = w->keys || want == WANT_KEYS;
    return 0;
}

/* --- texts --- */

struct skim {
    const char *at;
    const char *end;
};

#define EIGHT (sizeof(uint64_t))
#define IN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* How many bytes of eight stand for themselves in a string: no quote, backslash or control, and
 * ASCII.  Of each test the lowest bit is true; what it carries into higher bytes does not count. */
static size_t plain_of_eight(const char *at)
{
    uint64_t eight;
    uint64_t quote;
    uint64_t slash;
    uint64_t hits;

    memcpy(&eight, at, EIGHT);
    eight = le64toh(eight);
    quote = eight ^ IN_EACH('"');
    slash = eight ^ IN_EACH('\\');
    hits = ((quote - IN_EACH(1u)) & ~quote) | ((slash - IN_EACH(1u)) & ~slash) |
           ((eight - IN_EACH(0x20u)) & ~eight) | eight;
    hits &= IN_EACH(0x80u);
    return hits ? (size_t)__builtin_ctzll(hits) / 8 : EIGHT;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* The first byte from here that does not stand for itself, or the end. */
static const char *plain_end(const char *at, const char *end)
{
    size_t n = EIGHT;

    while (n == EIGHT && (size_t)(end - at) >= EIGHT) {
        n = plain_of_eight(at);
        at += n;
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character of \uXXXX, where `at` is the first digit; -1: none, or half of one. */
static long escaped_number(const char *at, const char *end)
{
    long number = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        number = number << 4 | digit;
    }
    return number >= 0xd800 && number < 0xe000 ? -1 : number;
}

/* What stands behind a backslash: the character, and how many bytes that is; 0: not sure. */
static size_t read_escape(const char *at, const char *end, long *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *found = at < end && *at ? strchr(letters, *at) : NULL;

    if (found) {
        *out = meant[found - letters];
        return 1;
    }
    if (at == end || *at != 'u')
        return 0;
    *out = escaped_number(at + 1, end);
    return *out < 0 ? 0 : 5;
}

/* `at` is behind a string's quote: moves behind its other one; *escapes: there are any. */
static bool skip_string(struct skim *s, bool *escapes)
{
    *escapes = false;
    for (;;) {
        long number;
        size_t n;

        s->at = plain_end(s->at, s->end);
        if (s->at == s->end)
            return false;
        if (*s->at == '"') {
            s->at++;
            return true;
        }
        if (*s->at == '\\') {
            n = read_escape(s->at + 1, s->end, &number);
            s->at += n ? 1 : 0;
            *escapes = true;
        } else {
            n = (unsigned char)*s->at < 0x20 ? 0 : utf8_character(s->at, (size_t)(s->end - s->at));
        }
        if (!n)
            return false;
        s->at += n;
    }
}

static char *put_character(char *to, long c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* A text becomes no longer by being unescaped. */
static char *unescape(char *to, const char *at, const char *end)
{
    while (at < end) {
        long number = 0;

        if (*at == '\\') {
            at += 1 + read_escape(at + 1, end, &number);
            to = put_character(to, number);
        } else {
            const char *stop = plain_end(at, end);

            stop += stop == at; /* a byte of a longer character */
            memcpy(to, at, (size_t)(stop - at));
            to += stop - at;
            at = stop;
        }
    }
    return to;
}

size_t json_skim_string(const char *text, size_t len, struct buf *out)
{
    struct skim s = {text, text + len};
    bool escapes;
    char *room;

    if (!skip_string(&s, &escapes))
        return 0;
    room = buf_room(out, (size_t)(s.at - text));
    if (!room)
        return 0;
    buf_added(out, (size_t)(unescape(room, text, s.at - 1) - room));
    return (size_t)(s.at - text);
}

/* --- what is passed over --- */

static void skip_blanks(struct skim *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

static bool skip_char(struct skim *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool is_digit(const struct skim *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool skip_digits(struct skim *s, size_t most)
{
    size_t n = 0;

    for (; is_digit(s); s->at++)
        n++;
    return n && n <= most;
}

/* Not what may be too large or too precise for a double. */
static bool skip_number(struct skim *s)
{
    skip_char(s, '-');
    if (skip_char(s, '0') ? is_digit(s) : !skip_digits(s, DIGITS_MAX))
        return false;
    if (skip_char(s, '.') && !skip_digits(s, SIZE_MAX))
        return false;
    if (s->at == s->end || (*s->at | 0x20) != 'e')
        return true;
    s->at++;
    if (!skip_char(s, '-'))
        skip_char(s, '+');
    return skip_digits(s, 2);
}

static bool skip_word(struct skim *s, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
        return false;
    s->at += n;
    return s->at == s->end || ((*s->at | 0x20) < 'a' || (*s->at | 0x20) > 'z');
}

/* Behind a key's colon. */
static bool skip_key(struct skim *s, const char **key, size_t *len)
{
    bool escapes;

    if (!skip_char(s, '"'))
        return false;
    *key = s->at;
    if (!skip_string(s, &escapes) || escapes)
        return false;
    *len = (size_t)(s->at - *key) - 1;
    skip_blanks(s);
    if (memchr(*key, 0, *len) || !skip_char(s, ':'))
        return false;
    skip_blanks(s);
    return true;
}

/* After a value: is there another?  *bad: neither that nor the end. */
static bool skip_comma(struct skim *s, char end, bool *bad)
{
    skip_blanks(s);
    *bad = false;
    if (skip_char(s, ',')) {
        skip_blanks(s);
        return true;
    }
    *bad = !skip_char(s, end);
    return false;
}

static bool skip_value(struct skim *s, unsigned depth);

static bool skip_members(struct skim *s, char end, unsigned depth)
{
    const char *key;
    size_t len;
    bool bad;

    skip_blanks(s);
    if (skip_char(s, end))
        return true;
    do {
        if ((end == '}' && !skip_key(s, &key, &len)) || !skip_value(s, depth + 1))
            return false;
    } while (skip_comma(s, end, &bad));
    return !bad;
}

static bool skip_value(struct skim *s, unsigned depth)
{
    char first = s->at < s->end ? *s->at : 0;
    bool escapes;

    if (first == '{' || first == '[') {
        s->at++;
        return depth < DEPTH_MAX && skip_members(s, first == '{' ? '}' : ']', depth);
    }
    if (first == '"') {
        s->at++;
        return skip_string(s, &escapes);
    }
    if (first == 't' || first == 'f' || first == 'n')
        return skip_word(s, first == 't' ? "true" : first == 'f' ? "false" : "null");
    return skip_number(s);
}

/* --- what is read --- */

static json_t *read(struct skim *s, const struct wanted *w, unsigned depth);

/* Texts without escapes are most of what is asked for. */
static json_t *read_all(struct skim *s, unsigned depth)
{
    const char *begin = s->at;
    bool escapes;

    if (begin < s->end && *begin == '"') {
        s->at++;
        if (!skip_string(s, &escapes))
            return NULL;
        if (!escapes)
            return json_stringn_nocheck(begin + 1, (size_t)(s->at - begin) - 2);
    } else if (!skip_value(s, depth)) {
        return NULL;
    }
    return json_loadb(begin, (size_t)(s->at - begin), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static bool read_member(struct skim *s, const struct wanted *w, json_t *object, unsigned depth)
{
    const struct wanted *inner;
    const char *key;
    size_t len;
    json_t *value;

    if (!skip_key(s, &key, &len))
        return false;
    inner = find_key(w, key, len);
    if (!inner && !w->keys)
        return skip_value(s, depth + 1);
    if (inner)
        value = read(s, inner, depth + 1);
    else
        value = skip_value(s, depth + 1) ? json_true() : NULL;
    return value && json_object_setn_new_nocheck(object, key, len, value) == 0;
}

static bool read_item(struct skim *s, const struct wanted *w, json_t *array, unsigned depth)
{
    json_t *value = read(s, w->items, depth + 1);

    return value && json_array_append_new(array, value) == 0;
}

static json_t *read_members(struct skim *s, const struct wanted *w, bool object, unsigned depth)
{
    json_t *json = object ? json_object() : json_array();
    char end = object ? '}' : ']';
    bool more;
    bool bad = !json;

    s->at++;
    skip_blanks(s);
    for (more = !bad && !skip_char(s, end); more; more = !bad && skip_comma(s, end, &bad))
        bad = !(object ? read_member(s, w, json, depth) : read_item(s, w, json, depth));
    if (!bad)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *read(struct skim *s, const struct wanted *w, unsigned depth)
{
    char first = s->at < s->end ? *s->at : 0;

    if (w->value)
        return read_all(s, depth);
    if (depth < DEPTH_MAX && first == '{' && (w->keys || w->inner_count || !depth))
        return read_members(s, w, true, depth);
    if (depth < DEPTH_MAX && first == '[' && w->items)
        return read_members(s, w, false, depth);
    return skip_value(s, depth) ? json_true() : NULL;
}

/* Texts that are no JSON are told from it by their first byte, mostly. */
static bool may_be_json(const struct skim *s)
{
    return s->at < s->end && *s->at && strchr("{[\"-0123456789tfn", *s->at);
}

json_t *json_skim(const char *text, size_t len, size_t flags, const struct wanted *wanted)
{
    struct skim s = {text, text + len};
    json_t *json = NULL;

    skip_blanks(&s);
    if (!may_be_json(&s))
        return NULL;
    if (wanted && (*s.at == '{' || *s.at == '['))
        json = read(&s, wanted, 0);
    skip_blanks(&s);
    if (json && s.at == s.end)
        return json;
    json_decref(json);
    return json_loadb(text, len, flags | JSON_ALLOW_NUL, NULL);
}
