/* Replay by cause: which messages a session waits for after a send, matched by what they carry.
 *
 * The receives between two sends on one socket form one set.  A set knows how often each part
 * ("output plot") was recorded; a message that comes takes its parts off the set, in any order and
 * over any number of messages.  A step of the set has ended when all its parts have come; an
 * optional step (nothing but frozen, notification, ...) ends with the set at the latest.
 * Parts that the set does not know are kept for the next set with steps: the answer may have
 * overtaken the send that the script shows before it.  Those that name one answer only (the reply
 * with this number) are kept until a set wants them.  Pure: no clock, no socket.
 *
 * Sharing  struct expect_sets is made once from a script and shared by fork; struct expect is one
 *          socket's state in one session. */
#ifndef STRETTO_PLAYER_EXPECT_H
#define STRETTO_PLAYER_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialect.h"
#include "core/script.h"

struct expect_part {
    char *name;
    uint32_t count; /* how often it was recorded in this set */
};

struct expect_step {
    size_t step;     /* of the script */
    uint32_t *parts; /* indexes into the set's parts; each must have come `ordinal` times */
    uint32_t *ordinals;
    uint32_t part_count;
    bool optional;
};

struct expect_set {
    struct expect_step *steps;
    size_t step_count;
    struct expect_part *parts;
    size_t part_count;
};

/* The sets of one socket: set 0 opens with the socket, set k with the k-th send that completes a
 * message. */
struct expect_sets {
    struct expect_set *sets;
    size_t count;
};

/* 0 or -E_NOMEM; owner: expect_sets_release(). */
int expect_sets_init(struct expect_sets *sets, const struct script *script, unsigned socket,
                     const struct dialect *dialect);
void expect_sets_release(struct expect_sets *sets);

/* Parts that came before the set that wants them, by its own names: a session waits with what came
 * and keeps no copies. */
struct kept {
    const char **parts;
    size_t count;
};

/* One socket's state in one session. */
struct expect {
    const struct expect_sets *sets;
    size_t opened;  /* how many sets have been opened; the last one is open */
    uint32_t *seen; /* per part of the open set; behind them, in the same piece of memory: */
    uint8_t *state; /* per step of the open set: an enum of expect.c */
    size_t left;    /* steps that have not ended */
    struct kept early;
    struct kept lasting;
    unsigned long extra; /* parts that no set wanted, counted for the run */
};

void expect_init(struct expect *expect, const struct expect_sets *sets);
void expect_release(struct expect *expect);

/* Opens the next set (the first call opens set 0).  0 or -E_NOMEM. */
int expect_open(struct expect *expect);
/* A message has come.  0 or -E_NOMEM. */
int expect_message(struct expect *expect, const struct message *m);
/* Takes a step that has ended by the call before; false when there is no more. */
bool expect_take_ended(struct expect *expect, size_t *step);

/* The steps that this message carries something for, one a call, from *at = 0 on; those that were
 * taken before are left out.  early: of the next set that waits for anything, or, where parts of
 * the message last, of the one that wants them.  *ended: all has come for it.
 */
bool expect_concerned(const struct expect *expect, const struct message *m, bool early, size_t *at,
                      size_t *step, bool *ended);
/* Of the open set: does no session fail for want of this step? */
bool expect_is_optional(const struct expect *expect, size_t step);

/* Is nothing left but repeats of what has already come?  A busy server may have merged them. */
bool expect_only_repeats(const struct expect *expect);
/* Ends what is left, as merged into what came. */
void expect_give_up_repeats(struct expect *expect);
/* The first part that is missing, for people; "" when none is. */
const char *expect_missing(const struct expect *expect);
/* The first step that is waited for, optional ones apart; false when there is none. */
bool expect_pending(const struct expect *expect, size_t *step);

#endif
