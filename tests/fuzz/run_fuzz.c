/* Rows of a run: a row that reads is written, and then reads back the same for ever. */
#include <string.h>

#include "core/run.h"
#include "core/run_scan.h"
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

/* A row that the fast parser reads is the same to the one that reads any: the one with a quote. */
static void compare_parsers(const char *data, size_t len)
{
    struct run_row fast = {0};
    struct run_row slow;
    struct run_phases fast_phases;
    struct run_phases slow_phases;
    char *usual = calloc(1, len + 1);
    char *quoted = calloc(1, len + 3);
    char *line;

    PROMISE(usual && quoted);
    memcpy(usual, data, len);
    if (run_row_scan(&fast, &fast_phases, usual)) {
        size_t digits = strspn(usual, "0123456789");

        *quoted = '"';
        memcpy(quoted + 1, usual, digits);
        quoted[1 + digits] = '"';
        memcpy(quoted + 2 + digits, usual + digits, len - digits);
        PROMISE(read_row(&slow, &slow_phases, quoted, strlen(quoted), &line) == 0);
        PROMISE(fast.session == slow.session && fast.user == slow.user);
        PROMISE(fast.iteration == slow.iteration && fast.event == slow.event);
        PROMISE(fast.time_us == slow.time_us && fast.line == slow.line);
        PROMISE(!fast.phases == !slow.phases && !*slow.comment);
        free(line);
    }
    free(usual);
    free(quoted);
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

    compare_parsers((const char *)data, len);
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
