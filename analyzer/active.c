#include "analyzer/active.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/dist.h"
#include "core/error.h"

/* How many values are below us, or, with `equal`, not above it. */
static size_t count_below(const int64_t *values, size_t count, int64_t us, bool equal)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;
        int64_t value = values[low + half];

        if (value < us || (equal && value == us)) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* Both are in rising order, so one walk along them does. */
void active_find_most(struct active *active)
{
    size_t ended = 0;

    active->most = 0;
    for (size_t i = 0, begun; i < active->count; i = begun) {
        begun = i + 1;
        while (begun < active->count && active->starts_us[begun] == active->starts_us[i])
            begun++;
        while (active->ends_us[ended] < active->starts_us[i])
            ended++;
        if ((begun - ended) * active->each > active->most)
            active->most = (begun - ended) * active->each;
    }
}

int active_compute(struct active *out, const struct table *table)
{
    size_t n = table->session_count;

    *out = (struct active){malloc((n + 1) * sizeof(*out->starts_us)),
                           malloc((n + 1) * sizeof(*out->ends_us)), n, 1, 0};
    if (!out->starts_us || !out->ends_us) {
        active_release(out);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        out->starts_us[i] = table->sessions[i].start_us;
        out->ends_us[i] = table->sessions[i].end_us;
    }
    sort_times(out->ends_us, n);
    sort_times(out->starts_us, n);
    active_find_most(out);
    return 0;
}

void active_release(struct active *active)
{
    free(active->starts_us);
    free(active->ends_us);
    *active = (struct active){0};
}

size_t active_at(const struct active *active, int64_t us)
{
    return (count_below(active->starts_us, active->count, us, true) -
            count_below(active->ends_us, active->count, us, false)) *
           active->each;
}

/* count_below(), looked for from `near` on in steps that double. */
static size_t count_near(const int64_t *values, size_t count, int64_t us, bool equal, size_t near)
{
    size_t low = near;
    size_t high = near;
    size_t step = 1;

    while (low > 0 && (equal ? values[low - 1] > us : values[low - 1] >= us)) {
        high = low;
        low = low > step ? low - step : 0;
        step *= 2;
    }
    for (step = 1; high < count && (equal ? values[high] <= us : values[high] < us); step *= 2) {
        low = high + 1;
        high = count - high > step ? high + step : count;
    }
    return low + count_below(values + low, high - low, us, equal);
}

size_t active_near(const struct active *active, int64_t us, struct active_cursor *cursor)
{
    cursor->started = count_near(active->starts_us, active->count, us, true, cursor->started);
    cursor->ended = count_near(active->ends_us, active->count, us, false, cursor->ended);
    return (cursor->started - cursor->ended) * active->each;
}
