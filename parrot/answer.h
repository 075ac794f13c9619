/* The answer to a request of the script: as long as the recorded one and with its status, made
 * once, with holes in it for the values that are fresh each time.
 *
 * On the wire: block[0..head_bytes), then filler_bytes of filler, then the rest of the block; where
 * the filler goes last, the other way round.
 * Owner   answer_init() .. answer_release(); zeroed is empty. */
#ifndef STRETTO_PARROT_ANSWER_H
#define STRETTO_PARROT_ANSWER_H

#include "core/dialect.h"
#include "core/names.h"
#include "core/script.h"
#include "parrot/random.h"

/* A session value of this answer: a place of RANDOM_VALUE_BYTES in the block. */
struct hole {
    size_t at;
    unsigned number; /* places of one value have the same */
    bool slash;      /* a URL of the script begins with it */
};

struct answer {
    const struct step *step;
    int64_t wait_us;
    char *block;
    size_t head_bytes;
    size_t block_bytes;
    uint64_t filler_bytes;
    const char *filler; /* of FILLER_BYTES, again and again */
    bool filler_last;
    bool streams; /* the browser left it: it goes on until the client leaves */
    struct hole *holes;
    size_t hole_count;
};

#define FILLER_BYTES ((size_t)64 << 10)

/* What all answers of a script depend on. */
struct answer_maker {
    const struct dialect *dialect;
    const struct names *needs; /* values that sessions use, and only the dialect knows where from */
    const struct names *first; /* values that a URL begins with */
    double delay;              /* recorded times are stretched by it */
};

/* location: where a redirection leads.  warnings: where one sentence a value that could not be put
 * in is appended.  0 or -E_NOMEM. */
int answer_init(struct answer *answer, const struct answer_maker *maker, const struct step *step,
                const char *location, struct buf *warnings);
void answer_release(struct answer *answer);

/* Writes fresh values into block[from..from + bytes), which lies at `at`.  One seed makes the same
 * values, so that an answer may be written in two pieces. */
void answer_fill(const struct answer *answer, char *at, size_t from, size_t bytes, uint64_t seed);

/* "OK", "Not Found", ... */
const char *status_text(int status);

#endif
