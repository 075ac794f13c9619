/* Rows come in any order: many sessions a file, files in any order, an END before its START when
 * a clock stepped.  So a row becomes a 16-byte mark, the marks are sorted by session and step at
 * the end, and starts are then paired with ends.  (A matrix of sessions by steps would need no
 * sorting, but a crowd whose sessions all fail at their first step would pay for every step.) */
#include "analyzer/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/marks.h"

#define NO_SESSION SIZE_MAX

struct table_builder {
    struct line_index index;
    struct mark *marks;
    size_t mark_count;
    size_t mark_cap;
    struct timing *timings;
    uint32_t *timed; /* the mark of each, in rising order */
    size_t timing_count;
    size_t timing_cap;
    struct session *sessions; /* start_us, end_us on the wall clock until table_finish() */
    size_t session_count;
    size_t session_cap;
    size_t *slots; /* a hash table of indices into sessions */
    size_t slot_count;
    size_t last; /* rows of one session often follow one another */
    size_t skipped;
};

struct table_builder *table_builder_new(const struct script *script)
{
    struct table_builder *b = calloc(1, sizeof(*b));

    if (!b)
        return NULL;
    b->last = NO_SESSION;
    if (line_index_init(&b->index, script) < 0) {
        table_builder_free(b);
        return NULL;
    }
    return b;
}

void table_builder_free(struct table_builder *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->session_count; i++)
        free(b->sessions[i].reason);
    free(b->sessions);
    free(b->slots);
    free(b->marks);
    free(b->timings);
    free(b->timed);
    line_index_release(&b->index);
    free(b);
}

static size_t slot_of(const struct table_builder *b, long id, long user, long iteration)
{
    return (size_t)session_hash(id, user, iteration) & (b->slot_count - 1);
}

static bool is_session(const struct session *s, const struct run_row *row)
{
    return s->id == row->session && s->user == row->user && s->iteration == row->iteration;
}

static int rehash(struct table_builder *b)
{
    size_t wanted = b->slot_count ? b->slot_count * 2 : 256;
    size_t *slots = malloc(wanted * sizeof(*slots));

    if (!slots)
        return -E_NOMEM;
    for (size_t i = 0; i < wanted; i++)
        slots[i] = NO_SESSION;
    free(b->slots);
    b->slots = slots;
    b->slot_count = wanted;
    for (size_t i = 0; i < b->session_count; i++) {
        const struct session *s = &b->sessions[i];
        size_t at = slot_of(b, s->id, s->user, s->iteration);

        while (slots[at] != NO_SESSION)
            at = (at + 1) & (wanted - 1);
        slots[at] = i;
    }
    return 0;
}

static int add_session(struct table_builder *b, const struct run_row *row, size_t slot)
{
    struct session *grown;

    if (b->session_count == b->session_cap) {
        size_t cap = b->session_cap ? b->session_cap * 2 : 64;

        grown = realloc(b->sessions, cap * sizeof(*grown));
        if (!grown)
            return -E_NOMEM;
        b->sessions = grown;
        b->session_cap = cap;
    }
    b->slots[slot] = b->session_count;
    session_begin(&b->sessions[b->session_count++], row);
    return 0;
}

/* The session of a row, new when nothing was heard of it before. */
static int find_session(struct table_builder *b, const struct run_row *row, size_t *out)
{
    size_t at;
    int rc;

    if (b->last != NO_SESSION && is_session(&b->sessions[b->last], row)) {
        *out = b->last;
        return 0;
    }
    if (b->session_count * 2 >= b->slot_count) {
        rc = rehash(b);
        if (rc < 0)
            return rc;
    }
    at = slot_of(b, row->session, row->user, row->iteration);
    while (b->slots[at] != NO_SESSION && !is_session(&b->sessions[b->slots[at]], row))
        at = (at + 1) & (b->slot_count - 1);
    if (b->slots[at] == NO_SESSION) {
        rc = add_session(b, row, at);
        if (rc < 0)
            return rc;
    }
    b->last = *out = b->slots[at];
    return 0;
}

