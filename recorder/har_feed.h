/* Tells a capture what a HAR file holds, as if it were happening: in the order in which requests
 * ended and messages came, at the file's own times.
 *
 * Left out, and told: other origins, requests that never got an answer, files out of the browser's
 * cache; data: and blob: addresses without a word.
 * Pure but for the capture. */
#ifndef STRETTO_RECORDER_HAR_FEED_H
#define STRETTO_RECORDER_HAR_FEED_H

#include "core/names.h"
#include "recorder/capture.h"
#include "recorder/har.h"

/* The origin that a HAR is about: of its first page.  Appends "https://host:port"; -E_FORMAT when
 * nothing in it was asked over HTTP. */
int har_origin(const struct har *har, const char *name, struct buf *out, struct error *err);

struct har_told {
    size_t steps;       /* requests and sockets that went to the target */
    size_t unanswered;  /* of the target's */
    size_t cached;      /* the same */
    size_t bodies;      /* requests whose body the file does not have */
    size_t credentials; /* Cookie and Authorization headers that it has */
    struct names hosts; /* others, not recorded */
};

/* target_url: an origin, and perhaps a base path.  capture's begin_wall_us: har_begin_us().
 * 0 or -E_NOMEM; told is the caller's in every case: names_release(&told->hosts). */
int har_feed(struct capture *capture, const struct har *har, const char *target_url,
             struct har_told *told);
/* When the first request to this target began. */
int64_t har_begin_us(const struct har *har, const char *target_url);

#endif
