#include "analyzer/page_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"
#include "core/coding.h"
#include "core/units.h"

void html_text(struct buf *out, const char *text)
{
    char *plain = text_plain(text);

    if (!plain) {
        out->failed = true;
        return;
    }
    coding_encode(CODING_HTML, plain, strlen(plain), out);
    free(plain);
}

void page_names(struct buf *out, const struct page *page)
{
    for (size_t i = 0; i < page->scene->count; i++) {
        if (i)
            buf_adds(out, i + 1 < page->scene->count ? ", " : " and ");
        html_text(out, page->scene->builds[i].label);
    }
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void page_about(struct buf *out, const struct page *page)
{
    const struct scene *scene = page->scene;
    size_t sessions = 0;

    for (size_t i = 0; i < scene->count; i++)
        sessions += scene->builds[i].stats.sessions;
    buf_addf(out, "<p class=\"about\">%zu build%s, %zu session%s in all</p>", scene->count,
             plural(scene->count), sessions, plural(sessions));
}

static void add_origin(struct buf *out, const struct page *page, size_t i)
{
    const struct build *build = &page->scene->builds[i];
    char began[UTC_TEXT];
    char *path = text_valid(build->path);

    buf_adds(out, "<tr><th scope=\"row\">");
    html_build(out, page, i);
    buf_adds(out, "</th><td>");
    out->failed = out->failed || !path;
    html_text(out, path ? path : "");
    buf_adds(out, "</td><td>");
    html_text(out, build->info.target ? build->info.target : "not told");
    buf_addf(out, "</td><td>%s</td></tr>\n",
             build->table.session_count ? utc_format(build->table.begin_wall_us, began) : "");
    free(path);
}

void page_origin(struct buf *out, const struct page *page)
{
    static const char *const names[] = {"Build", "Run", "Played against", "Began (UTC)"};

    html_table(out, "", "The runs");
    html_head(out, names, sizeof(names) / sizeof(names[0]));
    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < page->scene->count; i++)
        add_origin(out, page, i);
    buf_adds(out, "</tbody></table></div>\n<p>Drawn by stretto " STRETTO_VERSION
                  ". Percentiles are interpolated between ranks (type 7, as R has them).</p>\n");
}

/* A sign and a word: the weight must not hang on a colour. */
static const struct {
    const char *class;
    const char *sign;
    const char *word;
} weights[] = {
    [FINDING_GOOD] = {"good", "\xe2\x9c\x93", "Good"},
    [FINDING_NOTE] = {"note", "i", "To know"},
    [FINDING_WARN] = {"warn", "!", "Warning"},
    [FINDING_BAD] = {"bad", "\xc3\x97", "Bad"},
};

static void add_said(struct buf *out, enum finding_weight weight, const char *word,
                     const char *text)
{
    buf_addf(out,
             "<li class=\"said %s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>"
             "<span class=\"word\">%s</span><p>",
             weights[weight].class, weights[weight].sign, word ? word : weights[weight].word);
    html_text(out, text);
    buf_adds(out, "</p>");
}

/* The number behind a finding, as people write it; how sure it is stands in the sentence. */
static void add_number(struct buf *out, double value, const char *unit)
{
    char text[DURATION_TEXT];

    if (strcmp(unit, "s") == 0)
        buf_addf(out, "%s%s", value < 0 ? "\xe2\x88\x92" : "",
                 duration_format((int64_t)(fabs(value) * (double)US_PER_S), text, sizeof(text)));
    else if (strcmp(unit, "ratio") == 0)
        buf_addf(out, "%.3g\xc2\xa0%%", value * 100);
    else if (strcmp(unit, "x") == 0)
        buf_addf(out, "\xc3\x97\xc2\xa0%.3g", value);
    else if (strcmp(unit, "1/s") == 0)
        buf_addf(out, "%.3g a second", value);
    else
        buf_addf(out, "%.3g %s", value, unit);
}

static void add_finding(struct buf *out, const struct finding *f)
{
    add_said(out, f->weight, NULL, f->text);
    if (f->unit) {
        buf_addf(out, "<p class=\"behind\"><data value=\"%.6g\">", f->value);
        add_number(out, f->value, f->unit);
        buf_adds(out, "</data></p>");
    }
    buf_adds(out, "</li>\n");
}

static void add_check(struct buf *out, const struct check *c)
{
    enum finding_weight weight = c->unknown ? FINDING_WARN : c->broken ? FINDING_BAD : FINDING_GOOD;

    add_said(out, weight, c->unknown ? "Not measured" : c->broken ? "Broken" : "Kept", c->text);
    buf_adds(out, "</li>\n");
}

void page_verdict(struct buf *out, const struct page *page)
{
    const struct findings *findings = page->findings;
    const struct verdict *verdict = page->verdict;
    const struct notes *notes = page->scene->notes;

    if (!findings->count && !verdict->count)
        buf_adds(out, "<p>Nothing stands out: there is nothing that the numbers below do not say "
                      "by themselves.</p>\n");
    if (findings->count) {
        buf_adds(out, "<ul class=\"says findings\">\n");
        for (size_t i = 0; i < findings->count; i++)
            add_finding(out, &findings->list[i]);
        buf_adds(out, "</ul>\n");
    }
    if (verdict->count) {
        buf_adds(out, "<h3>Conditions</h3>\n<ul class=\"says checks\">\n");
        for (size_t i = 0; i < verdict->count; i++)
            add_check(out, &verdict->list[i]);
        buf_adds(out, "</ul>\n");
    }
    if (notes->count) {
        buf_adds(out, "<h3>Before you compare</h3>\n<ul class=\"notes\">\n");
        for (size_t i = 0; i < notes->count; i++) {
            buf_adds(out, "<li>");
            html_text(out, notes->list[i]);
            buf_adds(out, "</li>\n");
        }
        buf_adds(out, "</ul>\n");
    }
}
