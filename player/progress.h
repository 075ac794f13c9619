/* How far a run is, in one line.  Pure but for the printing. */
#ifndef STRETTO_PLAYER_PROGRESS_H
#define STRETTO_PLAYER_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "player/play.h"
#include "player/run_dir.h"

/* Fills line with "12 waiting, 30 running, 8 done, 0 failed; page load p50 .., p95 ..; .. left". */
void progress_line(char *line, size_t size, const struct play *play, const struct tally *all,
                   int64_t elapsed_us);

/* How much longer the run takes at the least, were the app instant: the schedule and one script. */
int64_t progress_left_us(const struct play *play, int64_t elapsed_us);

/* The last lines: what was found, by whom the time was kept, what failed, what to run next. */
void progress_summary(const struct play *play, const struct account *account,
                      const struct tally *all, int64_t elapsed_us);

#endif
