/* All that the parrot knows: what is asked for, and what is answered.  Made once from a script;
 * nothing in it changes afterwards.
 *
 * Owner   book_init() .. book_release(); zeroed is empty.  The dialects are there already. */
#ifndef STRETTO_PARROT_BOOK_H
#define STRETTO_PARROT_BOOK_H

#include "parrot/answer.h"
#include "parrot/options.h"
#include "parrot/replies.h"
#include "parrot/routes.h"

/* A WebSocket of the script. */
struct book_socket {
    int64_t wait_us; /* for its handshake */
    struct replies replies;
};

struct book {
    struct script *script;
    const struct dialect *dialect;
    struct names needs;
    struct names untold;    /* of those: values that no extraction of the script tells */
    struct names first;     /* values that a URL begins with */
    struct routes routes;   /* of requests: places in answers; of handshakes: in sockets */
    struct answer *answers; /* a request of the script each */
    size_t answer_count;
    struct book_socket *sockets;
    size_t socket_count;
    bool has_duties; /* some sends are none of the script's */
};

/* Warnings go to stderr.  0 or a negative code. */
int book_init(struct book *book, const struct parrot_options *options, struct error *err);
void book_release(struct book *book);

#endif
