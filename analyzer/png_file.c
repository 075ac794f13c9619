/* By hand, since cairo's writer leaves libpng to try every filter on every row: a chart is flat
 * colours, which compress best as they are, and takes a quarter of the time. */
#include "analyzer/png_file.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LEVEL 3
#define OUT_BYTES ((size_t)64 << 10)

struct packing {
    struct outfile *out;
    z_stream z;
    unsigned char *row;    /* its filter, which is none, then three bytes a pixel */
    unsigned char *packed; /* OUT_BYTES */
};

static void put_number(unsigned char *to, uint32_t number)
{
    to[0] = (unsigned char)(number >> 24);
    to[1] = (unsigned char)(number >> 16);
    to[2] = (unsigned char)(number >> 8);
    to[3] = (unsigned char)number;
}

static void write_chunk(struct outfile *out, const char *type, const unsigned char *data,
                        size_t len)
{
    unsigned char head[8];
    unsigned char check[4];
    uLong crc;

    put_number(head, (uint32_t)len);
    memcpy(head + 4, type, 4);
    crc = crc32(0, head + 4, 4);
    outfile_write(out, head, sizeof(head));
    if (len) {
        crc = crc32(crc, data, (uInt)len);
        outfile_write(out, data, len);
    }
    put_number(check, (uint32_t)crc);
    outfile_write(out, check, sizeof(check));
}

static void write_head(struct outfile *out, const struct pixels *pixels)
{
    static const unsigned char sign[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    /* Eight bits of red, green and blue; not interlaced. */
    unsigned char head[13] = {0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0};

    put_number(head, pixels->width);
    put_number(head + 4, pixels->height);
    outfile_write(out, sign, sizeof(sign));
    write_chunk(out, "IHDR", head, sizeof(head));
}

static void take_row(struct packing *p, const struct pixels *pixels, uint32_t y)
{
    const uint32_t *from =
        (const uint32_t *)(const void *)(pixels->data + (size_t)y * pixels->stride);
    unsigned char *to = p->row;

    *to++ = 0;
    for (uint32_t x = 0; x < pixels->width; x++) {
        *to++ = (unsigned char)(from[x] >> 16);
        *to++ = (unsigned char)(from[x] >> 8);
        *to++ = (unsigned char)from[x];
    }
    p->z.next_in = p->row;
    p->z.avail_in = (uInt)(to - p->row);
}

static void write_packed(struct packing *p)
{
    write_chunk(p->out, "IDAT", p->packed, OUT_BYTES - p->z.avail_out);
    p->z.next_out = p->packed;
    p->z.avail_out = OUT_BYTES;
}

static void pack_rows(struct packing *p, const struct pixels *pixels)
{
    p->z.next_out = p->packed;
    p->z.avail_out = OUT_BYTES;
    for (uint32_t y = 0; y < pixels->height; y++) {
        take_row(p, pixels, y);
        while (p->z.avail_in) {
            deflate(&p->z, Z_NO_FLUSH);
            if (p->z.avail_out == 0)
                write_packed(p);
        }
    }
    while (deflate(&p->z, Z_FINISH) != Z_STREAM_END)
        write_packed(p);
    write_packed(p);
}

int png_file_write(struct outfile *out, const struct pixels *pixels)
{
    struct packing p = {
        .out = out, .row = malloc(1 + 3 * (size_t)pixels->width), .packed = malloc(OUT_BYTES)};
    bool ready = p.row && p.packed && deflateInit(&p.z, LEVEL) == Z_OK;

    if (ready) {
        write_head(out, pixels);
        pack_rows(&p, pixels);
        write_chunk(out, "IEND", NULL, 0);
        deflateEnd(&p.z);
    }
    free(p.row);
    free(p.packed);
    return ready ? 0 : -E_NOMEM;
}
