/* Sentences that a reader of the numbers must know before comparing them: what differs between the
 * runs beside the builds themselves, and what was left out.  Stated on the terminal, on every chart
 * and in the report. */
#ifndef STRETTO_ANALYZER_NOTES_H
#define STRETTO_ANALYZER_NOTES_H

#include <stddef.h>

/* A zeroed struct is empty; notes_release() accepts it. */
struct notes {
    char **list; /* each one line, valid UTF-8, no full stop at its end */
    size_t count;
};

/* Takes nothing: the text is copied.  0 or -E_NOMEM. */
int notes_add(struct notes *notes, const char *text);
int notes_addf(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As much as a picture has room for: at most `most` lines, the last of which may tell how many more
 * there are.  Fills the empty *out.  0 or -E_NOMEM. */
int notes_shorten(struct notes *out, const struct notes *notes, size_t most);
void notes_release(struct notes *notes);

#endif
