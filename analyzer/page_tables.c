#include "analyzer/page_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/palette.h"
#include "core/units.h"

void html_table(struct buf *out, const char *attributes, const char *caption)
{
    buf_addf(out, "<div class=\"scroll\"><table%s>\n<caption>%s</caption>\n", attributes, caption);
}

void html_head(struct buf *out, const char *const *names, size_t count)
{
    buf_adds(out, "<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        bool number = *names[i] == '#';

        buf_addf(out, "<th scope=\"col\"%s>", number ? " class=\"number\"" : "");
        html_text(out, names[i] + number);
        buf_adds(out, "</th>");
    }
    buf_adds(out, "</tr></thead>\n");
}

void html_time(struct buf *out, int64_t us)
{
    char text[DURATION_TEXT];

    buf_addf(out, "<td><data value=\"%lld\">%s</data></td>", (long long)us,
             duration_format(us, text, sizeof(text)));
}

void html_count(struct buf *out, size_t count)
{
    buf_addf(out, "<td><data value=\"%zu\">%zu</data></td>", count, count);
}

void html_build(struct buf *out, const struct page *page, size_t build)
{
    buf_addf(out, "<bdi class=\"named b%zu\">", build % BUILD_COLOURS);
    html_text(out, page->scene->builds[build].label);
    buf_adds(out, "</bdi>");
}

/* "every 650 ms", in seconds; NAN: there are too few to tell. */
static void add_every(struct buf *out, double seconds)
{
    if (isfinite(seconds) && seconds >= 0)
        html_time(out, (int64_t)(seconds * (double)US_PER_S));
    else
        buf_adds(out, "<td class=\"none\">\xe2\x80\x93</td>");
}

static void add_known(struct buf *out, int64_t us)
{
    if (us >= 0)
        html_time(out, us);
    else
        buf_adds(out, "<td>not told</td>");
}

static void add_sessions_row(struct buf *out, const struct page *page, size_t i)
{
    const struct build *build = &page->scene->builds[i];
    const struct stats *s = &build->stats;

    buf_adds(out, "<tr><th scope=\"row\">");
    html_build(out, page, i);
    buf_adds(out, "</th>");
    html_count(out, s->sessions);
    html_count(out, s->done);
    html_count(out, s->failed);
    html_count(out, s->unfinished);
    html_count(out, s->page_loads_beyond);
    add_every(out, s->start_every_s);
    add_every(out, s->end_every_s);
    add_known(out, s->ideal_us);
    add_known(out, build->info.lateness_p99_us);
    buf_adds(out, "</tr>\n");
}

static void add_sessions(struct buf *out, const struct page *page)
{
    char mark[DURATION_TEXT];
    char beyond[64];
    const char *const names[] = {
        "Build", "#Sessions",         "#Done",           "#Failed",          "#Unfinished",
        beyond,  "#One starts every", "#One ends every", "#A session alone", "#Player late, p99"};

    snprintf(beyond, sizeof(beyond), "#Page loads beyond %s",
             duration_format(page->scene->mark_us, mark, sizeof(mark)));
    html_table(out, "", "Sessions");
    html_head(out, names, sizeof(names) / sizeof(names[0]));
    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < page->scene->count; i++)
        add_sessions_row(out, page, i);
    buf_adds(out, "</tbody></table></div>\n");
}

void html_spread(struct buf *out, const struct spread *s)
{
    html_count(out, s->count);
    if (!s->count) {
        for (int i = 0; i < 4; i++)
            buf_adds(out, "<td class=\"none\">\xe2\x80\x93</td>");
        return;
    }
    html_time(out, s->p50_us);
    html_time(out, s->p95_us);
    html_time(out, s->p99_us);
    html_time(out, s->max_us);
}

/* The spread that stands at `offset` in the stats of each build. */
static void add_measure(struct buf *out, const struct page *page, const char *name, size_t offset)
{
    size_t count = page->scene->count;

    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        const char *stats = (const char *)&page->scene->builds[i].stats;

        buf_adds(out, "<tr>");
        if (i == 0)
            buf_addf(out, "<th scope=\"rowgroup\" rowspan=\"%zu\">%s</th>", count, name);
        buf_adds(out, "<th scope=\"row\">");
        html_build(out, page, i);
        buf_adds(out, "</th>");
        html_spread(out, (const struct spread *)(const void *)(stats + offset));
        buf_adds(out, "</tr>\n");
    }
    buf_adds(out, "</tbody>\n");
}

/* The phase of that name, or NULL. */
static const struct phase *phase_named(const struct build *build, const char *name)
{
    for (size_t i = 0; i < build->phase_count; i++) {
        if (strcmp(build->phases[i].name, name) == 0)
            return &build->phases[i];
    }
    return NULL;
}

static void add_phase(struct buf *out, const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->scene->count; i++) {
        const struct phase *phase = phase_named(&page->scene->builds[i], name);

        if (!phase)
            continue;
        buf_adds(out, "<tr><th scope=\"row\">phase ");
        html_text(out, name);
        buf_adds(out, "</th><th scope=\"row\">");
        html_build(out, page, i);
        buf_adds(out, "</th>");
        html_spread(out, &phase->waited);
        buf_adds(out, "</tr>\n");
    }
}

static void add_phases(struct buf *out, const struct page *page)
{
    const struct build *builds = page->scene->builds;

    buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < page->scene->count; i++) {
        for (size_t j = 0; j < builds[i].phase_count; j++) {
            const char *name = builds[i].phases[j].name;
            bool told = false;

            for (size_t before = 0; before < i && !told; before++)
                told = phase_named(&builds[before], name) != NULL;
            if (!told)
                add_phase(out, page, name);
        }
    }
    buf_adds(out, "</tbody>\n");
}

void page_numbers(struct buf *out, const struct page *page)
{
    static const char *const names[] = {"What", "Build", "#Count", "#p50", "#p95", "#p99", "#Max"};

    add_sessions(out, page);
    html_table(out, " class=\"measures\"", "How long it took");
    html_head(out, names, sizeof(names) / sizeof(names[0]));
    add_measure(out, page, "Page load", offsetof(struct stats, page_load));
    add_measure(out, page, "Calculation", offsetof(struct stats, calculation));
    add_measure(out, page, "Session", offsetof(struct stats, session));
    add_phases(out, page);
    buf_adds(out, "</table></div>\n<p class=\"explain\">Half of all took no longer than p50, 95 in "
                  "100 no longer than p95. A session alone is the recording itself, when nobody "
                  "else is there.</p>\n");
}
