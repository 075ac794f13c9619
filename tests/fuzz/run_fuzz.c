/* Rows of a run: a row that reads is written, and then reads back the same for ever. */
#include <string.h>

#include "core/run.h"
#include "fuzz.h"

static int read_row(struct run_row *row, struct run_phases *phases, const char *data, size_t len,
                    char **line)
{
    *line = malloc(len + 1);
    PROMISE(*line);
    memcpy(*line, data, len);
    (*line)[len] = 0;
    *row = (struct run_row){0};
    return run_row_parse_phases(row, phases, *line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct run_row first;
    struct run_row second;
    struct run_phases first_phases;
    struct run_phases second_phases;
    struct buf once;
    struct buf twice;
    char *first_line;
    char *second_line;

    if (read_row(&first, &first_phases, (const char *)data, len, &first_line) == 0) {
        buf_init(&once, 1u << 30);
        buf_init(&twice, 1u << 30);
        PROMISE(run_row_write(&once, &first) == 0);
        PROMISE(memchr(once.data, '\n', once.len) == once.data + once.len - 1);
        PROMISE(!memchr(once.data, '#', once.len));
        PROMISE(read_row(&second, &second_phases, once.data, once.len - 1, &second_line) == 0);
        PROMISE(first.session == second.session && first.user == second.user);
        PROMISE(first.iteration == second.iteration && first.event == second.event);
        PROMISE(first.time_us == second.time_us && first.line == second.line);
        PROMISE(!first.phases == !second.phases);
        PROMISE(strlen(first.comment) == strlen(second.comment));
        PROMISE(run_row_write(&twice, &second) == 0);
        PROMISE(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
        free(second_line);
        buf_release(&once);
        buf_release(&twice);
    }
    free(first_line);
    return 0;
}
