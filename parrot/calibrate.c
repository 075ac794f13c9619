#include "parrot/calibrate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "core/dialect.h"
#include "core/units.h"
#include "parrot/trial.h"

/* Sessions are compressed to about this, and begin for so long. */
#define SESSION_US (2 * US_PER_S)
#define TRIAL_US (5 * US_PER_S)
/* A trial of fewer says little. */
#define SESSIONS_LEAST 20
#define TRIALS_MOST 16
/* Memory is told by the difference between so many open at once. */
#define HELD_FEW 50
#define HELD_MANY 450
#define HELD_US US_PER_S /* within which they begin */
/* What sessions need for a moment, besides their sockets. */
#define DESCRIPTORS_SPARE 100.0

struct calibration {
    const struct script *script;
    struct children children;
    double length_s;
    double kb_each; /* memory of the player, a session */
    double memory;  /* sessions that fit in */
    double descriptors;
    double ports;
    double most; /* the least of those three */
    struct search search;
    struct trial good;
    struct trial bad;
};

/* --- what the machine has --- */

/* WebSockets that one session has open at the same time, at most; one connection at least. */
static double connections_each(const struct script *script)
{
    long open = 0;
    long most = 1;

    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        open += step->type == STEP_WS_OPEN;
        open -= step->type == STEP_WS_CLOSE;
        most = open > most ? open : most;
    }
    return (double)most;
}

static double memory_free_kb(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    char line[200];
    double kb = 0;

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "MemAvailable: %lf", &kb) == 1)
            break;
    }
    if (file)
        fclose(file);
    return kb;
}

static double ports_free(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    double first = 32768;
    double last = 60999;

    if (file && fscanf(file, "%lf %lf", &first, &last) != 2)
        first = last;
    if (file)
        fclose(file);
    return last - first + 1;
}

static void measure_machine(struct calibration *c)
{
    double each = connections_each(c->script);
    struct rlimit limit = {0};

    getrlimit(RLIMIT_NOFILE, &limit);
    c->memory = c->kb_each > 0 ? memory_free_kb() / c->kb_each : INFINITY;
    c->descriptors =
        ((double)limit.rlim_max - DESCRIPTORS_SPARE) * (double)c->children.workers / each;
    c->ports = ports_free() / each;
    c->most = fmin(c->memory, fmin(c->descriptors, c->ports));
}

/* --- trying --- */

static void say_trial(const struct trial *t, const char *verdict)
{
    char late[DURATION_TEXT];

    fprintf(stderr,
            "parrot: load of %.0f sessions at once: the player late by p99 %s, its workers busy "
            "%.0f %% of a core, the parrot %.0f %%%s\n",
            t->sessions, duration_format(t->late_us, late, sizeof(late)), 100 * t->worker_cpu,
            100 * t->parrot_cpu, verdict);
}

/* Little's law: K at once, each as long as the script, is one every length / K. */
static int try_load(struct calibration *c, double sessions, struct trial *t, struct error *err)
{
    int64_t every_us = (int64_t)(c->length_s * 1e6 / sessions);
    long count;

    if (every_us < 1)
        every_us = 1;
    count = (long)(TRIAL_US / every_us);
    if (count < SESSIONS_LEAST)
        count = SESSIONS_LEAST;
    *t = (struct trial){.sessions = sessions};
    return trial_play(&c->children, count, every_us, t, err);
}

/* A load that is too much is tried twice: something else may have wanted the machine. */
static int try_twice(struct calibration *c, double sessions, struct error *err)
{
    struct trial t;
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = try_load(c, sessions, &t, err);
        if (rc == 0 && trial_limit(&t) == LIMIT_NONE) {
            say_trial(&t, "");
            c->search.good = sessions;
            c->good = t;
            return 0;
        }
        if (rc == 0)
            say_trial(&t, i ? ": too much" : ": too much; once more");
    }
    c->search.bad = sessions;
    c->bad = t;
    return rc;
}

