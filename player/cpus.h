/* Which processors the workers run on: "0,2" or "0-3" or "0,4-6".  Worker k gets the k-th of the
 * list, and the list begins anew where there are more workers.  Linux only: elsewhere refused. */
#ifndef STRETTO_PLAYER_CPUS_H
#define STRETTO_PLAYER_CPUS_H

#include "core/error.h"

#define CPUS_MAX 1024

struct cpus {
    int items[CPUS_MAX];
    int count;
};

/* 0, or -E_USAGE: no such list, or a processor that this process may not use. */
int cpus_parse(struct cpus *cpus, const char *text, struct error *err);
/* Moves the calling process to worker k's.  0, or -E_IO. */
int cpus_pin(const struct cpus *cpus, int k, struct error *err);

#endif
