/* What an answer has to have in it, so that a player finds there the values that it looks for
 * (core/extract.h), and, for a poll, what its condition wants.
 *
 * Where a value stands in the text there is a mark, TELL_BYTES long, in whose place the server
 * writes a fresh value of the same length for each answer.
 * Owner   tells_init() .. tells_release(). */
#ifndef STRETTO_PARROT_TELLS_H
#define STRETTO_PARROT_TELLS_H

#include "core/buf.h"
#include "core/extract.h"
#include "parrot/random.h"

#define TELL_BYTES RANDOM_VALUE_BYTES
#define TELLS_MAX 100

struct tell {
    const struct extraction *where;
    char mark[TELL_BYTES + 1];
};

struct tells {
    struct tell items[TELLS_MAX];
    size_t count;
    const char *condition; /* of a poll, or NULL */
    struct buf headers;    /* "Name: value\r\n", all of them */
    struct buf body;
    bool is_json;    /* blanks may stand in front of the body, and nothing else */
    bool is_whole;   /* the body is one value: nothing may be added */
    bool from_start; /* what is added must stand behind the body, not in front */
};

void tells_init(struct tells *tells);
void tells_release(struct tells *tells);
/* Something to be told; one of a name that is there already gets the same value. */
void tells_add(struct tells *tells, const struct extraction *where);
/* Writes headers and body.  0 or -E_NOMEM. */
int tells_write(struct tells *tells);
/* A mark as each name has it, from 0. */
void tell_mark(size_t number, char out[TELL_BYTES + 1]);
/* The first extraction that does not find its mark in what was written; NULL: all do.
 * 0 or -E_NOMEM. */
int tells_check(const struct tells *tells, const struct extraction **missing);

#endif
