#include "recorder/correlate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "recorder/limits.h"

/* A cookie that is shorter is no credential: it is replaced in its own place only. */
#define COOKIE_SECRET_MIN 8

static bool is_issued(void *user, const char *value, size_t len)
{
    return heard_has(user, value, len);
}

int correlation_init(struct correlation *c, const struct secrets *secrets)
{
    int rc = 0;

    *c = (struct correlation){.dialect = dialect_find("plain")};
    heard_init(&c->heard);
    c->secrets.is_issued = is_issued;
    c->secrets.user = &c->heard;
    for (size_t i = 0; secrets && i < secrets->count && rc == 0; i++)
        rc = secrets_set(&c->secrets, secrets->items[i].name, secrets->items[i].value);
    return rc;
}

void correlation_release(struct correlation *c)
{
    values_release(&c->values);
    secrets_release(&c->secrets);
    makers_release(&c->makers);
    heard_release(&c->heard);
    names_release(&c->wanted);
}

/* --- what the browser sends --- */

/* What a computed value is made of is wanted with it. */
static int want_sources(struct correlation *c)
{
    int rc = 0;

    for (size_t i = 0; i < c->makers.count && rc == 0; i++)
        rc = names_add_placeholders(&c->wanted, c->makers.items[i].of,
                                    strlen(c->makers.items[i].of));
    return rc;
}

/* The last of the three steps.  text: escaped, and without secrets. */
static int finish(struct correlation *c, enum sent what, const char *raw, size_t raw_len,
                  const struct buf *text, struct buf *out)
{
    size_t before = out->len;

    if (dialect_learn_sent(c->dialect, what, raw, raw_len, &c->values) < 0 ||
        values_templatize(&c->values, text->data ? text->data : "", text->len, out) < 0)
        return -E_NOMEM;
    if (c->heard.failed || want_sources(c) < 0)
        return -E_NOMEM;
    if (out->len == before)
        return buf_adds(out, ""); /* of no bytes, but there */
    return names_add_placeholders(&c->wanted, out->data + before, out->len - before);
}

static int escape(const struct correlation *c, const char *text, size_t len, struct buf *out)
{
    buf_init(out, STEP_BYTES_MAX);
    return values_escape(&c->values, text, len, out) < 0 || buf_adds(out, "") < 0 ? -E_NOMEM : 0;
}

int correlate_path(struct correlation *c, const char *path, struct buf *out)
{
    struct buf escaped;
    struct buf clean;
    int rc = escape(c, path, strlen(path), &escaped);

    buf_init(&clean, STEP_BYTES_MAX);
    if (rc == 0)
        rc = secrets_clean_url(&c->secrets, escaped.data, &c->makers, &clean);
    if (rc >= 0)
        rc = finish(c, SENT_PATH, path, strlen(path), &clean, out);
    buf_release(&escaped);
    buf_release(&clean);
    return rc;
}

int correlate_header(struct correlation *c, const char *header, struct buf *out)
{
    struct buf escaped;
    struct buf clean;
    int rc = escape(c, header, strlen(header), &escaped);

    buf_init(&clean, STEP_BYTES_MAX);
    if (rc == 0)
        rc = secrets_clean_header(&c->secrets, escaped.data, &c->makers, &clean);
    if (rc >= 0)
        rc = finish(c, SENT_HEADER, header, strlen(header), &clean, out);
    buf_release(&escaped);
    buf_release(&clean);
    return rc;
}

static void name_cookie(const char *cookie, size_t len, char out[SECRET_NAME_MAX])
{
    size_t n = (size_t)snprintf(out, SECRET_NAME_MAX, "COOKIE_");

    for (size_t i = 0; i < len && n < SECRET_NAME_MAX - 1; i++) {
        unsigned char c = (unsigned char)cookie[i];

        out[n++] = c < 0x80 && isalnum(c) ? (char)toupper(c) : '_';
    }
    out[n] = 0;
}

