/* One session's HTTP: a curl multi on the worker's loop, for as long as a page loads.
 *
 * Requests run side by side over at most six connections a host, kept alive and never shared with
 * another session, as a browser does; fetch_free() closes them.  Cookies live in the share, which
 * outlives the multi: idle connections cost a session most of its memory, cookies almost nothing.
 */
#ifndef STRETTO_PLAYER_FETCH_H
#define STRETTO_PLAYER_FETCH_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "core/buf.h"
#include "core/script.h"
#include "player/play.h"

struct fetch_result {
    size_t step;
    int64_t due_us;      /* as given to fetch_start() */
    int status;          /* 0: no answer */
    const char *failure; /* NULL, or why there is no whole answer */
    const char *body;    /* only of pages and tokens, else NULL */
    size_t body_bytes;
    uint64_t bytes; /* received, as they came over the wire */
};

/* Called when a request has ended; may start others, and may free the fetch. */
typedef void (*fetch_done_fn)(void *user, const struct fetch_result *result);

struct fetch;

/* NULL when memory is refused. */
struct fetch *fetch_new(uv_loop_t *loop, const struct play *play, CURLSH *cookies,
                        fetch_done_fn done, void *user);
void fetch_free(struct fetch *fetch);

/* Starts the request of a step, its path already expanded.  0 or -E_NOMEM. */
int fetch_start(struct fetch *fetch, size_t step, const char *path, int64_t due_us);
/* Is no request under way? */
bool fetch_is_idle(const struct fetch *fetch);

/* Appends the value of a Cookie header for this path ("" when there are none), from the share. */
int fetch_cookies(CURLSH *cookies, const struct target *target, const char *path, struct buf *out);

#endif
