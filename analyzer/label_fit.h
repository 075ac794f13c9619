/* A step's label in little room: on two lines where there are two, and when it must be cut, the
 * number that tells it from others of its name, "Set: who (2)", stays. */
#ifndef STRETTO_ANALYZER_LABEL_FIT_H
#define STRETTO_ANALYZER_LABEL_FIT_H

#include <stddef.h>

#include "analyzer/text.h"

#define LABEL_LINES 2

/* release() it; a line without memory is missing, as in plot_text(). */
struct label_lines {
    char *text[LABEL_LINES];
    size_t count;
};

/* Control characters become spaces.  most: lines, 1 or 2. */
void label_fit(struct label_lines *out, const struct font *font, const char *label, double width,
               size_t most);
void label_lines_release(struct label_lines *lines);

#endif
