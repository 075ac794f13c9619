#include "analyzer/report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/args.h"
#include "analyzer/chart.h"
#include "analyzer/layout.h"
#include "analyzer/load.h"
#include "analyzer/outdir.h"
#include "analyzer/print.h"
#include "analyzer/summary.h"

struct report {
    const struct report_options *options;
    struct run_args args;
    struct build *builds;
    size_t count;
    struct error *err;
};

static int read_args(struct report *r, char **operands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int rc = run_args_add(&r->args, operands[i], r->err);

        if (rc < 0)
            return rc;
    }
    if (r->args.count > layout_most_builds())
        return error_set(r->err, E_USAGE, "%zu runs are too many for one picture: %zu at most",
                         r->args.count, layout_most_builds());
    return run_args_check(&r->args, r->err);
}

static void tell_skipped(const struct build *build)
{
    if (build->skipped)
        fprintf(stderr, "analyze: %s: %zu row%s torn or of another script: skipped\n", build->path,
                build->skipped, build->skipped == 1 ? " was" : "s were");
}

static int load_builds(struct report *r)
{
    r->builds = calloc(r->args.count + 1, sizeof(*r->builds));
    if (!r->builds)
        return error_nomem(r->err);
    r->count = r->args.count;
    for (size_t i = 0; i < r->count; i++) {
        struct build *build = &r->builds[i];
        int rc = build_load(build, r->args.list[i].label, r->args.list[i].path, r->err);

        if (rc < 0)
            return rc;
        tell_skipped(build);
        if (build_compute(build, r->options->mark_us) < 0)
            return error_nomem(r->err);
    }
    return 0;
}

/* DIR/NAME, kept until the names are printed. */
static const char *file_name(const struct report *r, const char *name, const char *ending,
                             char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%s%s", r->options->dir, name, ending);
    return out;
}

static int write_chart(const struct report *r, const struct chart *chart)
{
    char path[PATH_MAX];
    int rc = chart_write_png(chart, file_name(r, chart->name, ".png", path), r->err);

    if (rc < 0)
        return rc;
    printf("%s\n", path);
    rc = chart_write_svg(chart, file_name(r, chart->name, ".svg", path), r->err);
    if (rc < 0)
        return rc;
    printf("%s\n", path);
    return 0;
}

static int write_files(const struct report *r)
{
    static void (*const charts[])(struct chart *, struct build *, size_t, double,
                                  int64_t) = {chart_sessions, chart_aligned};
    struct chart chart;
    char path[PATH_MAX];
    int rc;

    for (size_t i = 0; i < sizeof(charts) / sizeof(charts[0]); i++) {
        charts[i](&chart, r->builds, r->count, (double)r->options->width, r->options->mark_us);
        rc = write_chart(r, &chart);
        if (rc < 0)
            return rc;
    }
    rc = summary_write(file_name(r, "summary", ".json", path), r->builds, r->count,
                       r->options->mark_us, r->err);
    if (rc == 0)
        printf("%s\n", path);
    return rc;
}

static int make_report(struct report *r, char **operands, size_t count)
{
    int rc = read_args(r, operands, count);

    if (rc == 0)
        rc = load_builds(r);
    /* Only now: a run that cannot be read leaves no directory behind. */
    if (rc == 0)
        rc = outdir_make(r->options->dir, r->options->overwrite, r->err);
    if (rc < 0)
        return rc;
    print_table(stdout, r->builds, r->count);
    print_phases(stdout, r->builds, r->count);
    print_steps(stdout, r->builds, r->count);
    printf("\n");
    print_findings(stdout, r->builds, r->count);
    printf("\n");
    rc = write_files(r);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set(r->err, E_IO, "cannot print the table: %s", strerror(errno));
    return rc;
}

int report_run(const struct report_options *options, char **operands, size_t count,
               struct error *err)
{
    struct report r = {.options = options, .err = err};
    int rc = make_report(&r, operands, count);

    for (size_t i = 0; i < r.count; i++)
        build_release(&r.builds[i]);
    free(r.builds);
    run_args_release(&r.args);
    return rc;
}
