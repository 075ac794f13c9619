/* The folder that replays work in, and the scripts in it: DIR/0/script.log, DIR/1/script.log, ...
 * each with its bodies beside it.  Made private, removed with all that is in it. */
#ifndef STRETTO_CHECKER_WORK_H
#define STRETTO_CHECKER_WORK_H

#include <limits.h>

#include "core/error.h"
#include "core/script.h"

struct work {
    char dir[PATH_MAX - 64]; /* "" when there is none */
    unsigned versions;
};

int work_open(struct work *work, struct error *err);
void work_remove(struct work *work);

/* The folder of a version, into out, which is returned. */
const char *work_dir(const struct work *work, unsigned version, char out[PATH_MAX]);

/* Adds a version: the script, and its bodies (loaded).  0, -E_IO or -E_NOMEM. */
int work_add(struct work *work, const struct script *script, struct error *err);
/* Loads one, with bodies. */
int work_load(const struct work *work, unsigned version, struct script **out, struct error *err);

#endif
