#include "analyzer/one_pass.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/rows.h"

#define GIGABYTE 1e9
#define WHAT_IS_MADE "charts sessions, aligned and percentiles, files report and summary"

bool one_pass_draws(const struct chart_kind *kind)
{
    static const char *const names[] = {"sessions", "aligned", "percentiles"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(kind->name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The first thing that the command line asks for in words and cannot have; NULL: none. */
static const char *asked_in_vain(const struct report_options *options, const bool *chosen,
                                 const struct outputs *outputs)
{
    for (size_t i = 0; options->charts && i < chart_kind_count; i++) {
        if (chosen[i] && !one_pass_draws(&chart_kinds[i]))
            return chart_kinds[i].name;
    }
    if (options->files && outputs->events)
        return "events";
    return options->files && outputs->trace ? "trace" : NULL;
}

static void take_away(bool *chosen, struct outputs *outputs)
{
    for (size_t i = 0; i < chart_kind_count; i++)
        chosen[i] = chosen[i] && one_pass_draws(&chart_kinds[i]);
    outputs->events = false;
    outputs->trace = false;
}

int one_pass_ask(const struct report_options *options, bool *chosen, struct outputs *outputs,
                 struct error *err)
{
    const char *vain = asked_in_vain(options, chosen, outputs);

    if (vain)
        return error_set(
            err, E_USAGE,
            "'%s' needs all rows in memory, and --stream keeps none: it makes " WHAT_IS_MADE, vain);
    take_away(chosen, outputs);
    return 0;
}

/* The largest run; one that cannot be read is told of later. */
static uint64_t most_bytes(const struct run_args *args, const char **path)
{
    uint64_t most = 0;

    for (size_t i = 0; i < args->count; i++) {
        struct error unread = ERROR_NONE;
        struct row_files files;

        row_files_find(&files, args->list[i].path, &unread);
        if (files.bytes > most) {
            most = files.bytes;
            *path = args->list[i].path;
        }
        row_files_release(&files);
    }
    return most;
}

void one_pass_choose(bool *one_pass, const struct run_args *args,
                     const struct report_options *options, bool *chosen, struct outputs *outputs)
{
    const char *path = NULL;
    uint64_t bytes = most_bytes(args, &path);
    const char *vain = asked_in_vain(options, chosen, outputs);

    if (bytes <= ONE_PASS_BYTES)
        return;
    *one_pass = !vain;
    if (vain) {
        fprintf(stderr,
                "analyze: %s: all of its %.1f GB of rows go into memory, as '%s' needs them; "
                "--stream does without\n",
                path, (double)bytes / GIGABYTE, vain);
        return;
    }
    fprintf(stderr, "analyze: %s: %.1f GB of rows are read in one pass: " WHAT_IS_MADE "\n", path,
            (double)bytes / GIGABYTE);
    take_away(chosen, outputs);
}

int one_pass_tell(struct notes *notes, const struct build *builds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (builds[i].stream)
            return notes_add(notes, "Read in one pass: percentiles are at most 0.8 % off, and "
                                    "every session counts, in the steady state or not");
    }
    return 0;
}
