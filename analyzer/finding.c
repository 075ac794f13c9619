#include "analyzer/finding.h"

#include <stdlib.h>

#include "core/error.h"

int findings_add(struct findings *findings, struct finding finding)
{
    struct finding *grown = realloc(findings->list, (findings->count + 1) * sizeof(*grown));

    if (grown)
        findings->list = grown;
    if (!grown || !finding.text) {
        free(finding.text);
        return -E_NOMEM;
    }
    grown[findings->count++] = finding;
    return 0;
}

void findings_release(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->list[i].text);
    free(findings->list);
    *findings = (struct findings){0};
}

const char *finding_weight_name(enum finding_weight weight)
{
    static const char *const names[] = {"good", "note", "warning", "bad"};

    return names[weight];
}
