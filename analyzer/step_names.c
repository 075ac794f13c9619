#include "analyzer/step_names.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/load.h"
#include "core/buf.h"

#define NONE UINT32_MAX
#define CAUSE_MOST 120 /* bytes: what a line of a chart has room for */
#define EFFECT_MOST 160
#define ELLIPSIS "\u2026"

/* How dialects say that outputs changed, or could not be computed: what a user waits for. */
#define UPDATED "Updated: "
#define ERRORS "Errors: "

/* The steps of each calculation as a list, and the sends that caused them. */
struct causes {
    const struct build *build;
    struct step_name *names;
    uint32_t *first; /* a calculation: its first step */
    uint32_t *next;  /* a step: the next of its calculation */
    uint32_t *sent;  /* a socket: the last whole message that was sent on it */
};

static int find_calculations(struct causes *c)
{
    const struct plan *plan = &c->build->plan;
    size_t steps = plan->script->count;

    c->first = malloc((plan->calculation_count + 1) * sizeof(*c->first));
    c->next = malloc((steps + 1) * sizeof(*c->next));
    c->sent = malloc(((size_t)plan->script->sockets + 1) * sizeof(*c->sent));
    if (!c->first || !c->next || !c->sent)
        return -E_NOMEM;
    for (size_t i = 0; i < plan->calculation_count; i++)
        c->first[i] = NONE;
    for (size_t i = 0; i < plan->script->sockets; i++)
        c->sent[i] = NONE;
    for (size_t i = steps; i-- > 0;) {
        int calculation = plan->calculations[i];

        if (calculation < 0)
            continue;
        c->next[i] = c->first[calculation];
        c->first[calculation] = (uint32_t)i;
    }
    return 0;
}

/* Whole characters, and an ellipsis where some are left out. */
static int add_cut(struct buf *out, const char *text, size_t most)
{
    size_t len = strlen(text);

    if (len <= most)
        return buf_add(out, text, len);
    for (len = most; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
        len--;
    buf_add(out, text, len);
    return buf_adds(out, ELLIPSIS);
}

static bool is_update(const char *label)
{
    return strncmp(label, UPDATED, strlen(UPDATED)) == 0 ||
           strncmp(label, ERRORS, strlen(ERRORS)) == 0;
}

static bool any_update(const struct causes *c, uint32_t step)
{
    while (step != NONE && !is_update(c->names[step].label))
        step = c->next[step];
    return step != NONE;
}

/* The outputs that were updated; where there are none, whatever came. */
static void add_effect(const struct causes *c, uint32_t step, struct buf *out)
{
    bool updates = any_update(c, step);
    const char *last = "";

    for (; step != NONE && out->len < EFFECT_MOST; step = c->next[step]) {
        const char *label = c->names[step].label;

        if ((updates && !is_update(label)) || strcmp(label, last) == 0)
            continue;
        last = label;
        if (out->len)
            buf_adds(out, ", ");
        buf_adds(out, label + (strncmp(label, UPDATED, strlen(UPDATED)) ? 0 : strlen(UPDATED)));
    }
}

static int name_wait(struct causes *c, uint32_t step, const char *cause)
{
    struct step_name *name = &c->names[step];
    struct buf effect;
    struct buf label;
    int rc;

    buf_init(&effect, 1 << 20);
    buf_init(&label, 1 << 10);
    add_effect(c, step, &effect);
    add_cut(&label, cause, CAUSE_MOST);
    buf_adds(&label, STEP_NAME_CAUSES);
    name->key_len = label.len;
    add_cut(&label, effect.data ? effect.data : "", EFFECT_MOST);
    rc = effect.failed || label.failed ? -E_NOMEM : 0;
    if (rc == 0) {
        free(name->label);
        name->label = buf_take(&label);
    }
    buf_release(&label);
    buf_release(&effect);
    return rc;
}

static int name_step(struct causes *c, uint32_t i)
{
    const struct plan *plan = &c->build->plan;
    const struct step *step = script_at(plan->script, i);
    int calculation = plan->calculations[i];
    uint32_t cause;

    if (step->type == STEP_WS_SEND && !step->partial)
        c->sent[step->socket] = i;
    if (calculation < 0 || step_is_request(step)) {
        c->names[i].waited = plan->kinds[i] != WAIT_NONE;
        return 0;
    }
    cause = c->sent[step->socket];
    if (c->first[calculation] != i)
        return 0;
    c->names[i].waited = true;
    if (cause == NONE)
        return 0;
    c->names[cause].caused = i;
    return name_wait(c, i, c->names[cause].label);
}

static int name_all(struct causes *c)
{
    size_t steps = c->build->script->count;
    int rc;

    for (size_t i = 0; i < steps; i++) {
        c->names[i].label = build_step_label(c->build, i);
        if (!c->names[i].label)
            return -E_NOMEM;
        c->names[i].key_len = strlen(c->names[i].label);
    }
    rc = find_calculations(c);
    for (uint32_t i = 0; i < steps && rc == 0; i++)
        rc = name_step(c, i);
    return rc;
}

int step_names_make(struct step_name **out, const struct build *build)
{
    size_t steps = build->script->count;
    struct causes c = {.build = build, .names = calloc(steps + 1, sizeof(*c.names))};
    int rc = c.names ? name_all(&c) : -E_NOMEM;

    free(c.first);
    free(c.next);
    free(c.sent);
    if (rc < 0) {
        step_names_free(c.names, steps);
        c.names = NULL;
    }
    *out = c.names;
    return rc;
}

void step_names_free(struct step_name *names, size_t count)
{
    for (size_t i = 0; names && i < count; i++)
        free(names[i].label);
    free(names);
}
