#include "core/script.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "core/script_line.h"
#include "core/units.h"

#define SCRIPT_MAX ((size_t)1 << 30)
#define BODY_MAX ((size_t)1 << 30)
#define STEPS_MAX 1000000

struct parser {
    struct script *script;
    const char *name;
    size_t capacity;
    unsigned line;
    struct error *err;
};

/* What some editors put in front of a text. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static int read_maker(struct parser *p, const char *json)
{
    int rc = makers_add(&p->script->makers, json, strlen(json), p->err);

    if (rc < 0)
        error_prefix(p->err, "%s:%u: ", p->name, p->line);
    return rc;
}

/* "# key: value"; unknown keys are for others. */
static int read_header(struct parser *p, const char *line, size_t len)
{
    struct script *s = p->script;
    char *text = arena_copy(&s->owned, line, len);
    char *colon;
    char *value;

    if (!text)
        return error_nomem(p->err);
    text += strspn(text, "# ");
    colon = strchr(text, ':');
    if (!colon)
        return 0;
    *colon = 0;
    value = colon + 1 + strspn(colon + 1, " ");
    if (strcmp(text, "version") == 0)
        s->version = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(text, "target_url") == 0 || strcmp(text, "target") == 0)
        s->target_url = value;
    else if (strcmp(text, "target_type") == 0)
        s->target_type = value;
    else if (strcmp(text, "dialect") == 0)
        s->dialect = value;
    else if (strcmp(text, "value") == 0)
        return read_maker(p, value);
    return 0;
}

static struct step *add_step(struct parser *p)
{
    struct script *s = p->script;

    if (s->count >= STEPS_MAX)
        return NULL;
    if (s->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 64;
        struct step *steps = realloc(s->steps, capacity * sizeof(*steps));

        if (!steps)
            return NULL;
        s->steps = steps;
        p->capacity = capacity;
    }
    return &s->steps[s->count++];
}

static int read_line(struct parser *p, const char *line, size_t len, bool torn)
{
    struct step *step;
    int rc;

    while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (!len)
        return 0;
    if (line[0] == '#')
        return read_header(p, line, len);
    step = add_step(p);
    if (!step)
        return error_nomem(p->err);
    rc = step_parse(step, &p->script->owned, line, len, p->err);
    step->line = p->line;
    step->ordinal = (unsigned)p->script->count - 1;
    if (rc < 0)
        error_prefix(p->err, "%s:%u: %s", p->name, p->line,
                     torn ? "the last line is torn (delete it to use the rest): " : "");
    return rc;
}

static int read_lines(struct parser *p, const char *data, size_t len)
{
    const char *end = data + len;
    int rc = 0;

    if (len >= 3 && memcmp(data, BYTE_ORDER_MARK, 3) == 0)
        data += 3;
    while (data < end && rc == 0) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));

        p->line++;
        rc = read_line(p, data, (size_t)((newline ? newline : end) - data), !newline);
        data = newline ? newline + 1 : end;
    }
    return rc;
}

