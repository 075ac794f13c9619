#include "recorder/har.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base64.h"
#include "core/coding.h"

/* In seconds the year 5138, in milliseconds 1973. */
#define SECONDS_MAX 1e11
#define BYTES_MAX ((size_t)1 << 30)

struct reader {
    struct har *har;
    const char *name;
    size_t entry; /* from 1, for messages */
    struct error *err;
};

static int refuse(struct reader *r, const char *what)
{
    return error_set(r->err, E_FORMAT, "%s: entry %zu %s", r->name, r->entry, what);
}

/* --- times --- */

static int64_t ms_of(const json_t *json)
{
    double ms = json_number_value(json);

    if (!isfinite(ms) || ms < 0)
        return 0;
    return ms > 1e12 ? 0 : (int64_t)(ms * (double)US_PER_MS);
}

/* The total, or else the sum of its parts; -1 stands for "not known" in both. */
static int64_t took_us(const json_t *entry)
{
    static const char *const parts[] = {"blocked", "dns", "connect", "send", "wait", "receive"};
    const json_t *timings = json_object_get(entry, "timings");
    int64_t total = ms_of(json_object_get(entry, "time"));

    if (total)
        return total;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        total += ms_of(json_object_get(timings, parts[i]));
    return total;
}

/* --- texts --- */

static const char *copy(struct reader *r, const char *text, size_t len)
{
    char *at = arena_copy(&r->har->owned, text, len);

    if (!at)
        error_nomem(r->err);
    return at;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* A text, or base64 of it.  NULL: memory is refused, or it is none. */
static const char *decoded(struct reader *r, const json_t *json, bool is_base64, size_t *len)
{
    const char *text = json_string_value(json);
    const char *kept = NULL;
    struct buf out;

    *len = json_string_length(json);
    if (!is_base64)
        return copy(r, text, *len);
    buf_init(&out, BYTES_MAX);
    if (base64_decode(&out, text, *len) < 0) {
        refuse(r, "has a body that is no base64");
    } else {
        *len = out.len;
        kept = copy(r, out.data ? out.data : "", out.len);
    }
    buf_release(&out);
    return kept;
}

/* --- headers and cookies --- */

/* Of HTTP/2, and what the file's own decoding made untrue. */
static bool is_left_out(const char *name, bool answer)
{
    if (name[0] == ':' || !*name)
        return true;
    return answer && (strcasecmp(name, "Content-Encoding") == 0 ||
                      strcasecmp(name, "Transfer-Encoding") == 0);
}

/* Chrome joins repeated ones (Set-Cookie) by line ends. */
static int add_header(struct headers *list, const char *name, const char *value)
{
    int rc = 0;

    do {
        size_t len = strcspn(value, "\r\n");
        char *one = strndup(value, len);

        rc = one ? headers_add(list, name, one) : -E_NOMEM;
        free(one);
        value += len;
        value += strspn(value, "\r\n");
    } while (rc == 0 && *value);
    return rc;
}

static int read_headers(struct reader *r, const json_t *message, bool answer, struct headers *out)
{
    const json_t *list = json_object_get(message, "headers");
    const json_t *header;
    size_t i;

    json_array_foreach(list, i, header)
    {
        const char *name = text_of(header, "name");

        if (!is_left_out(name, answer) && add_header(out, name, text_of(header, "value")) < 0)
            return error_nomem(r->err);
    }
    return 0;
}

/* Who lists cookies apart from the headers. */
static int read_cookies(struct reader *r, const json_t *message, const char *header,
                        struct headers *out)
{
    const json_t *list = json_object_get(message, "cookies");
    bool answer = strcmp(header, "Set-Cookie") == 0;
    const json_t *cookie;
    struct buf text;
    size_t i;
    int rc = 0;

    if (headers_get(out, header))
        return 0;
    buf_init(&text, BYTES_MAX);
    json_array_foreach(list, i, cookie)
    {
        buf_addf(&text, "%s%s=%s", text.len ? "; " : "", text_of(cookie, "name"),
                 text_of(cookie, "value"));
        if (answer && !text.failed) {
            rc = headers_add(out, header, text.data);
            buf_clear(&text);
        }
    }
    if (text.failed || rc < 0 || (text.len && headers_add(out, header, text.data) < 0))
        rc = error_nomem(r->err);
    buf_release(&text);
    return rc;
}

/* --- a request's body --- */

static int join_params(const json_t *params, struct buf *out)
{
    const json_t *param;
    size_t i;

    json_array_foreach(params, i, param)
    {
        const char *name = text_of(param, "name");
        const char *value = text_of(param, "value");

        if (out->len)
            buf_addc(out, '&');
        coding_encode(CODING_FORM, name, strlen(name), out);
        buf_addc(out, '=');
        coding_encode(CODING_FORM, value, strlen(value), out);
    }
    return out->failed ? -E_NOMEM : 0;
}

static bool is_form(const struct har_entry *e, const json_t *post)
{
    const char *type = headers_get(&e->request, "Content-Type");

    return strcasestr(type ? type : text_of(post, "mimeType"), "x-www-form-urlencoded");
}

static int read_params(struct reader *r, const json_t *post, struct har_entry *e)
{
    struct buf text;
    int rc;

    buf_init(&text, BYTES_MAX);
    rc = join_params(json_object_get(post, "params"), &text);
    if (rc == 0 && text.len) {
        e->body = copy(r, text.data, text.len);
        e->body_bytes = text.len;
        e->has_body = true;
    }
    buf_release(&text);
    if (rc < 0 || (e->has_body && !e->body))
        return error_nomem(r->err);
    return 0;
}

static int read_body(struct reader *r, const json_t *request, struct har_entry *e)
{
    const json_t *post = json_object_get(request, "postData");
    const json_t *text = json_object_get(post, "text");
    const char *length = headers_get(&e->request, "Content-Length");
    bool is_base64 = strcasecmp(text_of(post, "encoding"), "base64") == 0 ||
                     strcasecmp(text_of(post, "_encoding"), "base64") == 0;
    bool has_length = length && strcmp(length, "0") != 0;

    if (json_string_length(text)) {
        e->body = decoded(r, text, is_base64, &e->body_bytes);
        e->has_body = true;
        return e->body ? 0 : -r->err->code;
    }
    if (is_form(e, post) && read_params(r, post, e) < 0)
        return -r->err->code;
    e->lacks_body = !e->has_body &&
                    (has_length || json_integer_value(json_object_get(request, "bodySize")) > 0);
    return 0;
}

/* --- an answer --- */

static uint64_t size_of(const json_t *object, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(object, key));

    return n > 0 ? (uint64_t)n : 0;
}

