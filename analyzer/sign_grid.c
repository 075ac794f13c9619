#include "analyzer/sign_grid.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"

int sign_grid_init(struct sign_grid *grid, struct box area, double cell)
{
    *grid = (struct sign_grid){.area = area, .cell = cell};
    grid->columns = (size_t)(area.width / cell) + 1;
    grid->rows = (size_t)(area.height / cell) + 1;
    grid->taken = calloc(grid->columns * grid->rows, sizeof(*grid->taken));
    return grid->taken ? 0 : -E_NOMEM;
}

static size_t place_of(double at, double from, double cell, size_t count)
{
    double place = fmax((at - from) / cell, 0);

    return place < (double)count ? (size_t)place : count - 1;
}

bool sign_grid_take(struct sign_grid *grid, double x, double y)
{
    size_t column = place_of(x, grid->area.x, grid->cell, grid->columns);
    size_t row = place_of(y, grid->area.y, grid->cell, grid->rows);
    bool *taken = &grid->taken[row * grid->columns + column];

    if (*taken)
        return false;
    *taken = true;
    return true;
}

void sign_grid_release(struct sign_grid *grid)
{
    free(grid->taken);
    *grid = (struct sign_grid){0};
}
