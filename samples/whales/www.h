/* The page's files, embedded in the program by core/embed.c. */
#ifndef STRETTO_SAMPLES_WWW_H
#define STRETTO_SAMPLES_WWW_H

#include <stddef.h>

struct www_file {
    const char *path; /* "/grid.css" */
    const unsigned char *bytes;
    size_t len;
};

extern const struct www_file www_files[];
extern const size_t www_count;

#endif