static int add_mark(struct table_builder *b, size_t session, uint32_t step,
                    const struct run_row *row)
{
    if (b->mark_count == b->mark_cap) {
        size_t cap = b->mark_cap ? b->mark_cap * 2 : 4096;
        struct mark *grown = realloc(b->marks, cap * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        b->marks = grown;
        b->mark_cap = cap;
    }
    b->marks[b->mark_count++] = (struct mark){
        {(uint32_t)session}, step * 2 + (row->event == RUN_STEP_END ? 1 : 0), row->time_us};
    return 0;
}

static int grow_timings(struct table_builder *b)
{
    size_t cap = b->timing_cap ? b->timing_cap * 2 : 4096;
    struct timing *timings = realloc(b->timings, cap * sizeof(*timings));
    uint32_t *timed;

    if (!timings)
        return -E_NOMEM;
    b->timings = timings;
    timed = realloc(b->timed, cap * sizeof(*timed));
    if (!timed)
        return -E_NOMEM;
    b->timed = timed;
    b->timing_cap = cap;
    return 0;
}

/* Of the mark that was added last. */
static int add_timing(struct table_builder *b, const struct run_phases *phases)
{
    if (b->timing_count == b->timing_cap && grow_timings(b) < 0)
        return -E_NOMEM;
    b->timed[b->timing_count] = (uint32_t)(b->mark_count - 1);
    b->timings[b->timing_count++] = timing_of(phases);
    return 0;
}

int table_add(struct table_builder *b, const struct run_row *row)
{
    bool is_step = row->event == RUN_STEP_START || row->event == RUN_STEP_END;
    uint32_t step = line_index_step(&b->index, row);
    size_t at;
    int rc;

    if (row->event == RUN_OTHER)
        return 0;
    if (is_step && step == NO_STEP) {
        b->skipped++;
        return 0;
    }
    rc = find_session(b, row, &at);
    if (rc == 0)
        rc = session_hear(&b->sessions[at], row);
    if (rc < 0 || !is_step)
        return rc;
    rc = add_mark(b, at, step, row);
    return rc == 0 && row->event == RUN_STEP_END && row->phases ? add_timing(b, row->phases) : rc;
}

struct ordered {
    int64_t start_us;
    long id;
    size_t at;
};

static int by_start(const void *pa, const void *pb)
{
    const struct ordered *a = pa;
    const struct ordered *b = pb;

    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->at < b->at ? -1 : 1;
}

/* Puts the sessions in order of start; new_index[old] tells where each went. */
static int order_sessions(struct table_builder *b, struct table *out, uint32_t *new_index)
{
    struct ordered *order = malloc((b->session_count + 1) * sizeof(*order));

    out->sessions = malloc((b->session_count + 1) * sizeof(*out->sessions));
    if (!order || !out->sessions) {
        free(order);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < b->session_count; i++) {
        struct session *s = &b->sessions[i];

        if (s->start_us == INT64_MAX)
            s->start_us = s->end_us; /* it was created and nothing more */
        order[i] = (struct ordered){s->start_us, s->id, i};
    }
    qsort(order, b->session_count, sizeof(*order), by_start);
    for (size_t i = 0; i < b->session_count; i++) {
        out->sessions[i] = b->sessions[order[i].at];
        new_index[order[i].at] = (uint32_t)i;
    }
    out->session_count = b->session_count;
    b->session_count = 0; /* their reasons belong to the table now */
    free(order);
    return 0;
}

/* Sorts the marks by session; first[s] is where those of session s begin. */
static struct mark *group_marks(const struct table_builder *b, size_t sessions,
                                const uint32_t *new_index, size_t *first)
{
    struct mark *grouped = malloc((b->mark_count + 1) * sizeof(*grouped));
    size_t timing = 0;

    if (!grouped)
        return NULL;
    memset(first, 0, (sessions + 2) * sizeof(*first));
    for (size_t i = 0; i < b->mark_count; i++)
        first[new_index[b->marks[i].session] + 2]++;
    for (size_t s = 2; s < sessions + 2; s++)
        first[s] += first[s - 1];
    /* first[s + 1] is the next free place of session s now, and its end afterwards. */
    for (size_t i = 0; i < b->mark_count; i++) {
        struct mark mark = b->marks[i];
        size_t *next = &first[new_index[mark.session] + 1];
        bool timed = timing < b->timing_count && b->timed[timing] == i;

        mark.timing = timed ? (uint32_t)timing++ : NO_TIMING;
        grouped[(*next)++] = mark;
    }
    return grouped;
}

static void make_relative(struct table *out)
{
    for (size_t i = 0; i < out->session_count; i++) {
        struct session *s = &out->sessions[i];

        s->start_us -= out->begin_wall_us;
        s->end_us -= out->begin_wall_us;
        if (s->end_us < s->start_us)
            s->end_us = s->start_us;
        if (s->end_us > out->end_us)
            out->end_us = s->end_us;
    }
}

static int fill_table(struct table_builder *b, struct table *out, uint32_t *new_index,
                      size_t *first)
{
    struct mark *grouped;
    int rc = order_sessions(b, out, new_index);

    if (rc < 0)
        return rc;
    grouped = group_marks(b, out->session_count, new_index, first);
    out->events = malloc((b->mark_count + 1) * sizeof(*out->events));
    if (!grouped || !out->events) {
        free(grouped);
        return -E_NOMEM;
    }
    out->skipped = b->skipped;
    out->begin_wall_us = out->session_count ? out->sessions[0].start_us : 0;
    for (size_t s = 0; s < out->session_count; s++)
        marks_pair(out, &out->sessions[s], grouped + first[s], first[s + 1] - first[s]);
    free(grouped);
    make_relative(out);
    out->timings = b->timings;
    out->timing_count = b->timing_count;
    b->timings = NULL;
    b->timing_count = 0;
    b->timing_cap = 0;
    return 0;
}

int table_finish(struct table_builder *b, struct table *out)
{
    uint32_t *new_index = malloc((b->session_count + 1) * sizeof(*new_index));
    size_t *first = malloc((b->session_count + 2) * sizeof(*first));
    int rc = -E_NOMEM;

    *out = (struct table){0};
    if (new_index && first)
        rc = fill_table(b, out, new_index, first);
    if (rc < 0)
        table_release(out);
    free(new_index);
    free(first);
    return rc;
}

void table_release(struct table *table)
{
    for (size_t i = 0; i < table->session_count; i++)
        free(table->sessions[i].reason);
    free(table->sessions);
    free(table->events);
    free(table->timings);
    *table = (struct table){0};
}

size_t table_longest(const struct table *table)
{
    size_t longest = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        if (table->sessions[i].event_count > longest)
            longest = table->sessions[i].event_count;
    }
    return longest;
}
