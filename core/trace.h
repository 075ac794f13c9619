/* What really passed: every answer and message of one session, in full, a JSON object a line.
 *
 * The recorder writes one beside a script (FILE.trace), the player writes one with --trace, and
 * `stretto check` compares them.  Entries name their step by its place among the step lines of the
 * script file, from 0, so header lines may come and go; -1: no step of the script (noise).
 * Secrets  are masked by whoever writes; cookies are in it: files are made 0600.
 * Bounds   a body longer than TRACE_BODY_MAX, or one that is no text, has its size only.
 *
 *   {"what":"request","step":3,"at_us":1200,"method":"POST","url":"/login","headers":[..],"body":".."}
 *   {"what":"answer","step":3,"at_us":5200,"status":200,"headers":[..],"body":"..","bytes":512}
 *   {"what":"recv","step":9,"socket":0,"at_us":..,"text":".."}       "send" likewise
 *
 * Messages that are binary, or no UTF-8, have "base64" instead of "text". */
#ifndef STRETTO_CORE_TRACE_H
#define STRETTO_CORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"

#define TRACE_BODY_MAX ((size_t)4 << 20)

enum trace_what { TRACE_REQUEST, TRACE_ANSWER, TRACE_SEND, TRACE_RECV };

struct trace_entry {
    enum trace_what what;
    long step;
    unsigned socket;
    int64_t at_us; /* since the session began */
    const char *method;
    const char *url; /* path and query below the target, nothing replaced */
    int status;
    const char *const *headers; /* "Name: value", NULL-ended, or NULL */
    const char *text;           /* body (decoded) or message; NULL: not kept */
    size_t text_bytes;
    bool binary;
    uint64_t bytes; /* of the body, as it was */
};

/* Appends one line.  0 or -E_NOMEM. */
int trace_write(const struct trace_entry *entry, struct buf *out);

struct trace {
    struct trace_entry *entries; /* as they stand in the file */
    size_t count;
    const struct trace_entry **sorted; /* by step and kind, for trace_find() */
    struct arena owned;
};

/* Reads a file; a torn last line is left out.  0, -E_IO, -E_FORMAT (err names the line), -E_NOMEM;
 * owner: trace_release(). */
int trace_load(struct trace *trace, const char *path, struct error *err);
int trace_parse(struct trace *trace, const char *name, const char *data, size_t len,
                struct error *err);
void trace_release(struct trace *trace);
/* The first entry of that kind for that step; NULL: none. */
const struct trace_entry *trace_find(const struct trace *trace, enum trace_what what, long step);

#endif
