/* Where in an answer or a message a session value stands.
 *
 * JSON form, as a step's "extract" list and a dialect's "issued" rules have it:
 *     {"name":"CSRF","from":"body","before":"name=\"csrf\" value=\"","after":"\"","decode":"html"}
 *     {"name":"JOB","from":"body","json":"data.jobs[0].id"}
 *     {"name":"SESSION","from":"message","json":"payload|session.id"}   | : the string is JSON too
 *     {"name":"XSRF","from":"cookie","header":"_xsrf"}
 *     {"name":"NEXT","from":"header","header":"Location","before":"next=","after":"&"}
 * Order   the text is cut by before/after (the nth such place, from 0; an `after` that never comes
 *         ends at the end of the text), then decoded, then read as JSON.
 * decode  url form html json base64 (core/coding.h)
 * json    "a.b[0].c", "[-1]" (the last), "[\"a key with . in it\"]", "" (all of it); "|" where a
 *         string is JSON too.  Strings come as they are, null is nothing, all else as compact JSON.
 * Unknown keys are skipped: a dialect has its own.  Pure. */
#ifndef STRETTO_CORE_EXTRACT_H
#define STRETTO_CORE_EXTRACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"

enum extract_from { EXTRACT_BODY, EXTRACT_HEADER, EXTRACT_COOKIE, EXTRACT_MESSAGE };

struct extraction {
    const char *name;
    enum extract_from from;
    const char *header; /* HEADER, COOKIE: of this name */
    const char *before; /* NULL: from the beginning */
    const char *after;  /* NULL: to the end */
    unsigned nth;
    const char *decode; /* NULL, "url", "form", "html", "json", "base64" */
    const char *json;   /* a path, or NULL */
    bool optional;      /* no step fails for want of it */
};

/* Reads one from JSON; strings are copied into the arena.  0, -E_FORMAT or -E_NOMEM. */
int extraction_read(struct extraction *e, json_t *json, struct arena *arena, struct error *err);
/* The way back: a new reference, NULL when memory is refused. */
json_t *extraction_write(const struct extraction *e);

/* Appends the value that stands in this text, whatever `from` says (a body, one header's value, a
 * message). 0, -E_MISMATCH (it is not there) or -E_NOMEM. */
int extract_text(const struct extraction *e, const char *text, size_t len, struct buf *out);

/* Appends the value in an answer.  headers: "Name: value" strings, NULL-ended, or NULL; of several
 * of one name the first that has it counts.  Cookies are looked for in Set-Cookie, of which the
 * last of a name counts.  As extract_text(). */
int extract_answer(const struct extraction *e, const char *const *headers, const char *body,
                   size_t len, struct buf *out);

/* What stands at a path ("a.b[0].c", "[3]", "a|b"; "" is all), borrowed from json unless the path
 * has a `|`, then from *parsed, which the caller decrefs (it may be NULL).  NULL: nothing. */
json_t *json_at(json_t *json, const char *path, json_t **parsed);

#endif
