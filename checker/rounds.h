/* Replays and compares, again and again: what one replay finds lets the next one get further (a
 * failed login ends a replay).  A guess that makes the app refuse what it took before is taken
 * back. Bounds  ROUNDS_MAX replays. */
#ifndef STRETTO_CHECKER_ROUNDS_H
#define STRETTO_CHECKER_ROUNDS_H

#include "checker/correlate.h"
#include "checker/replay.h"
#include "checker/rules.h"
#include "checker/work.h"

#define ROUNDS_MAX 12

struct rounds {
    /* given */
    const struct script *script;
    const struct trace *a; /* NULL: nothing can be found */
    const struct rules *rules;
    const struct replay_options *options;
    void (*on_replay)(const struct rounds *rounds); /* after each; may be NULL */

    /* found */
    struct work work;
    unsigned count;          /* of replays */
    struct replay last;      /* of the script as it is now */
    struct replay first;     /* of the script as it was given */
    struct script *now;      /* the script with all that was found */
    struct trace b;          /* of the last replay */
    struct findings found;   /* all; strings belong to `kept` */
    struct open_value *open; /* of the last comparison */
    size_t open_count;
    struct findings kept[ROUNDS_MAX];
    size_t kept_count;
    const char *taken_back[64]; /* NULL-ended */
    size_t taken_back_count;
};

/* 0 (see last.passed), or an error; rounds_release() in either case. */
int rounds_run(struct rounds *rounds, struct error *err);
void rounds_release(struct rounds *rounds);

#endif
