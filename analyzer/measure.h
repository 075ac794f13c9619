/* The numbers that conditions of --fail-if ask builds for. */
#ifndef STRETTO_ANALYZER_MEASURE_H
#define STRETTO_ANALYZER_MEASURE_H

#include "analyzer/charts.h"
#include "analyzer/fail_if.h"

/* Distributions once computed are kept, so that several conditions cost one sort. */
struct measurer {
    const struct scene *scene;
    struct kept_dist *kept;
    size_t count;
};

struct measured {
    bool known;
    const char *why; /* not known: "nothing was measured"; a string that lives for ever */
    int64_t number;  /* in fail_if_unit() of what was asked for */
};

/* Is there such a build, and such a step?  0, or -E_USAGE with a sentence that lists the nearest
 * names. */
int measure_check(const struct scene *scene, const struct fail_if_value *value, struct error *err);

/* Of one build (value->build is not looked at).  0 or -E_NOMEM. */
int measure(struct measurer *m, const struct fail_if_value *value, size_t build,
            struct measured *out);
void measurer_release(struct measurer *m);

/* Which build is called so; scene->count: none. */
size_t build_called(const struct scene *scene, const char *label);

#endif
