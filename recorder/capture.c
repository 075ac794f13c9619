#include "recorder/capture_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recorder/correlate.h"
#include "recorder/limits.h"
#include "recorder/rewrite.h"

struct capture_socket {
    struct capture *capture;
    const struct dialect *dialect;
    unsigned number;
    bool ended;
};

int capture_open(struct capture **out, const char *path, const char *target_url, bool overwrite,
                 const struct capture_watcher *watcher, struct error *err)
{
    struct capture *c = calloc(1, sizeof(*c));
    int rc;

    *out = NULL;
    if (!c)
        return error_nomem(err);
    rc = script_file_open(&c->file, path, target_url, overwrite, err);
    if (rc < 0) {
        free(c);
        return rc;
    }
    pthread_mutex_init(&c->lock, NULL);
    c->watcher = *watcher;
    *out = c;
    return 0;
}

void capture_close(struct capture *c)
{
    if (!c)
        return;
    script_file_close(&c->file);
    values_release(&c->values);
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

void capture_put(struct capture *c, struct step *step, const struct dialect *dialect)
{
    struct error err = ERROR_NONE;

    if (c->failure.code)
        return;
    step->begin_us -= c->anchor_us;
    step->end_us -= c->anchor_us;
    if (script_file_add(&c->file, step, c->anchor_wall_us, &err) < 0) {
        capture_fail(c, &err);
        return;
    }
    if (step->end_us > c->last_end_us)
        c->last_end_us = step->end_us;
    c->watcher.on_step(c->watcher.user, step, dialect);
}

/* Static files need no headers of their own at replay: recording them would only fill the script.
 */
static bool is_static(const struct request_facts *facts)
{
    const char *dest = headers_get(facts->headers, "Sec-Fetch-Dest");
    static const char *const endings[] = {".js",  ".css", ".png",  ".svg",   ".ico",
                                          ".gif", ".jpg", ".woff", ".woff2", ".ttf"};
    size_t len = strcspn(facts->path, "?");

    if (strcmp(facts->method, "GET") != 0)
        return false;
    if (dest)
        return strcmp(dest, "empty") != 0 && strcmp(dest, "document") != 0;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);

        if (len > n && strncasecmp(facts->path + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

static char *join(const struct header *h)
{
    char *line = NULL;

    return asprintf(&line, "%s: %s", h->name, h->value) < 0 ? NULL : line;
}

char **capture_headers(const struct request_facts *facts)
{
    const struct headers *all = facts->headers;
    char **list;
    size_t count = 0;

    if (is_static(facts))
        return NULL;
    list = calloc(all->count + 1, sizeof(*list));
    for (size_t i = 0; list && i < all->count; i++) {
        if (!header_is_recorded(all->items[i].name, all->items[i].value))
            continue;
        list[count] = join(&all->items[i]);
        if (!list[count++])
            break;
    }
    return list;
}

void capture_headers_free(char **headers)
{
    for (size_t i = 0; headers && headers[i]; i++)
        free(headers[i]);
    free(headers);
}

/* The conversation's framework is known by its first socket: the script's header names it. */
static void learn_dialect(struct capture *c, const struct dialect *dialect)
{
    struct error err = ERROR_NONE;

    if (dialect == c->file.dialect || strcmp(c->file.dialect->name, "plain") != 0)
        return;
    if (script_file_set_dialect(&c->file, dialect, &err) < 0)
        capture_fail(c, &err);
}

static void put_open(struct capture_socket *s, const struct request_facts *facts, int64_t end_us)
{
    struct capture *c = s->capture;
    char **headers = capture_headers(facts);
    struct step step = {.type = STEP_WS_OPEN,
                        .socket = s->number,
                        .begin_us = facts->begin_us,
                        .end_us = end_us,
                        .headers = (const char *const *)headers};
    struct buf url;

    buf_init(&url, STEP_BYTES_MAX);
    if (correlate_path(&c->values, facts->path, &url) < 0) {
        capture_fail_nomem(c);
    } else {
        step.url = url.data;
        capture_put(c, &step, s->dialect);
    }
    buf_release(&url);
    capture_headers_free(headers);
}

struct capture_socket *capture_socket_open(struct capture *c, const struct request_facts *facts,
                                           int64_t end_us)
{
    struct capture_socket *s = calloc(1, sizeof(*s));

    pthread_mutex_lock(&c->lock);
    capture_anchor(c, facts->begin_us);
    if (s) {
        *s = (struct capture_socket){c, dialect_of_socket(facts->path), c->sockets++, false};
        c->activity.had_socket = true;
        c->activity.sockets_open++;
        c->activity.last_us = end_us;
        learn_dialect(c, s->dialect);
        put_open(s, facts, end_us);
    } else {
        capture_fail_nomem(c);
    }
    pthread_mutex_unlock(&c->lock);
    return s;
}

static int fill_send(struct capture_socket *s, const char *data, size_t len, struct step *step,
                     struct buf *text)
{
    step->type = STEP_WS_SEND;
    if (step->binary)
        return buf_add(text, data, len);
    if (dialect_send_is_noise(s->dialect, data, len, false)) {
        step->type = STEP_TYPES;
        return 0;
    }
    return values_templatize(&s->capture->values, data, len, text);
}

static void put_message(struct capture_socket *s, bool from_browser, const char *data, size_t len,
                        struct step *step)
{
    struct capture *c = s->capture;
    struct buf text;
    int rc;

    buf_init(&text, STEP_BYTES_MAX);
    rc = from_browser
             ? fill_send(s, data, len, step, &text)
             : correlate_recv(&c->values, s->dialect, data, len, step->binary, &step->type, &text);
    step->message = text.data ? text.data : "";
    step->message_bytes = text.len;
    if (rc < 0)
        capture_fail_nomem(c);
    else if (step->type != STEP_TYPES)
        capture_put(c, step, s->dialect);
    buf_release(&text);
}

void capture_socket_message(struct capture_socket *s, bool from_browser, const char *data,
                            size_t len, bool binary, int64_t at_us)
{
    struct step step = {.begin_us = at_us, .end_us = at_us, .binary = binary};

    if (!s)
        return;
    step.socket = s->number;
    pthread_mutex_lock(&s->capture->lock);
    s->capture->activity.last_us = at_us;
    if (!s->ended)
        put_message(s, from_browser, data ? data : "", len, &step);
    pthread_mutex_unlock(&s->capture->lock);
}

void capture_socket_end(struct capture_socket *s, int64_t at_us)
{
    struct step step = {.type = STEP_WS_CLOSE, .begin_us = at_us, .end_us = at_us};

    if (!s)
        return;
    step.socket = s->number;
    pthread_mutex_lock(&s->capture->lock);
    if (!s->ended) {
        s->ended = true;
        s->capture->activity.sockets_open--;
        s->capture->activity.last_us = at_us;
        capture_put(s->capture, &step, s->dialect);
    }
    pthread_mutex_unlock(&s->capture->lock);
}

void capture_socket_free(struct capture_socket *s)
{
    free(s);
}

void capture_totals(struct capture *c, struct capture_totals *totals)
{
    pthread_mutex_lock(&c->lock);
    *totals = (struct capture_totals){c->file.steps, c->sockets, c->last_end_us, c->activity};
    pthread_mutex_unlock(&c->lock);
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
