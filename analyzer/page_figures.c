#include "analyzer/page_html.h"

#include <ctype.h>
#include <string.h>

/* The page draws these by itself, so that a session can be pointed at. */
static bool drawn_by_page(const struct page_chart *chart)
{
    static const char *const names[] = {"sessions", "users", "aligned"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(chart->kind->name, names[i]) == 0)
            return true;
    }
    return false;
}

/* "page-load" as people write it: "Page load". */
static void add_name(struct buf *out, const char *name)
{
    buf_addc(out, (char)toupper((unsigned char)*name));
    while (*++name)
        buf_addc(out, (char)(*name == '-' ? ' ' : *name));
}

static void add_picture(struct buf *out, const struct page_chart *chart)
{
    if (chart->svg.len) {
        buf_adds(out, "<div class=\"picture\">");
        buf_add(out, chart->svg.data, chart->svg.len);
        buf_adds(out, "</div>\n");
    } else
        buf_addf(out, "<p>This picture is too large for a page: <code>%s.svg</code> beside it.</p>",
                 chart->kind->name);
}

static void add_figure(struct buf *out, const struct page_chart *chart)
{
    const char *name = chart->kind->name;

    buf_addf(out, "<figure id=\"chart-%s\" aria-labelledby=\"title-%s\">\n<h3 id=\"title-%s\">",
             name, name, name);
    add_name(out, name);
    buf_adds(out, "</h3>\n");
    add_picture(out, chart);
    buf_adds(out, "<figcaption>");
    html_text(out, chart->kind->how);
    buf_adds(out, "</figcaption>\n</figure>\n");
}

void page_chart_links(struct buf *out, const struct page *page)
{
    for (size_t i = 0; i < page->chart_count; i++) {
        if (drawn_by_page(&page->charts[i]))
            continue;
        buf_addf(out, "<li><a href=\"#chart-%s\">", page->charts[i].kind->name);
        add_name(out, page->charts[i].kind->name);
        buf_adds(out, "</a></li>\n");
    }
}

void page_figures(struct buf *out, const struct page *page)
{
    for (size_t i = 0; i < page->chart_count; i++) {
        bool twice = drawn_by_page(&page->charts[i]);

        if (twice)
            buf_adds(out, "<noscript>\n");
        add_figure(out, &page->charts[i]);
        if (twice)
            buf_adds(out, "</noscript>\n");
    }
}
