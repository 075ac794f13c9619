/* Each build is looked at by itself, then against the first one; what was found is put in order at
 * the end.  Nothing is said that the next run of the same app would take back. */
#include "analyzer/recommend.h"

#include <stdlib.h>

#include "analyzer/recommend_parts.h"
#include "core/error.h"

static int look_at_build(struct findings *out, const struct evidence *evidence,
                         const struct evidence *base)
{
    int rc = recommend_speed(out, evidence);

    if (rc == 0)
        rc = recommend_rate(out, evidence);
    if (rc == 0 && evidence != base)
        rc = recommend_differences(out, evidence, base);
    if (rc == 0)
        rc = recommend_blocking(out, evidence);
    if (rc == 0)
        rc = recommend_worth(out, evidence);
    return rc;
}

static int urgency(const struct finding *f)
{
    static const int order[] = {
        [FINDING_GOOD] = 3, [FINDING_NOTE] = 2, [FINDING_WARN] = 1, [FINDING_BAD] = 0};

    /* What puts the others in doubt comes before them. */
    return f->key == finding_player_late ? -1 : order[f->weight];
}

/* Keeps the order of those that are as urgent as others. */
static void sort_findings(struct findings *findings)
{
    for (size_t i = 1; i < findings->count; i++) {
        struct finding moved = findings->list[i];
        size_t at = i;

        for (; at > 0 && urgency(&findings->list[at - 1]) > urgency(&moved); at--)
            findings->list[at] = findings->list[at - 1];
        findings->list[at] = moved;
    }
}

int recommend(struct findings *out, const struct scene *scene)
{
    struct evidence *all = calloc(scene->count + 1, sizeof(*all));
    int rc = all ? 0 : -E_NOMEM;

    for (size_t i = 0; rc == 0 && i < scene->count; i++) {
        rc = evidence_of(&all[i], scene, i);
        if (rc == 0)
            rc = look_at_build(out, &all[i], &all[0]);
    }
    for (size_t i = 0; all && i < scene->count; i++)
        evidence_release(&all[i]);
    free(all);
    sort_findings(out);
    return rc;
}
