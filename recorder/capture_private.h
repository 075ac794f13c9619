/* What the parts of the capture share. */
#ifndef STRETTO_RECORDER_CAPTURE_PRIVATE_H
#define STRETTO_RECORDER_CAPTURE_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>

#include "recorder/capture.h"
#include "recorder/cookies_seen.h"
#include "recorder/correlate.h"
#include "recorder/limits.h"
#include "recorder/polls.h"
#include "recorder/script_file.h"
#include "recorder/named.h"
#include "recorder/strangers.h"
#include "recorder/trace_file.h"

struct capture {
    pthread_mutex_t lock; /* over everything below */
    struct capture_watcher watcher;
    struct script_file file;
    bool traces;
    struct trace_file trace;
    struct correlation correlation;
    bool dialect_is_given;
    struct cookies_seen cookies;
    struct strangers strangers;
    struct named named; /* by the page that was opened last */
    struct polls polls;
    struct activity activity;
    struct error failure;
    unsigned sockets;              /* opened so far: the next one's number */
    unsigned bodies;               /* the next one's number */
    char mark[MARK_BYTES_MAX + 1]; /* of the next step to begin; "": none */
    unsigned marks;

    bool anchored; /* the first request came */
    int64_t anchor_us;
    int64_t anchor_wall_us;
    int64_t last_end_us; /* since the anchor */
};

/* All with the lock held. */
void capture_anchor(struct capture *c, int64_t begin_us);
/* begin_us and end_us of the step are on the monotonic clock still.  Whether it is in the script
 * now. */
bool capture_put(struct capture *c, struct step *step, const struct dialect *dialect);
/* Keeps the first failure. */
void capture_fail(struct capture *c, const struct error *err);
void capture_fail_nomem(struct capture *c);
/* The script's dialect, unless one is known already. */
void capture_learn_dialect(struct capture *c, const struct dialect *dialect);
/* Moves the mark that waits to a step: its text, to be freed, or NULL. */
char *capture_take_mark(struct capture *c);
/* What became of it when the step is not recorded: it waits again. */
void capture_return_mark(struct capture *c, const char *mark);

/* --- capture_headers.c --- */

/* The headers of these facts that are worth recording, as templates: "Name: value" strings,
 * NULL-ended, freed by capture_headers_free().  cookies: as capture_cookies() made them, or NULL.
 * 0 or -E_NOMEM. */
int capture_headers(struct capture *c, const char *method, const char *path,
                    const struct headers *all, const char *cookies, char ***out);
/* Cookies that a replay would not have by itself, as "a=1; b=2" in out; nothing: there are none.
 * To be asked when a request begins.  0 or -E_NOMEM. */
int capture_cookies(struct capture *c, const struct request_facts *facts, struct buf *out);
/* All headers, as "Name: value" strings.  0 or -E_NOMEM. */
int capture_header_lines(const struct headers *all, char ***out);
void capture_headers_free(char **headers);
/* A picture, a style, a script. */
bool capture_is_file(const char *method, const char *path, const struct headers *headers);

/* --- capture_trace.c: nothing is written without a trace --- */

struct traced_request {
    long step;
    const char *method;
    const char *path;
    const char *const *headers;
    const char *content_type;
    const char *body; /* NULL: not kept */
    size_t body_bytes;
    int64_t at_us;
};

struct traced_answer {
    long step;
    int status;
    const char *const *headers;
    const char *body; /* decoded; NULL: not kept */
    size_t body_bytes;
    uint64_t bytes;
    int64_t at_us;
};

void capture_trace_request(struct capture *c, const struct traced_request *request);
void capture_trace_answer(struct capture *c, const struct traced_answer *answer);
/* step -1: noise. */
void capture_trace_message(struct capture *c, bool sent, long step, unsigned socket,
                           const char *data, size_t len, bool binary, int64_t at_us);

#endif
