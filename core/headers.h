/* A list of HTTP headers: in order, in their own case, repeated ones kept apart.
 *
 * A zeroed struct is empty and ready; names and values are copies.
 * Errors  0 or -E_NOMEM. */
#ifndef STRETTO_CORE_HEADERS_H
#define STRETTO_CORE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

struct header {
    char *name;
    char *value;
};

struct headers {
    struct header *items;
    size_t count;
};

int headers_add(struct headers *list, const char *name, const char *value);
/* "Name: value", with or without a line end; blanks before the colon go, and a line that is no
 * header is left out.  What is copied of the line is of one line: header_dup(). */
int headers_add_line(struct headers *list, const char *line, size_t len);
/* Another line of the last header (obs-fold, RFC 9112 5.2): joined with one space. */
int headers_fold(struct headers *list, const char *line, size_t len);
size_t headers_count(const struct headers *list, const char *name);
/* The first of that name, in any case; NULL when there is none. */
const char *headers_get(const struct headers *list, const char *name);
void headers_release(struct headers *list);

/* A copy in which no byte ends the line, or the text: such become spaces (RFC 9110 5.5).  NULL when
 * memory is refused. */
char *header_dup(const char *text, size_t len);
/* Does a comma-separated value, as Connection has it, hold this word in any case? */
bool header_has_word(const char *value, const char *word);
/* The same for every header of that name. */
bool headers_have_word(const struct headers *list, const char *name, const char *word);

#endif
