#include "analyzer/args.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "runs/sync/" is called "sync"; "." and "/" have no better name than themselves. */
static char *base_name(const char *path)
{
    size_t end = strlen(path);
    size_t start;

    while (end > 1 && path[end - 1] == '/')
        end--;
    start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (start == end)
        start = 0;
    return strndup(path + start, end - start);
}

static const char *find_split(const char *operand)
{
    const char *first = strchr(operand, '=');

    if (is_directory(operand))
        return NULL;
    for (const char *at = first; at; at = strchr(at + 1, '=')) {
        if (is_directory(at + 1))
            return at;
    }
    return first;
}

int run_arg_parse(struct run_arg *arg, const char *operand, struct error *err)
{
    const char *split = find_split(operand);

    *arg = (struct run_arg){NULL, split ? split + 1 : operand};
    if (split == operand)
        return error_set(err, E_USAGE, "'%s': the label before '=' is empty", operand);
    if (!*arg->path)
        return error_set(err, E_USAGE, "'%s': a run's directory is missing", operand);
    arg->label = split ? strndup(operand, (size_t)(split - operand)) : base_name(operand);
    return arg->label ? 0 : error_nomem(err);
}

int run_args_check(const struct run_arg *args, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(args[i].label, args[k].label) == 0)
                return error_set(err, E_USAGE,
                                 "two runs are called '%s'; give each a label of its own: "
                                 "LABEL=%s LABEL=%s",
                                 args[i].label, args[k].path, args[i].path);
        }
    }
    return 0;
}
