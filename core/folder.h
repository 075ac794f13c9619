/* Folders that a program writes into. */
#ifndef STRETTO_CORE_FOLDER_H
#define STRETTO_CORE_FOLDER_H

#include <stdbool.h>

#include "core/error.h"

/* Makes the folder and those above it; one that is there already is fine.  0 or -E_IO. */
int folder_make(const char *path, struct error *err);

/* Is there something at this path that a new folder would mix with?  False when it is not there or
 * is an empty folder. */
bool folder_is_taken(const char *path);

#endif
