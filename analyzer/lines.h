/* The lines of a file that may be of any size, in memory that does not grow with it. */
#ifndef STRETTO_ANALYZER_LINES_H
#define STRETTO_ANALYZER_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* A longer line is no row of any player's. */
#define LINES_LONGEST ((size_t)1 << 20)

/* Owner: whoever called lines_open(), until lines_close(). */
struct lines {
    const char *path; /* a loan, for messages */
    int file;
    char *block;
    size_t from; /* what was read and not given yet: block[from..to) */
    size_t to;
    bool too_long; /* the rest of a line that was, comes and is dropped */
    bool ended;
};

/* What lines_next() gives. */
enum lines_what {
    LINES_END,
    LINES_LINE,
    LINES_TORN, /* one that is too long, or has a NUL in it: no text */
};

/* 0, -E_IO or -E_NOMEM. */
int lines_open(struct lines *lines, const char *path, struct error *err);
/* The next one, without its line end, terminated; it may be changed, and is there until the next
 * call.  A lines_what, -E_IO or -E_NOMEM. */
int lines_next(struct lines *lines, char **line, struct error *err);
void lines_close(struct lines *lines);

#endif
