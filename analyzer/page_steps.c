/* The tables of steps and of failures.  A step here is a wait, as in the charts: a calculation is
 * one row, at the first of its steps. */
#include "analyzer/page_html.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/match.h"
#include "analyzer/observations.h"

/* Rows that the page holds; a script of more is told in summary.json. */
#define STEP_ROWS 3000
#define FAILURE_ROWS 200
#define PAGE_LABEL_MOST 4096

/* What the table tells of one build's steps. */
struct waited {
    struct spread *spreads; /* a step of its script */
    size_t *failed;         /* sessions that failed in this wait */
};

static void waited_release(struct waited *w)
{
    free(w->spreads);
    free(w->failed);
}

/* The step of a line; a later one of a calculation is told as its first. */
static size_t step_of_line(const struct build *build, unsigned line)
{
    const struct plan *plan = &build->plan;
    size_t count = plan->script->count;
    size_t at = 0;

    while (at < count && script_at(plan->script, at)->line != line)
        at++;
    for (size_t i = 0; at < count && plan->calculations[at] >= 0 && i < at; i++) {
        if (plan->calculations[i] == plan->calculations[at])
            return i;
    }
    return at;
}

static void count_failures(struct waited *w, const struct build *build)
{
    /* The table of a run that was read in one pass has only some of its sessions. */
    for (size_t i = 0; build->stream && i < build->steps.count; i++)
        w->failed[i] = build->steps.list[i].failed;
    if (build->stream)
        return;
    for (size_t i = 0; i < build->table.session_count; i++) {
        const struct session *s = &build->table.sessions[i];
        size_t step = build->plan.script->count;

        if (s->counted && s->outcome == SESSION_FAILED && s->failed_line)
            step = step_of_line(build, s->failed_line);
        if (step < build->plan.script->count)
            w->failed[step]++;
    }
}

static int spread_steps(struct waited *w, const struct observations *o)
{
    int64_t *values = NULL;
    size_t most = 1;

    for (size_t i = 0; i < o->count; i++)
        most = o->steps[i].count > most ? o->steps[i].count : most;
    values = calloc(most, sizeof(*values));
    if (!values)
        return -E_NOMEM;
    for (size_t i = 0; i < o->count; i++) {
        observations_times(&o->steps[i], values);
        if (o->steps[i].count)
            w->spreads[i] = spread_of(values, o->steps[i].count);
    }
    free(values);
    return 0;
}

static int waited_compute(struct waited *w, const struct build *build)
{
    size_t steps = build->plan.script->count;
    int rc = -E_NOMEM;

    w->spreads = calloc(steps + 1, sizeof(*w->spreads));
    w->failed = calloc(steps + 1, sizeof(*w->failed));
    if (w->spreads && w->failed)
        rc = spread_steps(w, &build->observations);
    if (rc == 0)
        count_failures(w, build);
    return rc;
}

/* How this build's median compares with the first build's. */
static void add_against(struct buf *out, const struct spread *first, const struct spread *s)
{
    double ratio = first->count && s->count && first->p50_us > 0
                       ? (double)s->p50_us / (double)first->p50_us
                       : 0;

    if (ratio > 0)
        buf_addf(out, "<td><data value=\"%.4g\">\xc3\x97\xc2\xa0%.*f</data></td>", ratio,
                 ratio < 0.01  ? 4
                 : ratio < 0.1 ? 3
                 : ratio < 10  ? 2
                               : 0,
                 ratio);
    else
        buf_adds(out, "<td class=\"none\">\xe2\x80\x93</td>");
}

static const char *const kind_classes[] = {"home", "asset", "start", "calc"};

static void add_step(struct buf *out, const struct page *page, const struct waited *all,
                     const struct matched_step *step, size_t build)
{
    const struct plan *plan = &page->scene->builds[build].plan;
    uint32_t at = step->steps[build];
    const struct spread *spread = &all[build].spreads[at];
    enum wait_kind kind = plan->calculations[at] < 0 ? plan->kinds[at] : WAIT_CALC;

    if (kind == WAIT_NONE)
        return;
    buf_adds(out, "<tr><th scope=\"row\">");
    html_text(out, step->label);
    buf_addf(out, "</th><td><span class=\"named %s\">%s</span></td><td>", kind_classes[kind],
             wait_kind_name(kind));
    html_build(out, page, build);
    buf_adds(out, "</td>");
    html_spread(out, spread);
    html_count(out, all[build].failed[at]);
    if (page->scene->count > 1 && build == 0)
        buf_adds(out, "<td></td>");
    else if (page->scene->count > 1) {
        static const struct spread none = {0};
        bool there = step->steps[0] != MATCH_NONE;

        add_against(out, there ? &all[0].spreads[step->steps[0]] : &none, spread);
    }
    buf_adds(out, "</tr>\n");
}

