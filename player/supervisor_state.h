/* The inside of the supervisor, private to supervisor*.c. */
#ifndef STRETTO_PLAYER_SUPERVISOR_STATE_H
#define STRETTO_PLAYER_SUPERVISOR_STATE_H

#include <stdio.h>
#include <uv.h>

#include "player/children.h"
#include "player/run_dir.h"
#include "player/screen.h"

/* Of what is told at once. */
#define LINES_MAX ((size_t)1 << 16)

enum form {
    FORM_LIVE,
    FORM_PLAIN,
    FORM_QUIET,
};

struct supervisor {
    struct play *play;
    struct children children;
    struct meter meter;
    struct audit audit;
    FILE *log; /* audit.csv */
    struct screen screen;
    enum form form;
    int interrupts;
    bool broken;       /* a worker could not work, or the books are wrong */
    uint32_t told;     /* failures of sessions that were told */
    uint32_t *told_of; /* of these by each worker */
    int64_t look_us;   /* when it will look next */
    int64_t second;    /* of the monotonic clock: the last one that was read */
    int seconds;       /* read until now */
    uv_loop_t loop;
    uv_signal_t on_int;
    uv_signal_t on_term;
    uv_signal_t on_child;
    uv_signal_t on_resize;
    uv_signal_t on_suspend;
    uv_timer_t timer;
};

/* supervisor_books.c: every session is accounted for, once. */
uint64_t supervisor_lost(const struct supervisor *s, int process);
/* Nobody waits for those that have not begun: Ctrl-C, --abort-after. */
bool supervisor_stopped(const struct supervisor *s);
/* Of all; roles[] is filled too, and lent. */
struct account supervisor_account(const struct supervisor *s, const struct tally *all,
                                  struct account roles[TALLY_ROLES]);
/* Says what is wrong with it, and that the run is broken. */
void supervisor_check_books(struct supervisor *s, const struct account *a);

/* supervisor_watch.c: workers that die, hang or fall behind. */
void supervisor_tell_death(struct supervisor *s, int i, int status);
void supervisor_look_after(struct supervisor *s, int i, int64_t now_us);
/* After a second was read. */
void supervisor_look_at_lateness(struct supervisor *s, int i, int64_t now_us);

/* supervisor_show.c: what a person is told. */
enum form supervisor_form(const struct play_options *options);
void supervisor_announce(struct supervisor *s);
/* The first sessions that failed, as soon as they have. */
void supervisor_tell_failures(struct supervisor *s);
/* How it goes, in the form that was asked for. */
void supervisor_show(struct supervisor *s);
void supervisor_summarize(struct supervisor *s, const struct account *a, const struct tally *all);

#endif
