#include "player/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/run.h"

/* What a browser says of a text that a page sends. */
#define DUTY_CONTENT_TYPE "text/plain;charset=UTF-8"

void request_release(struct request *r)
{
    buf_release(&r->text);
    buf_release(&r->own);
    *r = (struct request){0};
}

const char *request_path(const struct request *r)
{
    return r->path + r->base_bytes;
}

int request_given_headers(const struct request *r, struct buf *out)
{
    const char *end = r->head + r->head_bytes;
    const char *at = r->head + r->given_at;

    while (at < end) {
        const char *stop = memchr(at, '\r', (size_t)(end - at));

        buf_add(out, at, (size_t)(stop - at));
        buf_addc(out, 0);
        at = stop + 2;
    }
    return out->failed ? -E_NOMEM : 0;
}

/* --- headers --- */

static const char *cookies_of(const char *header)
{
    if (strncasecmp(header, "Cookie:", 7) != 0)
        return NULL;
    return header + 7 + strspn(header + 7, " \t");
}

/* Appends one header; a value with a line break in it would be a header of its own. */
static int fill_header(const char *header, struct values *values, struct buf *out,
                       struct error *err)
{
    size_t before = out->len;

    if (values_expand(values, header, strlen(header), out) < 0 || buf_addc(out, 0) < 0)
        return error_nomem(err);
    if (strpbrk(out->data + before, "\r\n") || strlen(out->data + before) + 1 != out->len - before)
        return error_set(err, E_MISMATCH,
                         "a session value with a line break cannot stand in the "
                         "header '%.80s'",
                         header);
    return 0;
}

static bool is_header(const char *header, const char *name)
{
    size_t n = strlen(name);

    return strncasecmp(header, name, n) == 0 && header[n] == ':';
}

/* Do the options say this header?  Then it takes the recorded one's place. */
static bool is_replaced(const struct opt_list *options, const char *header)
{
    size_t n = strcspn(header, ":") + 1;

    for (size_t i = 0; i < options->count; i++) {
        if (strncasecmp(options->items[i], header, n) == 0)
            return true;
    }
    return false;
}

int request_headers(const struct play *play, const struct step *step, struct values *values,
                    struct jar *jar, struct buf *out, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < play->options.headers.count && rc == 0; i++) {
        if (!cookies_of(play->options.headers.items[i]))
            rc = fill_header(play->options.headers.items[i], values, out, err);
    }
    for (const char *const *h = step->headers; h && *h && rc == 0; h++) {
        size_t before = out->len;

        if (is_replaced(&play->options.headers, *h) && !cookies_of(*h))
            continue;
        rc = fill_header(*h, values, out, err);
        if (rc < 0 || !cookies_of(out->data + before))
            continue;
        if (jar_add(jar, &play->target, cookies_of(out->data + before)) < 0)
            rc = error_nomem(err);
        out->len = before;
    }
    return rc;
}

static bool has_header(const struct buf *given, const char *name)
{
    for (size_t at = 0; at < given->len; at += strlen(given->data + at) + 1) {
        if (is_header(given->data + at, name))
            return true;
    }
    return false;
}

/* --- the head --- */

static void add_number(struct buf *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    buf_add(out, digits + at, sizeof(digits) - at);
}

static void add_default(struct buf *out, const struct buf *given, const char *name,
                        const char *value)
{
    if (has_header(given, name))
        return;
    buf_adds(out, name);
    buf_adds(out, ": ");
    buf_adds(out, value);
    buf_adds(out, "\r\n");
}

/* What a body is when the recording does not say: shinyloadtest leaves Content-Type out. */
static const char *guess_content_type(const struct request *r)
{
    const char *body = r->body_bytes ? r->body : "";
    size_t form = strspn(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "%&=+-._~*!'()");

    if (body[0] == '{' || body[0] == '[')
        return "application/json";
    if (r->body_bytes && form == r->body_bytes && strchr(body, '='))
        return "application/x-www-form-urlencoded";
    return "application/octet-stream";
}

/* Is it this machine, as far as its name says so? */
static bool is_here(const char *host)
{
    static const char name[] = ".localhost";
    size_t n = strlen(host);
    size_t tail = sizeof(name) - 1;

    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcasecmp(host, name + 1) == 0 || (n > tail && strcasecmp(host + n - tail, name) == 0);
}

