/* What run.json tells.  A run of shinycannon has none: then nothing is known, and nothing is wrong.
 */
#ifndef STRETTO_ANALYZER_RUNINFO_H
#define STRETTO_ANALYZER_RUNINFO_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define UNKNOWN (-1)

struct run_info {
    int64_t planned; /* sessions; UNKNOWN where the file does not tell, here and below */
    int64_t done;
    int64_t failed;
    int64_t lost;
    int64_t lateness_p99_us;
    double think; /* 1 where the file does not tell */
    char *target; /* NULL: not told */
    char *state;
};

/* 0, or a negative code when the file is there and cannot be read or is not JSON. */
int run_info_load(struct run_info *info, const char *path, struct error *err);
void run_info_release(struct run_info *info);

#endif
