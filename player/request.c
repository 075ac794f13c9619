#include "player/request.h"

#include <string.h>
#include <strings.h>

#include "player/jar.h"

void request_release(struct request *r)
{
    buf_release(&r->url);
    buf_release(&r->own);
    curl_slist_free_all(r->headers);
    *r = (struct request){0};
}

const char *request_path(const struct request *r)
{
    return r->url.data + r->path_at;
}

bool request_has_header(const struct request *r, const char *name)
{
    size_t n = strlen(name);

    for (const struct curl_slist *list = r->headers; list; list = list->next) {
        if (strncasecmp(list->data, name, n) == 0 && list->data[n] == ':')
            return true;
    }
    return false;
}

int request_add_header(struct request *r, const char *header)
{
    struct curl_slist *list = curl_slist_append(r->headers, header);

    if (!list)
        return -E_NOMEM;
    r->headers = list;
    return 0;
}

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

int request_headers(const struct play *play, const struct step *step, struct values *values,
                    CURLSH *jar, struct buf *out, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < play->options.headers.count && rc == 0; i++) {
        if (!cookies_of(play->options.headers.items[i]))
            rc = fill_header(play->options.headers.items[i], values, out, err);
    }
    for (const char *const *h = step->headers; h && *h && rc == 0; h++) {
        size_t before = out->len;

        rc = fill_header(*h, values, out, err);
        if (rc < 0 || !cookies_of(out->data + before))
            continue;
        if (jar_add(jar, &play->target, cookies_of(out->data + before)) < 0)
            rc = error_nomem(err);
        out->len = before;
    }
    return rc;
}

static int add_headers(struct request *r, const struct play *play, const struct step *step,
                       struct values *values, CURLSH *jar, struct error *err)
{
    struct buf text;
    int rc;

    buf_init(&text, REQUEST_HEADERS_MAX);
    rc = request_headers(play, step, values, jar, &text, err);
    if (rc == 0)
        rc = request_add_header(r, "Expect:");
    for (size_t at = 0; at < text.len && rc == 0; at += strlen(text.data + at) + 1)
        rc = request_add_header(r, text.data + at);
    buf_release(&text);
    return rc == -E_NOMEM ? error_nomem(err) : rc;
}

/* What a body is when the recording does not say: shinyloadtest leaves Content-Type out. */
static const char *guess_content_type(const struct request *r)
{
    const char *body = r->body_bytes ? r->body : "";
    size_t form = strspn(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "%&=+-._~*!'()");

    if (body[0] == '{' || body[0] == '[')
        return "Content-Type: application/json";
    if (r->body_bytes && form == r->body_bytes && strchr(body, '='))
        return "Content-Type: application/x-www-form-urlencoded";
    return "Content-Type: application/octet-stream";
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

static void begin(struct request *r, const struct play *play)
{
    *r = (struct request){0};
    buf_init(&r->url, REQUEST_URL_MAX);
    buf_init(&r->own, REQUEST_BODY_MAX);
    buf_adds(&r->url, play->target.url);
    r->path_at = r->url.len;
}

/* A request that cannot be made has nothing to be released. */
static int made(struct request *r, int rc, struct error *err)
{
    if (rc == 0 && r->url.failed)
        rc = error_nomem(err);
    if (rc < 0)
        request_release(r);
    return rc;
}

int request_of_step(struct request *r, const struct play *play, const struct step *step,
                    struct values *values, CURLSH *jar, struct error *err)
{
    int rc = 0;

    begin(r, play);
    r->method = step->method;
    if (values_expand(values, step->url, strlen(step->url), &r->url) < 0)
        rc = error_nomem(err);
    if (rc == 0)
        rc = add_headers(r, play, step, values, jar, err);
    if (rc == 0 && fill_body(r, step, values) < 0)
        rc = error_nomem(err);
    if (rc == 0 && r->body && !request_has_header(r, "Content-Type") &&
        request_add_header(r, guess_content_type(r)) < 0)
        rc = error_nomem(err);
    return made(r, rc, err);
}

int request_of_duty(struct request *r, const struct play *play, struct duty *duty, const char *path,
                    struct values *values, struct error *err)
{
    static const struct step none = {0};
    int rc;

    begin(r, play);
    r->method = duty->method;
    buf_adds(&r->url, path);
    rc = add_headers(r, play, &none, values, NULL, err);
    if (duty->data.len) {
        r->own = duty->data;
        buf_init(&duty->data, REQUEST_BODY_MAX);
        r->body = r->own.data;
        r->body_bytes = r->own.len;
    }
    return made(r, rc, err);
}

void request_set(const struct request *r, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_URL, r->url.data);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, r->headers);
    if (r->body || strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body ? r->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_bytes);
    }
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}
