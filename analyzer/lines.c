/* Read in large blocks and cut where they lie: getline() copies each line and looks at each byte
 * twice.  Not mapped: what is mapped counts as memory of ours, all of a file. */
#include "analyzer/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *lines, const char *path, struct error *err)
{
    *lines = (struct lines){.path = path, .file = open(path, O_RDONLY | O_CLOEXEC)};
    if (lines->file < 0)
        return error_set(err, E_IO, "%s: %s", path, strerror(errno));
    lines->block = malloc(LINES_LONGEST + 1);
    if (lines->block)
        return 0;
    lines_close(lines);
    return error_nomem(err);
}

void lines_close(struct lines *lines)
{
    if (lines->file >= 0)
        close(lines->file);
    free(lines->block);
    *lines = (struct lines){.file = -1};
}

/* More bytes behind those that wait for their line's end. */
static int fill(struct lines *lines, struct error *err)
{
    ssize_t got;

    memmove(lines->block, lines->block + lines->from, lines->to - lines->from);
    lines->to -= lines->from;
    lines->from = 0;
    do {
        got = read(lines->file, lines->block + lines->to, LINES_LONGEST - lines->to);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set(err, E_IO, "%s: %s", lines->path, strerror(errno));
    lines->to += (size_t)got;
    lines->ended = got == 0;
    return 0;
}

/* The line that lies before `end`, which is its newline or the end of what there is. */
static int cut(struct lines *lines, char *end, char **line)
{
    char *begin = lines->block + lines->from;

    lines->from = (size_t)(end - lines->block) + 1;
    if (lines->from > lines->to)
        lines->from = lines->to;
    if (lines->too_long) {
        lines->too_long = false;
        return LINES_TORN;
    }
    while (end > begin && end[-1] == '\r')
        end--;
    *end = 0;
    *line = begin;
    return memchr(begin, 0, (size_t)(end - begin)) ? LINES_TORN : LINES_LINE;
}

int lines_next(struct lines *lines, char **line, struct error *err)
{
    for (;;) {
        char *begin = lines->block + lines->from;
        char *end = memchr(begin, '\n', lines->to - lines->from);
        int rc;

        if (end)
            return cut(lines, end, line);
        if (lines->to - lines->from == LINES_LONGEST) {
            lines->too_long = true;
            lines->from = lines->to;
        }
        rc = lines->ended ? 0 : fill(lines, err);
        if (rc < 0)
            return rc;
        if (!lines->ended)
            continue;
        if (lines->from == lines->to && !lines->too_long)
            return LINES_END;
        return cut(lines, lines->block + lines->to, line);
    }
}