int correlate_cookie(struct correlation *c, const char *name, size_t name_len, const char *value,
                     size_t value_len, struct buf *out)
{
    char *copy = strndup(value, value_len);
    char base[SECRET_NAME_MAX];
    size_t before = out->len;
    const char *secret;
    int rc;

    if (!copy)
        return -E_NOMEM;
    name_cookie(name, name_len, base);
    rc = secrets_learn(&c->secrets, base, copy, value_len < COOKIE_SECRET_MIN, &secret);
    if (rc == 0)
        rc = buf_addf(out, "%.*s=${env:%s}", (int)name_len, name, secret);
    if (rc == 0)
        rc = names_add_placeholders(&c->wanted, out->data + before, out->len - before);
    free(copy);
    return rc;
}

/* Values stand in texts; what else a person uploads keeps its bytes. */
static bool may_carry_values(const char *content_type)
{
    static const char *const kinds[] = {
        "x-www-form-urlencoded", "json", "text/", "xml", "multipart/", "graphql"};

    for (size_t i = 0; content_type && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasestr(content_type, kinds[i]))
            return true;
    }
    return false;
}

int correlate_body(struct correlation *c, const char *content_type, const char *body, size_t len,
                   struct buf *out)
{
    size_t before = out->len;
    struct buf escaped;
    struct buf clean;
    int rc = escape(c, body, len, &escaped);

    buf_init(&clean, STEP_BYTES_MAX);
    if (rc == 0)
        rc = secrets_clean_body(&c->secrets, content_type, escaped.data, escaped.len, &c->makers,
                                &clean);
    if (rc == 0 && !may_carry_values(content_type))
        rc = buf_add(out, body, len); /* as it was: nothing of it is expanded */
    else if (rc >= 0)
        rc = finish(c, SENT_BODY, body, len, &clean, out);
    buf_release(&escaped);
    buf_release(&clean);
    if (rc < 0)
        return rc;
    return out->len - before != len || (len && memcmp(out->data + before, body, len) != 0);
}

static const char *type_of_text(const char *data, size_t len)
{
    return len && (data[0] == '{' || data[0] == '[') ? "application/json" : NULL;
}

/* Values stand inside the strings of a frame that the dialect's codec reads. */
static int send_binary(struct correlation *c, const struct dialect *dialect, const char *data,
                       size_t len, struct buf *out)
{
    struct buf says;
    struct buf held;
    size_t before = out->len;
    int rc;

    buf_init(&says, STEP_BYTES_MAX);
    buf_init(&held, STEP_BYTES_MAX);
    rc = dialect_documents(dialect, data, len, true, true, &says);
    if (rc == 0 && says.len)
        rc = dialect_learn_sent(dialect, SENT_MESSAGE, says.data, says.len, &c->values);
    if (rc == 0)
        rc = dialect_templatize(dialect, &c->values, data, len, true, &held);
    if (rc == 0)
        rc = correlate_blank(c, held.data ? held.data : "", held.len, out);
    if (rc == 0)
        rc = names_add_placeholders(&c->wanted, out->data + before, out->len - before);
    buf_release(&says);
    buf_release(&held);
    return rc;
}

int correlate_send(struct correlation *c, const struct dialect *dialect, const char *data,
                   size_t len, bool binary, struct buf *out)
{
    const struct dialect *http = c->dialect;
    struct buf escaped;
    struct buf clean;
    int rc;

    if (binary)
        return send_binary(c, dialect, data, len, out);
    rc = escape(c, data, len, &escaped);
    buf_init(&clean, STEP_BYTES_MAX);
    if (rc == 0)
        rc = secrets_clean_body(&c->secrets, type_of_text(data, len), escaped.data, escaped.len,
                                &c->makers, &clean);
    c->dialect = dialect;
    if (rc >= 0)
        rc = finish(c, SENT_MESSAGE, data, len, &clean, out);
    c->dialect = http;
    buf_release(&escaped);
    buf_release(&clean);
    return rc;
}

