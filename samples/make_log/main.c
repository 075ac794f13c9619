/* make_log: writes a day of package downloads, gzipped, for the whales sample to load. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "core/opts.h"
#include "samples/make_log/log.h"

#define ROWS_MAX 100000000

struct make_log_options {
    long rows;
    long seed;
    const char *date;
    const char *out;
};

static const struct opt option_table[] = {
    {OPT_POSITIVE, 'n', "rows", offsetof(struct make_log_options, rows), "N",
     "rows to write (400000)"},
    {OPT_COUNT, 's', "seed", offsetof(struct make_log_options, seed), "N",
     "the same seed gives the same log (1)"},
    {OPT_TEXT, 'd', "date", offsetof(struct make_log_options, date), "DATE",
     "the day, YYYY-MM-DD (2024-05-14)"},
    {OPT_TEXT, 'o', "output", offsetof(struct make_log_options, out), "FILE",
     "the file to write (DATE.csv.gz)"},
    {0},
};

static const struct opt_program program = {
    .name = "make_log",
    .synopsis = "[options]",
    .summary = "Writes a made-up day of package downloads as gzipped CSV.",
    .options = option_table,
};

static int check_options(const struct make_log_options *o, int operands, struct error *err)
{
    int year;
    int month;
    int day;
    char behind;

    if (operands)
        return error_set(err, E_USAGE, "takes no operands; '%s --help' lists its options",
                         program.name);
    if (strlen(o->date) != 10 ||
        sscanf(o->date, "%4d-%2d-%2d%c", &year, &month, &day, &behind) != 3 || month < 1 ||
        month > 12 || day < 1 || day > 31)
        return error_set(err, E_USAGE, "--date takes a day as 2024-05-14, not '%s'", o->date);
    if (o->rows > ROWS_MAX)
        return error_set(err, E_USAGE, "--rows takes at most %d, not %ld", ROWS_MAX, o->rows);
    return 0;
}

static int flush_to(gzFile gz, struct buf *b)
{
    int rc = b->len == 0 || gzwrite(gz, b->data, (unsigned)b->len) == (int)b->len;

    buf_clear(b);
    return rc ? 0 : -E_IO;
}

static int write_rows(struct log_maker *m, gzFile gz, long rows)
{
    struct buf lines;
    int rc;

    buf_init(&lines, 1 << 20);
    rc = log_header(&lines);
    for (long i = 0; i < rows && rc == 0; i++) {
        rc = log_row(m, &lines);
        if (rc == 0 && lines.len > 65536)
            rc = flush_to(gz, &lines);
    }
    if (rc == 0)
        rc = flush_to(gz, &lines);
    buf_release(&lines);
    return rc;
}

static int write_log(const struct make_log_options *o, const char *path, struct error *err)
{
    struct log_maker *m;
    gzFile gz;
    int rc = log_maker_new(&m, (uint64_t)o->seed, (uint32_t)o->rows, o->date, err);

    if (rc < 0)
        return rc;
    gz = gzopen(path, "wb6");
    if (!gz) {
        log_maker_free(m);
        return error_set(err, E_IO, "cannot create %s: %m", path);
    }
    rc = write_rows(m, gz, o->rows);
    /* What gzip still holds is written here, so a full disk may show only now. */
    if (gzclose(gz) != Z_OK || rc < 0)
        rc = error_set(err, E_IO, "cannot write %s: %m", path);
    log_maker_free(m);
    return rc;
}

int main(int argc, char **argv)
{
    struct make_log_options o = {.rows = 400000, .seed = 1, .date = "2024-05-14"};
    struct error err = ERROR_NONE;
    char path[64];
    int operands;
    int rc = opts_parse(&program, &o, argc, argv, &operands, &err);

    if (rc == OPTS_DONE)
        return 0;
    if (rc == OPTS_RUN)
        rc = check_options(&o, operands, &err);
    if (rc == 0) {
        snprintf(path, sizeof(path), "%s.csv.gz", o.date);
        rc = write_log(&o, o.out ? o.out : path, &err);
    }
    if (rc == 0)
        return 0;
    error_print(program.name, &err);
    return err.code == E_USAGE ? 2 : 1;
}
