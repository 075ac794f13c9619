#include <signal.h>

#include "analyzer/canvas.h"
#include "analyzer/report.h"
#include "core/dialect.h"
#include "core/opts.h"
#include "core/units.h"

#define LEAST_WIDTH 600 /* the legend needs it */

static const struct opt options_table[] = {
    {OPT_TEXT, 'o', "output", offsetof(struct report_options, dir), "DIR",
     "where the report goes (default: report)"},
    {OPT_FLAG, 0, "overwrite", offsetof(struct report_options, overwrite), NULL,
     "write into DIR although it holds something"},
    {OPT_DURATION, 0, "mark", offsetof(struct report_options, mark_us), "TIME",
     "the longest page load one may ask for: the yellow line (default 10s)"},
    {OPT_POSITIVE, 0, "width", offsetof(struct report_options, width), "PX",
     "of the pictures, in pixels (default 1600)"},
    {OPT_TEXT, 0, "charts", offsetof(struct report_options, charts), "LIST",
     "which charts to draw: sessions, users, aligned, waterfall, page-load, calculation, "
     "durations, "
     "concurrency, percentiles, throughput (default: all)"},
    {OPT_TEXT, 0, "files", offsetof(struct report_options, files), "LIST",
     "what to write besides: report, summary, events, trace, or none (default: all)"},
    {OPT_FLAG, 0, "all", offsetof(struct report_options, all), NULL,
     "count every session, not only those of the steady state"},
    {OPT_FLAG, 0, "stream", offsetof(struct report_options, stream), NULL,
     "read runs in one pass, in memory that does not grow with them, as is done for large ones: "
     "charts sessions, aligned, percentiles, no events, no trace"},
    {OPT_LIST, 0, "fail-if", offsetof(struct report_options, fail_if), "CONDITION",
     "exit with 1 when it is true, as 'page_load.p95 > 10s'; may be repeated"},
    {OPT_TEXT, 0, "junit", offsetof(struct report_options, junit), "FILE",
     "write the outcome of each --fail-if as JUnit does"},
    {OPT_FLAG, 0, "markdown", offsetof(struct report_options, markdown), NULL,
     "print the numbers as a table for a pull request"},
    {0},
};

static const struct opt_program program = {
    "stretto analyze",
    "[LABEL=]RUN... [options]",
    "Draws what every session of one or more runs waited for, and prints the numbers.\n"
    "RUN is the directory of a run; LABEL is what the pictures call it (default: its last name).\n"
    "A run of several scripts is drawn as one build a script: LABEL/SCRIPT.",
    options_table,
    "Exit code: 0 the report is written, 1 it could not be or a --fail-if is true, 2 wrong usage.\n"
    "\n"
    "example: stretto analyze sync=runs/sync async=runs/async -o report",
};

static int check(const struct report_options *options, int operands, struct error *err)
{
    if (operands == 0)
        return error_set(err, E_USAGE,
                         "name at least one run's directory; 'stretto analyze --help' tells more");
    if (options->width < LEAST_WIDTH || options->width > CANVAS_MOST)
        return error_set(err, E_USAGE, "--width takes %d to %d pixels", LEAST_WIDTH, CANVAS_MOST);
    if (options->mark_us == 0)
        return error_set(err, E_USAGE, "--mark takes a time above 0");
    return 0;
}

static int run(int argc, char **argv, struct error *err)
{
    struct report_options options = {.dir = "report", .mark_us = 10 * US_PER_S, .width = 1600};
    int operands;
    int rc = opts_parse(&program, &options, argc, argv, &operands, err);

    if (rc == OPTS_DONE)
        return 0;
    if (rc == OPTS_RUN)
        rc = check(&options, operands, err);
    if (rc == 0)
        rc = dialects_init(err);
    if (rc == 0)
        rc = report_run(&options, argv + 1, (size_t)operands, err);
    dialects_release();
    opts_release(&program, &options);
    return rc;
}

int main(int argc, char **argv)
{
    struct error err = ERROR_NONE;
    int rc;

    /* A file that may not grow is an error like any other, with a sentence. */
    signal(SIGXFSZ, SIG_IGN);
    rc = run(argc, argv, &err);
    text_shutdown();
    if (rc < 0)
        error_print("analyze", &err);
    return error_exit_code(&err);
}
