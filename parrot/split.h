/* One message told as several: an answer that an app sends in pieces.
 *
 * A message of text that is a JSON object, also in SockJS' envelope, is cut where members of it are
 * objects with members ("values" of Shiny): one message each of those, the rest with the last.  It
 * is only done where the dialect sees the same parts in the pieces as in the whole, each once.
 * Pure. */
#ifndef STRETTO_PARROT_SPLIT_H
#define STRETTO_PARROT_SPLIT_H

#include "core/dialect.h"

#define PIECES_MAX 64

/* Zeroed is empty; owner: pieces_release(). */
struct pieces {
    char *items[PIECES_MAX];
    size_t count;
};

/* count is 0 when the message stays whole.  0 or -E_NOMEM. */
int split_message(const struct dialect *dialect, const char *text, size_t len,
                  struct pieces *pieces);
void pieces_release(struct pieces *pieces);

#endif
