/* Reads the rules of a dialect's lists. */
#include <stdlib.h>
#include <string.h>

#include "core/condition.h"
#include "core/dialect_rules.h"

int load_parts(struct loader *l, json_t *json, json_t **out)
{
    json_t *parts = json_object_get(json, "parts");
    json_t *checked;
    const char *key;
    json_t *value;
    int rc = 0;

    *out = parts;
    if (!json_is_object(parts))
        return load_templates(l, json, "parts", &checked);
    json_object_foreach(parts, key, value)
    {
        if (rc == 0)
            rc = load_templates(l, parts, key, &checked);
    }
    return rc;
}

static int find_kind(struct loader *l, const char *word, enum message_kind *kind)
{
    static const char *const words[] = {
        [MESSAGE_NOISE] = "noise", [MESSAGE_OPTIONAL] = "optional",   [MESSAGE_DATA] = "data",
        [MESSAGE_INIT] = "init",   [MESSAGE_BEGIN_UPLOAD] = "upload", [MESSAGE_GONE] = "gone",
    };

    *kind = MESSAGE_DATA;
    for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], word) == 0) {
            *kind = (enum message_kind)i;
            return 0;
        }
    }
    return !word ? 0
                 : load_refuse(l,
                               "'is': '%.40s' is none of noise, optional, data, init, upload, "
                               "gone",
                               word);
}

/* Only of parts of its own: the dialect's are for any message. */
static int load_lasting(struct loader *l, json_t *json, bool *lasting)
{
    const json_t *value = json_object_get(json, "lasting");

    *lasting = json_is_true(value);
    if (value && !json_is_boolean(value))
        return load_refuse(l, "'lasting': true or false is wanted");
    return *lasting && !json_object_get(json, "parts")
               ? load_refuse(l, "'lasting' is for a rule with 'parts'")
               : 0;
}

static int load_message(struct loader *l, json_t *json, void *into)
{
    struct message_rule *rule = into;
    const char *is;
    int rc = load_fields(l, json, "if, is, parts, lasting, reason");

    if (rc == 0)
        rc = load_when(l, json, "if", &rule->when);
    if (rc == 0)
        rc = load_string(l, json, "is", &is);
    if (rc == 0)
        rc = find_kind(l, is, &rule->kind);
    if (rc == 0)
        rc = load_parts(l, json, &rule->parts);
    if (rc == 0)
        rc = load_lasting(l, json, &rule->lasting);
    if (rc == 0)
        rc = load_string(l, json, "reason", &rule->reason);
    if (rc == 0 && rule->reason)
        rc = rule->kind == MESSAGE_GONE ? load_template(l, rule->reason, false)
                                        : load_refuse(l, "'reason' is for what \"is\": \"gone\"");
    return rc;
}

/* "is": "noise" or not there. */
static int load_noise(struct loader *l, json_t *json, bool *noise)
{
    const char *is;
    int rc = load_string(l, json, "is", &is);

    *noise = rc == 0 && is && strcmp(is, "noise") == 0;
    return rc == 0 && is && !*noise ? load_refuse(l, "'is' may only be \"noise\" here") : rc;
}

static int load_send(struct loader *l, json_t *json, void *into)
{
    struct label_rule *rule = into;
    int rc = load_fields(l, json, "if, is, label");

    if (rc == 0)
        rc = load_when(l, json, "if", &rule->when);
    if (rc == 0)
        rc = load_noise(l, json, &rule->noise);
    return rc == 0 ? load_labels(l, json, "label", &rule->label) : rc;
}

static int load_label(struct loader *l, json_t *json, void *into)
{
    struct label_rule *rule = into;
    int rc = load_fields(l, json, "if, label");

    if (rc == 0)
        rc = load_when(l, json, "if", &rule->when);
    if (rc == 0)
        rc = load_labels(l, json, "label", &rule->label);
    return rc == 0 && !rule->label ? load_refuse(l, "'label' is missing") : rc;
}

static int load_poll(struct loader *l, json_t *json, const char **out)
{
    json_t *poll;
    char *text;
    int rc = load_when(l, json, "poll", &poll);

    if (rc < 0 || !poll)
        return rc;
    if (!condition_is_sound(poll))
        return load_refuse(l, "'poll': a condition of what the answer has to say is wanted");
    text = json_dumps(poll, JSON_COMPACT);
    if (!text)
        return error_nomem(l->err);
    *out = arena_copy(&l->dialect->rules->owned, text, strlen(text));
    free(text);
    return *out ? 0 : error_nomem(l->err);
}

static int load_request_rule(struct loader *l, json_t *json, void *into)
{
    struct request_rule *rule = into;
    int rc = load_fields(l, json, "request, is, marks, poll");

    if (rc == 0)
        rc = load_request(l, json, "request", &rule->request);
    if (rc == 0 && !rule->request)
        rc = load_refuse(l, "'request' is missing");
    if (rc == 0)
        rc = load_noise(l, json, &rule->noise);
    if (rc == 0)
        rc = load_texts(l, json, "marks", &rule->marks);
    return rc == 0 ? load_poll(l, json, &rule->poll) : rc;
}

static int load_value_rule(struct loader *l, json_t *json, void *into)
{
    return load_value(l, json, into);
}

