/* Values that are computed of others have to end somewhere.  Each maker is gone into once: what it
 * is known to stand on is kept, so that the walk is linear however often a value is named. */
#include <stdlib.h>
#include <string.h>

#include "core/maker.h"

struct walk {
    const struct makers *makers;
    unsigned char *heights; /* a maker each: how many stand on each other, it included; 0: unseen */
    size_t path[MAKER_DEPTH_MAX]; /* the makers that lead to the one at hand */
    unsigned depth;
    struct error *err;
};

static const char *name_at(const struct walk *w, unsigned i)
{
    return w->makers->items[w->path[i]].name;
}

/* The circle begins where the maker stands on the path: `first`. */
static int refuse_circle(struct walk *w, unsigned first)
{
    char others[300] = "";
    size_t n = 0;

    for (unsigned i = first + 1; i < w->depth && n < sizeof(others); i++)
        n += (size_t)snprintf(others + n, sizeof(others) - n, "%s%.60s",
                              i == first + 1 ? " by way of " : ", ", name_at(w, i));
    return error_set(w->err, E_FORMAT,
                     "value %.60s is computed of itself%s: take a placeholder out of the texts "
                     "that make this circle",
                     name_at(w, first), others);
}

static int refuse_depth(struct walk *w)
{
    return error_set(w->err, E_FORMAT,
                     "value %.60s stands on more than %d others that are computed of each other: "
                     "compute it of fewer",
                     name_at(w, 0), MAKER_DEPTH_MAX - 1);
}

static int visit(struct walk *w, size_t maker);

/* Raises *height to that of the highest maker that the text names. */
static int visit_text(struct walk *w, const char *text, unsigned char *height)
{
    size_t at = 0;
    size_t len;
    const char *name;

    while (text && (name = placeholder_next(text, strlen(text), &at, &len))) {
        const struct maker *below = makers_find(w->makers, name, len);
        size_t i = below ? (size_t)(below - w->makers->items) : 0;
        int rc = below ? visit(w, i) : 0;

        if (rc < 0)
            return rc;
        if (below && w->heights[i] > *height)
            *height = w->heights[i];
    }
    return 0;
}

static int visit(struct walk *w, size_t i)
{
    const struct maker *maker = &w->makers->items[i];
    unsigned char below = 0;
    int rc;

    for (unsigned k = 0; k < w->depth; k++) {
        if (w->path[k] == i)
            return refuse_circle(w, k);
    }
    if (w->depth + w->heights[i] > MAKER_DEPTH_MAX || w->depth == MAKER_DEPTH_MAX)
        return refuse_depth(w);
    if (w->heights[i])
        return 0;
    w->path[w->depth++] = i;
    rc = visit_text(w, maker->of, &below);
    if (rc == 0)
        rc = visit_text(w, maker->start, &below);
    w->depth--;
    w->heights[i] = below + 1;
    return rc;
}

int makers_check(const struct makers *makers, struct error *err)
{
    struct walk w = {.makers = makers, .heights = calloc(makers->count + 1, 1), .err = err};
    int rc = 0;

    if (!w.heights)
        return error_nomem(err);
    for (size_t i = 0; i < makers->count && rc == 0; i++)
        rc = visit(&w, i);
    free(w.heights);
    return rc;
}
