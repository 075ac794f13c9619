/* What a person would call a step. */
#include <string.h>

#include "core/dialect_read.h"

/* A label is for one line on a screen. */
#define LABEL_BYTES_MAX 400

/* --- messages --- */

/* The documents of a message, kept until all of them are read: a label may speak of all its parts.
 */
static int keep_document(void *user, const struct scene *scene)
{
    json_t *kept = json_pack("{s:O, s:s}", "json", scene->json, "channel", scene->channel);

    return json_array_append_new(user, kept) < 0 ? -E_NOMEM : 0;
}

/* A template, or the first of a list that says something.  1, 0 or -E_NOMEM. */
static int add_label(const json_t *label, const struct scene *scene, struct buf *out)
{
    int rc = 0;

    if (json_is_string(label))
        return template_join(json_string_value(label), scene, out);
    for (size_t i = 0; i < json_array_size(label) && rc == 0; i++)
        rc = template_join(json_string_value(json_array_get(label, i)), scene, out);
    return rc;
}

static int label_by_rule(const struct label_rule *rule, const json_t *documents,
                         const struct message *m, struct buf *out)
{
    int rc = 0;

    for (size_t i = 0; i < json_array_size(documents) && rc == 0; i++) {
        const json_t *kept = json_array_get(documents, i);
        const struct scene scene = {.json = json_object_get(kept, "json"),
                                    .channel = json_string_value(json_object_get(kept, "channel")),
                                    .message = m};

        if (when_fits(rule->when, &scene))
            rc = add_label(rule->label, &scene, out);
        if (!out->len)
            rc = rc < 0 ? rc : 0; /* an empty label says nothing */
    }
    return rc;
}

/* One line of whole characters, and as many as a person reads. */
static int add_short(const struct buf *text, struct buf *out)
{
    size_t len = text->len;

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text->data[i] < 0x20)
            text->data[i] = ' ';
    }
    if (len <= LABEL_BYTES_MAX)
        return len ? buf_add(out, text->data, len) : 0;
    for (len = LABEL_BYTES_MAX; len && ((unsigned char)text->data[len] & 0xc0) == 0x80;)
        len--;
    buf_add(out, text->data, len);
    return buf_adds(out, "...");
}

static int label_message(const struct label_rule *rules, size_t count, const json_t *documents,
                         const struct message *m, struct buf *out)
{
    const struct scene scene = {.channel = "", .message = m};
    struct buf text;
    int rc = 0;

    buf_init(&text, CODEC_BYTES_MAX);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = label_by_rule(&rules[i], documents, m, &text);
    if (rc == 0)
        rc = template_join("Message: {parts}", &scene, &text);
    if (rc == 0)
        rc = buf_adds(&text, m ? "Message" : "Send");
    if (rc >= 0)
        rc = add_short(&text, out);
    buf_release(&text);
    return rc;
}

static int label_recv(const struct dialect *dialect, const struct step *step, struct buf *out)
{
    const struct dialect_rules *rules = dialect->rules;
    json_t *documents = json_array();
    struct message m = {0};
    struct reader reader = {
        .dialect = dialect, .message = &m, .on_document = keep_document, .user = documents};
    int rc = reader_frame(&reader, step->message, step->message_bytes, step->binary);

    if (rc == 0)
        rc = label_message(rules->labels, rules->label_count, documents, &m, out);
    message_release(&m);
    json_decref(documents);
    return rc;
}

static int label_send(const struct dialect *dialect, const struct step *step, struct buf *out)
{
    const struct dialect_rules *rules = dialect->rules;
    json_t *documents = json_array();
    int rc = dialect_sent_documents(dialect, step->message, step->message_bytes, step->binary,
                                    keep_document, documents);

    if (rc == 0)
        rc = label_message(rules->sends, rules->send_count, documents, NULL, out);
    json_decref(documents);
    return rc;
}

/* --- the rest --- */

static int label_url(const char *kind, const char *url, struct buf *out)
{
    size_t len = strcspn(url, "?");
    size_t from = len;

    while (from && url[from - 1] != '/')
        from--;
    return buf_addf(out, "%s: %.*s", kind, (int)(len - from), url + from);
}

int dialect_label(const struct dialect *dialect, const struct step *step, struct buf *out)
{
    int rc = 0;

    switch (step->type) {
    case STEP_REQ_HOME:
        rc = buf_adds(out, "Homepage");
        break;
    case STEP_REQ_GET:
        rc = label_url("Get", step->url, out);
        break;
    case STEP_REQ_SINF:
        rc = buf_adds(out, "SockJS info");
        break;
    case STEP_REQ_TOK:
        rc = buf_adds(out, "Token");
        break;
    case STEP_REQ_POST:
        rc = label_url("Post", step->url, out);
        break;
    case STEP_REQ:
        rc = label_url(step->method, step->url, out);
        break;
    case STEP_WS_OPEN:
        rc = buf_adds(out, "Start session");
        break;
    case STEP_WS_RECV_INIT:
        rc = buf_adds(out, "Initialize session");
        break;
    case STEP_WS_RECV:
    case STEP_WS_RECV_BEGIN_UPLOAD:
        rc = label_recv(dialect, step, out);
        break;
    case STEP_WS_SEND:
        rc = label_send(dialect, step, out);
        break;
    case STEP_WS_CLOSE:
        rc = buf_adds(out, "Stop session");
        break;
    case STEP_TYPES:
        break;
    }
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}
