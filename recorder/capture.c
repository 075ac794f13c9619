#include "recorder/capture_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/bodies.h"
#include "recorder/late.h"
#include "recorder/limits.h"

static int set_up(struct capture *c, const struct capture_options *o, struct error *err)
{
    int rc = script_file_open(&c->file, o->path, o->target_url, &c->correlation.makers,
                              o->overwrite, err);

    if (rc < 0)
        return rc;
    if (correlation_init(&c->correlation, o->secrets) < 0)
        return error_nomem(err);
    c->traces = o->trace;
    c->anchored = o->begin_wall_us != 0;
    c->anchor_wall_us = o->begin_wall_us;
    c->dialect_is_given = o->dialect;
    if (o->dialect)
        c->file.dialect = c->correlation.dialect = o->dialect;
    return 0;
}

int capture_open(struct capture **out, const struct capture_options *options,
                 const struct capture_watcher *watcher, struct error *err)
{
    struct capture *c = calloc(1, sizeof(*c));
    int rc;

    *out = NULL;
    if (!c)
        return error_nomem(err);
    pthread_mutex_init(&c->lock, NULL);
    c->watcher = *watcher;
    c->trace.fd = -1;
    c->file.fd = -1;
    rc = set_up(c, options, err);
    if (rc == 0)
        *out = c;
    else
        capture_close(c);
    return rc;
}

static void tell_unended_polls(struct capture *c)
{
    char text[512];

    for (size_t i = 0; i < c->polls.count; i++) {
        snprintf(text, sizeof(text),
                 "%s %.300s is not recorded: the answer that ends it never came",
                 c->polls.items[i].method, c->polls.items[i].path);
        capture_note(c, text);
    }
}

int capture_finish(struct capture *c, struct error *err)
{
    char text[160];
    size_t places;
    int rc;

    tell_unended_polls(c);
    if (!c->file.steps)
        return 0;
    rc = late_clean(&c->correlation, c->file.path, c->trace.fd >= 0, &places, err);
    if (rc == 0 && places) {
        snprintf(text, sizeof(text),
                 "%zu place%s held a secret before it was recognised: it is taken out there too",
                 places, places == 1 ? "" : "s");
        capture_note(c, text);
    }
    return rc;
}

void capture_close(struct capture *c)
{
    if (!c)
        return;
    script_file_close(&c->file);
    trace_file_close(&c->trace);
    correlation_release(&c->correlation);
    cookies_seen_release(&c->cookies);
    strangers_release(&c->strangers);
    named_release(&c->named);
    polls_release(&c->polls);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

void capture_anchor(struct capture *c, int64_t begin_us)
{
    if (c->anchored)
        return;
    c->anchored = true;
    c->anchor_us = begin_us;
    c->anchor_wall_us = clock_wall_us() - (clock_monotonic_us() - begin_us);
}

void capture_fail(struct capture *c, const struct error *err)
{
    if (!c->failure.code)
        c->failure = *err;
}

void capture_fail_nomem(struct capture *c)
{
    struct error err = ERROR_NONE;

    error_nomem(&err);
    capture_fail(c, &err);
}

void capture_note(struct capture *c, const char *text)
{
    pthread_mutex_lock(&c->lock);
    c->watcher.on_note(c->watcher.user, text);
    pthread_mutex_unlock(&c->lock);
}

bool capture_put(struct capture *c, struct step *step, const struct dialect *dialect)
{
    struct error err = ERROR_NONE;

    if (c->failure.code)
        return false;
    step->begin_us -= c->anchor_us;
    step->end_us -= c->anchor_us;
    if (!c->file.steps && !c->traces && trace_remove(c->file.path) < 0)
        capture_fail_nomem(c); /* one of a recording before this one would stay */
    if (script_file_add(&c->file, step, c->anchor_wall_us, &err) < 0) {
        capture_fail(c, &err);
        return false;
    }
    if (step->end_us > c->last_end_us)
        c->last_end_us = step->end_us;
    c->watcher.on_step(c->watcher.user, step, dialect);
    return true;
}

/* The first that is recognised stays: the script's header names one. */
void capture_learn_dialect(struct capture *c, const struct dialect *dialect)
{
    struct error err = ERROR_NONE;

    if (!dialect || c->dialect_is_given || dialect == c->file.dialect ||
        c->file.dialect != dialect_find("plain"))
        return;
    c->correlation.dialect = dialect;
    if (script_file_set_dialect(&c->file, dialect, &err) < 0)
        capture_fail(c, &err);
}

/* --- marks --- */

/* One line, whole UTF-8 characters, no blanks at its ends. */
static void clean_mark(const char *name, char out[MARK_BYTES_MAX + 1])
{
    size_t len = strlen(name);
    size_t n = 0;

    for (size_t i = 0; i < len && n < MARK_BYTES_MAX; i++) {
        unsigned char byte = (unsigned char)name[i];

        if (byte < 0x20 || byte == 0x7f)
            byte = ' ';
        if (byte != ' ' || n)
            out[n++] = (char)byte;
    }
    if (n == MARK_BYTES_MAX) {
        while (n && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
            n--;
        if (n && (unsigned char)out[n - 1] >= 0xc0)
            n--; /* it may lack its end */
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = 0;
}

void capture_mark(struct capture *c, const char *name)
{
    char text[MARK_BYTES_MAX + 64];

    pthread_mutex_lock(&c->lock);
    c->marks++;
    clean_mark(name, c->mark);
    if (!c->mark[0])
        snprintf(c->mark, sizeof(c->mark), "mark %u", c->marks);
    snprintf(text, sizeof(text), "mark: what follows is '%s'", c->mark);
    c->watcher.on_note(c->watcher.user, text);
    pthread_mutex_unlock(&c->lock);
}

char *capture_take_mark(struct capture *c)
{
    char *mark = c->mark[0] ? strdup(c->mark) : NULL;

    if (c->mark[0] && !mark)
        capture_fail_nomem(c);
    c->mark[0] = 0;
    return mark;
}

void capture_return_mark(struct capture *c, const char *mark)
{
    if (mark && !c->mark[0])
        snprintf(c->mark, sizeof(c->mark), "%s", mark);
}

/* --- what happened so far --- */

void capture_totals(struct capture *c, struct capture_totals *totals)
{
    pthread_mutex_lock(&c->lock);
    *totals = (struct capture_totals){c->file.steps, c->sockets, c->last_end_us, c->activity};
    pthread_mutex_unlock(&c->lock);
}

const char *capture_secret(const struct capture *c, size_t i)
{
    const struct names *wanted = &c->correlation.wanted;

    for (size_t k = 0; k < wanted->count; k++) {
        if (strncmp(wanted->items[k], "env:", 4) == 0 && i-- == 0)
            return wanted->items[k] + 4;
    }
    return NULL;
}

const struct secrets *capture_secrets(const struct capture *c)
{
    return &c->correlation.secrets;
}

const char *capture_stranger(const struct capture *c, size_t i)
{
    return i < c->strangers.hosts.count ? c->strangers.hosts.items[i] : NULL;
}

int capture_failure(struct capture *c, struct error *err)
{
    int code;

    pthread_mutex_lock(&c->lock);
    code = c->failure.code;
    if (code)
        *err = c->failure;
    pthread_mutex_unlock(&c->lock);
    return -code;
}
