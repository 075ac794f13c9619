#include "parrot/book.h"

#include <stdlib.h>
#include <string.h>

#define WARNINGS_MAX ((size_t)1 << 20)

static int count_steps(struct book *b)
{
    for (size_t i = 0; i < b->script->count; i++)
        b->answer_count += step_is_request(script_at(b->script, i));
    b->socket_count = b->script->sockets;
    b->answers = calloc(b->answer_count + 1, sizeof(*b->answers));
    b->sockets = calloc(b->socket_count + 1, sizeof(*b->sockets));
    return b->answers && b->sockets ? 0 : -E_NOMEM;
}

static bool is_extracted(const struct script *script, const char *name)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        for (size_t k = 0; k < step->extract_count; k++) {
            if (strcmp(step->extracts[k].name, name) == 0)
                return true;
        }
    }
    return false;
}

static int find_untold(struct book *b)
{
    int rc = 0;

    for (size_t i = 0; i < b->needs.count && rc == 0; i++) {
        const char *name = b->needs.items[i];

        if (!is_extracted(b->script, name))
            rc = names_add(&b->untold, name, strlen(name));
    }
    return rc;
}

static int find_needs(struct book *b)
{
    int rc = script_needs(b->script, &b->needs);

    if (rc == 0)
        rc = names_add_makers(&b->needs, &b->dialect->makers);
    if (rc == 0)
        rc = dialect_duty_needs(b->dialect, &b->needs);
    if (rc == 0)
        rc = find_untold(b);
    for (size_t i = 0; i < b->script->count && rc == 0; i++) {
        const char *url = script_at(b->script, i)->url;
        size_t at = 0;
        size_t len;
        const char *name = url ? placeholder_next(url, strlen(url), &at, &len) : NULL;

        if (name && name == url + 2)
            rc = names_add(&b->first, name, len);
    }
    return rc;
}

/* Where a redirection led: what the browser asked for next. */
static const char *next_url(const struct script *script, size_t i)
{
    const struct step *from = script_at(script, i);

    for (size_t k = i + 1; k < script->count; k++) {
        const struct step *step = script_at(script, k);

        if (step_is_request(step) && step->begin_us >= from->end_us &&
            strcmp(step->method, "GET") == 0)
            return strstr(step->url, "${") ? "/" : step->url;
    }
    return "/";
}

static int add_answer(struct book *b, const struct answer_maker *maker, size_t step, size_t *count,
                      struct buf *warnings)
{
    const struct step *s = script_at(b->script, step);
    int rc = answer_init(&b->answers[*count], maker, s, next_url(b->script, step), warnings);

    return rc == 0 ? routes_add(&b->routes, s->method, s->url, (*count)++) : rc;
}

static int add_socket(struct book *b, const struct parrot_options *options, size_t step)
{
    const struct step *s = script_at(b->script, step);
    const struct reply_maker maker = {b->dialect, options->delay, options->split};
    struct book_socket *socket = &b->sockets[s->socket];
    int rc = replies_init(&socket->replies, &maker, b->script, s->socket);

    socket->wait_us = (int64_t)((double)(s->end_us - s->begin_us) * options->delay);
    return rc == 0 ? routes_add(&b->routes, ROUTE_WEBSOCKET, s->url, s->socket) : rc;
}

static int add_steps(struct book *b, const struct parrot_options *options, struct buf *warnings)
{
    const struct answer_maker maker = {b->dialect, &b->untold, &b->first, options->delay};
    size_t count = 0;
    int rc = 0;

    for (size_t i = 0; i < b->script->count && rc == 0; i++) {
        if (step_is_request(script_at(b->script, i)))
            rc = add_answer(b, &maker, i, &count, warnings);
        else if (script_at(b->script, i)->type == STEP_WS_OPEN)
            rc = add_socket(b, options, i);
    }
    return rc == 0 ? routes_ready(&b->routes) : rc;
}

static bool answers_vary(const struct answer *a, const struct answer *b)
{
    return a->step->status != b->step->status || a->streams != b->streams ||
           a->step->poll != b->step->poll || a->hole_count != b->hole_count;
}

/* Sockets are never the same twice; requests often are but for their size and time. */
static void mark_varying(struct book *b)
{
    for (size_t i = 0; i < b->routes.count; i++) {
        struct route *r = &b->routes.items[i];

        for (size_t k = 1; k < r->count; k++)
            r->varies = r->varies || strcmp(r->method, ROUTE_WEBSOCKET) == 0 ||
                        answers_vary(&b->answers[r->items[0]], &b->answers[r->items[k]]);
    }
}

static void say_warnings(const struct parrot_options *options, const struct buf *warnings)
{
    const char *line = warnings->data;

    while (line && *line) {
        int n = (int)strcspn(line, "\n");

        fprintf(stderr, "parrot: %s: %.*s\n", options->script, n, line);
        line += line[n] ? n + 1 : n;
    }
}

int book_init(struct book *b, const struct parrot_options *options, struct error *err)
{
    struct buf warnings;
    int rc;

    *b = (struct book){0};
    rc = script_load(&b->script, options->script, true, err);
    if (rc < 0)
        return rc;
    buf_init(&warnings, WARNINGS_MAX);
    b->dialect = dialect_of(b->script);
    b->has_duties = dialect_has_noise_sends(b->dialect);
    rc = count_steps(b);
    if (rc == 0)
        rc = find_needs(b);
    if (rc == 0)
        rc = add_steps(b, options, &warnings);
    if (rc == 0)
        mark_varying(b);
    if (rc == 0)
        say_warnings(options, &warnings);
    buf_release(&warnings);
    return rc < 0 ? error_nomem(err) : 0;
}

void book_release(struct book *b)
{
    for (size_t i = 0; b->answers && i < b->answer_count; i++)
        answer_release(&b->answers[i]);
    for (size_t i = 0; b->sockets && i < b->socket_count; i++)
        replies_release(&b->sockets[i].replies);
    free(b->answers);
    free(b->sockets);
    routes_release(&b->routes);
    names_release(&b->needs);
    names_release(&b->untold);
    names_release(&b->first);
    script_free(b->script);
    *b = (struct book){0};
}