static int read_answer(struct reader *r, const json_t *answer, struct har_entry *e)
{
    const json_t *content = json_object_get(answer, "content");
    const json_t *text = json_object_get(content, "text");
    json_int_t status = json_integer_value(json_object_get(answer, "status"));
    int rc = read_headers(r, answer, true, &e->answer);

    e->status = status >= 100 && status <= 999 ? (int)status : 0;
    if (rc == 0)
        rc = read_cookies(r, answer, "Set-Cookie", &e->answer);
    if (rc < 0)
        return rc;
    e->kind = copy(r, text_of(content, "mimeType"), strlen(text_of(content, "mimeType")));
    e->bytes = size_of(answer, "bodySize");
    if (!e->bytes)
        e->bytes = size_of(content, "size");
    if (!json_is_string(text))
        return e->kind ? 0 : -E_NOMEM;
    e->content = decoded(r, text, strcasecmp(text_of(content, "encoding"), "base64") == 0,
                         &e->content_bytes);
    return e->content && e->kind ? 0 : -r->err->code;
}

/* --- WebSocket messages --- */

static int read_message(struct reader *r, const json_t *json, size_t place, struct har_message *m)
{
    const json_t *data = json_object_get(json, "data");
    double at = json_number_value(json_object_get(json, "time"));

    if (!json_is_string(data))
        return refuse(r, "has a WebSocket message without data");
    if (at > SECONDS_MAX)
        at /= 1000; /* Playwright counts milliseconds, all others seconds */
    if (!isfinite(at) || at < 0 || at * (double)US_PER_S > (double)HAR_TIME_MAX_US)
        return refuse(r, "has a WebSocket message at a time that is none");
    m->place = place;
    m->at_us = (int64_t)(at * (double)US_PER_S);
    m->sent = strcmp(text_of(json, "type"), "send") == 0;
    m->binary = json_integer_value(json_object_get(json, "opcode")) == 2;
    m->data = decoded(r, data, m->binary, &m->len);
    return m->data ? 0 : -r->err->code;
}

