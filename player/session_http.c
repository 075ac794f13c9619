/* What a session does over HTTP: its requests, and what it learns from their answers. */
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "player/jar.h"
#include "player/session_state.h"

#define HEADERS_TRACED 256

/* Cookies that a person gave for all sessions; later a server may set them anew. */
static int add_given_cookies(struct session *s)
{
    const struct play *play = s->stage->play;
    int rc = 0;

    for (size_t i = 0; i < play->options.headers.count && rc == 0; i++) {
        const char *header = play->options.headers.items[i];
        struct buf value;

        if (strncasecmp(header, "Cookie:", 7) != 0)
            continue;
        header += 7 + strspn(header + 7, " \t");
        buf_init(&value, REQUEST_HEADERS_MAX);
        rc = values_expand(&s->values, header, strlen(header), &value);
        if (rc == 0 && value.len)
            rc = jar_add(s->jar, &play->target, value.data);
        buf_release(&value);
    }
    return rc;
}

bool session_open_jar(struct session *s)
{
    if (s->jar)
        return true;
    s->jar = jar_new();
    return s->jar && add_given_cookies(s) == 0;
}

/* A browser that had the file answers 304 where a fresh one gets 200. */
static bool status_fits(int want, int got)
{
    return want == got || (want == 304 && got == 200) || (want == 200 && got == 304);
}

static void trace_request(struct session *s, size_t step, const struct request *r)
{
    const struct play *play = s->stage->play;
    const char *headers[HEADERS_TRACED];
    struct buf given;
    size_t count = 0;

    if (!play->tracer)
        return;
    buf_init(&given, REQUEST_HEADERS_MAX);
    request_given_headers(r, &given);
    for (size_t at = 0; at < given.len && count + 1 < HEADERS_TRACED;
         at += strlen(given.data + at) + 1)
        headers[count++] = given.data + at;
    headers[count] = NULL;
    tracer_add(
        play->tracer,
        &(struct trace_entry){
            .what = TRACE_REQUEST,
            .step = step == FETCH_NO_STEP ? -1 : (long)script_at(s->role->script, step)->ordinal,
            .method = r->method,
            .url = request_path(r),
            .headers = headers,
            .text = r->body,
            .text_bytes = r->body_bytes,
            .bytes = r->body_bytes,
        },
        &s->values);
    buf_release(&given);
}

static void trace_answer(struct session *s, const struct fetch_result *result)
{
    const struct play *play = s->stage->play;
    long ordinal = -1;

    if (!play->tracer || !result->status)
        return;
    if (result->step != FETCH_NO_STEP)
        ordinal = (long)script_at(s->role->script, result->step)->ordinal;
    tracer_add(play->tracer,
               &(struct trace_entry){
                   .what = TRACE_ANSWER,
                   .step = ordinal,
                   .method = result->request->method,
                   .url = request_path(result->request),
                   .status = result->status,
                   .headers = result->headers,
                   .text = result->body,
                   .text_bytes = result->body_bytes,
                   .bytes = result->phases.bytes,
               },
               &s->values);
}

/* Session values from an answer: the dialect's own, then the script's. */
static int learn(struct session *s, const struct fetch_result *result, struct error *err)
{
    struct answer answer = {result->status, result->headers, result->body, result->body_bytes};
    struct values learnt = {0};
    int rc;

    if (!result->kept)
        return 0;
    rc = dialect_learn_answer(s->role->dialect, result->request->method,
                              request_path(result->request), result->headers, result->body,
                              result->body_bytes, &learnt);
    if (rc == 0)
        rc = gather_needed(&learnt, &s->role->needs, &s->values);
    values_release(&learnt);
    if (rc < 0)
        return error_nomem(err);
    return gather_answer(script_at(s->role->script, result->step), &answer, &s->values, err);
}

/* Of requests that are repeated the last one is traced, as the recorder does. */
static bool polls(const struct session *s, size_t step)
{
    return step != FETCH_NO_STEP && script_at(s->role->script, step)->poll;
}

static bool is_answer(const struct session *s, const struct fetch_result *result)
{
    const struct step *step = script_at(s->role->script, result->step);

    return !result->failure && status_fits(step->status, result->status);
}

/* Is it the answer that the script wants?  Fails the session otherwise. */
static bool check(struct session *s, const struct fetch_result *result)
{
    const struct step *step = script_at(s->role->script, result->step);
    struct error err = ERROR_NONE;

    if (result->failure)
        session_fail(s, result->step, result->kind, "%s %s: %s", step->method, step->url,
                     result->failure);
    else if (!status_fits(step->status, result->status))
        session_fail(s, result->step, FAILURE_STATUS, "%s %s: expected status %d, got %d",
                     step->method, step->url, step->status, result->status);
    else if (learn(s, result, &err) < 0)
        session_fail(s, result->step, FAILURE_VALUE, "%s %s: %s", step->method, step->url,
                     err.text);
    return !s->over;
}

