/* The terminal, while a run is shown on it: lines that are drawn over the ones before, and
 * messages that scroll away above them.
 *
 * Owner   screen_open() .. screen_close(), which leaves a terminal as it was, below the messages.
 * Not a terminal: messages only. */
#ifndef STRETTO_PLAYER_SCREEN_H
#define STRETTO_PLAYER_SCREEN_H

#include <stdbool.h>

#include "core/buf.h"

struct screen {
    int fd;
    bool live;        /* lines are drawn at all */
    bool hidden;      /* the cursor is */
    struct buf lines; /* as they stand there now; without any: empty */
};

void screen_open(struct screen *screen, int fd, bool live);
/* Columns that lines may have, or 0 when nothing is drawn. */
unsigned screen_columns(const struct screen *screen);
/* Draws these lines over the ones that stand there; as many as there is room for. */
void screen_draw(struct screen *screen, const char *lines);
/* "play: TEXT\n" above the lines, control characters made harmless. */
void screen_say(struct screen *screen, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The lines go, the cursor comes back; the next screen_draw() begins below. */
void screen_rest(struct screen *screen);
void screen_close(struct screen *screen);

#endif