static int hold(struct calibration *c, long count, double *kb, struct error *err)
{
    struct trial t = {0};
    int rc = trial_play(&c->children, count, HELD_US / count, &t, err);

    if (rc == 0 && t.failed)
        return error_set(err, E_MISMATCH,
                         "the script does not play against its own parrot: %s; does it play "
                         "against the app? `stretto check` tells",
                         t.reason);
    *kb = t.rss_kb;
    return rc;
}

static int measure_memory(struct calibration *c, struct error *err)
{
    double few = 0;
    double many = 0;
    int rc = hold(c, HELD_FEW, &few, err);

    if (rc == 0)
        rc = hold(c, HELD_MANY, &many, err);
    c->kb_each = many > few ? (many - few) / (HELD_MANY - HELD_FEW) : 0;
    return rc;
}

static int find_most(struct calibration *c, struct error *err)
{
    double next = ceil(SESSIONS_LEAST * c->length_s * 1e6 / TRIAL_US);
    int rc = 0;

    if (next > c->most)
        next = c->most;
    for (int i = 0; i < TRIALS_MOST && next >= 1 && rc == 0; i++) {
        rc = try_twice(c, floor(next), err);
        next = search_next(&c->search, &c->good, c->most);
    }
    return rc;
}

/* --- telling --- */

/* Late without being busy: whoever else was. */
#define IDLE 0.7

static void tell_bad(const struct trial *t)
{
    char late[DURATION_TEXT];

    printf("limit: at %.0f ", t->sessions);
    switch (trial_limit(t)) {
    case LIMIT_FAILED:
        printf("%ld of %ld sessions failed: %s\n", t->failed, t->failed + t->played, t->reason);
        return;
    case LIMIT_WORKER:
        printf("the player's workers had no CPU left");
        break;
    case LIMIT_PARROT:
        printf("the parrot had no CPU left: with the app on a machine of its own it may be more");
        break;
    default:
        printf("the player was late");
    }
    printf(
        " (p99 %s late, workers busy %.0f %% of a core each, the parrot %.0f %%)%s\n",
        duration_format(t->late_us, late, sizeof(late)), 100 * t->worker_cpu, 100 * t->parrot_cpu,
        fmax(t->worker_cpu, t->parrot_cpu) < IDLE ? "; did something else want the machine?" : "");
}

static void tell_limit(const struct calibration *c)
{
    if (c->search.bad)
        tell_bad(&c->bad);
    else
        printf("limit: %s; CPU is left\n", c->most == c->memory        ? "memory"
                                           : c->most == c->descriptors ? "descriptors (ulimit -n)"
                                                                       : "ports of one source "
                                                                         "address");
}

static void tell(const struct calibration *c, const char *script)
{
    printf("this machine can play %.0f of %s at once\n", round_down(c->search.good), script);
    tell_limit(c);
    printf("besides: memory for %.0f (%.1f KiB each), descriptors for %.0f, ports for %.0f\n",
           round_down(c->memory), c->kb_each, round_down(c->descriptors), round_down(c->ports));
    printf("with: %ld workers; player and parrot on this machine together, sessions of %.0f s "
           "compressed to %.1f s\n",
           c->children.workers, c->length_s, c->length_s * c->children.pace);
}

static int calibrate(struct calibration *c, const struct parrot_options *options, struct error *err)
{
    double pace = fmin(1, (double)SESSION_US / ((double)c->script->length_us + 1));
    int rc = children_open(&c->children, options, c->script, pace, err);

    c->length_s = (double)(c->script->length_us + 1) / 1e6;
    if (rc == 0)
        rc = measure_memory(c, err);
    if (rc == 0) {
        measure_machine(c);
        rc = find_most(c, err);
    }
    if (rc == 0 && !c->search.good)
        rc = error_set(err, E_MISMATCH, "even the load of %.0f sessions at once is too much here",
                       c->search.bad);
    if (rc == 0)
        tell(c, options->script);
    children_close(&c->children);
    return rc;
}

int calibrate_run(const struct parrot_options *options, struct error *err)
{
    struct calibration c = {0};
    struct script *script;
    int rc = script_load(&script, options->script, false, err);

    if (rc < 0)
        return rc;
    c.script = script;
    trials_catch_signals();
    rc = calibrate(&c, options, err);
    script_free(script);
    return rc;
}