const char *request_codings(const struct target *target)
{
    return target->tls || is_here(target->host) ? "gzip, deflate, br, zstd" : "gzip, deflate";
}

/* Browsers say where a page is from that changes something: apps ask for it against forgery. */
static void add_origin(struct request *r, const struct target *target, const struct buf *given)
{
    if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0 ||
        has_header(given, "Origin"))
        return;
    buf_addf(&r->text, "Origin: http%s://%s\r\n", target->tls ? "s" : "", target->authority);
}

static bool has_length(const struct request *r)
{
    return r->body || strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0;
}

/* How long the body is stands where it is true: what a recording says of it is left out. */
static void add_given(struct request *r, const struct buf *given, const char *content_type)
{
    for (size_t at = 0; at < given->len; at += strlen(given->data + at) + 1) {
        const char *header = given->data + at;

        if (is_header(header, "Content-Length") || is_header(header, "Transfer-Encoding") ||
            is_header(header, "Expect"))
            continue;
        buf_adds(&r->text, header);
        buf_adds(&r->text, "\r\n");
    }
    if (r->body)
        add_default(&r->text, given, "Content-Type", content_type);
}

/* Behind the path, which stands in r->text, terminated. */
static int add_head(struct request *r, const struct play *play, const struct buf *given,
                    const char *content_type)
{
    size_t path_bytes = r->text.len - 1;
    size_t head_at = r->text.len;

    buf_adds(&r->text, r->method);
    buf_addc(&r->text, ' ');
    if (buf_room(&r->text, path_bytes)) /* only then does the path stay where it is */
        buf_add(&r->text, r->text.data, path_bytes);
    buf_adds(&r->text, " HTTP/1.1\r\n");
    add_default(&r->text, given, "Host", play->target.authority);
    add_default(&r->text, given, "Connection", "keep-alive");
    if (has_length(r)) {
        buf_adds(&r->text, "Content-Length: ");
        add_number(&r->text, r->body_bytes);
        buf_adds(&r->text, "\r\n");
    }
    add_default(&r->text, given, "User-Agent", PLAY_USER_AGENT);
    add_default(&r->text, given, "Accept", "*/*");
    add_default(&r->text, given, "Accept-Encoding", request_codings(&play->target));
    r->given_at = r->text.len - head_at;
    add_given(r, given, content_type);
    add_origin(r, &play->target, given);
    r->path = r->text.data;
    r->head = r->text.data + head_at;
    r->head_bytes = r->text.len - head_at;
    return r->text.failed ? -E_NOMEM : 0;
}

/* --- a whole one --- */

static void begin(struct request *r, const struct play *play, const char *method)
{
    *r = (struct request){.method = method, .base_bytes = strlen(play->target.base)};
    buf_init(&r->text, REQUEST_URL_MAX + REQUEST_HEADERS_MAX);
    buf_init(&r->own, REQUEST_BODY_MAX);
    buf_adds(&r->text, play->target.base);
}

/* A blank or a control character in a path would end it there: it goes as browsers send it. */
static int end_path(struct request *r)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf clean;

    buf_addc(&r->text, 0);
    if (r->text.failed)
        return -E_NOMEM;
    if (!strpbrk(r->text.data, " \t\r\n") && strlen(r->text.data) + 1 == r->text.len)
        return 0;
    buf_init(&clean, r->text.max);
    for (size_t i = 0; i + 1 < r->text.len; i++) {
        unsigned char c = (unsigned char)r->text.data[i];

        if (c > ' ') {
            buf_addc(&clean, (char)c);
            continue;
        }
        buf_addc(&clean, '%');
        buf_addc(&clean, hex[c >> 4]);
        buf_addc(&clean, hex[c & 15]);
    }
    buf_addc(&clean, 0);
    buf_release(&r->text);
    r->text = clean;
    return clean.failed ? -E_NOMEM : 0;
}