static void count_wait(struct session *s, const struct fetch_result *result, int64_t now_us)
{
    if (s->role->calculations[result->step] >= 0)
        hist_add(&s->stage->tally->calculation, now_us - result->due_us);
}

static void let_go(struct session *s)
{
    if (s->fetch && fetch_is_idle(s->fetch) && s->role->plan.steps[s->last_request].ends_burst) {
        fetch_free(s->fetch);
        s->fetch = NULL;
    }
    if (s->aside && fetch_is_idle(s->aside)) {
        fetch_free(s->aside);
        s->aside = NULL;
    }
}

static void on_fetched(void *user, const struct fetch_result *result)
{
    struct session *s = user;
    int64_t now_us = clock_monotonic_us();

    if (s->over)
        return;
    s->stage->tally->bytes_in += result->phases.bytes;
    if (polls(s, result->step)) {
        if (is_answer(s, result) && !session_poll(s, result))
            return;
        trace_request(s, result->step, result->request);
    }
    trace_answer(s, result);
    if (result->step != FETCH_NO_STEP) {
        if (!check(s, result))
            return;
        session_row_phases(s, result->step, now_us, &result->phases);
        count_wait(s, result, now_us);
        session_waited(s, result->step, now_us - result->due_us);
        session_step_ended(s, result->step, now_us);
        session_advance(s);
    }
    let_go(s);
}

static bool open_fetch(struct session *s, struct fetch **fetch, long connections)
{
    if (!session_open_jar(s))
        return false;
    if (!*fetch)
        *fetch = fetch_new(s->stage, s->role, s->jar, connections, on_fetched, s);
    if (*fetch)
        fetch_set_source(*fetch, sources_of(&s->stage->play->sources, s->id));
    return *fetch != NULL;
}

void session_request(struct session *s, size_t step, int64_t due_us)
{
    if (!script_at(s->role->script, step)->left)
        s->last_request = step;
    session_request_again(s, step, due_us);
}

void session_request_again(struct session *s, size_t step, int64_t due_us)
{
    const struct step *at = script_at(s->role->script, step);
    struct fetch **fetch = at->left ? &s->aside : &s->fetch;
    struct error err = ERROR_NONE;
    struct request request;

    if (!open_fetch(s, fetch, at->left ? 0 : PLAN_CONNECTIONS)) {
        session_fail(s, step, FAILURE_MEMORY, "out of memory");
        return;
    }
    if (request_of_step(&request, s->stage->play, s->role, at, &s->values, s->jar, &err) < 0) {
        session_fail(s, step, FAILURE_VALUE, "%s %s: %s", at->method, at->url, err.text);
        return;
    }
    if (!polls(s, step))
        trace_request(s, step, &request);
    if (fetch_start(*fetch, step, &request, due_us) < 0)
        session_fail(s, step, FAILURE_MEMORY, "out of memory");
}

/* Appends the folder of the page that the session is on: "/app/". */
static void add_page_folder(struct session *s, struct buf *out)
{
    const struct script *script = s->role->script;
    size_t i = s->next < script->count ? s->next : script->count;

    while (i > 0 && script_at(script, i - 1)->type != STEP_REQ_HOME)
        i--;
    if (i > 0) {
        const char *url = script_at(script, i - 1)->url;

        values_expand(&s->values, url, strcspn(url, "?"), out);
    }
    while (out->len && out->data[out->len - 1] != '/')
        out->len--;
    if (!out->len)
        buf_addc(out, '/');
}

void session_duty_request(struct session *s, struct duty *duty)
{
    struct error err = ERROR_NONE;
    struct request request = {0};
    struct buf path;
    int rc;

    buf_init(&path, REQUEST_URL_MAX);
    if (duty->path[0] != '/')
        add_page_folder(s, &path);
    rc = buf_adds(&path, duty->path);
    if (rc == 0)
        rc = request_of_duty(&request, s->stage->play, duty, path.data, &s->values, &err);
    buf_release(&path);
    if (rc < 0)
        return; /* memory is out: the duty comes again */
    if (!open_fetch(s, &s->aside, 0)) {
        request_release(&request);
        return;
    }
    trace_request(s, FETCH_NO_STEP, &request);
    fetch_start(s->aside, FETCH_NO_STEP, &request, clock_monotonic_us());
}
