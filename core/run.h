/* The run: what happened to each session.  The directory's format: docs/run-format.md.
 *
 *     recording.log      the script as played
 *     run.json           command, target, anchors, counts, lateness
 *     sessions/N.csv     one file a player process; shinycannon's columns, a row an event
 *
 * Columns: session_id,worker_id,iteration,event,timestamp,input_line_number,comment.
 * worker_id is the user.  timestamp is epoch milliseconds with decimals.  event is a step's type
 * with _START or _END behind it, or one of the RUN_EVENT_ words (input_line_number 0, except
 * PLAYBACK_FAIL, which names the line that failed; its comment is the reason).
 * Source: shinycannon, Main.kt and Events.kt; shinyloadtest R/analysis.R reads it. */
#ifndef STRETTO_CORE_RUN_H
#define STRETTO_CORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/script.h"

#define RUN_SCRIPT "recording.log"
#define RUN_JSON "run.json"
#define RUN_SESSIONS "sessions"
#define RUN_COLUMNS "session_id,worker_id,iteration,event,timestamp,input_line_number,comment"

#define RUN_EVENT_CREATE "PLAYER_SESSION_CREATE"
#define RUN_EVENT_DONE "PLAYBACK_DONE"
#define RUN_EVENT_FAIL "PLAYBACK_FAIL"

enum run_event {
    RUN_STEP_START,
    RUN_STEP_END,
    RUN_SESSION_CREATE,
    RUN_SESSION_DONE,
    RUN_SESSION_FAIL,
    RUN_OTHER, /* PLAYBACK_SLEEPBEFORE_START and the like: valid, and of no interest */
};

struct run_row {
    long session;
    long user;
    long iteration;
    enum run_event event;
    enum step_type type; /* RUN_STEP_START, RUN_STEP_END */
    int64_t time_us;     /* wall clock, UTC since 1970 */
    unsigned line;       /* of the script */
    const char *comment; /* terminated; may be "" */
};

/* One line with its newline; the comment is quoted where it needs to be, and '#' leaves it, because
 * R's reader ends a line there.  0 or -E_NOMEM. */
int run_row_write(struct buf *out, const struct run_row *row);

/* Reads one line, given without its newline and changed in place; comment points into it.
 * 0, or -E_FORMAT (a torn or foreign line: skip it and count it). */
int run_row_parse(struct run_row *row, char *line);

#endif
