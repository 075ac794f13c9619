/* What run.json tells.  A run of shinycannon has none: then nothing is known, and nothing is wrong.
 */
#ifndef STRETTO_ANALYZER_RUNINFO_H
#define STRETTO_ANALYZER_RUNINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define UNKNOWN (-1)

/* Time in which the player was late: each action, or because a process of it did nothing at all.
 * Where several were joined the worst of them; 0: not told, or not so. */
struct late_span {
    int64_t from_us;
    int64_t to_us; /* above from_us */
    int64_t p99_us;
    int64_t stall_us;
};

/* How the player watched itself. */
struct audit {
    bool present; /* older runs have none: then the rest means nothing */
    bool kept_up;
    int64_t late_limit_us; /* UNKNOWN where the file does not tell, here and below */
    int64_t late_p99_us;
    struct late_span *untrusted; /* wall clock; in order, none touches the next */
    size_t untrusted_count;
};

/* What was asked of the player. */
struct load_info {
    char *mode;        /* "sessions" or "users"; NULL: not told, here and below */
    char *arrivals;    /* "regular" or "poisson" */
    char *think_drawn; /* the text of --think, where it was drawn from a distribution */
    char *stages;      /* "30 s to 10, 2 m 00 s to 100" */
    int64_t count; /* sessions, or users; UNKNOWN where the file does not tell, here and below */
    int64_t every_us;
    int64_t for_us;
    int64_t timeout_us;
    double max_rate; /* 0: none */
    bool sequential;
};

struct run_info {
    int64_t planned; /* sessions; UNKNOWN where the file does not tell, here and below */
    int64_t done;
    int64_t failed;
    int64_t lost;
    int64_t lateness_p50_us;
    int64_t lateness_p95_us;
    int64_t lateness_p99_us;
    int64_t lateness_max_us;
    int64_t zero_wall_us; /* when its schedule began: the same of all parts of a mix */
    double think;         /* 1 where the file does not tell */
    char *target;         /* NULL: not told */
    char *state;
    char *aborted; /* why; NULL: it was not */
    struct load_info load;
    struct audit audit;
};

/* 0, or a negative code when the file is there and cannot be read or is not JSON. */
int run_info_load(struct run_info *info, const char *path, struct error *err);
void run_info_release(struct run_info *info);

/* The scripts of a mix, each the name of a run's directory below that of the mix. */
struct mix {
    char **names;
    size_t count; /* 0: it is no mix */
};

/* Reads the run.json at path; one that is not there is no mix.  0, -E_IO, -E_NOMEM, or -E_FORMAT:
 * what it names can be no directory below it. */
int mix_load(struct mix *mix, const char *path, struct error *err);
void mix_release(struct mix *mix);

#endif
