/* Where signs already stand, so that thousands of them do not cover what they stand on. */
#ifndef STRETTO_ANALYZER_SIGN_GRID_H
#define STRETTO_ANALYZER_SIGN_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/canvas.h"

/* A zeroed struct is empty; sign_grid_release() accepts it. */
struct sign_grid {
    bool *taken;
    size_t columns;
    size_t rows;
    struct box area;
    double cell;
};

/* cell: pixels; one sign has room in each.  0 or -E_NOMEM. */
int sign_grid_init(struct sign_grid *grid, struct box area, double cell);
/* May a sign stand here?  Then the next one near it may not. */
bool sign_grid_take(struct sign_grid *grid, double x, double y);
void sign_grid_release(struct sign_grid *grid);

#endif
