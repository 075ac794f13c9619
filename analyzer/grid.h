/* A stretch of time cut into cells of one length, over which much is added up: how many waits were
 * under way, how much was done.  Adding costs the same however long the time is.  Pure.
 *
 * Use  grid_init(), grid_add() as often as wanted, grid_close() once; then cell[] and
 *      grid_between() tell. */
#ifndef STRETTO_ANALYZER_GRID_H
#define STRETTO_ANALYZER_GRID_H

#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is empty; grid_release() accepts it. */
struct grid {
    double *cell; /* closed: the mean of what was added, over the cell's time */
    double *sum;  /* closed: of the cells before this one; count + 1 of them */
    size_t count;
    double cell_us;
};

/* Of `count` cells (1 and up) that reach from 0 to `length_us` (above 0).  0 or -E_NOMEM. */
int grid_init(struct grid *grid, size_t count, int64_t length_us);
void grid_release(struct grid *grid);

/* Adds `height` to the time between two moments; what lies outside the grid is left out. */
void grid_add(struct grid *grid, double from_us, double to_us, double height);

void grid_close(struct grid *grid);
/* No cell is higher than `most` from here on: with 1 a number of waits becomes "does anybody wait?"
 */
void grid_cap(struct grid *grid, double most);

/* The area above the time between two moments: height x us. */
double grid_between(const struct grid *grid, double from_us, double to_us);

#endif
