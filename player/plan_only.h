/* --plan-only: the schedule as it would be played, and what it would need, as text. */
#ifndef STRETTO_PLAYER_PLAN_ONLY_H
#define STRETTO_PLAYER_PLAN_ONLY_H

#include <stdio.h>

#include "player/play.h"

/* What a plan comes to.  Rates are means over a script, times as many sessions as play at once: a
 * crowd whose sessions began at different times. */
struct plan_load {
    long at_once; /* sessions, at most, where the app answers as fast as when it was recorded */
    double requests_per_s;
    double sends_per_s;
    double bytes_per_s; /* received */
    long connections;   /* of all that play at once, while they think */
    long descriptors;   /* of a worker */
};

/* 0 or -E_NOMEM. */
int plan_load(const struct play *play, struct plan_load *load);

/* Lines with '#' in front, then a CSV row a start, in the order of time:
 * session,user,start,process,script,data_row,source; start in seconds.  0 or -E_NOMEM. */
int plan_only_print(const struct play *play, FILE *out);

#endif
