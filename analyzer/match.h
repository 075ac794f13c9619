/* Which steps of several builds are the same: by their place where the scripts are alike, else by
 * what they are called and how often that has come before (the second "Set: who" of one is the
 * second of another).  A wait is known by its cause alone: what came of it may differ between
 * builds.  Linear in the steps of all scripts.  Pure. */
#ifndef STRETTO_ANALYZER_MATCH_H
#define STRETTO_ANALYZER_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct build;

#define MATCH_NONE UINT32_MAX /* that build has no such step */

struct matched_step {
    /* As analyzer/step_names.h has it: of a wait "Set: who → plot, table", of any other step
     * build_step_label().  Valid UTF-8; unlike any other's here: "Set: who → plot (2)". */
    char *label;
    uint32_t *steps; /* a build: its step, or MATCH_NONE */
    bool waited;     /* a wait begins here: a calculation is one, at the first of its steps */
    uint32_t wait;   /* of a send: the step in this list at which the wait begins that it caused, or
                        MATCH_NONE */
};

/* A zeroed struct is empty; match_release() accepts it. */
struct match {
    struct matched_step *list; /* in the order of the first script; what it lacks stands behind */
    size_t count;
    size_t builds;
    bool alike;      /* the scripts are: by place, and nothing is missing anywhere */
    uint32_t *steps; /* all of the list's */
};

/* 0 or -E_NOMEM. */
int match_compute(struct match *out, const struct build *builds, size_t count);
void match_release(struct match *match);

/* The step that a person means by a label.  That of a send means the wait that it caused, where it
 * caused any: "Set: who (2)" is the wait after the second.  count when there is none. */
size_t match_find(const struct match *match, const char *label);

#endif
