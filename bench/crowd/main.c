#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/opts.h"
#include "core/run.h"
#include "core/units.h"
#include "core/write_file.h"
#include "crowd.h"

static const struct opt options_table[] = {
    {OPT_TEXT, 'o', "output", offsetof(struct crowd_options, dir), "DIR", "the run"},
    {OPT_POSITIVE, 'n', "sessions", offsetof(struct crowd_options, sessions), "N",
     "sessions, one every --every (default 1000)"},
    {OPT_POSITIVE, 'u', "users", offsetof(struct crowd_options, users), "N",
     "users instead, each playing sessions one after another; one comes every --every"},
    {OPT_DURATION, 'e', "every", offsetof(struct crowd_options, every_us), "TIME",
     "(default 500ms)"},
    {OPT_DURATION, 0, "for", offsetof(struct crowd_options, for_us), "TIME",
     "with --users: sessions begin during this time (default 10m)"},
    {OPT_POSITIVE, 0, "processes", offsetof(struct crowd_options, processes), "N",
     "of the player, a file each (default 2)"},
    {OPT_COUNT, 0, "threads", offsetof(struct crowd_options, threads), "N",
     "of the app; 0: as many as are wanted, nothing queues (default 1)"},
    {OPT_NUMBER, 0, "work", offsetof(struct crowd_options, work), "X",
     "the app's work, times what the script shows (default 1)"},
    {OPT_NUMBER, 0, "think", offsetof(struct crowd_options, think), "X",
     "stretches think times (default 1)"},
    {OPT_NUMBER, 0, "fail", offsetof(struct crowd_options, fail), "SHARE",
     "of the sessions fails somewhere (default 0)"},
    {OPT_DURATION, 0, "timeout", offsetof(struct crowd_options, timeout_us), "TIME",
     "a longer wait fails its session (default 300s)"},
    {OPT_DURATION, 0, "stop", offsetof(struct crowd_options, stop_us), "TIME",
     "the run is stopped then"},
    {OPT_COUNT, 0, "steps", offsetof(struct crowd_options, steps), "N",
     "repeats the script's clicks until it has so many steps"},
    {OPT_COUNT, 0, "seed", offsetof(struct crowd_options, seed), "N", "(default 1)"},
    {0},
};

static const struct opt_program program = {
    "bench-crowd",
    "SCRIPT -o DIR [options]",
    "Makes up a run of a script: what a player would have left of so many sessions.",
    options_table,
    NULL,
};

static int make_dirs(const char *dir, struct error *err)
{
    char path[PATH_MAX];

    if (mkdir(dir, 0777) < 0 && errno != EEXIST)
        return error_set(err, E_IO, "%s: %s", dir, strerror(errno));
    snprintf(path, sizeof(path), "%s/" RUN_SESSIONS, dir);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return error_set(err, E_IO, "%s: %s", path, strerror(errno));
    return 0;
}

static int write_text(const char *dir, const char *name, const char *text, size_t len,
                      struct error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return write_file(path, text, len, WRITE_FILE_PUBLIC, err);
}

static int write_json(const struct crowd_options *o, const struct crowd_counts *counts,
                      struct error *err)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:{s:s, s:s, s:I, s:I, s:I, s:f, s:b, s:I},"
        " s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I},"
        " s:{s:I, s:I, s:I, s:I, s:I, s:b, s:[]}}",
        "tool", "bench-crowd", "state", o->stop_us ? "stopped" : "done", "target",
        "http://127.0.0.1/", "started", "2026-11-21T00:33:32.723Z", "zero_wall_us",
        (json_int_t)CROWD_EPOCH_US, "processes", (json_int_t)o->processes, "shard", "1/1", "seed",
        (json_int_t)o->seed, "schedule", "mode", o->users ? "users" : "sessions", "arrivals",
        "regular", "count", (json_int_t)(o->users ? o->users : o->sessions), "every_us",
        (json_int_t)o->every_us, "for_us", (json_int_t)(o->users ? o->for_us : 0), "think",
        o->think, "sequential", 0, "timeout_us", (json_int_t)o->timeout_us, "planned",
        (json_int_t)counts->planned, "done", (json_int_t)counts->done, "failed",
        (json_int_t)counts->failed, "lost", (json_int_t)0, "not_started",
        (json_int_t)(o->users ? 0 : o->sessions - counts->planned), "lateness_us", "count",
        (json_int_t)counts->rows / 2, "p50", (json_int_t)80, "p95", (json_int_t)400, "p99",
        (json_int_t)1300, "max", (json_int_t)4000, "audit", "late_limit_us", (json_int_t)20000,
        "late_p50_us", (json_int_t)80, "late_p99_us", (json_int_t)1300, "late_max_us",
        (json_int_t)4000, "stall_max_us", (json_int_t)5000, "kept_up", 1, "untrusted");
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    int rc = text ? write_text(o->dir, RUN_JSON, text, strlen(text), err) : error_nomem(err);

    free(text);
    json_decref(json);
    return rc;
}

static int run(int argc, char **argv, struct error *err)
{
    struct crowd_options o = {.every_us = US_PER_S / 2,
                              .for_us = 600 * US_PER_S,
                              .processes = 2,
                              .threads = 1,
                              .work = 1,
                              .think = 1,
                              .timeout_us = 300 * US_PER_S,
                              .seed = 1};
    struct crowd_counts counts;
    struct script *script = NULL;
    int operands;
    int rc = opts_parse(&program, &o, argc, argv, &operands, err);

    if (rc != OPTS_RUN)
        return rc == OPTS_DONE ? 0 : rc;
    if (operands != 1 || !o.dir)
        return error_set(err, E_USAGE, "name a script and, with -o, a directory");
    if (!o.users && !o.sessions)
        o.sessions = 1000;
    rc = crowd_script(&script, argv[1], o.steps, err);
    if (rc == 0)
        rc = make_dirs(o.dir, err);
    if (rc == 0)
        rc = write_text(o.dir, RUN_SCRIPT, script->text.data, script->text.len, err);
    if (rc == 0)
        rc = crowd_play(&counts, &o, script, err);
    if (rc == 0)
        rc = write_json(&o, &counts, err);
    if (rc == 0)
        printf("%llu rows, %ld sessions of %zu steps, %ld done, %ld failed, %lld s\n",
               (unsigned long long)counts.rows, counts.planned, script->count, counts.done,
               counts.failed, (long long)(counts.end_us / US_PER_S));
    script_free(script);
    return rc;
}

int main(int argc, char **argv)
{
    struct error err = ERROR_NONE;

    if (run(argc, argv, &err) < 0)
        error_print("bench-crowd", &err);
    return error_exit_code(&err);
}
