#include "analyzer/stream_live.h"

#include <stdlib.h>

#include "analyzer/stream.h"

/* A step is played once; twice that may be somebody's idea. */
#define MARKS_A_STEP 8
#define MARKS_BESIDE 256

void lives_init(struct lives *lives, size_t script_steps)
{
    *lives = (struct lives){.most_marks = script_steps * MARKS_A_STEP + MARKS_BESIDE};
}

static void live_free(struct live *live)
{
    free(live->session.reason);
    free(live->marks);
    free(live->timings);
    free(live);
}

static void free_list(struct live *live)
{
    while (live) {
        struct live *next = live->next;

        live_free(live);
        live = next;
    }
}

void lives_release(struct lives *lives)
{
    for (size_t i = 0; i < lives->slot_count; i++)
        free_list(lives->slots[i]);
    free_list(lives->spare);
    free(lives->slots);
    *lives = (struct lives){0};
}

static struct live **slot_of(const struct lives *lives, long id, long user, long iteration)
{
    return &lives->slots[session_hash(id, user, iteration) & (lives->slot_count - 1)];
}

static int grow_slots(struct lives *lives)
{
    struct lives grown = *lives;

    grown.slot_count = lives->slot_count ? lives->slot_count * 2 : 1024;
    grown.slots = calloc(grown.slot_count, sizeof(struct live *));
    if (!grown.slots)
        return -E_NOMEM;
    for (size_t i = 0; i < lives->slot_count; i++) {
        struct live *next;

        for (struct live *live = lives->slots[i]; live; live = next) {
            const struct session *s = &live->session;
            struct live **slot = slot_of(&grown, s->id, s->user, s->iteration);

            next = live->next;
            live->next = *slot;
            *slot = live;
        }
    }
    free(lives->slots);
    *lives = grown;
    return 0;
}

static struct live *new_live(struct lives *lives, const struct run_row *row)
{
    struct live *live = lives->spare;

    if (live)
        lives->spare = live->next;
    else
        live = calloc(1, sizeof(*live));
    if (!live)
        return NULL;
    live->mark_count = 0;
    live->timing_count = 0;
    live->ended = false;
    live->later = NULL;
    session_begin(&live->session, row);
    return live;
}

static struct live *find_live(struct lives *lives, const struct run_row *row)
{
    struct live **slot;
    struct live *live;

    if (lives->count >= lives->slot_count && grow_slots(lives) < 0)
        return NULL;
    slot = slot_of(lives, row->session, row->user, row->iteration);
    for (live = *slot; live; live = live->next) {
        const struct session *s = &live->session;

        if (s->id == row->session && s->user == row->user && s->iteration == row->iteration)
            return live;
    }
    live = new_live(lives, row);
    if (!live)
        return NULL;
    live->next = *slot;
    *slot = live;
    lives->count++;
    return live;
}

static int add_timing(struct live *live, const struct run_phases *phases)
{
    if (live->timing_count == live->timing_cap) {
        size_t cap = live->timing_cap ? live->timing_cap * 2 : 32;
        struct timing *grown = realloc(live->timings, cap * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        live->timings = grown;
        live->timing_cap = cap;
    }
    live->timings[live->timing_count++] = timing_of(phases);
    return 0;
}

static int add_mark(struct live *live, const struct run_row *row, uint32_t step)
{
    bool ends = row->event == RUN_STEP_END;
    struct mark mark = {{NO_TIMING}, step * 2 + ends, row->time_us};

    if (live->mark_count == live->mark_cap) {
        size_t cap = live->mark_cap ? live->mark_cap * 2 : 64;
        struct mark *grown = realloc(live->marks, cap * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        live->marks = grown;
        live->mark_cap = cap;
    }
    if (ends && row->phases) {
        mark.timing = (uint32_t)live->timing_count;
        if (add_timing(live, row->phases) < 0)
            return -E_NOMEM;
    }
    live->marks[live->mark_count++] = mark;
    return 0;
}

static void note_end(struct lives *lives, struct live *live)
{
    live->ended = true;
    live->close_at = lives->rows + STREAM_GRACE;
    if (lives->last_ended)
        lives->last_ended->later = live;
    else
        lives->first_ended = live;
    lives->last_ended = live;
}

int lives_hear(struct lives *lives, const struct run_row *row, uint32_t step, bool *refused)
{
    bool ends = row->event == RUN_SESSION_DONE || row->event == RUN_SESSION_FAIL;
    struct live *live;

    lives->rows++;
    *refused = false;
    live = find_live(lives, row);
    if (!live || session_hear(&live->session, row) < 0)
        return -E_NOMEM;
    if (ends && !live->ended)
        note_end(lives, live);
    if (step == NO_STEP)
        return 0;
    *refused = live->mark_count >= lives->most_marks;
    return *refused ? 0 : add_mark(live, row, step);
}

/* Slot by slot, since those before are empty by then. */
static struct live *any_live(struct lives *lives)
{
    for (; lives->swept < lives->slot_count; lives->swept++) {
        if (lives->slots[lives->swept])
            return lives->slots[lives->swept];
    }
    lives->swept = 0;
    return NULL;
}

struct live *lives_over(struct lives *lives, bool all)
{
    struct live *live = lives->first_ended;

    if (live && (all || live->close_at <= lives->rows))
        return live;
    return all ? any_live(lives) : NULL;
}

void lives_forget(struct lives *lives, struct live *live)
{
    const struct session *s = &live->session;
    struct live **at = slot_of(lives, s->id, s->user, s->iteration);

    while (*at != live)
        at = &(*at)->next;
    *at = live->next;
    lives->count--;
    if (live == lives->first_ended) {
        lives->first_ended = live->later;
        if (!live->later)
            lives->last_ended = NULL;
    }
    free(live->session.reason);
    live->session.reason = NULL;
    live->next = lives->spare;
    lives->spare = live;
}
