/* One WebSocket's conversation: what its codec has to remember, and when its duties are due. */
#include <stdlib.h>
#include <string.h>

#include "core/dialect_read.h"
#include "core/names.h"

/* Answers owed at once, at most: more than these, and the server would have stopped by itself. */
#define PENDING_MAX 10000

struct pending {
    int64_t at_us;
    const struct duty_rule *rule;
    json_t *json; /* what it answers */
};

struct clock {
    int64_t next_us; /* INT64_MAX: it does not tick */
    unsigned long count;
};

struct conversation_state {
    bool begun;
    struct clock *clocks; /* one a duty */
    json_t **echoes;      /* one a value */
    void *codec;          /* or NULL */
    struct pending *pending;
    size_t pending_count;
    struct buf path; /* of the request that was taken last */
};

void conversation_init(struct conversation *c, const struct dialect *dialect)
{
    *c = (struct conversation){.dialect = dialect};
}

void conversation_release(struct conversation *c)
{
    struct conversation_state *s = c->state;

    c->state = NULL;
    if (!s)
        return;
    for (size_t i = 0; s->echoes && i < c->dialect->rules->value_count; i++)
        json_decref(s->echoes[i]);
    for (size_t i = 0; i < s->pending_count; i++)
        json_decref(s->pending[i].json);
    if (s->codec && c->dialect->rules->codec->release)
        c->dialect->rules->codec->release(s->codec);
    free(s->clocks);
    free(s->echoes);
    free(s->codec);
    free(s->pending);
    buf_release(&s->path);
    free(s);
}

static bool has_echoes(const struct dialect_rules *rules)
{
    for (size_t i = 0; i < rules->value_count; i++) {
        if (rules->values[i].source == VALUE_ECHO)
            return true;
    }
    return false;
}

static bool make_state(struct conversation *c)
{
    const struct dialect_rules *rules = c->dialect->rules;
    struct conversation_state *s = calloc(1, sizeof(*s));

    c->state = s;
    if (!s)
        return false;
    buf_init(&s->path, TEMPLATE_TEXT_MAX);
    if (rules->duty_count)
        s->clocks = calloc(rules->duty_count, sizeof(*s->clocks));
    if (has_echoes(rules))
        s->echoes = calloc(rules->value_count, sizeof(json_t *));
    if (rules->codec->state_bytes)
        s->codec = calloc(1, rules->codec->state_bytes);
    if ((rules->duty_count && !s->clocks) || (has_echoes(rules) && !s->echoes) ||
        (rules->codec->state_bytes && !s->codec)) {
        conversation_release(c);
        return false;
    }
    for (size_t i = 0; i < rules->duty_count; i++)
        s->clocks[i].next_us = INT64_MAX;
    return true;
}

int conversation_resume(struct conversation *c, const struct conversation *before)
{
    const struct codec *codec = c->dialect->rules->codec;

    if (c->dialect != before->dialect || !codec->resume || !before->state || !before->state->codec)
        return 0;
    if (!c->state && !make_state(c))
        return -E_NOMEM;
    codec->resume(c->state->codec, before->state->codec);
    return 0;
}

/* The first frame, whoever sent it, starts the clocks. */
static int begin(struct conversation *c, int64_t now_us)
{
    const struct dialect_rules *rules = c->dialect->rules;

    if (c->state && c->state->begun)
        return 0;
    if (!rules->duty_count && !rules->codec->state_bytes && !has_echoes(rules))
        return 0;
    if (!c->state && !make_state(c))
        return -E_NOMEM;
    c->state->begun = true;
    for (size_t i = 0; i < rules->duty_count; i++) {
        if (rules->duties[i].every_us)
            c->state->clocks[i].next_us = now_us + rules->duties[i].every_us;
    }
    return 0;
}

/* --- what comes --- */

struct reading {
    struct conversation_state *state;
    const struct dialect_rules *rules;
    int64_t now_us;
};

static int owe_answer(const struct reading *r, const struct duty_rule *rule, json_t *json)
{
    struct conversation_state *s = r->state;
    struct pending *pending;

    if (s->pending_count >= PENDING_MAX)
        return -E_NOMEM;
    pending = realloc(s->pending, (s->pending_count + 1) * sizeof(*pending));
    if (!pending)
        return -E_NOMEM;
    s->pending = pending;
    pending[s->pending_count++] =
        (struct pending){r->now_us + rule->after_us, rule, json_incref(json)};
    return 0;
}

static int look_for_duties(void *user, const struct scene *scene)
{
    const struct reading *r = user;
    int rc = 0;

    for (size_t i = 0; i < r->rules->duty_count && rc == 0; i++) {
        const struct duty_rule *rule = &r->rules->duties[i];

        if (rule->on && when_fits(rule->on, scene))
            rc = owe_answer(r, rule, scene->json);
    }
    return rc;
}

int conversation_read(struct conversation *c, const char *data, size_t len, bool binary,
                      int64_t now_us, struct message *m)
{
    struct reader reader = {.dialect = c->dialect, .message = m, .now_us = now_us, .skims = true};
    struct reading reading = {.rules = c->dialect->rules, .now_us = now_us};

    if (begin(c, now_us) < 0)
        return -E_NOMEM;
    if (c->state) {
        reading.state = c->state;
        reader.codec_state = c->state->codec;
        reader.echoes = c->state->echoes;
        reader.on_document = c->reads_only ? NULL : look_for_duties;
        reader.user = &reading;
    }
    return reader_frame(&reader, data, len, binary);
}

