/* A run as one compact table: an event a row, grouped by session.
 *
 * Shape   sessions are in order of their start; the events of one stand together, in the order of
 *         the script's steps: events[first_event .. first_event + event_count).
 * Time    microseconds since the first session of the run started.
 * Owner   whoever called table_finish(), until table_release(). */
#ifndef STRETTO_ANALYZER_TABLE_H
#define STRETTO_ANALYZER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/run.h"
#include "core/script.h"

#define EVENT_OPEN INT64_C(-1) /* an end that was never reported */

/* Where the time of a request went, as core/run.h has it; in the order of its columns. */
enum timing_part {
    TIMING_BLOCKED,
    TIMING_DNS,
    TIMING_CONNECT,
    TIMING_TLS,
    TIMING_FIRST_BYTE,
    TIMING_BYTES,
    TIMING_PARTS,
};

#define TIMING_NONE UINT32_MAX /* a part that does not apply */

/* Microseconds, but bytes; what is above an hour or 4 GB is told as that. */
struct timing {
    uint32_t parts[TIMING_PARTS];
};

#define NO_TIMING UINT32_MAX

struct event {
    uint32_t step;
    uint32_t timing; /* in the table's timings, or NO_TIMING */
    int64_t start_us;
    int64_t end_us; /* or EVENT_OPEN */
};

enum outcome {
    SESSION_DONE,
    SESSION_FAILED,
    SESSION_UNFINISHED, /* the run was stopped, or its player died */
};

struct session {
    long id;
    long user;
    long iteration;
    int64_t start_us; /* of its first step */
    int64_t end_us;   /* of the last thing it reported */
    size_t first_event;
    size_t event_count;
    enum outcome outcome;
    bool counted;         /* in the numbers: all of them until analyzer/steady.h says otherwise */
    unsigned failed_line; /* SESSION_FAILED: of the script; 0 when the run does not tell */
    char *reason;         /* SESSION_FAILED: valid UTF-8, may be "" */
};

struct table {
    struct event *events;
    size_t event_count;
    struct session *sessions;
    size_t session_count;
    struct timing *timings; /* in no order; none where the run does not tell */
    size_t timing_count;
    int64_t begin_wall_us;
    int64_t end_us;
    size_t skipped; /* rows of no known step, and ends without a start */
};

/* Takes rows in any order. */
struct table_builder;

struct table_builder *table_builder_new(const struct script *script);
int table_add(struct table_builder *b, const struct run_row *row);
/* Fills *out and empties the builder; 0 or -E_NOMEM.  No row at all gives an empty table. */
int table_finish(struct table_builder *b, struct table *out);
void table_builder_free(struct table_builder *b);

void table_release(struct table *table);

/* The most events that one session has. */
size_t table_longest(const struct table *table);

#endif
