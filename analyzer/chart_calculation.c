#include "analyzer/scatter.h"

int prepare_calculation(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err)
{
    static const struct scatter_kind what = {METRIC_CALCULATION, "time until it was calculated",
                                             false};

    return scatter_sheet(&what, kind, scene, out, err);
}