static void add_steps_head(struct buf *out, const struct page *page)
{
    struct buf against;
    const char *names[] = {"Step", "Kind", "Build", "#Count",  "#p50",
                           "#p95", "#p99", "#Max",  "#Failed", NULL};

    buf_init(&against, PAGE_LABEL_MOST);
    buf_addf(&against, "#p50 against %s", page->scene->builds[0].label);
    names[9] = against.data ? against.data : "";
    out->failed = out->failed || against.failed;
    html_table(out, " class=\"sortable\" id=\"table-steps\" data-what=\"steps\" data-first=\"5\"",
               "What users waited for, step by step");
    html_head(out, names, page->scene->count > 1 ? 10 : 9);
    buf_adds(out, "<tbody>\n");
    buf_release(&against);
}

static void add_steps(struct buf *out, const struct page *page, const struct waited *all)
{
    const struct match *match = page->scene->match;
    size_t rows = 0;
    size_t i;

    add_steps_head(out, page);
    for (i = 0; i < match->count && rows < STEP_ROWS; i++) {
        for (size_t build = 0; build < match->builds && match->list[i].waited; build++) {
            if (match->list[i].steps[build] == MATCH_NONE)
                continue;
            add_step(out, page, all, &match->list[i], build);
            rows++;
        }
    }
    buf_adds(out, "</tbody></table></div>\n");
    if (i < match->count)
        buf_addf(out, "<p>These are the first %d; <code>summary.json</code> has them all.</p>\n",
                 STEP_ROWS);
}

void page_steps(struct buf *out, const struct page *page)
{
    size_t count = page->scene->count;
    struct waited *all = calloc(count, sizeof(*all));
    int rc = all ? 0 : -E_NOMEM;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = waited_compute(&all[i], &page->scene->builds[i]);
    if (rc == 0)
        add_steps(out, page, all);
    else
        out->failed = true;
    for (size_t i = 0; all && i < count; i++)
        waited_release(&all[i]);
    free(all);
}

/* Sessions of one build that failed at one line in the same words. */
struct failure {
    size_t build;
    unsigned line;
    const char *reason; /* lent by the table */
    size_t count;
};

struct failures {
    struct failure list[FAILURE_ROWS];
    size_t count;
    size_t others; /* sessions whose failure found no room */
};

static void add_failed(struct failures *f, size_t build, const struct session *s)
{
    const char *reason = s->reason ? s->reason : "";

    for (size_t i = 0; i < f->count; i++) {
        if (f->list[i].build == build && f->list[i].line == s->failed_line &&
            strcmp(f->list[i].reason, reason) == 0) {
            f->list[i].count++;
            return;
        }
    }
    if (f->count < FAILURE_ROWS)
        f->list[f->count++] = (struct failure){build, s->failed_line, reason, 1};
    else
        f->others++;
}

static int by_count(const void *a, const void *b)
{
    const struct failure *x = a;
    const struct failure *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->build != y->build ? (x->build > y->build ? 1 : -1) : (int)x->line - (int)y->line;
}

static void add_failure(struct buf *out, const struct page *page, const struct failure *f)
{
    const struct build *build = &page->scene->builds[f->build];
    size_t step = f->line ? step_of_line(build, f->line) : build->plan.script->count;
    char *label = step < build->plan.script->count ? build_step_label(build, step) : NULL;

    buf_adds(out, "<tr><th scope=\"row\">");
    html_text(out, *f->reason ? f->reason : "no reason was told");
    buf_adds(out, "</th><td>");
    html_build(out, page, f->build);
    buf_adds(out, "</td><td>");
    html_text(out, label ? label : "\xe2\x80\x93");
    buf_adds(out, "</td>");
    html_count(out, f->line);
    html_count(out, f->count);
    buf_adds(out, "</tr>\n");
    free(label);
}

static void add_failures(struct buf *out, const struct page *page, struct failures *f)
{
    static const char *const names[] = {"Reason", "Build", "Step", "#Line", "#Sessions"};

    qsort(f->list, f->count, sizeof(f->list[0]), by_count);
    html_table(out, " class=\"sortable\" id=\"table-failures\" data-what=\"reasons\"",
               "Why sessions failed");
    html_head(out, names, sizeof(names) / sizeof(names[0]));
    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < f->count; i++)
        add_failure(out, page, &f->list[i]);
    buf_adds(out, "</tbody></table></div>\n");
    if (f->others)
        buf_addf(out, "<p>And %zu sessions that failed in other words.</p>\n", f->others);
}

static void add_some(struct buf *out, const struct page *page, size_t build)
{
    buf_adds(out, "<p>Of ");
    html_build(out, page, build);
    buf_addf(out, " %zu sessions failed; these are the reasons of the ones that were kept.</p>\n",
             page->scene->builds[build].stats.failed);
}

void page_failures(struct buf *out, const struct page *page)
{
    struct failures *f = calloc(1, sizeof(*f));

    if (!f) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < page->scene->count; i++) {
        const struct build *build = &page->scene->builds[i];
        const struct table *table = &build->table;

        if (build->stream && build->stats.failed)
            add_some(out, page, i);
        for (size_t j = 0; j < table->session_count; j++) {
            if (table->sessions[j].outcome == SESSION_FAILED)
                add_failed(f, i, &table->sessions[j]);
        }
    }
    if (f->count)
        add_failures(out, page, f);
    else
        buf_adds(out, "<p>No session failed.</p>\n");
    free(f);
}