/* Those of one moment keep the file's order. */
static int by_time(const void *a, const void *b)
{
    const struct har_message *x = a;
    const struct har_message *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Only text and binary frames are messages; Chrome also lists close and ping frames. */
static bool is_message(const json_t *json)
{
    json_int_t opcode = json_integer_value(json_object_get(json, "opcode"));

    return !json_object_get(json, "opcode") || opcode == 1 || opcode == 2;
}

static int read_messages(struct reader *r, const json_t *list, struct har_entry *e)
{
    const json_t *json;
    size_t i;
    int rc = 0;

    e->messages = calloc(json_array_size(list) + 1, sizeof(*e->messages));
    if (!e->messages)
        return error_nomem(r->err);
    json_array_foreach(list, i, json)
    {
        if (is_message(json) && rc == 0)
            rc = read_message(r, json, i, &e->messages[e->message_count++]);
    }
    qsort(e->messages, e->message_count, sizeof(*e->messages), by_time);
    return rc;
}

/* --- an entry --- */

static bool is_socket_url(const char *url)
{
    return strncasecmp(url, "ws://", 5) == 0 || strncasecmp(url, "wss://", 6) == 0;
}

static int read_request(struct reader *r, const json_t *request, struct har_entry *e)
{
    const char *method = text_of(request, "method");
    const char *url = text_of(request, "url");
    int rc;

    if (!*method || !*url)
        return refuse(r, "has no method or no URL");
    e->method = copy(r, method, strlen(method));
    e->url = copy(r, url, strcspn(url, "#"));
    if (!e->method || !e->url)
        return -E_NOMEM;
    rc = read_headers(r, request, false, &e->request);
    if (rc == 0)
        rc = read_cookies(r, request, "Cookie", &e->request);
    return rc == 0 ? read_body(r, request, e) : rc;
}

static int read_entry(struct reader *r, const json_t *json, struct har_entry *e)
{
    const json_t *request = json_object_get(json, "request");
    const json_t *messages = json_object_get(json, "_webSocketMessages");
    int rc;

    if (!json_is_object(request))
        return refuse(r, "has no request");
    if (har_time(text_of(json, "startedDateTime"), &e->begin_us) < 0)
        return refuse(r, "has no startedDateTime like 2026-11-21T01:48:37.925Z");
    e->end_us = e->begin_us + took_us(json);
    e->is_cached = json_is_string(json_object_get(json, "_fromCache"));
    rc = read_request(r, request, e);
    if (rc == 0)
        rc = read_answer(r, json_object_get(json, "response"), e);
    if (rc < 0)
        return rc;
    e->is_socket = messages || is_socket_url(e->url) ||
                   strcmp(text_of(json, "_resourceType"), "websocket") == 0;
    return read_messages(r, messages, e);
}

static int by_begin(const void *a, const void *b)
{
    const struct har_entry *x = a;
    const struct har_entry *y = b;

    if (x->begin_us != y->begin_us)
        return x->begin_us < y->begin_us ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int read_entries(struct reader *r, const json_t *entries)
{
    size_t count = json_array_size(entries);
    const json_t *json;
    size_t i;
    int rc = 0;

    if (count > HAR_ENTRIES_MAX)
        return error_set(r->err, E_FORMAT, "%s: more than %d entries", r->name, HAR_ENTRIES_MAX);
    r->har->entries = calloc(count + 1, sizeof(*r->har->entries));
    if (!r->har->entries)
        return error_nomem(r->err);
    json_array_foreach(entries, i, json)
    {
        r->entry = i + 1;
        r->har->entries[i].place = i + 1;
        if (rc == 0)
            rc = read_entry(r, json, &r->har->entries[r->har->count++]);
    }
    if (rc == 0)
        qsort(r->har->entries, count, sizeof(*r->har->entries), by_begin);
    return rc;
}

static int read_log(struct reader *r, const json_t *root)
{
    const json_t *log = json_object_get(root, "log");
    const json_t *entries = json_object_get(log, "entries");
    const char *creator = text_of(json_object_get(log, "creator"), "name");

    if (!json_is_array(entries))
        return error_set(r->err, E_FORMAT,
                         "%s is JSON, but no HAR: it has no list \"log\".\"entries\"", r->name);
    if (!json_array_size(entries))
        return error_set(r->err, E_FORMAT,
                         "%s has no entries: was the network panel open while the page loaded?",
                         r->name);
    r->har->creator = copy(r, creator, strlen(creator));
    return r->har->creator ? read_entries(r, entries) : -E_NOMEM;
}

int har_parse(struct har *har, const char *name, const char *data, size_t len, struct error *err)
{
    struct reader r = {.har = har, .name = name, .err = err};
    json_error_t why;
    json_t *root;
    int rc;

    *har = (struct har){0};
    if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3; /* Windows' byte order mark */
        len -= 3;
    }
    root = json_loadb(data, len, JSON_ALLOW_NUL, &why);
    if (!root)
        return error_set(err, E_FORMAT, "%s is no HAR: line %d: %s", name, why.line, why.text);
    rc = read_log(&r, root);
    json_decref(root);
    if (rc < 0)
        har_release(har);
    return rc;
}

int har_load(struct har *har, const char *path, struct error *err)
{
    struct buf text;
    int rc;

    *har = (struct har){0};
    buf_init(&text, HAR_BYTES_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -1)
        rc = error_set(err, E_IO, "cannot read %s: %s", path, strerror(errno));
    else if (rc < 0)
        rc = error_set(err, E_FORMAT, "%s has more than %zu MB, or memory is refused", path,
                       HAR_BYTES_MAX >> 20);
    else
        rc = har_parse(har, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    return rc;
}

void har_release(struct har *har)
{
    for (size_t i = 0; i < har->count; i++) {
        headers_release(&har->entries[i].request);
        headers_release(&har->entries[i].answer);
        free(har->entries[i].messages);
    }
    free(har->entries);
    arena_release(&har->owned);
    *har = (struct har){0};
}
