/* A picture's pixels as a PNG file. */
#ifndef STRETTO_ANALYZER_PNG_FILE_H
#define STRETTO_ANALYZER_PNG_FILE_H

#include <stdint.h>

#include "analyzer/outdir.h"

struct pixels {
    const unsigned char *data; /* rows of 0x00RRGGBB, as cairo has them */
    uint32_t width;            /* 1 and up, as the height */
    uint32_t height;
    uint32_t stride; /* bytes from one row to the next, a multiple of 4 */
};

/* 0 or -E_NOMEM, with nothing said; what the file refuses is told by outfile_close(). */
int png_file_write(struct outfile *out, const struct pixels *pixels);

#endif
