#include "analyzer/runinfo.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int64_t whole(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_number(value))
        return UNKNOWN;
    return (int64_t)json_number_value(value);
}

static char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? strdup(value) : NULL;
}

static void fill(struct run_info *info, const json_t *root)
{
    const json_t *think = json_object_get(json_object_get(root, "schedule"), "think");

    info->planned = whole(root, "planned");
    info->done = whole(root, "done");
    info->failed = whole(root, "failed");
    info->lost = whole(root, "lost");
    info->lateness_p99_us = whole(json_object_get(root, "lateness_us"), "p99");
    info->think = json_is_number(think) ? json_number_value(think) : 1;
    info->target = text(root, "target");
    info->state = text(root, "state");
}

int run_info_load(struct run_info *info, const char *path, struct error *err)
{
    json_error_t why;
    json_t *root;
    FILE *file = fopen(path, "rb");

    *info = (struct run_info){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 1, NULL, NULL};
    if (!file && errno == ENOENT)
        return 0;
    if (!file)
        return error_set(err, E_IO, "%s: %s", path, strerror(errno));
    root = json_loadf(file, 0, &why);
    fclose(file);
    if (!root)
        return error_set(err, E_FORMAT, "%s: line %d: %s", path, why.line, why.text);
    fill(info, root);
    json_decref(root);
    return 0;
}

void run_info_release(struct run_info *info)
{
    free(info->target);
    free(info->state);
    info->target = NULL;
    info->state = NULL;
}
