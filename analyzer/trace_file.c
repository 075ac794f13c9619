#include "analyzer/trace_file.h"

int trace_write(const char *path, const struct scene *scene, struct error *err)
{
    (void)path;
    (void)scene;
    (void)err;
    return 0;
}
