#include "drawn_gantt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct gantt *gantt_of(const struct drawn *d)
{
    return &((const struct gantt_state *)d->sheet.state)->gantt;
}

const struct layout *layout_of(const struct drawn *d)
{
    return &((const struct gantt_state *)d->sheet.state)->layout;
}

double at_us(const struct drawn *d, size_t panel, int64_t us)
{
    return gantt_x(gantt_of(d), layout_of(d), panel, us);
}

double wide(const struct drawn *d, int64_t us)
{
    return layout_of(d)->panel_width * (double)us / (double)gantt_of(d)->span_us;
}

const char *group_of(const struct drawn *d, const char *svg, size_t panel, size_t index,
                     const char **end)
{
    char id[64];
    const char *at;

    snprintf(id, sizeof(id), " id=\"%s-b%zu-s%zu\"", d->kind->name, panel, index);
    at = strstr(svg, id);
    assert_non_null(at);
    *end = strstr(at, "</g>");
    return at;
}
