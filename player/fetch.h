/* One session's HTTP: its requests, on connections of its own, for as long as a page loads.
 *
 * Requests run side by side over at most six connections a host, kept alive and never shared with
 * another session, as a browser does; fetch_free() closes them.  Cookies live in the jar, which
 * outlives them.  What may last as long as the session (answers that the browser left, duties) goes
 * into a fetch of its own, so that it takes no place from the others.
 *
 * Two ways lead to a server, chosen once a run (fetch_choose_way()): our own HTTP/1.1
 * (fetch_http.c), and curl (fetch_curl.c), which speaks HTTP/2 and knows proxies.
 */
#ifndef STRETTO_PLAYER_FETCH_H
#define STRETTO_PLAYER_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/script.h"
#include "core/trace.h"
#include "player/failure.h"
#include "player/jar.h"
#include "player/play.h"
#include "player/request.h"
#include "player/session.h"

/* The number of a step that stands for none: a duty's. */
#define FETCH_NO_STEP SIZE_MAX
/* Of an answer that somebody wants to look into, decoded, this much is kept. */
#define FETCH_BODY_MAX TRACE_BODY_MAX
#define FETCH_HEAD_MAX ((size_t)1 << 20)

struct fetch_result {
    size_t step;
    int64_t due_us;             /* as given to fetch_start() */
    int status;                 /* 0: no answer */
    const char *failure;        /* NULL, or why there is no whole answer */
    enum failure kind;          /* of that */
    bool kept;                  /* headers and body are there: the step or the dialect wants them */
    const char *const *headers; /* "Name: value", NULL-ended */
    const char *body;           /* decoded, terminated */
    size_t body_bytes;
    struct run_phases phases; /* bytes: of the body, as they came over the wire */
    const struct request *request;
};

/* Called when a request has ended; may start others, and may free the fetch. */
typedef void (*fetch_done_fn)(void *user, const struct fetch_result *result);

struct fetch;

/* connections: at most so many; 0: no bound.  NULL when memory is refused. */
struct fetch *fetch_new(const struct stage *stage, const struct role *role, struct jar *jar,
                        long connections, fetch_done_fn done, void *user);
void fetch_free(struct fetch *fetch);
/* Connections start from this address from now on; lent. */
void fetch_set_source(struct fetch *fetch, const struct sockaddr_storage *source);

/* Starts a request and takes what it points to, whatever comes of it.  0 or -E_NOMEM. */
int fetch_start(struct fetch *fetch, size_t step, struct request *request, int64_t due_us);
/* Every step of a rank below `ended` has ended: answers that waited for that may be left now. */
void fetch_ended(struct fetch *fetch, size_t ended);
/* How long the whole answer to this step may take; NULL: to a duty. */
int64_t fetch_patience_us(const struct play *play, const struct step *step);
/* Is no request under way? */
bool fetch_is_idle(const struct fetch *fetch);

/* Sets play->curl_way, when the target is known: whether requests go by curl.  A server with TLS
 * is asked once what it speaks; one that does not answer is HTTP/1.1's, and the sessions will say
 * what is wrong with it. */
void fetch_choose_way(struct play *play);

#endif
