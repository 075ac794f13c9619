/* What a person would call a step. */
#include <ctype.h>
#include <string.h>

#include "core/dialect_read.h"
#include "core/url_label.h"

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

static struct scene scene_of(const json_t *kept, const struct message *m)
{
    return (struct scene){.json = json_object_get(kept, "json"),
                          .channel = json_string_value(json_object_get(kept, "channel")),
                          .message = m};
}

/* What a label is made of: a rule that fits, all documents of a message. */
struct labelling {
    const struct label_rule *rule;
    const json_t *documents;
    const struct message *message;
    struct buf *out;
    size_t last; /* where in out the last text of several begins */
};

/* What the first document that says something in this template says. */
static int add_first(struct labelling *l, const json_t *template)
{
    int rc = 0;

    for (size_t i = 0; i < json_array_size(l->documents) && rc >= 0 && !l->out->len; i++) {
        const struct scene scene = scene_of(json_array_get(l->documents, i), l->message);

        if (when_fits(l->rule->when, &scene))
            rc = template_join(json_string_value(template), &scene, l->out);
    }
    return rc;
}

/* "Updated: a" and "Updated: b" are "Updated: a, b"; another beginning stands behind a semicolon.
 */
static int add_another(struct labelling *l, const struct buf *text)
{
    const char *colon = strstr(text->data, ": ");
    size_t head = colon ? (size_t)(colon + 2 - text->data) : 0;

    if (l->out->len && head && strncmp(l->out->data + l->last, text->data, head) == 0) {
        buf_adds(l->out, ", ");
        return buf_add(l->out, text->data + head, text->len - head);
    }
    if (l->out->len)
        buf_adds(l->out, "; ");
    l->last = l->out->len;
    return buf_add(l->out, text->data, text->len);
}

/* All that all documents say in these templates. */
static int add_several(struct labelling *l, const json_t *templates)
{
    struct buf text;
    int rc = 0;

    buf_init(&text, CODEC_BYTES_MAX);
    for (size_t t = 0; t < json_array_size(templates); t++) {
        for (size_t i = 0; i < json_array_size(l->documents) && rc >= 0; i++) {
            const struct scene scene = scene_of(json_array_get(l->documents, i), l->message);

            buf_clear(&text);
            if (when_fits(l->rule->when, &scene))
                rc = template_join(json_string_value(json_array_get(templates, t)), &scene, &text);
            if (rc >= 0 && text.len)
                rc = add_another(l, &text);
        }
    }
    buf_release(&text);
    return rc;
}

/* A rule's label is a template, or a list of which the first that says something counts: templates,
 * and lists of those that are all told.  An empty label says nothing. */
static int label_by_rule(struct labelling *l)
{
    const json_t *label = l->rule->label;
    int rc = 0;

    if (json_is_string(label))
        return add_first(l, label);
    for (size_t i = 0; i < json_array_size(label) && rc >= 0 && !l->out->len; i++) {
        const json_t *one = json_array_get(label, i);

        rc = json_is_array(one) ? add_several(l, one) : add_first(l, one);
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
    for (size_t i = 0; i < count && rc >= 0 && !text.len; i++) {
        struct labelling l = {&rules[i], documents, m, &text, 0};

        rc = label_by_rule(&l);
    }
    if (rc >= 0 && !text.len)
        rc = template_join("Message: {parts}", &scene, &text);
    if (rc >= 0 && !text.len)
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

/* "Get: app.js", of any method. */
static int label_request(const char *method, const char *url, struct buf *out)
{
    buf_addc(out, (char)toupper((unsigned char)*method));
    for (const char *c = method; *c && *++c;)
        buf_addc(out, (char)tolower((unsigned char)*c));
    buf_adds(out, ": ");
    return url_label(url, out);
}

/* A page that a person opened. */
static int label_page(const char *url, struct buf *out)
{
    if (url_is_root(url))
        return buf_adds(out, "Homepage");
    buf_adds(out, "Page: ");
    return url_label(url, out);
}

int dialect_label(const struct dialect *dialect, const struct step *step, struct buf *out)
{
    int rc = 0;

    switch (step->type) {
    case STEP_REQ_HOME:
        rc = label_page(step->url, out);
        break;
    case STEP_REQ_GET:
        rc = label_request("get", step->url, out);
        break;
    case STEP_REQ_SINF:
        rc = buf_adds(out, "SockJS info");
        break;
    case STEP_REQ_TOK:
        rc = buf_adds(out, "Token");
        break;
    case STEP_REQ_POST:
        rc = label_request("post", step->url, out);
        break;
    case STEP_REQ:
        rc = label_request(step->method, step->url, out);
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
