#include "player/expect.h"

#include <stdlib.h>
#include <string.h>

/* A server that says what nobody waits for must not fill our memory. */
#define KEPT_MAX 64
#define LASTING_MAX 1024

enum step_state { PENDING, ENDED, TAKEN };

static void set_release(struct expect_set *set)
{
    for (size_t i = 0; i < set->step_count; i++) {
        free(set->steps[i].parts);
        free(set->steps[i].ordinals);
    }
    for (size_t i = 0; i < set->part_count; i++)
        free(set->parts[i].name);
    free(set->steps);
    free(set->parts);
}

void expect_sets_release(struct expect_sets *sets)
{
    for (size_t i = 0; i < sets->count; i++)
        set_release(&sets->sets[i]);
    free(sets->sets);
    *sets = (struct expect_sets){0};
}

static int add_set(struct expect_sets *sets)
{
    struct expect_set *grown = realloc(sets->sets, (sets->count + 1) * sizeof(*grown));

    if (!grown)
        return -E_NOMEM;
    sets->sets = grown;
    sets->sets[sets->count++] = (struct expect_set){0};
    return 0;
}

static bool find_part(const struct expect_set *set, const char *name, size_t *index)
{
    for (size_t i = 0; i < set->part_count; i++) {
        if (strcmp(set->parts[i].name, name) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* Counts one more of this part; -E_NOMEM, or 0 with its index and how many there are now. */
static int count_part(struct expect_set *set, const char *name, uint32_t *index, uint32_t *ordinal)
{
    struct expect_part *parts;
    size_t i;

    if (!find_part(set, name, &i)) {
        parts = realloc(set->parts, (set->part_count + 1) * sizeof(*parts));
        if (!parts)
            return -E_NOMEM;
        set->parts = parts;
        i = set->part_count;
        parts[i] = (struct expect_part){.name = strdup(name)};
        if (!parts[i].name)
            return -E_NOMEM;
        set->part_count++;
    }
    *index = (uint32_t)i;
    *ordinal = ++set->parts[i].count;
    return 0;
}

static int fill_step(struct expect_set *set, struct expect_step *step, const struct message *m)
{
    step->optional = m->kind == MESSAGE_NOISE || m->kind == MESSAGE_OPTIONAL;
    step->parts = calloc(m->part_count + 1, sizeof(*step->parts));
    step->ordinals = calloc(m->part_count + 1, sizeof(*step->ordinals));
    if (!step->parts || !step->ordinals)
        return -E_NOMEM;
    for (size_t i = 0; i < m->part_count; i++, step->part_count++) {
        if (count_part(set, m->parts[i], &step->parts[i], &step->ordinals[i]) < 0)
            return -E_NOMEM;
    }
    return 0;
}

static int add_recv(struct expect_set *set, const struct step *recv, size_t index,
                    const struct dialect *dialect)
{
    struct expect_step *steps = realloc(set->steps, (set->step_count + 1) * sizeof(*steps));
    struct message m = {0};
    int rc;

    if (!steps)
        return -E_NOMEM;
    set->steps = steps;
    steps[set->step_count] = (struct expect_step){.step = index};
    rc = dialect_read(dialect, &m, recv->message, recv->message_bytes, recv->binary);
    if (rc == 0)
        rc = fill_step(set, &steps[set->step_count], &m);
    set->step_count++;
    message_release(&m);
    return rc;
}

int expect_sets_init(struct expect_sets *sets, const struct script *script, unsigned socket,
                     const struct dialect *dialect)
{
    int rc = 0;

    *sets = (struct expect_sets){0};
    for (size_t i = 0; i < script->count && rc == 0; i++) {
        const struct step *step = script_at(script, i);

        if (step_is_request(step) || step->socket != socket)
            continue;
        if (step->type == STEP_WS_OPEN || (step->type == STEP_WS_SEND && !step->partial))
            rc = add_set(sets);
        else if (step_is_recv(step))
            rc = add_recv(&sets->sets[sets->count - 1], step, i, dialect);
    }
    if (rc < 0)
        expect_sets_release(sets);
    return rc;
}

void expect_init(struct expect *expect, const struct expect_sets *sets)
{
    *expect = (struct expect){.sets = sets};
}

static void drop_kept(struct kept *kept)
{
    free(kept->parts);
    *kept = (struct kept){0};
}

void expect_release(struct expect *expect)
{
    drop_kept(&expect->early);
    drop_kept(&expect->lasting);
    free(expect->seen);
    expect->seen = NULL;
    expect->state = NULL;
}

static const struct expect_set *open_set(const struct expect *expect)
{
    return expect->opened ? &expect->sets->sets[expect->opened - 1] : NULL;
}

static bool has_come(const struct expect *expect, const struct expect_step *step, bool once)
{
    for (uint32_t i = 0; i < step->part_count; i++) {
        if (expect->seen[step->parts[i]] < (once ? 1 : step->ordinals[i]))
            return false;
    }
    return true;
}

static void end_step(struct expect *expect, size_t i)
{
    expect->state[i] = ENDED;
    expect->left--;
}

/* Ends the steps whose parts have all come, and the optional ones when nothing else is left. */
static void settle(struct expect *expect)
{
    const struct expect_set *set = open_set(expect);
    size_t required = 0;

    for (size_t i = 0; i < set->step_count; i++) {
        if (expect->state[i] != PENDING)
            continue;
        if (has_come(expect, &set->steps[i], false) && set->steps[i].part_count)
            end_step(expect, i);
        else if (!set->steps[i].optional)
            required++;
    }
    for (size_t i = 0; i < set->step_count && !required; i++) {
        if (expect->state[i] == PENDING)
            end_step(expect, i);
    }
}

/* Takes one part off the open set; false when the set does not want it (any more). */
static bool take_part(struct expect *expect, const char *name)
{
    const struct expect_set *set = open_set(expect);
    size_t i;

    if (!set || !find_part(set, name, &i) || expect->seen[i] >= set->parts[i].count)
        return false;
    expect->seen[i]++;
    return true;
}

/* name is the set's own.  0 or -E_NOMEM. */
static int keep_part(struct kept *kept, const char *name)
{
    const char **parts = realloc(kept->parts, (kept->count + 1) * sizeof(*parts));

    if (!parts)
        return -E_NOMEM;
    kept->parts = parts;
    parts[kept->count++] = name;
    return 0;
}

/* The part of a set that is still to be opened, by the set's own name for it; NULL: none has it.
 * What does not last waits no longer than for the next set with steps. */
static const char *wanted_later(const struct expect *expect, const char *name, bool lasting)
{
    size_t i;

    for (size_t k = expect->opened; k < expect->sets->count; k++) {
        const struct expect_set *set = &expect->sets->sets[k];

        if (find_part(set, name, &i))
            return set->parts[i].name;
        if (set->step_count && !lasting)
            return NULL;
    }
    return NULL;
}

/* The open set does not want this part (any more). */
static int add_extra(struct expect *expect, const char *name, bool lasting)
{
    struct kept *kept = lasting ? &expect->lasting : &expect->early;

    expect->extra++;
    if (kept->count >= (lasting ? LASTING_MAX : KEPT_MAX))
        return 0;
    name = wanted_later(expect, name, lasting);
    return name ? keep_part(kept, name) : 0;
}

/* Gives the open set what it wants of these. */
static void take_kept(struct expect *expect, struct kept *kept)
{
    size_t left = 0;

    for (size_t i = 0; i < kept->count; i++) {
        if (take_part(expect, kept->parts[i]))
            expect->extra--;
        else
            kept->parts[left++] = kept->parts[i];
    }
    kept->count = left;
    if (!left)
        drop_kept(kept);
}

int expect_open(struct expect *expect)
{
    const struct expect_set *set = &expect->sets->sets[expect->opened];
    uint32_t *seen = calloc(1, set->part_count * sizeof(*seen) + set->step_count + 1);

    if (!seen)
        return -E_NOMEM;
    free(expect->seen);
    expect->seen = seen;
    expect->state = (uint8_t *)(seen + set->part_count);
    expect->opened++;
    expect->left = set->step_count;
    take_kept(expect, &expect->early);
    take_kept(expect, &expect->lasting);
    /* sends in a row without an answer between them share what has come: it may be for the last */
    if (set->step_count)
        drop_kept(&expect->early);
    settle(expect);
    return 0;
}

int expect_message(struct expect *expect, const struct message *m)
{
    for (size_t i = 0; i < m->part_count; i++) {
        if (!take_part(expect, m->parts[i]) && m->kind != MESSAGE_OPTIONAL &&
            add_extra(expect, m->parts[i], i < m->lasting) < 0)
            return -E_NOMEM;
    }
    if (expect->opened)
        settle(expect);
    return 0;
}

bool expect_take_ended(struct expect *expect, size_t *step)
{
    const struct expect_set *set = open_set(expect);

    for (size_t i = 0; set && i < set->step_count; i++) {
        if (expect->state[i] == ENDED) {
            expect->state[i] = TAKEN;
            *step = set->steps[i].step;
            return true;
        }
    }
    return false;
}

static bool carries(const struct expect_set *set, const struct expect_step *step,
                    const struct message *m)
{
    for (uint32_t i = 0; i < step->part_count; i++) {
        for (size_t k = 0; k < m->part_count; k++) {
            if (strcmp(set->parts[step->parts[i]].name, m->parts[k]) == 0)
                return true;
        }
    }
    return !step->part_count && !m->part_count;
}

static bool knows_lasting(const struct expect_set *set, const struct message *m)
{
    size_t at;

    for (size_t i = 0; i < m->lasting; i++) {
        if (find_part(set, m->parts[i], &at))
            return true;
    }
    return false;
}

/* The next set that waits for anything, or for what of the message lasts: what comes early is kept
 * for it.  NULL: none. */
static const struct expect_set *next_set(const struct expect *expect, const struct message *m)
{
    for (size_t i = expect->opened; i < expect->sets->count; i++) {
        const struct expect_set *set = &expect->sets->sets[i];

        if (m->lasting ? knows_lasting(set, m) : set->step_count > 0)
            return set;
    }
    return NULL;
}

bool expect_concerned(const struct expect *expect, const struct message *m, bool early, size_t *at,
                      size_t *step, bool *ended)
{
    const struct expect_set *set = early ? next_set(expect, m) : open_set(expect);

    for (; set && *at < set->step_count; (*at)++) {
        if ((!early && expect->state[*at] == TAKEN) || !carries(set, &set->steps[*at], m))
            continue;
        *step = set->steps[*at].step;
        *ended = !early && expect->state[*at] == ENDED;
        (*at)++;
        return true;
    }
    return false;
}

bool expect_is_optional(const struct expect *expect, size_t step)
{
    const struct expect_set *set = open_set(expect);

    for (size_t i = 0; set && i < set->step_count; i++) {
        if (set->steps[i].step == step)
            return set->steps[i].optional;
    }
    return false;
}

bool expect_only_repeats(const struct expect *expect)
{
    const struct expect_set *set = open_set(expect);

    for (size_t i = 0; set && i < set->step_count; i++) {
        if (expect->state[i] == PENDING && !set->steps[i].optional &&
            !has_come(expect, &set->steps[i], true))
            return false;
    }
    return set && expect->left > 0;
}

void expect_give_up_repeats(struct expect *expect)
{
    for (size_t i = 0; i < open_set(expect)->step_count; i++) {
        if (expect->state[i] == PENDING)
            end_step(expect, i);
    }
}

/* The first part that this step still waits for; NULL when all have come. */
static const char *missing_of(const struct expect *expect, const struct expect_step *step)
{
    for (uint32_t i = 0; i < step->part_count; i++) {
        if (expect->seen[step->parts[i]] < step->ordinals[i])
            return open_set(expect)->parts[step->parts[i]].name;
    }
    return NULL;
}

const char *expect_missing(const struct expect *expect)
{
    const struct expect_set *set = open_set(expect);

    for (size_t i = 0; set && i < set->step_count; i++) {
        const struct expect_step *step = &set->steps[i];
        const char *part = step->optional ? NULL : missing_of(expect, step);

        if (part && expect->state[i] == PENDING)
            return part;
    }
    return "";
}

bool expect_pending(const struct expect *expect, size_t *step)
{
    const struct expect_set *set = open_set(expect);

    for (size_t i = 0; set && i < set->step_count; i++) {
        if (expect->state[i] == PENDING && !set->steps[i].optional) {
            *step = set->steps[i].step;
            return true;
        }
    }
    return false;
}
