/* What capture.c and capture_request.c share. */
#ifndef STRETTO_RECORDER_CAPTURE_PRIVATE_H
#define STRETTO_RECORDER_CAPTURE_PRIVATE_H

#include <pthread.h>

#include "core/values.h"
#include "recorder/capture.h"
#include "recorder/script_file.h"

struct capture {
    pthread_mutex_t lock; /* over everything below */
    struct capture_watcher watcher;
    struct script_file file;
    struct values values;
    struct activity activity;
    struct error failure;
    unsigned sockets; /* opened so far: the next one's number */
    unsigned bodies;  /* the next one's number */

    bool anchored; /* the first request came */
    int64_t anchor_us;
    int64_t anchor_wall_us;
    int64_t last_end_us; /* since the anchor */
};

/* All with the lock held. */
void capture_anchor(struct capture *c, int64_t begin_us);
/* begin_us and end_us of the step are on the monotonic clock still. */
void capture_put(struct capture *c, struct step *step, const struct dialect *dialect);
/* Keeps the first failure. */
void capture_fail(struct capture *c, const struct error *err);
void capture_fail_nomem(struct capture *c);

/* The headers of these facts that are worth recording: "Name: value" strings, NULL-ended, freed by
 * capture_headers_free(); NULL for none, or when memory is refused. */
char **capture_headers(const struct request_facts *facts);
void capture_headers_free(char **headers);

#endif
