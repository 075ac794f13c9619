#include "analyzer/course_rows.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/error.h"

/* Places of the match's list in the order of the rows; next[count] is the first. */
struct chain {
    const struct match *match;
    uint32_t *next;
    bool *in; /* a place: is it in the chain? */
};

struct own_step {
    uint32_t step;
    uint32_t place;
};

static int by_step(const void *pa, const void *pb)
{
    const struct own_step *a = pa;
    const struct own_step *b = pb;

    return (a->step > b->step) - (a->step < b->step);
}

/* Puts what the chain lacks of a build behind what comes before it in that build's script. */
static void add_build(struct chain *chain, size_t build, struct own_step *own)
{
    uint32_t before = (uint32_t)chain->match->count;
    size_t count = 0;

    for (size_t i = 0; i < chain->match->count; i++) {
        const struct matched_step *step = &chain->match->list[i];

        if (step->waited && step->steps[build] != MATCH_NONE)
            own[count++] = (struct own_step){step->steps[build], (uint32_t)i};
    }
    qsort(own, count, sizeof(*own), by_step);
    for (size_t i = 0; i < count; i++) {
        uint32_t place = own[i].place;

        if (!chain->in[place]) {
            chain->next[place] = chain->next[before];
            chain->next[before] = place;
            chain->in[place] = true;
        }
        before = place;
    }
}

static size_t list_chain(const struct chain *chain, uint32_t *rows)
{
    uint32_t end = (uint32_t)chain->match->count;
    size_t count = 0;

    for (uint32_t place = chain->next[end]; place != end; place = chain->next[place])
        rows[count++] = place;
    return count;
}

long course_rows(const struct match *match, uint32_t *rows)
{
    struct chain chain = {match, malloc((match->count + 1) * sizeof(*chain.next)),
                          calloc(match->count + 1, sizeof(*chain.in))};
    struct own_step *own = malloc((match->count + 1) * sizeof(*own));
    long count = -E_NOMEM;

    if (chain.next && chain.in && own) {
        chain.next[match->count] = (uint32_t)match->count;
        for (size_t build = 0; build < match->builds; build++)
            add_build(&chain, build, own);
        count = (long)list_chain(&chain, rows);
    }
    free(chain.next);
    free(chain.in);
    free(own);
    return count;
}

size_t course_row_build(const struct matched_step *row, size_t builds)
{
    size_t build = 0;

    while (build + 1 < builds && row->steps[build] == MATCH_NONE)
        build++;
    return build;
}
