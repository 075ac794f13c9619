/* Counters: numbers that step by a constant in successive texts of one shape, and that count on
 * from a number that the server told.  Those that start from a constant are literals: every session
 * may send them. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checker/classify.h"
#include "checker/correlate_private.h"

#define SHAPE_BYTES_MAX 256
#define RUN_MAX 1000

/* A number, and the shape of the text around it: where it stands, without its digits. */
struct numbered {
    struct question q;
    int64_t number;
    char shape[SHAPE_BYTES_MAX];
};

struct numbers {
    struct numbered *items;
    size_t count;
    size_t capacity;
};

/* "POST /items/# n" */
static void shape_of(const struct question *q, char out[SHAPE_BYTES_MAX])
{
    const char *text = q->step->url ? q->step->url : "";
    size_t n =
        (size_t)snprintf(out, SHAPE_BYTES_MAX / 2, "%u %d %s %s ", q->step->socket,
                         (int)q->sent->in, q->step->method ? q->step->method : "", q->atom->name);

    if (n >= SHAPE_BYTES_MAX / 2)
        n = SHAPE_BYTES_MAX / 2 - 1;
    for (; *text && *text != '?' && n + 1 < SHAPE_BYTES_MAX; text++) {
        if (!isdigit((unsigned char)*text))
            out[n++] = *text;
    }
    out[n] = 0;
}

static int add_number(struct numbers *numbers, const struct question *q)
{
    if (numbers->count == numbers->capacity) {
        size_t capacity = numbers->capacity ? numbers->capacity * 2 : 64;
        struct numbered *items = realloc(numbers->items, capacity * sizeof(*items));

        if (!items)
            return -E_NOMEM;
        numbers->items = items;
        numbers->capacity = capacity;
    }
    numbers->items[numbers->count].q = *q;
    numbers->items[numbers->count].number = strtoll(q->atom->value, NULL, 10);
    shape_of(q, numbers->items[numbers->count++].shape);
    return 0;
}

static int gather(struct engine *e, struct numbers *numbers)
{
    const struct sents *sents = e->in->sents;

    for (size_t s = 0; s < sents->count; s++) {
        const struct sent_text *sent = &sents->items[s];

        for (size_t i = 0; i < sent->atoms.count; i++) {
            const struct atom *atom = &sent->atoms.items[i];
            struct question q = {.atom = atom,
                                 .sent = sent,
                                 .step = &e->in->script->steps[sent->step],
                                 .sent_index = s,
                                 .index = i};

            if (!atom->shell && value_is_number(atom->value, atom->bytes) && !is_done(e, &q) &&
                add_number(numbers, &q) < 0)
                return -E_NOMEM;
        }
    }
    return 0;
}

/* The numbers of one shape, in order. */
static size_t gather_run(struct numbers *numbers, size_t first, struct numbered **run)
{
    size_t count = 0;

    for (size_t i = first; i < numbers->count && count < RUN_MAX; i++) {
        if (strcmp(numbers->items[i].shape, numbers->items[first].shape) == 0)
            run[count++] = &numbers->items[i];
    }
    return count;
}

/* Was this number told, and another in the replay?  1: yes, *index is its finding. */
static int find_start(struct engine *e, const struct question *first, int64_t number, size_t *index)
{
    char text[24];
    struct atom atom = *first->atom;
    struct question q = *first;
    struct verdict v = {.is = UNTOLD};
    int rc;

    if (number < 0)
        return 0;
    snprintf(text, sizeof(text), "%" PRId64, number);
    atom.value = text;
    atom.bytes = strlen(text);
    q.atom = &atom;
    q.as_told = true;
    rc = told(e, &q, &v);
    *index = v.finding;
    return rc == 0 ? v.is == FOUND : rc;
}

static int keep_counter(struct engine *e, struct numbered **run, size_t count, int64_t step,
                        size_t start)
{
    struct finding f = {.kind = VALUE_COUNTER, .sure = SURE_LIKELY, .source = -1};
    char text[160];
    size_t index;
    int rc = 0;

    snprintf(text, sizeof(text), "${%s}", e->out->items[start].name);
    f.maker.kind = MAKER_COUNTER;
    f.maker.from = f.maker.step = step;
    f.maker.start = arena_copy(&e->out->owned, text, strlen(text));
    f.literal = arena_copy(&e->out->owned, run[0]->q.atom->value, run[0]->q.atom->bytes);
    if (!f.maker.start || !f.literal || add_finding(e, &f, &run[0]->q, "", &index) < 0)
        return -E_NOMEM;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_use(e, index, &run[i]->q);
    return rc;
}

static int try_run(struct engine *e, struct numbered **run, size_t count)
{
    int64_t numbers[RUN_MAX];
    int64_t step;
    size_t start;
    int rc;

    for (size_t i = 0; i < count; i++)
        numbers[i] = run[i]->number;
    if (is_done(e, &run[0]->q) || !look_counter(numbers, count, &step))
        return 0;
    rc = find_start(e, &run[0]->q, numbers[0] - step, &start);
    return rc == 1 ? keep_counter(e, run, count, step, start) : rc;
}

int counters(struct engine *e)
{
    struct numbers numbers = {0};
    struct numbered **run = calloc(RUN_MAX, sizeof(struct numbered *));
    int rc = run ? gather(e, &numbers) : -E_NOMEM;

    for (size_t i = 0; i < numbers.count && rc == 0; i++) {
        if (!is_done(e, &numbers.items[i].q))
            rc = try_run(e, run, gather_run(&numbers, i, run));
    }
    free(run);
    free(numbers.items);
    return rc;
}
