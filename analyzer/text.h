/* Text as people read it: valid, measured, and no longer than its place. */
#ifndef STRETTO_ANALYZER_TEXT_H
#define STRETTO_ANALYZER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is there first is taken: the same list in the PNG and in the SVG, so that both look alike.
 */
#define TEXT_FAMILY "Noto Sans, Liberation Sans, DejaVu Sans, sans-serif"

struct _PangoLayout;

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct font {
    double size; /* pixels */
    bool bold;
    uint32_t rgb;
    enum anchor anchor;
    bool turned; /* reads upwards */
};

/* A copy in which what is not UTF-8 became U+FFFD; NULL when memory is refused.  free() it. */
char *text_valid(const char *text);

/* A copy in which a control character became a space, be it one that turns text around: fit for a
 * picture and for a terminal. */
char *text_plain(const char *text);

/* The beginning of a text that came from an app, so many bytes, fit for a sentence: valid, on one
 * line, an ellipsis where something is left out.  NULL when memory is refused; free() it. */
char *text_short(const char *text, size_t most);

/* How many columns of a terminal a character takes, and valid text. */
int text_columns_of(uint32_t character);
int text_columns(const char *text);

double text_width(const struct font *font, const char *text);

/* A copy that is at most `width` wide, its end cut off and replaced by an ellipsis if need be. */
char *text_fit(const struct font *font, const char *text, double width);

/* Gives back what the font libraries keep for the whole program; nothing of this works afterwards.
 */
void text_shutdown(void);

/* The family, size and weight of a font, for whoever lays out text by itself. */
void text_set_font(struct _PangoLayout *layout, const struct font *font);

#endif
