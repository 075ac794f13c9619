#include "analyzer/match.h"

#include <stdlib.h>

int match_compute(struct match *out, const struct build *builds, size_t count)
{
    (void)builds;
    *out = (struct match){.builds = count};
    return 0;
}

void match_release(struct match *match)
{
    *match = (struct match){0};
}
