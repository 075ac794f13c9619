/* Texts numbered in the order in which they were first seen, found again in constant time. */
#ifndef STRETTO_ANALYZER_LABEL_SET_H
#define STRETTO_ANALYZER_LABEL_SET_H

#include <stddef.h>
#include <stdint.h>

struct label_slot;

/* A zeroed struct is empty; label_set_release() accepts it.  The texts are lent: they outlive it.
 */
struct label_set {
    struct label_slot *slots;
    size_t room; /* a power of two, or 0 */
    uint32_t count;
};

/* Puts the number of this text into *number: that of the same one before, or the next, count.
 * 0 or -E_NOMEM. */
int label_set_add(struct label_set *set, const char *text, size_t len, uint32_t *number);
void label_set_release(struct label_set *set);

#endif
