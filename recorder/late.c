#include "recorder/late.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/script.h"
#include "core/trace.h"
#include "core/write_file.h"
#include "recorder/limits.h"

#define PATH_TEXT_MAX 8192

struct late {
    struct correlation *correlation;
    const char *path;      /* of the script, or of the trace */
    struct makers *makers; /* of the script; NULL: of a text that nobody sends */
    struct arena *owned;   /* where texts go that replace others */
    size_t places;
    struct error *err;
};

/* Given ones were known from the beginning, and a user name goes only where it was found. */
static bool may_be_late(const struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const struct secret *s = &secrets->items[i];

        if (s->is_found && !s->is_user && strlen(s->value) >= SECRET_FOUND_BYTES_MIN)
            return true;
    }
    return false;
}

static enum coding context_of(const char *text)
{
    return *text == '{' || *text == '[' ? CODING_JSON : CODING_NONE;
}

static int want(struct late *l, const struct buf *text)
{
    return l->makers ? names_add_placeholders(&l->correlation->wanted, text->data, text->len) : 0;
}

/* 1: the text was replaced, 0: it has no secret, or negative. */
static int clean_text(struct late *l, const char **text, size_t *bytes, enum coding context)
{
    struct buf clean;
    int rc;

    buf_init(&clean, STEP_BYTES_MAX);
    rc = secrets_mask(&l->correlation->secrets, *text, *bytes, context, l->makers, &clean);
    if (rc > 0 && want(l, &clean) < 0)
        rc = -E_NOMEM;
    if (rc > 0) {
        *text = arena_copy(l->owned, clean.data, clean.len);
        *bytes = clean.len;
    }
    buf_release(&clean);
    return rc < 0 || !*text ? error_nomem(l->err) : rc;
}

static int clean_string(struct late *l, const char **text, enum coding context)
{
    size_t bytes = *text ? strlen(*text) : 0;

    return *text ? clean_text(l, text, &bytes, context) : 0;
}

static int clean_binary(struct late *l, const char **data, size_t bytes)
{
    struct buf blank;
    int rc;

    buf_init(&blank, STEP_BYTES_MAX);
    rc = correlate_blank(l->correlation, *data, bytes, &blank);
    rc = rc == 0 ? memcmp(blank.data, *data, bytes) != 0 : rc;
    if (rc > 0)
        *data = arena_copy(l->owned, blank.data, bytes);
    buf_release(&blank);
    return rc < 0 || !*data ? error_nomem(l->err) : rc;
}

static int clean_message(struct late *l, const char **text, size_t *bytes, bool binary)
{
    if (!*text)
        return 0;
    return binary ? clean_binary(l, text, *bytes) : clean_text(l, text, bytes, context_of(*text));
}

/* The values of a script's cookies are placeholders all; of their names none is a secret. */
static bool is_clean(const struct late *l, const char *header)
{
    return l->makers && strncasecmp(header, "Cookie:", 7) == 0;
}

/* The list is lent as constant, but the arena's own. */
static int clean_headers(struct late *l, const char *const *headers)
{
    const char **list = (const char **)headers;
    int any = 0;

    for (size_t i = 0; list && list[i]; i++) {
        int rc = is_clean(l, list[i]) ? 0 : clean_string(l, &list[i], CODING_NONE);

        if (rc < 0)
            return rc;
        any |= rc;
    }
    return any;
}

/* --- the script and its bodies --- */

static int body_file(const struct late *l, const struct step *step, struct buf *path)
{
    const char *slash = strrchr(l->path, '/');

    buf_init(path, PATH_TEXT_MAX);
    buf_add(path, l->path, slash ? (size_t)(slash + 1 - l->path) : 0);
    return buf_adds(path, step->datafile) < 0 ? error_nomem(l->err) : 0;
}

static enum coding context_of_body(const struct step *step, const char *text)
{
    for (size_t i = 0; step->headers && step->headers[i]; i++) {
        if (strncasecmp(step->headers[i], "Content-Type:", 13) == 0 &&
            strcasestr(step->headers[i], "x-www-form-urlencoded"))
            return CODING_FORM;
    }
    return context_of(text);
}

/* What passed untouched so far becomes a template: what looks like a placeholder is escaped. */
static int clean_body_text(struct late *l, struct step *step, const struct buf *raw)
{
    const char *text = raw->data;
    size_t bytes = raw->len;
    struct buf escaped;
    int rc = 0;

    buf_init(&escaped, STEP_BYTES_MAX);
    if (!step->body_expand) {
        rc = values_escape(&l->correlation->values, raw->data, raw->len, &escaped);
        text = escaped.data;
        bytes = escaped.len;
    }
    rc = rc < 0 ? error_nomem(l->err) : clean_text(l, &text, &bytes, context_of_body(step, text));
    buf_release(&escaped);
    if (rc > 0) {
        step->body = text;
        step->body_bytes = bytes;
        step->body_expand = true;
    }
    return rc;
}

