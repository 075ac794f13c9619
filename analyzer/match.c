/* Every step of every build is given a place in one list; the list is made of the places at last.
 * Steps of one key stand in the list as a chain, along which each build goes by itself. */
#include "analyzer/match.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/label_set.h"
#include "analyzer/load.h"
#include "analyzer/step_names.h"

/* One build's script: its steps' names, and their places in the list.  The names are those of an
 * earlier build where both play the same script. */
struct side {
    const struct script *script;
    struct step_name *names;
    bool lent;
    uint32_t *places;
};

/* All steps of the list that have one key. */
struct chain {
    uint32_t first; /* places; MATCH_NONE: none yet */
    uint32_t last;
    uint32_t next; /* the one that the build at hand has not come by */
    size_t build;  /* which that is */
};

struct matching {
    struct side *sides;
    size_t builds;
    struct label_set keys;
    struct chain *chains; /* a key */
    uint32_t *after;      /* a place: the next of its chain */
    uint32_t places;      /* so far */
    size_t most;          /* steps of all scripts together */
    bool alike;
};

/* --- names --- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Do two steps say the same?  Then they have the same name, which need not be worked out again. */
static bool same_step(const struct step *a, const struct step *b)
{
    return a->type == b->type && a->socket == b->socket && a->partial == b->partial &&
           a->left == b->left && a->message_bytes == b->message_bytes &&
           same_text(a->url, b->url) && same_text(a->method, b->method) &&
           same_text(a->until, b->until) &&
           (!a->message_bytes || memcmp(a->message, b->message, a->message_bytes) == 0);
}

static bool same_script(const struct build *a, const struct build *b)
{
    if (a->dialect != b->dialect || a->script->count != b->script->count)
        return false;
    for (size_t i = 0; i < a->script->count; i++) {
        if (!same_step(script_at(a->script, i), script_at(b->script, i)))
            return false;
    }
    return true;
}

static int name_side(struct matching *m, const struct build *builds, size_t b)
{
    struct side *side = &m->sides[b];

    side->script = builds[b].script;
    side->places = malloc((side->script->count + 1) * sizeof(*side->places));
    if (!side->places)
        return -E_NOMEM;
    m->most += side->script->count;
    for (size_t i = 0; i < b; i++) {
        if (m->sides[i].lent || !same_script(&builds[i], &builds[b]))
            continue;
        side->names = m->sides[i].names;
        side->lent = true;
        return 0;
    }
    return step_names_make(&side->names, &builds[b]);
}

static int name_sides(struct matching *m, const struct build *builds)
{
    int rc = 0;

    m->sides = calloc(m->builds + 1, sizeof(*m->sides));
    if (!m->sides)
        return -E_NOMEM;
    for (size_t b = 0; b < m->builds && rc == 0; b++)
        rc = name_side(m, builds, b);
    return rc;
}

/* --- places --- */

static bool same_key(const struct step_name *a, const struct step_name *b)
{
    return a->waited == b->waited && a->key_len == b->key_len &&
           memcmp(a->label, b->label, a->key_len) == 0;
}

static bool is_alike(const struct side *a, const struct side *b)
{
    if (a->names == b->names)
        return true;
    if (a->script->count != b->script->count)
        return false;
    for (size_t i = 0; i < a->script->count; i++) {
        if (script_at(a->script, i)->type != script_at(b->script, i)->type ||
            !same_key(&a->names[i], &b->names[i]))
            return false;
    }
    return true;
}

static uint32_t add_place(struct matching *m, struct chain *chain)
{
    uint32_t place = m->places++;

    m->after[place] = MATCH_NONE;
    if (chain->first == MATCH_NONE)
        chain->first = place;
    else
        m->after[chain->last] = place;
    chain->last = place;
    return place;
}

/* The place of the next step of this key; a new one where the chain is at its end. */
static uint32_t place_of(struct matching *m, size_t build, uint32_t key)
{
    struct chain *chain = &m->chains[key];
    uint32_t place;

    if (chain->build != build) {
        chain->build = build;
        chain->next = chain->first;
    }
    if (chain->next == MATCH_NONE)
        return add_place(m, chain);
    place = chain->next;
    chain->next = m->after[place];
    return place;
}

static int place_steps(struct matching *m, size_t build)
{
    struct side *side = &m->sides[build];

    for (size_t i = 0; i < side->script->count; i++) {
        const struct step_name *name = &side->names[i];
        uint32_t known = m->keys.count;
        uint32_t key;

        if (label_set_add(&m->keys, name->label, name->key_len, &key) < 0)
            return -E_NOMEM;
        if (key == known)
            m->chains[key] = (struct chain){MATCH_NONE, MATCH_NONE, MATCH_NONE, build};
        side->places[i] = place_of(m, build, key);
    }
    return 0;
}

/* What is like the first is placed as the first, whatever the others are. */
static int place_all(struct matching *m)
{
    int rc = 0;

    m->chains = malloc((m->most + 1) * sizeof(*m->chains));
    m->after = malloc((m->most + 1) * sizeof(*m->after));
    if (!m->chains || !m->after)
        return -E_NOMEM;
    m->alike = true;
    for (size_t b = 0; b < m->builds && rc == 0; b++) {
        if (b > 0 && is_alike(&m->sides[0], &m->sides[b])) {
            memcpy(m->sides[b].places, m->sides[0].places,
                   m->sides[b].script->count * sizeof(*m->sides[b].places));
            continue;
        }
        m->alike = m->alike && b == 0;
        rc = place_steps(m, b);
    }
    return rc;
}

