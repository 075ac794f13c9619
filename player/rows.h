/* The CSV file of one player process: rows as they happen, written in batches of whole lines.
 *
 * Errors  a write that fails (a full disk) keeps its rows in memory, says so once on stderr, and is
 *         tried again with every later batch; rows_close() counts what never reached the file. */
#ifndef STRETTO_PLAYER_ROWS_H
#define STRETTO_PLAYER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/run.h"

struct rows {
    int fd;
    char *path;
    struct buf pending;
    uint64_t added;   /* rows that were not dropped */
    uint64_t dropped; /* rows that memory had no room for while the disk was full */
    int64_t wall_us;  /* wall clock at monotonic 0 */
    bool failing;
};

/* Makes the file with its two head lines; comment is the command line.  0 or -E_IO. */
int rows_open(struct rows *rows, const char *path, const char *comment, int64_t wall_us,
              struct error *err);
/* row->time_us is monotonic here. */
void rows_add(struct rows *rows, const struct run_row *row);
/* Writes what is pending; true when nothing is left. */
bool rows_flush(struct rows *rows);
/* Flushes, closes, and returns how many rows were lost. */
uint64_t rows_close(struct rows *rows);

#endif