int correlate_mask(const struct correlation *c, const char *text, size_t len, struct buf *out)
{
    if (!c->secrets.count)
        return buf_add(out, text, len);
    return secrets_mask(&c->secrets, text, len, CODING_NONE, NULL, out) < 0 ? -E_NOMEM : 0;
}

int correlate_blank(const struct correlation *c, const char *data, size_t len, struct buf *out)
{
    size_t before = out->len;

    if (buf_add(out, data, len) < 0 || buf_adds(out, "") < 0)
        return -E_NOMEM;
    for (size_t i = 0; i < c->secrets.count; i++) {
        const struct secret *s = &c->secrets.items[i];
        size_t n = strlen(s->value);
        char *at = out->data + before;

        if (s->is_user || n < SECRET_BYTES_MIN)
            continue;
        while ((at = memmem(at, (size_t)(out->data + out->len - at), s->value, n)))
            memset(at, '*', n);
    }
    return 0;
}

/* --- what the server says --- */

int correlate_answer(struct correlation *c, const char *method, const char *path,
                     const char *const *headers, const char *body, size_t len)
{
    int rc = 0;

    for (size_t i = 0; headers && headers[i] && rc == 0; i++)
        rc = heard_add(&c->heard, headers[i], strlen(headers[i]));
    if (rc == 0 && len)
        rc = heard_add(&c->heard, body, len);
    if (rc < 0)
        return rc;
    return dialect_learn_answer(c->dialect, method, path, headers, body, len, &c->values);
}

static enum step_type type_of(enum message_kind kind)
{
    switch (kind) {
    case MESSAGE_NOISE:
        return STEP_TYPES;
    case MESSAGE_INIT:
        return STEP_WS_RECV_INIT;
    case MESSAGE_BEGIN_UPLOAD:
        return STEP_WS_RECV_BEGIN_UPLOAD;
    case MESSAGE_OPTIONAL:
    case MESSAGE_DATA:
    case MESSAGE_GONE:
        break;
    }
    return STEP_WS_RECV;
}

static int learn_all(struct values *values, const struct values *learnt)
{
    int rc = 0;

    for (size_t i = 0; i < learnt->count && rc == 0; i++) {
        const struct value *v = &learnt->items[i];

        rc = v->word ? values_set_word(values, v->name, v->value)
                     : values_set(values, v->name, v->value);
    }
    return rc;
}

/* Those that tell session values show them as placeholders. */
static int write_recv(struct correlation *c, enum step_type type, const char *data, size_t len,
                      bool binary, struct buf *out)
{
    struct buf clean;
    int rc;

    if (binary)
        return correlate_blank(c, data, len, out);
    buf_init(&clean, STEP_BYTES_MAX);
    rc = correlate_mask(c, data, len, &clean);
    if (rc == 0)
        rc = type == STEP_WS_RECV
                 ? buf_add(out, clean.data, clean.len)
                 : values_templatize(&c->values, clean.data ? clean.data : "", clean.len, out);
    buf_release(&clean);
    return rc;
}

int correlate_recv(struct correlation *c, struct conversation *conversation, const char *data,
                   size_t len, bool *binary, int64_t now_us, enum step_type *type, struct buf *out)
{
    struct message m = {0};
    int rc = conversation_read(conversation, data, len, *binary, now_us, &m);

    *type = type_of(m.kind);
    if (rc == 0 && !*binary)
        rc = heard_add(&c->heard, data, len);
    if (rc == 0)
        rc = learn_all(&c->values, &m.learnt);
    *binary = *binary && !m.text;
    if (rc == 0 && *type != STEP_TYPES)
        rc = write_recv(c, *type, m.text ? m.text : data, m.text ? strlen(m.text) : len, *binary,
                        out);
    message_release(&m);
    return rc;
}
