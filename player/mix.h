/* Which script a session of a mix plays: a pure function of its number and the seed.
 *
 * Of any block of as many sessions as the weights add up to, each script has exactly its weight,
 * spread evenly.  Where in that order a block begins is drawn: else a number of processes or of
 * users that divides the block would give each of them one script for ever. Owner  zeroed is a mix
 * of one; mix_release(). */
#ifndef STRETTO_PLAYER_MIX_H
#define STRETTO_PLAYER_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define MIX_SCRIPTS_MAX 64 /* TALLY_ROLES */
#define MIX_WEIGHT_MAX 1000

struct mix {
    uint8_t *order;
    size_t length; /* the weights' sum, without what they have in common */
    uint64_t seed;
};

int mix_init(struct mix *mix, const unsigned *weights, size_t count, uint64_t seed,
             struct error *err);
void mix_release(struct mix *mix);
unsigned mix_role(const struct mix *mix, long session);

/* "a.log:3" is a.log with the weight 3, "a.log" has 1; only digits behind the last colon are a
 * weight.  *path is the caller's, by free().  0, -E_USAGE or -E_NOMEM. */
int mix_parse(const char *text, char **path, unsigned *weight, struct error *err);

/* What the runs of a mix are called: the scripts' file names without folder and ".log", each once;
 * names[count], each by malloc(), for which the caller answers on failure too (NULL: not made). */
int mix_names(char **names, const char *const *paths, size_t count, struct error *err);

#endif
