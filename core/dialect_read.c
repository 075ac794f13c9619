/* Reads messages: a frame becomes documents by its codec, a document becomes a kind and parts by
 * the first rule that fits. */
#include "core/dialect_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GONE_PREFIX "the server ended the session: "

void message_release(struct message *m)
{
    for (size_t i = 0; i < m->part_count; i++)
        free(m->parts[i]);
    free(m->parts);
    free(m->reason);
    free(m->text);
    values_release(&m->learnt);
    *m = (struct message){0};
}

/* Behind the other parts, the lasting ones before those that are not. */
static int take_part(struct message *m, char *part, bool lasting)
{
    char **parts;

    if (m->part_count == MESSAGE_PARTS_MAX) {
        free(part);
        return 0;
    }
    for (size_t i = 0; i < m->part_count; i++) {
        if (strcmp(m->parts[i], part) == 0) {
            free(part);
            return 0;
        }
    }
    parts = realloc(m->parts, (m->part_count + 1) * sizeof(*parts));
    if (!parts) {
        free(part);
        return -E_NOMEM;
    }
    m->parts = parts;
    m->part_count++;
    if (lasting) {
        memmove(parts + m->lasting + 1, parts + m->lasting,
                (m->part_count - m->lasting - 1) * sizeof(*parts));
        parts[m->lasting++] = part;
    } else {
        parts[m->part_count - 1] = part;
    }
    return 0;
}

/* Adds a part unless it is there.  0 or -E_NOMEM. */
static int add_part(struct message *m, const char *channel, const char *text, bool lasting)
{
    char *part = NULL;

    if (!*channel)
        part = strdup(text);
    else if (asprintf(&part, "channel %s %s", channel, text) < 0)
        part = NULL;
    return part ? take_part(m, part, lasting) : -E_NOMEM;
}

/* --- parts --- */

struct adding {
    struct message *message;
    const char *channel;
    bool lasting;
    bool any;
};

static int add_one(void *user, const char *text)
{
    struct adding *a = user;

    a->any = true;
    return add_part(a->message, a->channel, text, a->lasting);
}

/* All templates of a list, or the one. */
static int add_every(struct adding *a, const json_t *templates, const struct scene *scene)
{
    int rc = 0;

    if (json_is_string(templates))
        return template_each(json_string_value(templates), scene, add_one, a);
    for (size_t i = 0; i < json_array_size(templates) && rc == 0; i++)
        rc = template_each(json_string_value(json_array_get(templates, i)), scene, add_one, a);
    return rc;
}

/* The first template of a list that gives any. */
static int add_first(struct adding *a, const json_t *templates, const struct scene *scene)
{
    bool before = a->any;
    int rc = 0;

    if (json_is_string(templates))
        return template_each(json_string_value(templates), scene, add_one, a);
    a->any = false;
    for (size_t i = 0; i < json_array_size(templates) && rc == 0 && !a->any; i++)
        rc = template_each(json_string_value(json_array_get(templates, i)), scene, add_one, a);
    a->any = a->any || before;
    return rc;
}

/* By the document's own keys, in its order; "*" for those that are not named. */
static int add_by_key(struct adding *a, const json_t *parts, const struct scene *scene)
{
    struct scene inside = *scene;
    const char *key;
    json_t *value;
    int rc = 0;

    json_object_foreach(scene->json, key, value)
    {
        const json_t *templates = json_object_get(parts, key);

        if (!templates)
            templates = json_object_get(parts, "*");
        inside.key = key;
        if (templates && rc == 0)
            rc = add_first(a, templates, &inside);
    }
    return rc;
}

static const char default_part[] = "key {key}";

static int add_keys(struct adding *a, const struct scene *scene)
{
    struct scene inside = *scene;
    const char *key;
    json_t *value;
    int rc = 0;

    json_object_foreach(scene->json, key, value)
    {
        inside.key = key;
        if (rc == 0)
            rc = template_each(default_part, &inside, add_one, a);
    }
    return rc;
}

/* A dialect that says nothing about parts takes every message for one that matters; one that does
 * knows which say nothing. */
static int add_parts(struct adding *a, const json_t *parts, const struct scene *scene)
{
    int rc;

    if (!parts)
        rc = add_keys(a, scene);
    else if (json_is_object(parts))
        rc = add_by_key(a, parts, scene);
    else
        return add_every(a, parts, scene);
    if (rc == 0 && !a->any && (!parts || !json_is_object(scene->json)))
        rc = add_one(a, "message");
    return rc;
}

/* --- kinds --- */

/* Of several documents in a message, the weightiest counts. */
static void raise_kind(struct message *m, enum message_kind kind)
{
    if (m->kind == MESSAGE_NOISE || m->kind == MESSAGE_OPTIONAL || kind == MESSAGE_INIT ||
        kind == MESSAGE_BEGIN_UPLOAD || kind == MESSAGE_GONE)
        m->kind = kind;
}

static int set_reason(struct message *m, const char *template, const struct scene *scene)
{
    struct buf why;
    int rc;

    buf_init(&why, (size_t)TEMPLATE_TEXT_MAX * 2);
    buf_adds(&why, GONE_PREFIX);
    rc = template ? template_join(template, scene, &why) : 0;
    if (rc == 0)
        buf_adds(&why, "it gave no reason");
    if (rc < 0 || why.failed) {
        buf_release(&why);
        return -E_NOMEM;
    }
    free(m->reason);
    m->reason = buf_take(&why);
    return 0;
}

