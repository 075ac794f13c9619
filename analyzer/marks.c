#include "analyzer/marks.h"

#include <stdlib.h>

#include "analyzer/text.h"

static uint32_t part_of(int64_t us)
{
    return us < 0 ? TIMING_NONE : us >= TIMING_NONE ? TIMING_NONE - 1 : (uint32_t)us;
}

static uint32_t part_of_bytes(uint64_t bytes)
{
    return bytes == RUN_BYTES_NONE ? TIMING_NONE : part_of((int64_t)(bytes & INT64_MAX));
}

struct timing timing_of(const struct run_phases *phases)
{
    return (struct timing){{part_of(phases->blocked_us), part_of(phases->dns_us),
                            part_of(phases->connect_us), part_of(phases->tls_us),
                            part_of(phases->first_byte_us), part_of_bytes(phases->bytes)}};
}

int line_index_init(struct line_index *index, const struct script *script)
{
    *index = (struct line_index){0};
    for (size_t i = 0; i < script->count; i++) {
        if (script_at(script, i)->line >= index->lines)
            index->lines = script_at(script, i)->line + (size_t)1;
    }
    index->steps = malloc((index->lines + 1) * sizeof(*index->steps));
    if (!index->steps)
        return -E_NOMEM;
    for (size_t i = 0; i < index->lines; i++)
        index->steps[i] = NO_STEP;
    for (size_t i = 0; i < script->count; i++)
        index->steps[script_at(script, i)->line] = (uint32_t)i;
    return 0;
}

void line_index_release(struct line_index *index)
{
    free(index->steps);
    *index = (struct line_index){0};
}

uint32_t line_index_step(const struct line_index *index, const struct run_row *row)
{
    bool is_step = row->event == RUN_STEP_START || row->event == RUN_STEP_END;

    return is_step && row->line < index->lines ? index->steps[row->line] : NO_STEP;
}

void session_begin(struct session *s, const struct run_row *row)
{
    *s = (struct session){
        .id = row->session,
        .user = row->user,
        .iteration = row->iteration,
        .start_us = INT64_MAX,
        .end_us = row->time_us,
        .outcome = SESSION_UNFINISHED,
        .counted = true, /* until analyzer/steady.h says otherwise */
    };
}

static int session_fail(struct session *s, const struct run_row *row)
{
    if (s->outcome == SESSION_FAILED)
        return 0; /* the first cause is the one to tell */
    s->reason = text_valid(row->comment ? row->comment : "");
    if (!s->reason)
        return -E_NOMEM;
    s->outcome = SESSION_FAILED;
    s->failed_line = row->line;
    return 0;
}

uint64_t session_hash(long id, long user, long iteration)
{
    uint64_t h = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) ^
                 (uint64_t)user * UINT64_C(0xC2B2AE3D27D4EB4F) ^
                 (uint64_t)iteration * UINT64_C(0x165667B19E3779F9);

    return h ^ h >> 29;
}

int session_hear(struct session *s, const struct run_row *row)
{
    if (row->time_us > s->end_us)
        s->end_us = row->time_us;
    if (row->event == RUN_STEP_START && row->time_us < s->start_us)
        s->start_us = row->time_us;
    if (row->event == RUN_SESSION_DONE && s->outcome == SESSION_UNFINISHED)
        s->outcome = SESSION_DONE;
    return row->event == RUN_SESSION_FAIL ? session_fail(s, row) : 0;
}

static bool is_before(const struct mark *a, const struct mark *b)
{
    return a->step_and_end != b->step_and_end ? a->step_and_end < b->step_and_end
                                              : a->time_us < b->time_us;
}

static int by_step(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a);
}

/* Rows come nearly in the order of the script, six requests side by side at most: then each is
 * moved by a few places.  Where it is otherwise this gives up in time. */
static void sort_marks(struct mark *marks, size_t count)
{
    size_t moves = 16 * count;

    for (size_t i = 1; i < count; i++) {
        struct mark mark = marks[i];
        size_t at = i;

        for (; at > 0 && is_before(&mark, &marks[at - 1]) && moves > 0; at--, moves--)
            marks[at] = marks[at - 1];
        marks[at] = mark;
    }
    if (count > 0 && moves == 0)
        qsort(marks, count, sizeof(*marks), by_step);
}

/* The marks of one step: n starts, then their ends.  The k-th end closes the k-th start. */
static void pair_step(struct table *out, const struct mark *marks, size_t count)
{
    size_t starts = 0;

    while (starts < count && !(marks[starts].step_and_end & 1))
        starts++;
    for (size_t i = 0; i < starts; i++) {
        struct event e = {marks[i].step_and_end / 2, NO_TIMING,
                          marks[i].time_us - out->begin_wall_us, EVENT_OPEN};

        if (starts + i < count) {
            e.timing = marks[starts + i].timing;
            e.end_us = marks[starts + i].time_us - out->begin_wall_us;
            if (e.end_us < e.start_us)
                e.end_us = e.start_us; /* the clock stepped back: no time that we could tell */
        }
        out->events[out->event_count++] = e;
    }
    if (count - starts > starts)
        out->skipped += count - 2 * starts;
}

void marks_pair(struct table *out, struct session *s, struct mark *marks, size_t count)
{
    sort_marks(marks, count);
    s->first_event = out->event_count;
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count; next++) {
            if (marks[next].step_and_end / 2 != marks[i].step_and_end / 2)
                break;
        }
        pair_step(out, marks + i, next - i);
    }
    s->event_count = out->event_count - s->first_event;
}
