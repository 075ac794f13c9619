/* The run: what happened to each session.  The directory's format: docs/run-format.md.
 *
 *     recording.log      the script as played
 *     run.json           command, target, anchors, counts, lateness
 *     sessions/N.csv     one file a player process; shinycannon's columns, a row an event
 *     audit.csv          the player's own lateness, a row a second
 *
 * Columns: session_id,worker_id,iteration,event,timestamp,input_line_number,comment, and behind
 * them the phases of a request, which shinycannon's files do not have.  worker_id is the user.
 * timestamp is epoch milliseconds with decimals.  event is a step's type with _START or _END behind
 * it, or one of the RUN_EVENT_ words (input_line_number 0, except PLAYBACK_FAIL, which names the
 * line that failed; its comment is the reason). Source: shinycannon, Main.kt and Events.kt;
 * shinyloadtest R/analysis.R reads it. */
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
#define RUN_AUDIT "audit.csv"
#define RUN_COLUMNS                                                                                \
    "session_id,worker_id,iteration,event,timestamp,input_line_number,comment,"                    \
    "blocked_us,dns_us,connect_us,tls_us,first_byte_us,bytes"

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

/* A row of the year 10000 is none: spans between rows can be added up by the thousand. */
#define RUN_TIME_MOST_MS INT64_C(253402300800000)

#define RUN_PHASE_NONE (-1)       /* it does not apply: a name was known, a connection was kept */
#define RUN_BYTES_NONE UINT64_MAX /* a WebSocket's handshake has no body */

/* Where the time of an answer went; the last byte is the row's own time. */
struct run_phases {
    int64_t blocked_us; /* from when it was due until a connection was free or its making began */
    int64_t dns_us;     /* look-up */
    int64_t connect_us; /* TCP */
    int64_t tls_us;     /* handshake */
    int64_t first_byte_us; /* from when the request was sent to the first byte of its answer */
    uint64_t bytes;        /* of the body as it came */
};

struct run_row {
    long session;
    long user;
    long iteration;
    enum run_event event;
    enum step_type type;             /* RUN_STEP_START, RUN_STEP_END */
    int64_t time_us;                 /* wall clock, UTC since 1970 */
    unsigned line;                   /* of the script */
    const char *comment;             /* terminated; may be "" */
    const struct run_phases *phases; /* a loan; NULL: their columns are empty */
};

/* One line with its newline; the comment is quoted where it needs to be, and '#' leaves it, because
 * R's reader ends a line there.  0 or -E_NOMEM. */
int run_row_write(struct buf *out, const struct run_row *row);

/* Reads one line, given without its newline and changed in place; comment points into it, phases
 * stays NULL.  0, or -E_FORMAT (a torn or foreign line: skip it and count it). */
int run_row_parse(struct run_row *row, char *line);
/* The same, and where the line has phases row->phases is this one, filled. */
int run_row_parse_phases(struct run_row *row, struct run_phases *phases, char *line);

#endif
