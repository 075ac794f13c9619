/* Turns traffic into steps, and steps into a script.
 *
 * Threads  any thread may call; one lock keeps the steps, the session values and the file in order.
 *          Watchers are called under it, so what they print is in order too.
 * Times    are the caller's, from clock_monotonic_us(); the script's wall clock is anchored once,
 *          at the first request, so that steps never jump.
 * Files    the script, FILE.post.N and FILE.trace are complete after every call.  No secret reaches
 *          any of them once it is recognised (core/secrets.h).
 * Errors   a request or a message that cannot be recorded never stops the proxying: the first cause
 *          is kept for capture_failure(), and nothing is recorded any more. */
#ifndef STRETTO_RECORDER_CAPTURE_H
#define STRETTO_RECORDER_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialect.h"
#include "core/error.h"
#include "core/script.h"
#include "core/secrets.h"
#include "recorder/activity.h"
#include "core/headers.h"

struct capture_watcher {
    void (*on_step)(void *user, const struct step *step, const struct dialect *dialect);
    /* For the person who records, one sentence: what passed that the script does not have, and
     * why; a mark. */
    void (*on_note)(void *user, const char *text);
    void *user;
};

struct capture;

struct capture_options {
    const char *path;
    const char *target_url;
    bool overwrite;
    bool trace;                    /* keep what really passed, in PATH.trace */
    const struct dialect *dialect; /* given by the user; NULL: recognised */
    const struct secrets *secrets; /* given by the user, copied; NULL: only what is recognised */
    /* UTC of time 0, when all times come from elsewhere (import); 0: they are the clock's. */
    int64_t begin_wall_us;
};

int capture_open(struct capture **out, const struct capture_options *options,
                 const struct capture_watcher *watcher, struct error *err);
/* The recording is over: secrets that were recognised late are taken out of what was written before
 * (recorder/late.h), which is told.  0, or as late_clean(). */
int capture_finish(struct capture *capture, struct error *err);
void capture_close(struct capture *capture);

/* --- requests: begin, then body, answered, look as it goes; then end or drop, which free it --- */

struct capture_request;

struct request_facts {
    const char *method;
    const char *path;              /* below the target */
    const struct headers *headers; /* as the browser sent them */
    bool has_body;
    int64_t begin_us;
};

/* NULL only when memory is refused; all calls below take a NULL and do nothing. */
struct capture_request *capture_request_begin(struct capture *capture,
                                              const struct request_facts *facts);
void capture_request_body(struct capture_request *r, const char *data, size_t len);
void capture_request_answered(struct capture_request *r, int status, const struct headers *headers);
/* Bytes of the answer: a sign of life, and for pages a look inside. */
void capture_request_answer(struct capture_request *r, const char *data, size_t len);
/* The answer's body had so many bytes on the wire, whatever was shown of it. */
void capture_request_answer_bytes(struct capture_request *r, uint64_t bytes);
void capture_request_end(struct capture_request *r, int64_t end_us);
/* The browser hung up before the answer had ended (an event stream, a long poll, a cancelled
 * request): recorded as left when its head had come, else dropped. */
void capture_request_left(struct capture_request *r, int64_t at_us);
/* It is not recorded, and `why` is told. */
void capture_request_drop(struct capture_request *r, const char *why);

/* --- WebSockets --- */

struct capture_socket;

/* After the handshake.  NULL as above. */
struct capture_socket *capture_socket_open(struct capture *capture,
                                           const struct request_facts *facts, int64_t end_us);
void capture_socket_message(struct capture_socket *s, bool from_browser, const char *data,
                            size_t len, bool binary, int64_t at_us);
struct socket_end {
    bool from_server;
    unsigned code; /* of the close frame; 0: none, or none came */
    const char *reason;
    size_t reason_bytes;
};

/* The conversation ends; later messages are not recorded.  Only the first call counts. */
void capture_socket_end(struct capture_socket *s, const struct socket_end *end, int64_t at_us);
void capture_socket_free(struct capture_socket *s);

/* A phase begins: the next step to begin carries this mark ("login").  The name is cleaned: one
 * line, at most 80 bytes; "" gives "mark N".  What it became is told to the watcher. */
void capture_mark(struct capture *capture, const char *name);

/* A sentence for the person who records. */
void capture_note(struct capture *capture, const char *text);

/* --- what happened so far --- */

struct capture_totals {
    size_t steps;
    unsigned sockets;
    int64_t length_us; /* from the first begin to the last end */
    struct activity activity;
};

void capture_totals(struct capture *capture, struct capture_totals *totals);
/* What the player will have to be told: the names of the secrets that were left out, one after
 * another; NULL: no more.  When nothing is recorded any more; lent. */
const char *capture_secret(const struct capture *capture, size_t i);
/* Their values too, found and given. */
const struct secrets *capture_secrets(const struct capture *capture);
/* Hosts beside the target that pages send a browser to, which is not seen.  As above. */
const char *capture_stranger(const struct capture *capture, size_t i);

/* 0, or the code and sentence of what made recording impossible. */
int capture_failure(struct capture *capture, struct error *err);

#endif
