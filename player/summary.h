/* The last lines of a run: what was found, whether to trust it, what failed, what to do next. */
#ifndef STRETTO_PLAYER_SUMMARY_H
#define STRETTO_PLAYER_SUMMARY_H

#include "core/buf.h"
#include "player/audit.h"
#include "player/run_dir.h"

/* So many ways to fail are told; run.json has 32. */
#define SUMMARY_FAILURES 10

/* Lines without "play: " before them, each with its newline.  0 or -E_NOMEM. */
int summary_lines(const struct play *play, const struct account *account, const struct tally *all,
                  const struct audit *audit, int64_t elapsed_us, struct buf *out);
/* "312 sessions failed at line 48 'Updated: plot': no message in 30 s; look at: ...", a line a way.
 */
int summary_failures(const struct play *play, const struct tally *all, struct buf *out);

#endif
