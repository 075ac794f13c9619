/* Writes what really passed in the one session of a run with --trace: core/trace.h.
 *
 * A NULL tracer writes nothing, so sessions call without asking.  Secrets are masked by name.
 * Errors  a trace that cannot be written says so once on stderr; the session goes on. */
#ifndef STRETTO_PLAYER_TRACER_H
#define STRETTO_PLAYER_TRACER_H

#include "core/buf.h"
#include "core/error.h"
#include "core/trace.h"
#include "core/values.h"
#include "player/logins.h"

struct tracer;

/* Makes the file, for its owner alone; one that is there is replaced.  0, -E_IO or -E_NOMEM. */
int tracer_open(struct tracer **out, const char *path, const struct logins *logins,
                struct error *err);
/* Writes one entry; at_us is set here.  values: of the session, for its secrets. */
void tracer_add(struct tracer *tracer, const struct trace_entry *entry,
                const struct values *values);
/* Time 0: the session's begin. */
void tracer_begin(struct tracer *tracer, int64_t begin_us);
void tracer_close(struct tracer *tracer);

#endif
