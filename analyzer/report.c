#include "analyzer/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/args.h"
#include "analyzer/differences.h"
#include "analyzer/junit.h"
#include "analyzer/layout.h"
#include "analyzer/markdown.h"
#include "analyzer/match.h"
#include "analyzer/one_pass.h"
#include "analyzer/outdir.h"
#include "analyzer/outputs.h"
#include "analyzer/print.h"
#include "analyzer/recommend.h"
#include "analyzer/stream.h"
#include "analyzer/verdict.h"

struct report {
    const struct report_options *options;
    bool *chosen; /* a kind of chart */
    struct outputs outputs;
    struct run_args args;
    struct build *builds;
    size_t count;
    struct match match;
    struct notes notes;
    struct findings findings;
    struct verdict verdict;
    struct error *err;
};

/* What can be refused before a run is read. */
static int read_options(struct report *r)
{
    const struct report_options *o = r->options;
    int rc;

    r->chosen = calloc(chart_kind_count, sizeof(*r->chosen));
    if (!r->chosen)
        return error_nomem(r->err);
    rc = charts_choose(r->chosen, o->charts, r->err);
    if (rc == 0)
        rc = outputs_choose(&r->outputs, o->files, r->err);
    if (rc == 0)
        rc = verdict_parse(o->fail_if.items, o->fail_if.count, stderr, r->err);
    if (rc == 0 && o->stream)
        rc = one_pass_ask(o, r->chosen, &r->outputs, r->err);
    return rc;
}

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

static int load_build(struct report *r, struct build *build, const struct run_arg *arg,
                      bool one_pass)
{
    const struct report_options *o = r->options;
    int rc;

    if (one_pass) {
        rc = build_open(build, arg->label, arg->path, r->err);
        if (rc == 0)
            rc = build_stream(build, o->mark_us, r->err);
    } else {
        rc = build_load(build, arg->label, arg->path, r->err);
        if (rc == 0 && build_compute(build, o->mark_us, o->all) < 0)
            rc = error_nomem(r->err);
    }
    if (rc == 0)
        tell_skipped(build);
    return rc;
}

/* Pictures show the same share of every build's sessions. */
static int thin_builds(struct report *r)
{
    size_t every = 1;
    int rc = 0;

    for (size_t i = 0; i < r->count; i++) {
        size_t own = stream_every(r->builds[i].stream);

        every = own > every ? own : every;
    }
    for (size_t i = 0; i < r->count && rc == 0; i++) {
        if (stream_every(r->builds[i].stream) < every)
            rc = build_thin(&r->builds[i], every);
    }
    return rc < 0 ? error_nomem(r->err) : 0;
}

static int load_builds(struct report *r)
{
    bool one_pass = r->options->stream;
    int rc = 0;

    r->builds = calloc(r->args.count + 1, sizeof(*r->builds));
    if (!r->builds)
        return error_nomem(r->err);
    r->count = r->args.count;
    if (!one_pass)
        one_pass_choose(&one_pass, &r->args, r->options, r->chosen, &r->outputs);
    for (size_t i = 0; i < r->count && rc == 0; i++)
        rc = load_build(r, &r->builds[i], &r->args.list[i], one_pass);
    return rc == 0 && one_pass ? thin_builds(r) : rc;
}

static struct scene scene_of(const struct report *r)
{
    return (struct scene){
        r->builds, r->count, (double)r->options->width, r->options->mark_us, &r->notes, &r->match,
    };
}

/* All that is said about the builds together. */
static int compare(struct report *r)
{
    const struct report_options *o = r->options;
    struct scene scene = scene_of(r);
    int rc = match_compute(&r->match, r->builds, r->count);

    if (rc == 0)
        rc = differences_tell(&r->notes, r->builds, r->count, &r->match);
    if (rc == 0)
        rc = one_pass_tell(&r->notes, r->builds, r->count);
    if (rc == 0)
        rc = recommend(&r->findings, &scene);
    if (rc < 0)
        return error_nomem(r->err);
    return verdict_compute(&r->verdict, o->fail_if.items, o->fail_if.count, &scene, r->err);
}

static void print_all(const struct report *r)
{
    struct scene scene = scene_of(r);

    if (r->options->markdown) {
        markdown_print(stdout, &scene, &r->findings, &r->verdict);
        return;
    }
    print_table(stdout, r->builds, r->count);
    print_steady(stdout, r->builds, r->count);
    print_phases(stdout, r->builds, r->count);
    print_steps(stdout, r->builds, r->count);
    printf("\n");
    print_findings(stdout, &scene, &r->findings);
    printf("\n");
}

static int write_all(struct report *r)
{
    const struct report_options *o = r->options;
    struct scene scene = scene_of(r);
    struct page page = {.scene = &scene, .findings = &r->findings, .verdict = &r->verdict};
    int rc =
        outputs_write(&r->outputs, r->chosen, o->dir, &page, o->markdown ? stderr : stdout, r->err);

    return rc == 0 && o->junit ? junit_write(o->junit, &r->verdict, &scene, r->err) : rc;
}

static int tell_verdict(const struct report *r)
{
    for (size_t i = 0; i < r->verdict.count; i++) {
        if (r->verdict.list[i].broken)
            fprintf(stderr, "analyze: --fail-if: %s\n", r->verdict.list[i].text);
    }
    if (!r->verdict.broken)
        return 0;
    return error_set(r->err, E_MISMATCH, "--fail-if: %zu of %zu checks failed", r->verdict.broken,
                     r->verdict.count);
}

static int make_report(struct report *r, char **operands, size_t count)
{
    int rc = read_options(r);

    if (rc == 0)
        rc = read_args(r, operands, count);
    if (rc == 0)
        rc = load_builds(r);
    if (rc == 0)
        rc = compare(r);
    /* Only now: a run that cannot be read leaves no directory behind. */
    if (rc == 0)
        rc = outdir_make(r->options->dir, r->options->overwrite, r->err);
    if (rc < 0)
        return rc;
    print_all(r);
    rc = write_all(r);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set(r->err, E_IO, "cannot print the table: %s", strerror(errno));
    return rc == 0 ? tell_verdict(r) : rc;
}

int report_run(const struct report_options *options, char **operands, size_t count,
               struct error *err)
{
    struct report r = {.options = options, .err = err};
    int rc = make_report(&r, operands, count);

    verdict_release(&r.verdict);
    findings_release(&r.findings);
    notes_release(&r.notes);
    match_release(&r.match);
    for (size_t i = 0; i < r.count; i++)
        build_release(&r.builds[i]);
    free(r.builds);
    free(r.chosen);
    run_args_release(&r.args);
    return rc;
}
