#include "analyzer/scatter.h"

int prepare_page_load(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err)
{
    static const struct scatter_kind what = {METRIC_PAGE_LOAD, "time until the page was there",
                                             true};

    return scatter_sheet(&what, kind, scene, out, err);
}
