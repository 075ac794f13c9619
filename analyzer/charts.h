/* All charts by name: what --charts chooses from, and what every one of them is given and gives.
 *
 * A chart is drawn in two steps.  prepare() turns the builds into a `struct sheet`: its size, and
 * what is to be drawn where (which may cost time and memory).  paint() then draws the sheet, as
 * often as there are files: the SVG, the PNG. */
#ifndef STRETTO_ANALYZER_CHARTS_H
#define STRETTO_ANALYZER_CHARTS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/canvas.h"
#include "analyzer/load.h"
#include "analyzer/notes.h"
#include "core/error.h"

struct match;

/* What every chart is drawn from; a loan. */
struct scene {
    struct build *builds;
    size_t count;
    double width; /* pixels, as asked for */
    int64_t mark_us;
    const struct notes *notes; /* what the reader of any of them must know of these builds; of a
                                  scene that is drawn a few lines at most */
    const struct match *match; /* which steps of the builds are the same (analyzer/match.h) */
};

/* A zeroed struct is empty; sheet_release() accepts it. */
struct sheet {
    double width;
    double height;
    void *state;
    int (*paint)(const struct sheet *sheet, struct canvas *canvas); /* 0 or -E_NOMEM */
    void (*release)(void *state);
};

void sheet_release(struct sheet *sheet);

struct chart_kind {
    const char *name;     /* of its files, and in --charts */
    const char *title;    /* a sentence without its full stop */
    const char *subtitle; /* what a point, line or box is */
    const char *how;      /* for the report: how to read it, one or two sentences */
    /* 0, or a negative code.  A sheet of height 0: there is nothing to draw (no build has
     * calculations), and no file is written. */
    int (*prepare)(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                   struct error *err);
};

/* In the order in which the report shows them. */
extern const struct chart_kind chart_kinds[];
extern const size_t chart_kind_count;

/* Which of them "sessions,page-load" names: chosen[chart_kind_count]; NULL: all.  0 or -E_USAGE,
 * whose sentence lists the names. */
int charts_choose(bool *chosen, const char *list, struct error *err);

/* Canvases of a sheet, painted; canvas_free().  NULL when memory is refused. */
struct canvas *sheet_svg(const struct sheet *sheet, const struct chart_kind *kind);
struct canvas *sheet_png(const struct sheet *sheet);

/* One for each row of chart_kinds, in the file of its name: chart_sessions.c, ... */
int prepare_sessions(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                     struct error *err);
int prepare_users(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                  struct error *err);
int prepare_aligned(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                    struct error *err);
int prepare_waterfall(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err);
int prepare_page_load(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err);
int prepare_calculation(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err);
int prepare_durations(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                      struct error *err);
int prepare_concurrency(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err);
int prepare_percentiles(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                        struct error *err);
int prepare_throughput(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                       struct error *err);

#endif
