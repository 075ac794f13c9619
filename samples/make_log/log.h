/* A made-up day of package downloads, in the columns of RStudio's CRAN logs.
 *
 * Shape   a few packages are wanted by everybody (a Zipf law), most downloaders take a handful of
 *         files, and some thirty "whales" take a third of all: mirrors that fetch around the
 *         clock, build farms that fetch at night. The hours of the day have a profile.
 * Same    seed, rows and date: the same bytes. */
#ifndef STRETTO_SAMPLES_LOG_H
#define STRETTO_SAMPLES_LOG_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

struct log_maker;

int log_maker_new(struct log_maker **out, uint64_t seed, uint32_t rows, const char *date,
                  struct error *err);
void log_maker_free(struct log_maker *m);

/* Append the line with the names of the columns, or the next row. */
int log_header(struct buf *out);
int log_row(struct log_maker *m, struct buf *out);

#endif
