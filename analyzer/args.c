#include "analyzer/args.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/runinfo.h"
#include "core/run.h"

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
    const char *path = split ? split + 1 : operand;

    *arg = (struct run_arg){0};
    if (split == operand)
        return error_set(err, E_USAGE, "'%s': the label before '=' is empty", operand);
    if (!*path)
        return error_set(err, E_USAGE, "'%s': a run's directory is missing", operand);
    arg->label = split ? strndup(operand, (size_t)(split - operand)) : base_name(operand);
    arg->path = strdup(path);
    if (arg->label && arg->path)
        return 0;
    run_arg_release(arg);
    return error_nomem(err);
}

void run_arg_release(struct run_arg *arg)
{
    free(arg->label);
    free(arg->path);
    *arg = (struct run_arg){0};
}

/* Takes the argument, also when it fails. */
static int add(struct run_args *args, struct run_arg arg, struct error *err)
{
    struct run_arg *grown = realloc(args->list, (args->count + 1) * sizeof(*grown));

    if (grown)
        args->list = grown;
    if (!grown || !arg.label || !arg.path) {
        run_arg_release(&arg);
        return error_nomem(err);
    }
    args->list[args->count++] = arg;
    return 0;
}

static char *below(const char *directory, const char *name)
{
    size_t len = strlen(directory);
    char *out;

    while (len > 1 && directory[len - 1] == '/')
        len--;
    return asprintf(&out, "%.*s/%s", (int)len, directory, name) < 0 ? NULL : out;
}

static int add_part(struct run_args *args, const struct run_arg *whole, const char *name,
                    struct error *err)
{
    struct run_arg part = {below(whole->label, name), below(whole->path, name)};

    if (part.path && !is_directory(part.path)) {
        error_set(err, E_IO,
                  "%s: the mix has a part '%s', and its directory %s is not there: bring it back, "
                  "or name the other parts one by one",
                  whole->path, name, part.path);
        run_arg_release(&part);
        return -E_IO;
    }
    return add(args, part, err);
}

static int add_parts(struct run_args *args, const struct run_arg *whole, const struct mix *mix,
                     struct error *err)
{
    for (size_t i = 0; i < mix->count; i++) {
        int rc = add_part(args, whole, mix->names[i], err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

static int add_run(struct run_args *args, struct run_arg *arg, struct error *err)
{
    char *json = below(arg->path, RUN_JSON);
    struct mix mix = {0};
    int rc = json ? mix_load(&mix, json, err) : error_nomem(err);

    free(json);
    if (rc < 0) {
        run_arg_release(arg);
        return rc;
    }
    if (!mix.count)
        return add(args, *arg, err);
    rc = add_parts(args, arg, &mix, err);
    mix_release(&mix);
    run_arg_release(arg);
    return rc;
}

int run_args_add(struct run_args *args, const char *operand, struct error *err)
{
    struct run_arg arg;
    int rc = run_arg_parse(&arg, operand, err);

    return arg.path ? add_run(args, &arg, err) : rc;
}

void run_args_release(struct run_args *args)
{
    for (size_t i = 0; i < args->count; i++)
        run_arg_release(&args->list[i]);
    free(args->list);
    *args = (struct run_args){0};
}

int run_args_check(const struct run_args *args, struct error *err)
{
    for (size_t i = 0; i < args->count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct run_arg *a = &args->list[k];
            const struct run_arg *b = &args->list[i];

            if (strcmp(a->label, b->label) == 0)
                return error_set(err, E_USAGE,
                                 "two runs are called '%s'; give each a label of its own: "
                                 "LABEL=%s LABEL=%s",
                                 a->label, a->path, b->path);
        }
    }
    return 0;
}
