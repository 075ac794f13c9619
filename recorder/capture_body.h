/* A request's body on its way to FILE.post.N.
 *
 * Up to BODY_KEPT_MAX it is kept until the request has ended, so that secrets are found before any
 * byte reaches a disk.  A longer one goes to its file as it comes, untouched: when a secret that is
 * known by then passes, the file goes, and the request is not recorded.
 * Owner   zeroed with fd -1 is no body; capture_body_release().
 * All but capture_body_init() with the capture's lock held; errors go to capture_fail(). */
#ifndef STRETTO_RECORDER_CAPTURE_BODY_H
#define STRETTO_RECORDER_CAPTURE_BODY_H

#include "recorder/capture_private.h"

struct capture_body {
    struct buf kept;
    char *content_type;
    char *encoding;
    struct buf path; /* of the file */
    int fd;          /* -1: not begun */
    uint64_t bytes;
    bool exists;       /* has a step a file at all? */
    bool holds_secret; /* and cannot be recorded */
    bool expand;
};

/* 0 or -E_NOMEM. */
int capture_body_init(struct capture_body *b, const struct headers *headers);
/* It has a body: takes the next number. */
void capture_body_begin(struct capture *c, struct capture_body *b);
void capture_body_add(struct capture *c, struct capture_body *b, const char *data, size_t len);
/* It is all there: writes the file.  Whether a step may name it. */
bool capture_body_end(struct capture *c, struct capture_body *b);
/* Nothing names the file. */
void capture_body_drop(struct capture_body *b);
void capture_body_release(struct capture_body *b);
/* NULL: there is none, or it is not known. */
const char *capture_body_text(const struct capture_body *b);

#endif
