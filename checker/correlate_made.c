/* What no answer told: ids and times that the page made itself. */
#include <string.h>
#include <strings.h>

#include "checker/classify.h"
#include "checker/correlate_private.h"

/* Makers are lent strings of the findings' arena. */
static char *keep(struct engine *e, const char *text, size_t len)
{
    return arena_copy(&e->out->owned, len ? text : "", len);
}

static bool is_attribute(const char *tag, size_t len, const char *name, const char *value)
{
    size_t n = strlen(value);

    for (size_t i = 0; i + strlen(name) + n + 1 < len; i++) {
        size_t at = i + strlen(name);

        if (strncasecmp(tag + i, name, strlen(name)) != 0 || tag[at] != '=')
            continue;
        at++;
        at += tag[at] == '"' || tag[at] == '\'';
        if (at + n <= len && memcmp(tag + at, value, n) == 0 &&
            (at + n == len || strchr("\"' >/", tag[at + n])))
            return true;
    }
    return false;
}

/* An input that a person sees and fills in: every type but hidden. */
static bool has_visible_input(const char *page, size_t len, const char *field)
{
    const char *at = page;
    const char *end = page + len;

    while ((at = memmem(at, (size_t)(end - at), "<", 1))) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        bool input = end - at > 9 &&
                     (strncasecmp(at, "<input", 6) == 0 || strncasecmp(at, "<textarea", 9) == 0 ||
                      strncasecmp(at, "<select", 7) == 0);

        if (!close)
            return false;
        if (input && is_attribute(at, (size_t)(close - at), "name", field) &&
            !is_attribute(at, (size_t)(close - at), "type", "hidden"))
            return true;
        at = close;
    }
    return false;
}

/* Did a person type it, into a field that a page before showed? */
static bool was_typed(struct engine *e, const struct question *q)
{
    const char *field = q->atom->name;

    if (!*field || in_a_path(q))
        return false;
    for (size_t i = 0; i < e->telling_count; i++) {
        const struct telling *t = &e->tellings[i];

        if (t->a->what == TRACE_ANSWER && t->a->text && is_before(t, q->step) &&
            has_visible_input(t->a->text, t->a->text_bytes, field))
            return true;
    }
    return false;
}

static int find_made(struct engine *e, const struct question *q, struct finding *f)
{
    size_t index;

    for (size_t i = 0; i < e->out->count; i++) {
        struct finding *other = &e->out->items[i];

        if (other->source < 0 && strcmp(other->literal, q->atom->value) == 0) {
            /* the same time in another request was not read from the clock again */
            if (other->kind == VALUE_CLOCK &&
                e->in->sents->items[other->uses[0].sent].step != q->sent->step)
                other->maker.keep = true;
            return add_use(e, i, q);
        }
    }
    f->source = -1;
    f->literal = keep(e, q->atom->value, q->atom->bytes);
    if (!f->literal || add_finding(e, f, q, "", &index) < 0)
        return -E_NOMEM;
    return add_use(e, index, q);
}

static int made_clock(struct engine *e, const struct question *q, const char *unit)
{
    struct finding f = {.kind = VALUE_CLOCK, .sure = SURE_LIKELY};

    f.maker.kind = MAKER_CLOCK;
    f.maker.unit = keep(e, unit, strlen(unit));
    return f.maker.unit ? find_made(e, q, &f) : -E_NOMEM;
}

static int made_minted(struct engine *e, const struct question *q)
{
    struct finding f = {.kind = VALUE_MINTED};
    struct buf alphabet;
    struct buf shape;
    int rc;

    buf_init(&alphabet, 128);
    buf_init(&shape, q->atom->bytes + 8);
    rc = look_minted(q->atom->value, q->atom->bytes, &alphabet, &shape);
    if (rc == 0) {
        f.sure = look_uuid(q->atom->value, q->atom->bytes) ? SURE_LIKELY : SURE_GUESS;
        f.maker.kind = MAKER_MINTED;
        f.maker.alphabet = keep(e, alphabet.data, alphabet.len);
        f.maker.shape = keep(e, shape.data, shape.len);
        rc = f.maker.alphabet && f.maker.shape ? find_made(e, q, &f) : -E_NOMEM;
    }
    buf_release(&alphabet);
    buf_release(&shape);
    return rc == -E_MISMATCH ? 0 : rc;
}

static const char *clock_unit(const struct engine *e, const struct question *q)
{
    int64_t begin = e->in->script->begin_wall_us;

    return look_clock(q->atom->value, q->atom->bytes, begin - CLOCK_SLACK_US,
                      begin + q->step->end_us + CLOCK_SLACK_US);
}

/* base64 of something readable is no id. */
static bool says_something(const struct question *q)
{
    const struct atoms *atoms = &q->sent->atoms;

    for (size_t i = q->index + 1; i < atoms->count && atoms->items[i].parent; i++) {
        if (atoms->items[i].parent == q->index + 1 && atoms->items[i].shell && !q->atom->shell)
            return true;
    }
    return false;
}

int made(struct engine *e, const struct question *q)
{
    const char *unit = clock_unit(e, q);

    if (says_something(q))
        return 0;
    if (!unit && (!look_random(q->atom->value, q->atom->bytes) || q->atom->bytes > 128))
        return 0;
    if (!e->in->a)
        return add_open(e, q, OPEN_LOOKS, -1);
    if (was_typed(e, q)) {
        set_done(e, q);
        return 0;
    }
    return unit ? made_clock(e, q, unit) : made_minted(e, q);
}

int made_by_rule(struct engine *e, const struct question *q, const struct rule *rule)
{
    const char *unit = clock_unit(e, q);

    if (rule->kind == RULE_CLOCK)
        return made_clock(e, q, unit ? unit : "ms");
    return made_minted(e, q);
}
