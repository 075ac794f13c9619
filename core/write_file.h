/* A file as a whole: whoever reads it finds the old one or the new one.
 *
 * Errors  0, or -E_IO with a sentence; the old file then stays. */
#ifndef STRETTO_CORE_WRITE_FILE_H
#define STRETTO_CORE_WRITE_FILE_H

#include <stddef.h>

#include "core/error.h"

/* What everybody may read as far as the umask lets them, and what one person alone may. */
#define WRITE_FILE_PUBLIC 0666
#define WRITE_FILE_PRIVATE 0600

int write_file(const char *path, const void *data, size_t len, unsigned mode, struct error *err);

#endif
