#include "checker/check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checker/explain.h"
#include "checker/publish.h"
#include "checker/report.h"
#include "checker/rounds.h"

#define SAID_MAX ((size_t)1 << 28)

struct check {
    const struct check_options *options;
    const struct dialect *dialect;
    struct script *script;
    struct trace trace;
    bool has_trace;
    struct rules rules;
    struct buf out;
    struct error *err;
};

/* Data on stdout, as it becomes known. */
static void say(struct check *c)
{
    if (c->out.len)
        fwrite(c->out.data, 1, c->out.len, stdout);
    fflush(stdout);
    buf_clear(&c->out);
}

static int load_trace(struct check *c)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s.trace", c->options->script);
    c->has_trace = access(path, R_OK) == 0;
    return c->has_trace ? trace_load(&c->trace, path, c->err) : 0;
}

static int load(struct check *c)
{
    int rc = script_load(&c->script, c->options->script, true, c->err);

    if (rc == 0 && c->options->dialect)
        rc = dialects_add(c->options->dialect, c->err);
    if (rc == 0)
        rc = load_trace(c);
    if (rc == 0 && c->options->rules)
        rc = rules_load(&c->rules, c->options->rules, c->err);
    if (rc == 0)
        c->dialect = dialect_of(c->script);
    if (rc == 0 && dialect_mark_partial(c->dialect, c->script) < 0)
        rc = error_nomem(c->err);
    return rc;
}

/* --- offline --- */

static void say_next(struct check *c, size_t count)
{
    if (!count) {
        buf_adds(&c->out, "nothing is unresolved\n");
        return;
    }
    buf_addf(&c->out, "next: stretto check %s --against URL%s\n", c->options->script,
             c->has_trace ? " --fix" : "");
    if (!c->has_trace)
        buf_addf(&c->out, "There is no %s.trace: record again, and check can find the values.\n",
                 c->options->script);
}

static int check_offline(struct check *c)
{
    struct findings findings = {0};
    struct sents sents = {0};
    struct correlate_input in = {.script = c->script,
                                 .sents = &sents,
                                 .rules = &c->rules,
                                 .a = c->has_trace ? &c->trace : NULL};
    size_t count = 0;
    int rc = sents_of_script(&sents, c->script, in.a);

    if (rc == 0)
        rc = correlate(&findings, &in, c->err);
    if (rc == 0)
        count = findings.open_count + findings.count;
    if (rc == 0 && count)
        buf_addf(&c->out, "unresolved: %zu value%s of the recorded session\n", count,
                 count == 1 ? "" : "s");
    if (rc == 0)
        rc = report_open(c->script, findings.open, findings.open_count, c->dialect, &c->out);
    if (rc == 0)
        rc = report_suggested(c->script, &findings, c->dialect, &c->out);
    findings_release(&findings);
    sents_release(&sents);
    if (rc < 0)
        return error_nomem(c->err);
    say_next(c, count);
    return count ? 1 : 0;
}

/* --- with a replay --- */

static void on_replay(const struct rounds *r)
{
    if (r->last.passed)
        fprintf(stderr, "check: replay %u passed\n", r->count);
    else
        fprintf(stderr, "check: replay %u: %.200s\n", r->count, r->last.reason);
}

static int write_fixed(struct check *c, struct rounds *r)
{
    char kept[PATH_MAX];
    const char *target = c->options->output ? c->options->output : c->options->script;
    int rc;

    if (!r->found.count && !c->options->output)
        return 0;
    rc = publish(c->script, c->options->script, r->now, c->options->output, kept, sizeof(kept),
                 c->err);
    if (rc == 0)
        buf_addf(&c->out, "written: %s%s%s%s\n", target, *kept ? " (as it was: " : "", kept,
                 *kept ? ")" : "");
    return rc;
}

static void say_result(struct check *c, const struct rounds *r)
{
    buf_addf(&c->out, "%u replay%s; ", r->count, r->count == 1 ? "" : "s");
    if (!r->last.passed) {
        buf_adds(&c->out, "the last one failed\n");
        return;
    }
    buf_addf(&c->out, "the last one passed%s\n",
             r->found.count && !c->options->fix ? " with these values; --fix writes them" : "");
}

/* Everything that the replays told. */
static int tell(struct check *c, struct rounds *r)
{
    const struct script *lines = c->options->fix ? r->now : c->script;
    int rc = report_found(r, lines, &c->out);

    if (rc == 0 && r->open_count) {
        buf_addf(&c->out, "unresolved:\n");
        rc = report_open(r->now, r->open, r->open_count, c->dialect, &c->out);
    }
    if (rc == 0 && !r->last.passed)
        rc = report_mismatch(r, c->dialect, &c->out);
    if (rc < 0)
        return error_nomem(c->err);
    say_result(c, r);
    return 0;
}

static int check_against(struct check *c)
{
    const char *extra[PASSED_ON_MAX];
    struct replay_options replay = {c->options->against, c->options->think, c->options->timeout_us,
                                    extra};
    struct rounds r = {.script = c->script,
                       .a = c->has_trace ? &c->trace : NULL,
                       .rules = &c->rules,
                       .options = &replay,
                       .on_replay = on_replay};
    bool resolved;
    int rc;

    check_options_pass(c->options, extra);
    if (!c->has_trace)
        fprintf(stderr,
                "check: there is no %s.trace, so session values cannot be found; record "
                "again for that\n",
                c->options->script);
    rc = rounds_run(&r, c->err);
    if (rc == 0)
        rc = tell(c, &r);
    if (rc == 0 && c->options->fix)
        rc = write_fixed(c, &r);
    resolved = r.last.passed && (c->options->fix || !r.found.count) && !r.open_count;
    rounds_release(&r);
    return rc < 0 ? rc : !resolved;
}

int check_run(const struct check_options *options, struct error *err)
{
    struct check c = {.options = options, .err = err};
    int rc;

    buf_init(&c.out, SAID_MAX);
    rc = load(&c);
    if (rc == 0 && explain(c.script, options->script, c.dialect, options->explain, &c.out) < 0)
        rc = error_nomem(err);
    say(&c);
    if (rc == 0)
        rc = options->against ? check_against(&c) : check_offline(&c);
    say(&c);
    buf_release(&c.out);
    rules_release(&c.rules);
    trace_release(&c.trace);
    script_free(c.script);
    return rc < 0 ? error_exit_code(err) : rc;
}
