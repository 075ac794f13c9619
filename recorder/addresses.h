/* The addresses that a page or a script has a browser load by itself: of scripts, styles, pictures,
 * frames, and in fetch() calls.  Pure. */
#ifndef STRETTO_RECORDER_ADDRESSES_H
#define STRETTO_RECORDER_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

/* address: as it stands there, up to its quote; lent.  in_tag: it stands in a tag of a page, where
 * a browser's parser finds it without running anything.  0, or a code that ends the search. */
typedef int address_found(void *user, const char *address, size_t len, bool in_tag);

/* 0, or what found() gave. */
int addresses_each(const char *text, size_t len, address_found *found, void *user);

#endif
