#include "analyzer/lanes.h"

#include <stdlib.h>

#include "core/error.h"

void lanes_clear(struct lanes *lanes)
{
    lanes->count = 0;
}

void lanes_release(struct lanes *lanes)
{
    free(lanes->free_us);
    *lanes = (struct lanes){0};
}

/* The first that is free, held until end_us. */
static int hold_lane(struct lanes *lanes, int64_t start_us, int64_t end_us, size_t *out)
{
    size_t i = 0;

    while (i < lanes->count && lanes->free_us[i] > start_us)
        i++;
    if (i == lanes->room) {
        size_t room = lanes->room ? lanes->room * 2 : 8;
        int64_t *grown = realloc(lanes->free_us, room * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        lanes->free_us = grown;
        lanes->room = room;
    }
    if (i == lanes->count)
        lanes->count++;
    lanes->free_us[i] = end_us;
    *out = i;
    return 0;
}

int lanes_session(struct lanes *lanes, int64_t start_us, int64_t end_us)
{
    lanes->step_us = start_us;
    return hold_lane(lanes, start_us, end_us, &lanes->session);
}

int lanes_step(struct lanes *lanes, int64_t start_us, int64_t end_us, size_t *out)
{
    if (start_us < lanes->step_us)
        return hold_lane(lanes, start_us, end_us, out);
    lanes->step_us = end_us;
    *out = lanes->session;
    return 0;
}
