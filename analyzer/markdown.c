/* GitHub's and GitLab's Markdown.  Names go into code spans, in which nothing means anything;
 * sentences are escaped, and names in them cannot call people (@) or link (://, www.). */
#include "analyzer/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"
#include "core/units.h"

#define ZERO_WIDTH "&#8203;"
#define FINDINGS_SHOWN 6

static void print_code_entities(FILE *out, const char *text)
{
    fputs("<code>", out);
    for (const char *c = text; *c; c++) {
        if (strchr("`|&<>\\*_[]~:.", *c))
            fprintf(out, "&#%d;", *c);
        else
            fputc(*c, out);
    }
    fputs("</code>", out);
}

/* A code span ends at a backtick, and a table's cell at a |, even inside one. */
static void print_code(FILE *out, const char *text)
{
    char *plain = text_plain(text);
    size_t len = plain ? strlen(plain) : 0;

    if (len == 0)
        fputs("<code></code>", out);
    else if (plain[strcspn(plain, "`|")] || plain[0] == ' ' || plain[len - 1] == ' ')
        print_code_entities(out, plain);
    else
        fprintf(out, "`%s`", plain);
    free(plain);
}

static void print_sentence(FILE *out, const char *text)
{
    char *plain = text_plain(text);

    for (const char *c = plain ? plain : ""; *c; c++) {
        if (*c == '&' || *c == '<')
            fputs(*c == '&' ? "&amp;" : "&lt;", out);
        else if (strchr("\\`*_[]~|#>", *c))
            fprintf(out, "\\%c", *c);
        else
            fputc(*c, out);
        if (*c == '@' || strncmp(c, ":/", 2) == 0 || strncmp(c, "www.", 4) == 0)
            fputs(ZERO_WIDTH, out);
    }
    free(plain);
}

/* The first build, which the others are compared with, has no change; nor has what it lacks. */
static void print_change(FILE *out, int64_t us, const struct spread *first, int64_t first_us)
{
    double percent = first_us > 0 ? ((double)us / (double)first_us - 1) * 100 : 0;

    if (first && first->count && first_us > 0)
        fprintf(out, percent < -0.5 ? " (\u2212%.0f%%)" : " (+%.0f%%)",
                percent < 0 ? -percent : percent);
}

static void print_spread(FILE *out, const struct spread *spread, const struct spread *first)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];

    if (spread->count == 0) {
        fputs(" \u2013 | \u2013 |", out);
        return;
    }
    fprintf(out, " %s", duration_format(spread->p50_us, p50, sizeof(p50)));
    print_change(out, spread->p50_us, first, first ? first->p50_us : 0);
    fprintf(out, " | %s", duration_format(spread->p95_us, p95, sizeof(p95)));
    print_change(out, spread->p95_us, first, first ? first->p95_us : 0);
    fputs(" |", out);
}

static void print_build(FILE *out, const struct build *build, const struct build *first,
                        bool calculations)
{
    const struct stats *s = &build->stats;

    fputs("| ", out);
    print_code(out, build->label);
    fprintf(out, " | %zu |", s->sessions);
    if (s->failed)
        fprintf(out, " **%zu** (%.3g%%) |", s->failed,
                100.0 * (double)s->failed / (double)s->sessions);
    else
        fputs(" 0 |", out);
    print_spread(out, &s->page_load, first ? &first->stats.page_load : NULL);
    if (calculations)
        print_spread(out, &s->calculation, first ? &first->stats.calculation : NULL);
    fputc('\n', out);
}

static void print_builds(FILE *out, const struct scene *scene)
{
    bool calculations = false;

    for (size_t i = 0; i < scene->count; i++)
        calculations = calculations || scene->builds[i].stats.calculation.count;
    fprintf(out, "| build | sessions | failed | page load p50 | page load p95 |%s\n",
            calculations ? " calculation p50 | calculation p95 |" : "");
    fprintf(out, "|:--|--:|--:|--:|--:|%s\n", calculations ? "--:|--:|" : "");
    for (size_t i = 0; i < scene->count; i++)
        print_build(out, &scene->builds[i], i ? &scene->builds[0] : NULL, calculations);
    if (scene->count > 1) {
        fputs("\nIn brackets: the change against ", out);
        print_code(out, scene->builds[0].label);
        fputs(".\n", out);
    }
}

static void print_checks(FILE *out, const struct verdict *verdict)
{
    if (verdict->count == 0)
        return;
    fputs("\n| | fail if | build | measured |\n|:--|:--|:--|:--|\n", out);
    for (size_t i = 0; i < verdict->count; i++) {
        const struct check *c = &verdict->list[i];

        fputs(c->unknown  ? "| \u274c unknown | "
              : c->broken ? "| \u274c failed | "
                          : "| \u2705 passed | ",
              out);
        print_code(out, c->condition);
        fputs(" | ", out);
        print_code(out, c->build);
        fputs(" | ", out);
        print_sentence(out, c->outcome);
        fputs(" |\n", out);
    }
}

static void print_headline(FILE *out, const struct scene *scene, const struct verdict *verdict)
{
    if (verdict->broken)
        fprintf(out, "### \u274c Load test: %zu of %zu checks failed\n\n", verdict->broken,
                verdict->count);
    else if (verdict->count)
        fprintf(out, "### \u2705 Load test: %s\n\n",
                verdict->count == 1 ? "the check passed" : "all checks passed");
    else
        fprintf(out, "### Load test of %zu build%s\n\n", scene->count,
                scene->count == 1 ? "" : "s");
}

static void print_notes(FILE *out, const struct notes *notes)
{
    if (notes->count)
        fputc('\n', out);
    for (size_t i = 0; i < notes->count; i++) {
        fputs("- **Note:** ", out);
        print_sentence(out, notes->list[i]);
        fputs(".\n", out);
    }
}

/* The most important ones at once, the others behind a click. */
static void print_findings(FILE *out, const struct findings *findings)
{
    bool folded = findings->count > FINDINGS_SHOWN + 1;

    if (findings->count)
        fputc('\n', out);
    for (size_t i = 0; i < findings->count; i++) {
        if (folded && i == FINDINGS_SHOWN)
            fprintf(out, "\n<details><summary>%zu more findings</summary>\n\n",
                    findings->count - i);
        fprintf(out, "- **%s:** ", finding_weight_name(findings->list[i].weight));
        print_sentence(out, findings->list[i].text);
        fputc('\n', out);
    }
    if (folded)
        fputs("\n</details>\n", out);
}

void markdown_print(FILE *out, const struct scene *scene, const struct findings *findings,
                    const struct verdict *verdict)
{
    print_headline(out, scene, verdict);
    print_builds(out, scene);
    print_checks(out, verdict);
    print_notes(out, scene->notes);
    print_findings(out, findings);
}
