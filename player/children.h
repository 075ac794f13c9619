/* The worker processes, as their supervisor has them: started, told, asked of the kernel, ended.
 *
 * Owner   children_init() .. children_release(); the pipes close with the workers' ends. */
#ifndef STRETTO_PLAYER_CHILDREN_H
#define STRETTO_PLAYER_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"
#include "player/cpus.h"
#include "player/meter.h"
#include "player/play.h"
#include "player/vigil.h"

struct child {
    pid_t pid;
    int control; /* our end of its pipe */
    bool running;
    bool died; /* without having finished */
    int64_t begun_us;
    struct vigil vigil;
};

struct children {
    struct play *play;
    struct child *items;
    struct meter_usage *usage; /* as of the last children_ask() */
    struct cpus cpus;          /* none: the kernel decides */
    int count;
    int running;
};

/* 0, -E_NOMEM, or -E_USAGE: no such processors. */
int children_init(struct children *children, struct play *play, struct error *err);
void children_release(struct children *children);

/* Starts all.  In a worker it plays to the end, sets *is_worker and returns its exit code; else 0,
 * or -E_IO when one could not be started: the ones before run. */
int children_start(struct children *children, bool *is_worker, struct error *err);
void children_tell(struct children *children, char what);
void children_kill(struct children *children, int i);
/* One that has ended: its number and wait status, or -1. */
int children_reap(struct children *children, int *status);
/* What the kernel says of each of them. */
void children_ask(struct children *children);

#endif
