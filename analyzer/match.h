/* Which steps of several builds are the same: by their place where the scripts are alike, else by
 * what they are called (the second "Set: who" of one is the second of another).  Pure. */
#ifndef STRETTO_ANALYZER_MATCH_H
#define STRETTO_ANALYZER_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct build;

#define MATCH_NONE UINT32_MAX /* that build has no such step */

struct matched_step {
    char *label;     /* valid UTF-8; unlike any other's: "Set: who (2)" where there are several */
    uint32_t *steps; /* a build: its step, or MATCH_NONE */
    bool waited;     /* a wait begins here: a calculation is one, at the first of its steps */
};

/* A zeroed struct is empty; match_release() accepts it. */
struct match {
    struct matched_step *list; /* in the order of the first script; what it lacks stands behind */
    size_t count;
    size_t builds;
    bool alike; /* the scripts are: by place, and nothing is missing anywhere */
};

/* 0 or -E_NOMEM. */
int match_compute(struct match *out, const struct build *builds, size_t count);
void match_release(struct match *match);

#endif
