/* What one request sends: a step's, with this session's values filled in, or a duty's.
 *
 * Its head is text as it goes over the wire, in the order in which Chromium writes it: Host,
 * Connection, Content-Length, what the recording has; the cookies and the empty line are whoever
 * sends it to add.  Where it is the same for every session it is made once, before the first
 * (requests_prepare()), and lent to all. */
#ifndef STRETTO_PLAYER_REQUEST_H
#define STRETTO_PLAYER_REQUEST_H

#include <stddef.h>

#include "core/buf.h"
#include "core/dialect.h"
#include "core/error.h"
#include "core/script.h"
#include "core/values.h"
#include "player/jar.h"
#include "player/play.h"

#define REQUEST_URL_MAX ((size_t)1 << 20)
#define REQUEST_HEADERS_MAX ((size_t)1 << 20)
#define REQUEST_BODY_MAX ((size_t)1 << 30)

/* Owner: request_release(); a zeroed one is empty. */
struct request {
    const char *method; /* lent by the script or by the dialect */
    const char *path;   /* the target's base and the path below it, filled in; terminated */
    size_t base_bytes;  /* of the base */
    const char *head;   /* from "GET /path HTTP/1.1" to the line break of its last header */
    size_t head_bytes;
    size_t given_at;  /* in the head: where the headers of the options and of the step begin; an
                         Origin that they lack is the last */
    const char *body; /* NULL: none; lent by the script, or `own` */
    size_t body_bytes;
    bool wanted;     /* the dialect learns from the answer */
    struct buf text; /* path and head, where they are its own */
    struct buf own;
};

/* Cookies of recorded headers go into the jar.  0, -E_NOMEM, or -E_MISMATCH: a value cannot be
 * sent where the script wants it. */
int request_of_step(struct request *r, const struct play *play, const struct role *role,
                    const struct step *step, struct values *values, struct jar *jar,
                    struct error *err);
/* A duty's, to this path below the target; takes the bytes of duty->data. */
int request_of_duty(struct request *r, const struct play *play, struct duty *duty, const char *path,
                    struct values *values, struct error *err);
void request_release(struct request *r);

/* What Chromium can undo and asks for: br and zstd only where nobody can look inside, which is over
 * TLS and on this machine. */
const char *request_codings(const struct target *target);

/* The path and query below the target, filled in. */
const char *request_path(const struct request *r);
/* What the options and the step ask for, one terminated "Name: value" after another: for people and
 * for curl.  0 or -E_NOMEM. */
int request_given_headers(const struct request *r, struct buf *out);

/* Makes the requests of a role that are the same for every session, when the target is known.
 * 0 or -E_NOMEM; owner: requests_release(). */
int requests_prepare(struct role *role, const struct play *play, struct error *err);
void requests_release(struct role *role);

/* The headers that the options and a step ask for, filled in, one terminated string after another;
 * those of Cookie go into the jar instead.  As request_of_step(). */
int request_headers(const struct play *play, const struct step *step, struct values *values,
                    struct jar *jar, struct buf *out, struct error *err);

#endif
