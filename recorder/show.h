/* What the person who records reads on stderr: a line a step, a sentence a surprise. */
#ifndef STRETTO_RECORDER_SHOW_H
#define STRETTO_RECORDER_SHOW_H

#include "recorder/capture.h"

/* What its lines begin with; set before anything is shown. */
extern const char *show_program;
extern const struct capture_watcher show_watcher;

/* "record: 93 steps, 1 WebSocket, 21.5 s in session.log", what a replay wants to be told, what was
 * not seen, and what to run next. */
void show_end(const struct capture *capture, const char *path, const struct capture_totals *totals);

#endif
