#include "player/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_BATCH 65536
#define ROWS_PENDING_MAX ((size_t)64 << 20)

int rows_open(struct rows *rows, const char *path, const char *comment, int64_t wall_us,
              struct error *err)
{
    *rows = (struct rows){.wall_us = wall_us};
    buf_init(&rows->pending, ROWS_PENDING_MAX);
    rows->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    rows->path = strdup(path);
    if (rows->fd < 0)
        return error_set(err, E_IO, "cannot make '%s': %s", path, strerror(errno));
    if (!rows->path || buf_addf(&rows->pending, "# %s\n" RUN_COLUMNS "\n", comment) < 0)
        return error_nomem(err);
    rows_flush(rows);
    return 0;
}

void rows_add(struct rows *rows, const struct run_row *row)
{
    struct run_row wall = *row;
    size_t before = rows->pending.len;

    wall.time_us += rows->wall_us;
    rows->pending.failed = false;
    if (run_row_write(&rows->pending, &wall) < 0) {
        rows->pending.len = before; /* a row is whole or absent */
        rows->dropped++;
    } else {
        rows->added++;
    }
    if (rows->pending.len >= ROWS_BATCH && !rows->failing)
        rows_flush(rows);
}

static void say_failing(struct rows *rows, int error)
{
    if (rows->failing)
        return;
    rows->failing = true;
    fprintf(stderr,
            "play: cannot write '%s': %s; its rows wait in memory and are tried again: make room\n",
            rows->path, strerror(error));
}

bool rows_flush(struct rows *rows)
{
    while (rows->pending.len) {
        ssize_t n = write(rows->fd, rows->pending.data, rows->pending.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            say_failing(rows, errno);
            return false;
        }
        buf_drop(&rows->pending, (size_t)n);
    }
    rows->failing = false;
    return true;
}

static uint64_t count_lines(const struct buf *b)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < b->len; i++)
        lines += b->data[i] == '\n';
    return lines;
}

uint64_t rows_close(struct rows *rows)
{
    uint64_t left;
    uint64_t lost;

    rows_flush(rows);
    left = count_lines(&rows->pending); /* head lines too, when not even they could be written */
    lost = rows->dropped + (left < rows->added ? left : rows->added);
    close(rows->fd);
    free(rows->path);
    buf_release(&rows->pending);
    return lost;
}
