#include "analyzer/page_html.h"

void page_numbers(struct buf *out, const struct page *page)
{
    (void)out;
    (void)page;
}

void page_steps(struct buf *out, const struct page *page)
{
    (void)out;
    (void)page;
}

void page_failures(struct buf *out, const struct page *page)
{
    (void)out;
    (void)page;
}
