#include "analyzer/page.h"

int page_write(const char *path, const struct page *page, struct error *err)
{
    (void)path;
    (void)page;
    (void)err;
    return 0;
}