static int fill_body(struct request *r, const struct step *step, struct values *values)
{
    r->body = step->body;
    r->body_bytes = step->body_bytes;
    if (!step->body || !step->body_expand)
        return 0;
    if (values_expand(values, step->body, step->body_bytes, &r->own) < 0)
        return -E_NOMEM;
    r->body = r->own.data ? r->own.data : "";
    r->body_bytes = r->own.len;
    return 0;
}

/* A request that cannot be made has nothing to be released. */
static int made(struct request *r, int rc, struct error *err)
{
    if (rc == -E_NOMEM)
        error_nomem(err);
    if (rc < 0)
        request_release(r);
    return rc;
}

static int fill(struct request *r, const struct play *play, const struct step *step,
                const char *content_type, struct values *values, struct jar *jar, struct error *err)
{
    struct buf given;
    int rc;

    buf_init(&given, REQUEST_HEADERS_MAX);
    rc = request_headers(play, step, values, jar, &given, err);
    if (rc == 0)
        rc = add_head(r, play, &given, content_type);
    buf_release(&given);
    return rc;
}

static int make(struct request *r, const struct play *play, const struct role *role,
                const struct step *step, struct values *values, struct jar *jar, struct error *err)
{
    int rc;

    begin(r, play, step->method);
    rc = values_expand(values, step->url, strlen(step->url), &r->text) < 0 ? -E_NOMEM : 0;
    if (rc == 0)
        rc = end_path(r);
    if (rc == 0)
        rc = fill_body(r, step, values);
    if (rc == 0)
        rc = fill(r, play, step, guess_content_type(r), values, jar, err);
    if (rc == 0)
        r->wanted = dialect_tells_needed(role->dialect, r->method, request_path(r), &role->needs);
    return made(r, rc, err);
}

int request_of_step(struct request *r, const struct play *play, const struct role *role,
                    const struct step *step, struct values *values, struct jar *jar,
                    struct error *err)
{
    const struct request *ready = NULL;

    if (role->requests)
        ready = &role->requests[step - script_at(role->script, 0)];
    if (!ready || !ready->head)
        return make(r, play, role, step, values, jar, err);
    *r = *ready;
    buf_init(&r->text, 0);
    buf_init(&r->own, 0);
    return 0;
}

int request_of_duty(struct request *r, const struct play *play, struct duty *duty, const char *path,
                    struct values *values, struct error *err)
{
    static const struct step none = {0};
    int rc;

    begin(r, play, duty->method);
    rc = buf_adds(&r->text, path);
    if (rc == 0)
        rc = end_path(r);
    if (duty->data.len) {
        r->own = duty->data;
        buf_init(&duty->data, REQUEST_BODY_MAX);
        r->body = r->own.data;
        r->body_bytes = r->own.len;
    }
    if (rc == 0)
        rc = fill(r, play, &none, DUTY_CONTENT_TYPE, values, NULL, err);
    return made(r, rc, err);
}

/* --- those that are the same for all --- */

static bool is_fixed(const char *text)
{
    return !strstr(text, "${");
}

static bool is_same_for_all(const struct play *play, const struct step *step)
{
    for (size_t i = 0; i < play->options.headers.count; i++) {
        if (!is_fixed(play->options.headers.items[i]))
            return false;
    }
    for (const char *const *h = step->headers; h && *h; h++) {
        if (!is_fixed(*h) || cookies_of(*h))
            return false;
    }
    return step_is_request(step) && is_fixed(step->url) && !(step->body && step->body_expand);
}

int requests_prepare(struct role *role, const struct play *play, struct error *err)
{
    struct values none = {0};

    role->requests = calloc(role->script->count + 1, sizeof(*role->requests));
    if (!role->requests)
        return error_nomem(err);
    for (size_t i = 0; i < role->script->count; i++) {
        const struct step *step = script_at(role->script, i);

        if (!is_same_for_all(play, step))
            continue;
        /* One that cannot be made fails the session that comes to it, with its line. */
        if (make(&role->requests[i], play, role, step, &none, NULL, err) == -E_NOMEM)
            return -E_NOMEM;
        *err = ERROR_NONE;
    }
    return 0;
}

void requests_release(struct role *role)
{
    for (size_t i = 0; role->requests && i < role->script->count; i++)
        request_release(&role->requests[i]);
    free(role->requests);
    role->requests = NULL;
}
