/* The days that have a log: DIR/YYYY-MM-DD.csv.gz, found once when the program starts. */
#ifndef STRETTO_SAMPLES_DAYS_H
#define STRETTO_SAMPLES_DAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct days {
    const char *dir; /* lent */
    char (*names)[11];
    size_t count; /* 1 and up, in the order of the calendar */
};

int days_find(struct days *out, const char *dir, struct error *err);
void days_release(struct days *d);

/* The path of a day's log, or an error that names the day when there is none. What a client
 * sends is only ever compared with the days found, never used to build a path. */
int days_path(const struct days *d, const char *day, char *path, size_t size, struct error *err);

#endif