static const struct message_rule *find_rule(const struct dialect_rules *rules,
                                            const struct scene *scene)
{
    static const struct message_rule none = {.kind = MESSAGE_DATA};

    for (size_t i = 0; i < rules->message_count; i++) {
        if (when_fits(rules->messages[i].when, scene))
            return &rules->messages[i];
    }
    return &none;
}

static int apply_rule(struct reader *reader, const struct message_rule *rule,
                      const struct scene *scene)
{
    struct message *m = reader->message;
    struct adding adding = {.message = m, .channel = scene->channel, .lasting = rule->lasting};
    const json_t *parts = rule->parts ? rule->parts : reader->dialect->rules->parts;
    int rc;

    if (rule->kind == MESSAGE_NOISE)
        return 0;
    if (rule->kind == MESSAGE_GONE) {
        raise_kind(m, MESSAGE_GONE);
        return set_reason(m, rule->reason, scene);
    }
    rc = add_parts(&adding, parts, scene);
    if (rc == 0 && (adding.any || rule->kind == MESSAGE_INIT || rule->kind == MESSAGE_BEGIN_UPLOAD))
        raise_kind(m, rule->kind);
    return rc;
}

static int take_document(void *user, json_t *json, const char *channel)
{
    struct reader *reader = user;
    struct scene scene = {.json = json, .channel = channel, .message = reader->message};
    int rc;

    /* what follows the session's end belongs to nobody */
    if (reader->message->kind == MESSAGE_GONE)
        return 0;
    if (!json) {
        raise_kind(reader->message, MESSAGE_DATA);
        return add_part(reader->message, "", "message", false);
    }
    rc = apply_rule(reader, find_rule(reader->dialect->rules, &scene), &scene);
    if (rc == 0)
        rc = learn_from_message(reader, &scene);
    if (rc == 0 && reader->dialect->rules->codec->joins && reader->codec_state &&
        reader->message->kind != MESSAGE_NOISE) {
        free(reader->message->text);
        reader->message->text = json_dumps(json, JSON_COMPACT);
        rc = reader->message->text ? 0 : -E_NOMEM;
    }
    return rc == 0 && reader->on_document ? reader->on_document(reader->user, &scene) : rc;
}

static bool knows(const struct codec *codec, bool binary)
{
    return binary ? codec->binary : codec->text;
}

int reader_frame(struct reader *reader, const char *data, size_t len, bool binary)
{
    const struct codec *codec = reader->dialect->rules->codec;
    const struct codec_sink sink = {take_document, reader};
    const struct codec_frame frame = {.data = data,
                                      .len = len,
                                      .binary = binary,
                                      .now_us = reader->now_us,
                                      .inner = reader->dialect->rules->inner,
                                      .wanted =
                                          reader->skims ? &reader->dialect->rules->wanted : NULL};

    if (knows(codec, binary))
        return codec->decode(&frame, reader->codec_state, &sink);
    raise_kind(reader->message, MESSAGE_DATA);
    return add_part(reader->message, "", binary ? "binary message" : "message", false);
}

int dialect_read(const struct dialect *dialect, struct message *m, const char *text, size_t len,
                 bool binary)
{
    struct reader reader = {.dialect = dialect, .message = m, .skims = true};

    return reader_frame(&reader, text, len, binary);
}

/* --- what the browser sends --- */

struct sending {
    int (*on_document)(void *user, const struct scene *scene);
    void *user;
};

static int take_sent(void *user, json_t *json, const char *channel)
{
    const struct sending *s = user;
    const struct scene scene = {.json = json, .channel = channel};

    return json ? s->on_document(s->user, &scene) : 0;
}

int dialect_sent_documents(const struct dialect *dialect, const char *text, size_t len, bool binary,
                           int (*on_document)(void *user, const struct scene *scene), void *user)
{
    const struct codec *codec = dialect->rules->codec;
    struct sending sending = {on_document, user};
    const struct codec_sink sink = {take_sent, &sending};
    const struct codec_frame frame = {.data = text,
                                      .len = len,
                                      .binary = binary,
                                      .from_client = true,
                                      .inner = dialect->rules->inner};

    return knows(codec, binary) ? codec->decode(&frame, NULL, &sink) : 0;
}

struct noise_search {
    const struct dialect_rules *rules;
    size_t documents;
    size_t noise;
};

static int look_for_noise(void *user, const struct scene *scene)
{
    struct noise_search *s = user;

    s->documents++;
    for (size_t i = 0; i < s->rules->send_count; i++) {
        if (!when_fits(s->rules->sends[i].when, scene))
            continue;
        s->noise += s->rules->sends[i].noise;
        break;
    }
    return 0;
}

bool dialect_has_noise_sends(const struct dialect *dialect)
{
    for (size_t i = 0; i < dialect->rules->send_count; i++) {
        if (dialect->rules->sends[i].noise)
            return true;
    }
    return false;
}

bool dialect_send_is_noise(const struct dialect *dialect, const char *text, size_t len, bool binary)
{
    struct noise_search search = {.rules = dialect->rules};

    dialect_sent_documents(dialect, text, len, binary, look_for_noise, &search);
    return search.documents && search.noise == search.documents;
}
