#include "analyzer/markdown.h"

void markdown_print(FILE *out, const struct scene *scene, const struct findings *findings,
                    const struct verdict *verdict)
{
    (void)out;
    (void)scene;
    (void)findings;
    (void)verdict;
}
