#include "analyzer/recommend.h"

int recommend(struct findings *out, const struct scene *scene)
{
    (void)out;
    (void)scene;
    return 0;
}