static int check_send(struct loader *l, json_t *send)
{
    const char *key;
    json_t *value;
    int rc = 0;

    if (json_is_string(send))
        return load_template(l, json_string_value(send), true);
    json_object_foreach(send, key, value)
    {
        if (rc == 0)
            rc = check_send(l, value);
    }
    for (size_t i = 0; i < json_array_size(send) && rc == 0; i++)
        rc = check_send(l, json_array_get(send, i));
    return rc;
}

static int load_duty_request(struct loader *l, json_t *json, struct duty_rule *rule)
{
    json_t *request;
    const char *text;
    int rc = load_request(l, json, "request", &request);

    if (rc < 0 || !request)
        return rc;
    text = json_string_value(request);
    if (!text)
        return load_refuse(l, "'request': one request is wanted");
    rule->path = strchr(text, ' ') + 1;
    rule->method = arena_copy(&l->dialect->rules->owned, text, (size_t)(rule->path - text - 1));
    return rule->method ? 0 : error_nomem(l->err);
}

static int load_builtin(struct loader *l, json_t *json)
{
    const char *word = json_string_value(json_object_get(json, "builtin"));
    const struct codec *codec = l->dialect->rules->codec;

    if (json_object_size(json) > 1 || !word || strcmp(word, codec->name) != 0 || !codec->owe)
        return load_refuse(l, "'builtin' stands alone and names a codec with duties: sockjs");
    l->dialect->rules->codec_duties = true;
    return 0;
}

static int check_duty(struct loader *l, const struct duty_rule *rule)
{
    if (!rule->send == !rule->method)
        return load_refuse(l, "one of 'send' and 'request' is wanted");
    if ((rule->every_us != 0) + (rule->on != NULL) + rule->leaving != 1)
        return load_refuse(l, "one of 'every', 'on' and 'leaving' is wanted");
    if (rule->leaving && rule->method)
        return load_refuse(l, "'leaving' is said on the socket: 'send' is wanted");
    if (rule->send && !l->dialect->rules->codec->encode)
        return load_refuse(l, "the codec %s cannot make frames, so no duty can send one",
                           l->dialect->rules->codec->name);
    return 0;
}

static int load_duty(struct loader *l, json_t *json, void *into)
{
    struct duty_rule *rule = into;
    int rc = load_fields(l, json, "builtin, every, on, leaving, after, rests, with, send, request");

    if (rc < 0)
        return rc;
    if (json_object_get(json, "builtin"))
        return load_builtin(l, json);
    rule->leaving = json_is_true(json_object_get(json, "leaving"));
    rule->rests = json_is_true(json_object_get(json, "rests"));
    rule->send = json_object_get(json, "send");
    rc = load_duration(l, json, "every", &rule->every_us);
    if (rc == 0)
        rc = load_duration(l, json, "after", &rule->after_us);
    if (rc == 0)
        rc = load_when(l, json, "on", &rule->on);
    if (rc == 0)
        rc = load_string(l, json, "with", &rule->with);
    if (rc == 0)
        rc = load_duty_request(l, json, rule);
    if (rc == 0)
        rc = check_send(l, rule->send);
    return rc == 0 ? check_duty(l, rule) : rc;
}

/* Rules of one list, each read by `one`. */
static int load_list(struct loader *l, const char *key, size_t size, void *out, size_t *count,
                     int (*one)(struct loader *, json_t *, void *))
{
    json_t *list = json_object_get(l->dialect->rules->json, key);
    size_t n = json_array_size(list);
    char *rules;

    if (list && (!json_is_array(list) || n > RULES_MAX))
        return load_refuse(l, "'%s': a list of at most %d rules is wanted", key, RULES_MAX);
    if (!n)
        return 0;
    rules = arena_alloc(&l->dialect->rules->owned, n * size);
    if (!rules)
        return error_nomem(l->err);
    memcpy(out, &rules, sizeof(rules)); /* whatever type of rule it points to */
    for (size_t i = 0; i < n; i++) {
        int rc = one(l, json_array_get(list, i), rules + i * size);

        if (rc < 0) {
            error_prefix(l->err, "%s[%zu]: ", key, i);
            return rc;
        }
        ++*count;
    }
    return 0;
}

int load_lists(struct loader *l)
{
    struct dialect_rules *r = l->dialect->rules;
    const struct {
        const char *key;
        size_t size;
        void *out;
        size_t *count;
        int (*one)(struct loader *, json_t *, void *);
    } lists[] = {
        {"messages", sizeof(*r->messages), &r->messages, &r->message_count, load_message},
        {"sends", sizeof(*r->sends), &r->sends, &r->send_count, load_send},
        {"labels", sizeof(*r->labels), &r->labels, &r->label_count, load_label},
        {"requests", sizeof(*r->request_rules), &r->request_rules, &r->request_count,
         load_request_rule},
        {"values", sizeof(*r->values), &r->values, &r->value_count, load_value_rule},
        {"duties", sizeof(*r->duties), &r->duties, &r->duty_count, load_duty},
    };
    int rc = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && rc == 0; i++)
        rc = load_list(l, lists[i].key, lists[i].size, lists[i].out, lists[i].count, lists[i].one);
    return rc;
}
