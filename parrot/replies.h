/* What a socket of the script says: the receives that follow its opening, and each of its sends.
 * Those between send k and send k + 1 answer send k; times count from it.
 *
 * A message is made into its frame once, for everybody; only one in which values of a session stand
 * is made anew each time.
 * Owner   replies_init() .. replies_release(). */
#ifndef STRETTO_PARROT_REPLIES_H
#define STRETTO_PARROT_REPLIES_H

#include <stdint.h>

#include "core/dialect.h"
#include "core/names.h"
#include "core/script.h"

struct reply {
    int64_t after_us;
    char *bytes; /* the frame; of a fresh one the message, with placeholders */
    size_t count;
    size_t message_bytes;
    bool fresh;
    bool binary;
    bool begins;     /* tells what a session begins with: never told in another order */
    bool closes;     /* it is a close frame */
    bool drops;      /* the connection just ends: no close frame came */
    unsigned pieces; /* fresh: frames to be made of it */
};

struct reply_set {
    struct reply *items;
    size_t count;
};

/* sets[0]: after the opening, sets[k]: after the k-th send. */
struct replies {
    struct reply_set *sets;
    size_t count;
    bool any_fresh;
};

struct reply_maker {
    const struct dialect *dialect;
    double delay;
    bool split;
};

/* 0 or -E_NOMEM. */
int replies_init(struct replies *replies, const struct reply_maker *maker,
                 const struct script *script, unsigned socket);
void replies_release(struct replies *replies);
/* Appends the frames of this text.  0 or -E_NOMEM. */
int reply_frames(const struct dialect *dialect, const struct reply *reply, const char *text,
                 size_t len, struct buf *out);

#endif
