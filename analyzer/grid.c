/* Whole cells are kept as steps up and down, which grid_close() adds up; only the two cells at the
 * ends of a time get their parts at once. */
#include "analyzer/grid.h"

#include <stdlib.h>

#include "core/error.h"

int grid_init(struct grid *grid, size_t count, int64_t length_us)
{
    *grid =
        (struct grid){calloc(count + 1, sizeof(*grid->cell)), calloc(count + 1, sizeof(*grid->sum)),
                      count, (double)length_us / (double)count};
    if (grid->cell && grid->sum)
        return 0;
    grid_release(grid);
    return -E_NOMEM;
}

void grid_release(struct grid *grid)
{
    free(grid->cell);
    free(grid->sum);
    *grid = (struct grid){0};
}

static double place(const struct grid *grid, double us)
{
    double at = us / grid->cell_us;

    return at < 0 ? 0 : at > (double)grid->count ? (double)grid->count : at;
}

void grid_add(struct grid *grid, double from_us, double to_us, double height)
{
    double from = place(grid, from_us);
    double to = place(grid, to_us);
    size_t first = (size_t)from;
    size_t last = (size_t)to;

    if (to <= from)
        return;
    if (first == last) {
        grid->cell[first] += (to - from) * height;
        return;
    }
    grid->cell[first] += ((double)(first + 1) - from) * height;
    grid->cell[last] += (to - (double)last) * height;
    grid->sum[first + 1] += height;
    grid->sum[last] -= height;
}

static void sum_up(struct grid *grid)
{
    double sum = 0;

    for (size_t i = 0; i <= grid->count; i++) {
        grid->sum[i] = sum;
        sum += grid->cell[i];
    }
}

void grid_close(struct grid *grid)
{
    double whole = 0;

    for (size_t i = 0; i <= grid->count; i++) {
        whole += grid->sum[i];
        grid->cell[i] += whole;
    }
    sum_up(grid);
}

void grid_cap(struct grid *grid, double most)
{
    for (size_t i = 0; i <= grid->count; i++) {
        if (grid->cell[i] > most)
            grid->cell[i] = most;
    }
    sum_up(grid);
}

static double area(const struct grid *grid, double us)
{
    double at = place(grid, us);
    size_t i = (size_t)at;

    return (grid->sum[i] + (at - (double)i) * grid->cell[i]) * grid->cell_us;
}

double grid_between(const struct grid *grid, double from_us, double to_us)
{
    return to_us > from_us ? area(grid, to_us) - area(grid, from_us) : 0;
}
