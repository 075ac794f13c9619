/* The shipped dialects, embedded in the programs by core/embed.c: dialects/NAME.json. */
#ifndef STRETTO_CORE_DIALECT_FILES_H
#define STRETTO_CORE_DIALECT_FILES_H

#include <stddef.h>

struct dialect_file {
    const char *path; /* "/plain.json" */
    const unsigned char *bytes;
    size_t len;
};

extern const struct dialect_file dialect_files[];
extern const size_t dialect_count;

#endif
