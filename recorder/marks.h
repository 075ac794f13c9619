/* Marks from the terminal: a line is a mark's name, an empty one numbers it.
 *
 * The terminal stays as it is, so there is nothing to restore; nothing is read where stdin is no
 * terminal, or while the recorder is in the background, whose lines belong to the shell.
 * Owner  zeroed by marks_init(). */
#ifndef STRETTO_RECORDER_MARKS_H
#define STRETTO_RECORDER_MARKS_H

#include <stdbool.h>

#include "recorder/capture.h"

struct marks {
    bool on;
};

/* To be called before threads are: a read in the background must not stop the recorder. */
void marks_init(struct marks *marks);
/* What to wait for: stdin's descriptor, or -1. */
int marks_fd(const struct marks *marks);
/* There is something to read. */
void marks_read(struct marks *marks, struct capture *capture);

#endif
