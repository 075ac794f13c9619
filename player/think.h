/* How long a session thinks: the recorded gap, stretched, and drawn around it.
 *
 * X stretches every gap.  A distribution changes only a user's gaps: those behind the page load
 * that are at least THINK_LEAST_US long, because what is shorter, or before it, is the browser's
 * own time.  Its mean is the stretched gap, so a run by chance is as long as one without.
 *
 *     0.5              half of every gap
 *     lognormal:S      times exp(N(0,S) - S*S/2): as people are, few very long ones
 *     uniform:P        from 1-P to 1+P times as long
 *     exponential      without memory
 *     X*DIST           both */
#ifndef STRETTO_PLAYER_THINK_H
#define STRETTO_PLAYER_THINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define THINK_LEAST_US INT64_C(100000)
#define THINK_LOGNORMAL_MAX 3

enum think_dist { THINK_AS_RECORDED, THINK_LOGNORMAL, THINK_UNIFORM, THINK_EXPONENTIAL };

struct think {
    double factor;
    enum think_dist dist;
    double spread;
};

/* 0 or -E_USAGE. */
int think_parse(struct think *think, const char *text, struct error *err);

/* The gap before this step of this session: a pure function of its arguments.  `users`: it is the
 * user's, not the browser's. */
int64_t think_us(const struct think *think, uint64_t seed, long session, size_t step, bool users,
                 int64_t gap_us);

#endif
