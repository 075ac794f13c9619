#include "analyzer/charts.h"

int prepare_calculation(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err)
{
    (void)kind;
    (void)scene;
    (void)err;
    *out = (struct sheet){0};
    return 0;
}