static int by_begin(const void *a, const void *b)
{
    const struct step *x = a;
    const struct step *y = b;

    if (x->begin_us != y->begin_us)
        return x->begin_us < y->begin_us ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Orders by begin and counts time from the first step. */
static void settle_times(struct script *s)
{
    int64_t origin;

    qsort(s->steps, s->count, sizeof(*s->steps), by_begin);
    origin = s->steps[0].begin_us;
    s->begin_wall_us = origin;
    for (size_t i = 0; i < s->count; i++) {
        struct step *step = &s->steps[i];

        step->begin_us -= origin;
        step->end_us -= origin;
        if (step->end_us > s->length_us)
            s->length_us = step->end_us;
    }
}

/* Every WS_* step needs its socket open; sockets are numbered in the order of their opening. */
static int check_sockets(struct parser *p)
{
    struct script *s = p->script;
    enum { UNOPENED, OPEN, CLOSED } state[1001] = {UNOPENED};

    for (size_t i = 0; i < s->count; i++) {
        const struct step *step = &s->steps[i];

        if (step_is_request(step))
            continue;
        if (step->type == STEP_WS_OPEN && state[step->socket] == UNOPENED) {
            state[step->socket] = OPEN;
            if (step->socket >= s->sockets)
                s->sockets = step->socket + 1;
        } else if (step->type == STEP_WS_OPEN || state[step->socket] != OPEN) {
            return error_set(p->err, E_FORMAT, "%s:%u: %s, but WebSocket %u is %s", p->name,
                             step->line, step_type_name(step->type), step->socket,
                             state[step->socket] == UNOPENED ? "not open yet" : "already opened");
        }
        if (step->type == STEP_WS_CLOSE)
            state[step->socket] = CLOSED;
    }
    return 0;
}

static int parse_all(struct parser *p, const char *data, size_t len)
{
    struct script *s = p->script;
    int rc = read_lines(p, data, len);

    if (rc < 0)
        return rc;
    if (!s->count)
        return error_set(p->err, E_FORMAT,
                         "%s: no steps in it; record a session first: stretto record URL -o %s",
                         p->name, p->name);
    if (s->version > 2)
        return error_set(p->err, E_FORMAT,
                         "%s: version %u is newer than this stretto, which reads "
                         "versions 1 and 2",
                         p->name, s->version);
    settle_times(s);
    rc = makers_check(&s->makers, p->err);
    if (rc < 0)
        error_prefix(p->err, "%s: ", p->name);
    return rc < 0 ? rc : check_sockets(p);
}

static struct script *script_new(void)
{
    struct script *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->version = 1;
    s->target_url = s->target_type = s->dialect = "";
    buf_init(&s->text, SCRIPT_MAX);
    return s;
}

int script_parse(struct script **out, const char *name, const void *data, size_t len,
                 struct error *err)
{
    struct parser p = {.script = script_new(), .name = name, .err = err};
    int rc;

    *out = NULL;
    if (!p.script || buf_add(&p.script->text, data, len) < 0) {
        script_free(p.script);
        return error_nomem(err);
    }
    rc = parse_all(&p, data, len);
    if (rc < 0) {
        script_free(p.script);
        return rc;
    }
    *out = p.script;
    return 0;
}

static int load_body(struct script *s, struct step *step, const char *folder, const char *name,
                     struct error *err)
{
    struct buf path;
    struct buf body;
    int rc;

    buf_init(&path, 8192);
    buf_init(&body, BODY_MAX);
    buf_addf(&path, "%s/%s", folder, step->datafile);
    rc = path.failed ? -E_NOMEM : buf_add_file(&body, path.data);
    if (rc == -E_NOMEM)
        error_nomem(err);
    else if (rc == -1)
        rc = error_set(err, E_IO, "%s:%u: the request's body '%s' cannot be read: %s", name,
                       step->line, path.data, strerror(errno));
    else if (rc == 0)
        step->body = arena_copy(&s->owned, body.data, body.len);
    step->body_bytes = body.len;
    buf_release(&path);
    buf_release(&body);
    return rc == 0 && !step->body ? error_nomem(err) : rc;
}

static int load_bodies(struct script *s, const char *path, struct error *err)
{
    char *copy = strdup(path);
    const char *folder;
    int rc = 0;

    if (!copy)
        return error_nomem(err);
    folder = dirname(copy);
    for (size_t i = 0; i < s->count && rc == 0; i++) {
        if (s->steps[i].datafile)
            rc = load_body(s, &s->steps[i], folder, path, err);
    }
    free(copy);
    return rc;
}

int script_load(struct script **out, const char *path, bool bodies, struct error *err)
{
    struct buf text;
    int rc;

    *out = NULL;
    buf_init(&text, SCRIPT_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -E_NOMEM)
        error_nomem(err);
    else if (rc == -1)
        rc = error_set(err, E_IO, "cannot read the script '%s': %s", path, strerror(errno));
    else if (rc == 0)
        rc = script_parse(out, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    if (rc == 0 && *out && bodies)
        rc = load_bodies(*out, path, err);
    if (rc < 0) {
        script_free(*out);
        *out = NULL;
    }
    return rc;
}

void script_free(struct script *script)
{
    if (!script)
        return;
    free(script->steps);
    makers_release(&script->makers);
    arena_release(&script->owned);
    buf_release(&script->text);
    free(script);
}

const struct step *script_at(const struct script *script, size_t i)
{
    return &script->steps[i];
}