/* --- the list --- */

static int fill_list(struct match *out, const struct matching *m)
{
    out->list = calloc((size_t)m->places + 1, sizeof(*out->list));
    out->steps = malloc(((size_t)m->places * m->builds + 1) * sizeof(*out->steps));
    if (!out->list || !out->steps)
        return -E_NOMEM;
    out->count = m->places;
    for (size_t i = 0; i < out->count * m->builds; i++)
        out->steps[i] = MATCH_NONE;
    for (size_t i = 0; i < out->count; i++)
        out->list[i] =
            (struct matched_step){.steps = out->steps + i * m->builds, .wait = MATCH_NONE};
    for (size_t b = 0; b < m->builds; b++) {
        const struct side *side = &m->sides[b];

        for (size_t i = 0; i < side->script->count; i++) {
            struct matched_step *step = &out->list[side->places[i]];

            step->steps[b] = (uint32_t)i;
            step->waited = step->waited || side->names[i].waited;
            if (side->names[i].caused && step->wait == MATCH_NONE)
                step->wait = side->places[side->names[i].caused];
        }
    }
    return 0;
}

/* The label of the first build that has this step. */
static const char *label_of(const struct matching *m, const struct matched_step *step)
{
    size_t b = 0;

    while (step->steps[b] == MATCH_NONE)
        b++;
    return m->sides[b].names[step->steps[b]].label;
}

/* The labels that are given away, and how often each has been asked for. */
struct naming {
    struct label_set taken;
    uint32_t *times;
};

/* 1: the step has this label now; 0: another has it, whose number is told; or -E_NOMEM. */
static int try_label(struct naming *n, struct matched_step *step, const char *label,
                     uint32_t *number)
{
    uint32_t known = n->taken.count;
    char *copy = strdup(label);

    if (!copy || label_set_add(&n->taken, copy, strlen(copy), number) < 0) {
        free(copy);
        return -E_NOMEM;
    }
    n->times[*number]++;
    if (*number != known) {
        free(copy);
        return 0;
    }
    step->label = copy;
    return 1;
}

/* A label that several have is numbered, past those that are called so themselves. */
static int name_step(struct naming *n, struct matched_step *step, const char *label)
{
    uint32_t plain;
    uint32_t number;
    int rc = try_label(n, step, label, &plain);

    while (rc == 0) {
        char *numbered;

        if (asprintf(&numbered, "%s (%u)", label, n->times[plain]) < 0)
            return -E_NOMEM;
        rc = try_label(n, step, numbered, &number);
        free(numbered);
        n->times[plain] += rc == 0;
    }
    return rc < 0 ? rc : 0;
}

static int make_list(struct match *out, const struct matching *m)
{
    struct naming n = {.times = calloc((size_t)m->places + 1, sizeof(*n.times))};
    int rc = n.times ? fill_list(out, m) : -E_NOMEM;

    for (size_t i = 0; i < out->count && rc == 0; i++)
        rc = name_step(&n, &out->list[i], label_of(m, &out->list[i]));
    label_set_release(&n.taken);
    free(n.times);
    return rc;
}

static void matching_release(struct matching *m)
{
    for (size_t b = 0; m->sides && b < m->builds; b++) {
        if (!m->sides[b].lent && m->sides[b].names)
            step_names_free(m->sides[b].names, m->sides[b].script->count);
        free(m->sides[b].places);
    }
    free(m->sides);
    free(m->chains);
    free(m->after);
    label_set_release(&m->keys);
}

int match_compute(struct match *out, const struct build *builds, size_t count)
{
    struct matching m = {.builds = count};
    int rc = name_sides(&m, builds);

    *out = (struct match){.builds = count};
    if (rc == 0)
        rc = place_all(&m);
    if (rc == 0)
        rc = make_list(out, &m);
    out->alike = m.alike;
    matching_release(&m);
    if (rc < 0)
        match_release(out);
    return rc;
}

void match_release(struct match *match)
{
    for (size_t i = 0; i < match->count; i++)
        free(match->list[i].label);
    free(match->list);
    free(match->steps);
    *match = (struct match){0};
}

/* --- looking up --- */

static bool is_caused_by(const struct matched_step *step, const char *cause, size_t len)
{
    return step->waited && strncmp(step->label, cause, len) == 0 &&
           strncmp(step->label + len, STEP_NAME_CAUSES, strlen(STEP_NAME_CAUSES)) == 0;
}

static size_t find_caused(const struct match *match, const char *cause)
{
    size_t len = strlen(cause);

    for (size_t i = 0; i < match->count; i++) {
        if (is_caused_by(&match->list[i], cause, len))
            return i;
    }
    return match->count;
}

size_t match_find(const struct match *match, const char *label)
{
    size_t at = 0;
    size_t caused;

    while (at < match->count && strcmp(match->list[at].label, label) != 0)
        at++;
    if (at < match->count && match->list[at].waited)
        return at;
    if (at < match->count && match->list[at].wait != MATCH_NONE)
        return match->list[at].wait;
    caused = find_caused(match, label);
    return caused < match->count ? caused : at;
}
