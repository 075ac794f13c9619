#include "player/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"
#include "player/loop.h"

static const struct step *step_of(const struct transfer *t)
{
    return t->step == FETCH_NO_STEP ? NULL : script_at(t->fetch->role->script, t->step);
}

void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    request_release(&t->request);
    curl_slist_free_all(t->resolve);
    loop_close(t->timer);
    buf_release(&t->head);
    buf_release(&t->body);
    buf_release(&t->tail);
    free(t);
}

/* Longer than asked for where the recording's took longer still. */
int64_t fetch_patience_us(const struct play *play, const struct step *step)
{
    int64_t recorded_us = step ? step->end_us - step->begin_us : 0;

    return play->options.timeout_us + (recorded_us >= play->options.timeout_us ? recorded_us : 0);
}

/* Why there is no whole answer, in words that are the same for every session that fails so: curl's
 * own hold measured milliseconds, and failures are grouped by their words. */
static const char *explain(struct transfer *t, CURLcode rc)
{
    const struct play *play = t->fetch->play;
    char patience[DURATION_TEXT];
    long os_error = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_error);
    if (rc == CURLE_OPERATION_TIMEDOUT)
        snprintf(t->why, sizeof(t->why), "no whole answer within %s",
                 duration_format(fetch_patience_us(play, step_of(t)), patience, sizeof(patience)));
    else if (rc == CURLE_COULDNT_CONNECT && os_error)
        snprintf(t->why, sizeof(t->why), "cannot connect to %.100s: %s",
                 play->target.socket ? play->target.socket : play->target.authority,
                 strerror((int)os_error));
    return t->why[0] ? t->why : curl_easy_strerror(rc);
}

/* The head's lines as a list of headers; NULL when memory is refused. */
static const char **list_headers(const struct buf *head)
{
    size_t count = 0;
    const char **list;

    for (size_t at = 0; at < head->len; at++)
        count += !head->data[at];
    list = calloc(count + 1, sizeof(*list));
    for (size_t at = 0, i = 0; list && at < head->len; at += strlen(head->data + at) + 1)
        list[i++] = head->data + at;
    return list;
}

void transfer_report(struct transfer *t, const char *failure)
{
    struct fetch_result result = {
        .step = t->step, .due_us = t->due_us, .failure = failure, .request = &t->request};
    const char **headers = t->keep ? list_headers(&t->head) : NULL;
    long status = 0;
    curl_off_t bytes = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    result.status = (int)status;
    result.bytes = (uint64_t)bytes;
    result.kept = headers != NULL;
    result.headers = headers;
    result.body = t->body.data ? t->body.data : "";
    result.body_bytes = t->body.len;
    if (t->keep && !headers)
        result.failure = "out of memory";
    t->fetch->done(t->fetch->user, &result);
    free(headers);
}

/* A left answer ends well however it ends, once its head has come. */
const char *transfer_failure(struct transfer *t, CURLcode rc)
{
    bool left = t->timer && t->leaving.answered;

    return rc == CURLE_OK || t->left || left ? NULL : explain(t, rc);
}

/* --- answers that are left --- */

static const char *say_missing(struct transfer *t)
{
    char patience[DURATION_TEXT];
    const struct leaving *l = &t->leaving;

    duration_format(leaving_wake_us(l) - l->start_us, patience, sizeof(patience));
    if (l->answered)
        snprintf(t->why, sizeof(t->why), "no '%.80s' in the answer within %s", step_of(t)->until,
                 patience);
    else
        snprintf(t->why, sizeof(t->why), "no answer within %s", patience);
    return t->why;
}

static void on_leaving(uv_timer_t *timer);

void transfer_wake_later(struct transfer *t)
{
    int64_t left_us = leaving_wake_us(&t->leaving) - clock_monotonic_us();

    uv_update_time(t->fetch->loop);
    uv_timer_start(t->timer, on_leaving, left_us > 0 ? (uint64_t)(left_us / US_PER_MS + 1) : 0, 0);
}

bool transfer_leave(struct transfer *t)
{
    const struct fetch *f = t->fetch;

    t->leaving.alone = f->ended >= f->role->plan.steps[t->step].rank;
    switch (leaving_decide(&t->leaving, clock_monotonic_us())) {
    case LEAVING_GO:
        fetch_hang_up(t, NULL);
        return true;
    case LEAVING_MISSING:
        fetch_hang_up(t, say_missing(t));
        return true;
    case LEAVING_STAY:
        break;
    }
    return false;
}

static void on_leaving(uv_timer_t *timer)
{
    struct transfer *t = timer->data;

    /* Past its time it stays for what others do: fetch_ended() tells. */
    if (!transfer_leave(t) && leaving_wake_us(&t->leaving) > clock_monotonic_us())
        transfer_wake_later(t);
}