static int clean_body(struct late *l, struct step *step)
{
    struct buf path;
    struct buf raw;
    struct stat st;
    int rc = body_file(l, step, &path);

    buf_init(&raw, BODY_KEPT_MAX + 1);
    if (rc == 0 && stat(path.data, &st) == 0 && (uint64_t)st.st_size <= BODY_KEPT_MAX)
        rc = buf_add_file(&raw, path.data);
    if (rc < 0)
        rc = error_set(l->err, -rc, "cannot look into %s for secrets", path.data);
    else if (raw.len)
        rc = clean_body_text(l, step, &raw);
    buf_release(&raw);
    buf_release(&path);
    return rc;
}

static int clean_step(struct late *l, struct step *step)
{
    int rc[4] = {clean_string(l, &step->url, CODING_URL),
                 clean_message(l, &step->message, &step->message_bytes, step->binary),
                 clean_headers(l, step->headers), step->datafile ? clean_body(l, step) : 0};
    bool any = false;

    for (size_t i = 0; i < sizeof(rc) / sizeof(rc[0]); i++) {
        if (rc[i] < 0)
            return rc[i];
        any = any || rc[i];
    }
    l->places += any;
    return 0;
}

/* A computed value wants what it is made of. */
static int want_sources(struct late *l, const struct makers *makers)
{
    int rc = 0;

    for (size_t i = 0; i < makers->count && rc == 0; i++) {
        const char *of = makers->items[i].of;

        if (of)
            rc = names_add_placeholders(&l->correlation->wanted, of, strlen(of));
    }
    return rc < 0 ? error_nomem(l->err) : 0;
}

/* Behind the script: a step that says "expand" too early sends the same as before. */
static int write_bodies(struct late *l, const struct script *script)
{
    int rc = 0;

    for (size_t i = 0; i < script->count && rc == 0; i++) {
        const struct step *step = &script->steps[i];
        struct buf path;

        if (!step->body)
            continue;
        rc = body_file(l, step, &path);
        if (rc == 0)
            rc = write_file(path.data, step->body, step->body_bytes, WRITE_FILE_PUBLIC, l->err);
        buf_release(&path);
    }
    return rc;
}

static int write_script(struct late *l, const struct script *script)
{
    struct buf text;
    int rc;

    buf_init(&text, FILE_BYTES_MAX);
    rc = script_write(script, &text) < 0
             ? error_nomem(l->err)
             : write_file(l->path, text.data, text.len, WRITE_FILE_PUBLIC, l->err);
    buf_release(&text);
    return rc == 0 ? write_bodies(l, script) : rc;
}

static int clean_script(struct late l, size_t *places)
{
    struct script *script = NULL;
    int rc = script_load(&script, l.path, false, l.err);

    if (rc < 0)
        return rc;
    l.makers = &script->makers;
    l.owned = &script->owned;
    for (size_t i = 0; i < script->count && rc == 0; i++)
        rc = clean_step(&l, &script->steps[i]);
    if (rc == 0 && l.places)
        rc = write_script(&l, script);
    if (rc == 0)
        rc = want_sources(&l, &script->makers);
    script_free(script);
    *places += l.places;
    return rc;
}

/* --- the trace --- */

static int clean_entry(struct late *l, struct trace_entry *e)
{
    int url = clean_string(l, &e->url, CODING_URL);
    int headers = url < 0 ? url : clean_headers(l, e->headers);
    int text = headers < 0 ? headers : clean_message(l, &e->text, &e->text_bytes, e->binary);

    l->places += url > 0 || headers > 0 || text > 0;
    return text < 0 ? text : 0;
}

static int write_trace(struct late *l, const struct trace *trace)
{
    struct buf text;
    int rc = 0;

    buf_init(&text, FILE_BYTES_MAX);
    for (size_t i = 0; i < trace->count && rc == 0; i++)
        rc = trace_write(&trace->entries[i], &text);
    rc = rc < 0 ? error_nomem(l->err)
                : write_file(l->path, text.data, text.len, WRITE_FILE_PRIVATE, l->err);
    buf_release(&text);
    return rc;
}

static int clean_trace(struct late l, size_t *places)
{
    struct trace trace = {0};
    int rc = trace_load(&trace, l.path, l.err);

    l.owned = &trace.owned;
    for (size_t i = 0; i < trace.count && rc == 0; i++)
        rc = clean_entry(&l, &trace.entries[i]);
    if (rc == 0 && l.places)
        rc = write_trace(&l, &trace);
    trace_release(&trace);
    *places += l.places;
    return rc;
}

int late_clean(struct correlation *c, const char *path, bool traces, size_t *places,
               struct error *err)
{
    struct buf trace;
    int rc;

    *places = 0;
    if (!may_be_late(&c->secrets))
        return 0;
    buf_init(&trace, PATH_TEXT_MAX);
    rc = buf_addf(&trace, "%s.trace", path) < 0
             ? error_nomem(err)
             : clean_script((struct late){.correlation = c, .path = path, .err = err}, places);
    if (rc == 0 && traces)
        rc = clean_trace((struct late){.correlation = c, .path = trace.data, .err = err}, places);
    buf_release(&trace);
    return rc;
}