void conversation_sent(struct conversation *c, const char *data, size_t len, bool binary,
                       int64_t now_us)
{
    const struct dialect_rules *rules = c->dialect->rules;

    if (begin(c, now_us) < 0 || !c->state)
        return;
    if (rules->codec->sent && !binary)
        rules->codec->sent(c->state->codec, data, len);
    for (size_t i = 0; i < rules->duty_count; i++) {
        if (rules->duties[i].every_us && rules->duties[i].rests)
            c->state->clocks[i].next_us = now_us + rules->duties[i].every_us;
    }
}

/* --- what is owed --- */

int64_t conversation_due_us(const struct conversation *c)
{
    const struct conversation_state *s = c->state;
    const struct dialect_rules *rules = c->dialect->rules;
    int64_t due_us = INT64_MAX;

    if (!s || c->reads_only)
        return due_us;
    if (rules->codec_duties)
        due_us = rules->codec->due_us(s->codec);
    for (size_t i = 0; i < s->pending_count; i++) {
        if (s->pending[i].at_us < due_us)
            due_us = s->pending[i].at_us;
    }
    for (size_t i = 0; i < rules->duty_count; i++) {
        if (s->clocks[i].next_us < due_us)
            due_us = s->clocks[i].next_us;
    }
    return due_us;
}

static int make_request(struct conversation_state *s, const struct duty_rule *rule,
                        struct values *values, struct duty *duty)
{
    buf_clear(&s->path);
    if (values_expand(values, rule->path, strlen(rule->path), &s->path) < 0)
        return -E_NOMEM;
    duty->method = rule->method;
    duty->path = s->path.data;
    return 1;
}

/* What the rule makes of this message.  A frame that cannot be made (the codec has no such form) is
 * not owed: 0. */
static int make_duty(struct conversation *c, const struct duty_rule *rule, json_t *json,
                     unsigned long count, struct values *values, struct duty *duty)
{
    const struct scene scene = {.json = json, .channel = "", .count = count, .values = values};
    json_t *frame;
    int rc;

    if (rule->with && !values_get(values, rule->with))
        return 0;
    if (rule->method)
        return make_request(c->state, rule, values, duty);
    frame = template_json(rule->send, &scene);
    rc = frame ? c->dialect->rules->codec->encode(frame, &duty->data, &duty->binary) : -E_NOMEM;
    json_decref(frame);
    if (rc == -E_FORMAT)
        return 0;
    return rc < 0 ? rc : 1;
}

static int take_pending(struct conversation *c, int64_t now_us, struct values *values,
                        struct duty *duty)
{
    struct conversation_state *s = c->state;
    int rc = 0;

    for (size_t i = 0; i < s->pending_count && rc == 0;) {
        struct pending taken = s->pending[i];

        if (taken.at_us > now_us) {
            i++;
            continue;
        }
        s->pending_count--;
        memmove(s->pending + i, s->pending + i + 1, (s->pending_count - i) * sizeof(taken));
        rc = make_duty(c, taken.rule, taken.json, 0, values, duty);
        json_decref(taken.json);
    }
    return rc;
}

static int take_clock(struct conversation *c, int64_t now_us, struct values *values,
                      struct duty *duty)
{
    const struct dialect_rules *rules = c->dialect->rules;
    int rc = 0;

    for (size_t i = 0; i < rules->duty_count && rc == 0; i++) {
        struct clock *clock = &c->state->clocks[i];

        if (clock->next_us > now_us)
            continue;
        /* one that slept too long says it once, not for each time missed */
        clock->next_us += rules->duties[i].every_us;
        if (clock->next_us <= now_us)
            clock->next_us = now_us + rules->duties[i].every_us;
        rc = make_duty(c, &rules->duties[i], NULL, clock->count + 1, values, duty);
        clock->count += rc > 0;
    }
    return rc;
}

int conversation_duty(struct conversation *c, int64_t now_us, struct values *values,
                      struct duty *duty)
{
    int rc = 0;

    if (!c->state || c->reads_only)
        return 0;
    duty->binary = false;
    duty->method = duty->path = NULL;
    if (c->dialect->rules->codec_duties)
        rc = c->dialect->rules->codec->owe(c->state->codec, now_us, &duty->data);
    if (rc == 0)
        rc = take_pending(c, now_us, values, duty);
    return rc == 0 ? take_clock(c, now_us, values, duty) : rc;
}

int conversation_farewell(struct conversation *c, size_t i, struct values *values,
                          struct duty *duty)
{
    const struct dialect_rules *rules = c->dialect->rules;
    int rc = 0;

    duty->binary = false;
    duty->method = duty->path = NULL;
    if (!c->state)
        return 0;
    if (rules->codec_duties && rules->codec->leave && i-- == 0)
        return rules->codec->leave(c->state->codec, &duty->data);
    for (size_t k = 0; k < rules->duty_count && rc == 0; k++) {
        if (rules->duties[k].leaving && i-- == 0)
            rc = make_duty(c, &rules->duties[k], NULL, 0, values, duty);
    }
    return rc;
}

int dialect_duty_needs(const struct dialect *dialect, struct names *names)
{
    int rc = 0;

    for (size_t i = 0; i < dialect->rules->duty_count && rc == 0; i++) {
        const struct duty_rule *rule = &dialect->rules->duties[i];
        char *send = rule->send ? json_dumps(rule->send, JSON_ENCODE_ANY) : NULL;

        if (rule->send && !send)
            return -E_NOMEM;
        if (send)
            rc = names_add_placeholders(names, send, strlen(send));
        if (rc == 0 && rule->path)
            rc = names_add_placeholders(names, rule->path, strlen(rule->path));
        if (rc == 0 && rule->with)
            rc = names_add(names, rule->with, strlen(rule->with));
        free(send);
    }
    return rc;
}