/* Has the last thing come with these bytes?  It may have begun in those before: the end of them is
 * kept. */
static void look_for_mark(struct transfer *t, const char *data, size_t len)
{
    const char *until = step_of(t)->until;
    size_t n = strlen(until);

    buf_add(&t->tail, data, len);
    if (t->tail.len < n)
        return;
    if (memmem(t->tail.data, t->tail.len, until, n))
        t->leaving.marked = true;
    buf_drop(&t->tail, t->tail.len - n + 1);
}

/* --- what comes back --- */

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
    struct transfer *t = user;

    if (t->keep)
        buf_add(&t->body, data, size * count); /* beyond its bound the rest is of no interest */
    if (!t->leaving.until)
        return size * count;
    look_for_mark(t, data, size * count);
    t->left = leaving_decide(&t->leaving, clock_monotonic_us()) == LEAVING_GO;
    return t->left ? 0 : size * count; /* 0: curl hangs up, and drain() tells */
}

static void take_head_end(struct transfer *t)
{
    long status = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!t->timer || status < 200)
        return;
    t->leaving.answered = true;
    transfer_wake_later(t);
}

static size_t take_header(char *data, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    size_t len = size * count;

    while (len && strchr("\r\n", data[len - 1]))
        len--;
    if (!len)
        take_head_end(t);
    else if (len > 5 && memcmp(data, "HTTP/", 5) == 0)
        buf_clear(&t->head); /* the head of another answer: a 1xx may come before the real one */
    else if (t->keep && !memchr(data, 0, len))
        buf_addf(&t->head, "%.*s%c", (int)len, data, 0);
    return size * count;
}

/* --- what is asked --- */

static void set_way(struct transfer *t)
{
    const struct play *play = t->fetch->play;
    CURL *easy = t->easy;

    target_set_curl(easy, &play->target, play->tls);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, t->resolve);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     play->target.tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_SHARE, t->fetch->jar);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!t->timer)
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                         (long)(fetch_patience_us(play, step_of(t)) / 1000));
}

static void set_ear(struct transfer *t)
{
    CURL *easy = t->easy;

    if (t->keep || t->leaving.until)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all that curl can decode */
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

static bool set_options(struct transfer *t)
{
    const struct play *play = t->fetch->play;

    if (!t->keep && !t->leaving.until && !request_has_header(&t->request, "Accept-Encoding") &&
        request_add_header(&t->request, "Accept-Encoding: gzip, deflate, br") < 0)
        return false;
    if (play->resolve)
        t->resolve = curl_slist_append(NULL, play->resolve);
    set_way(t);
    request_set(&t->request, t->easy);
    curl_easy_setopt(t->easy, CURLOPT_USERAGENT, PLAY_USER_AGENT);
    set_ear(t);
    return t->resolve || !play->resolve;
}

/* Does anybody want to look into the answer? */
static bool is_wanted(const struct transfer *t)
{
    const struct play *play = t->fetch->play;
    const struct step *step = step_of(t);

    return play->options.trace ||
           (step && (step->extract_count || step->poll ||
                     dialect_tells_needed(t->fetch->role->dialect, t->request.method,
                                          request_path(&t->request), &t->fetch->role->needs)));
}

/* An answer that the browser left gets its own clock. */
static bool prepare_leaving(struct transfer *t)
{
    const struct step *step = step_of(t);
    const struct play *play = t->fetch->play;

    if (!step || !step->left)
        return true;
    t->leaving = (struct leaving){
        .start_us = t->due_us,
        .length_us = (int64_t)((double)(step->end_us - step->begin_us) * play->options.think),
        .patience_us = play->options.timeout_us,
        .until = step->until != NULL,
    };
    if (step->until)
        buf_init(&t->tail, strlen(step->until) + CURL_MAX_WRITE_SIZE);
    t->timer = loop_timer_new(t->fetch->loop, t);
    return t->timer != NULL;
}

struct transfer *transfer_new(struct fetch *f, size_t step, struct request *request, int64_t due_us)
{
    struct transfer *t = calloc(1, sizeof(*t));

    if (!t) {
        request_release(request);
        return NULL;
    }
    t->fetch = f;
    t->step = step;
    t->due_us = due_us;
    t->request = *request;
    *request = (struct request){0};
    buf_init(&t->head, FETCH_HEAD_MAX);
    buf_init(&t->body, FETCH_BODY_MAX);
    t->keep = is_wanted(t);
    t->easy = curl_easy_init();
    if (t->easy && prepare_leaving(t) && set_options(t))
        return t;
    transfer_free(t);
    return NULL;
}
