/* The outputs by name: what numbers each needs, and its value as the page expects it. */
#ifndef STRETTO_SAMPLES_VALUES_H
#define STRETTO_SAMPLES_VALUES_H

#include <jansson.h>

#include "samples/whales/plots.h"
#include "samples/whales/summary.h"

#define OUTPUTS 11

enum need { NEED_OVERVIEW, NEED_WHALES, NEED_DETAIL };

/* The numbers behind the outputs. */
struct numbers {
    struct overview overview;
    struct whales whales;
    struct detail detail;
};

struct making {
    const struct numbers *numbers;
    struct plot_size size; /* plots only */
    struct error *err;
};

struct output {
    const char *name;
    enum need need;
    json_t *(*make)(const struct making *m); /* a new value, or NULL */
};

extern const struct output output_table[OUTPUTS];

#endif
