#include "player/play.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/run.h"
#include "core/units.h"
#include "core/wait.h"
#include "player/fetch.h"
#include "player/request.h"

static bool is_numeric(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* A name is looked up once, here: else every session would start a resolver thread. */
static int resolve(struct play *play, struct error *err)
{
    const struct target *target = &play->target;
    char host[INET6_ADDRSTRLEN] = "";
    char text[400];

    if (target->socket || is_numeric(target->host))
        return 0;
    getnameinfo((const struct sockaddr *)&target->address, target->address_bytes, host,
                sizeof(host), NULL, 0, NI_NUMERICHOST);
    snprintf(text, sizeof(text), "%.253s:%d:%s", target->host, target->port, host);
    play->resolve = strdup(text);
    return play->resolve ? 0 : error_nomem(err);
}

/* A mix has one target: where nobody names it, all must have been recorded there. */
static int find_target(const struct play *play, const char **url, struct error *err)
{
    const struct role *first = &play->roles[0];

    *url = play->options.url ? play->options.url : first->script->target_url;
    if (!**url)
        return error_set(err, E_USAGE,
                         "%s does not say where it was recorded: give the app's URL behind it",
                         first->path);
    for (unsigned i = 1; i < play->role_count && !play->options.url; i++) {
        const struct role *other = &play->roles[i];

        if (strcmp(other->script->target_url, *url) != 0)
            return error_set(err, E_USAGE,
                             "%s was recorded at %s and %s at %s: give the app's URL, which is "
                             "one for all",
                             first->path, *url, other->path, other->script->target_url);
    }
    return 0;
}

/* The target, and how long the look-up of its name took. */
static int look_up(struct play *play, const char *url, struct error *err)
{
    int64_t begin_us = clock_monotonic_us();
    int rc = target_parse(&play->target, url, true, err);
    bool named = rc == 0 && !play->target.socket && !is_numeric(play->target.host);

    play->dns_us = named ? clock_monotonic_us() - begin_us : RUN_PHASE_NONE;
    return rc;
}

static int aim(struct play *play, struct error *err)
{
    const char *url;
    int rc = find_target(play, &url, err);

    if (rc == 0)
        rc = look_up(play, url, err);
    if (rc < 0)
        return rc;
    if (play->target.tls) {
        play->tls = target_tls_context(&play->options.target, err);
        if (!play->tls)
            return -err->code;
    }
    if (play->options.source &&
        sources_init(&play->sources, play->options.source, &play->target, err) < 0)
        return -err->code;
    return resolve(play, err);
}

/* The mean of the scripts, each as often as it is played. */
static int64_t mean_length_us(const struct play *play)
{
    double sum_us = 0;
    double weights = 0;

    for (unsigned i = 0; i < play->role_count; i++) {
        double weight = play->options.scripts[i].weight;

        sum_us += weight * (double)role_length_us(&play->roles[i], &play->options.thinking);
        weights += weight;
    }
    return (int64_t)(sum_us / weights);
}

static int make_schedule(struct play *play, struct error *err)
{
    struct play_options *o = &play->options;
    struct schedule *s = &play->schedule;
    int rc;

    s->stages = o->stages;
    o->stages = (struct stages){0}; /* they are the schedule's now */
    s->by_users = s->stages.count ? !s->stages.by_rate : o->users > 0;
    s->poisson = o->poisson;
    s->count = o->users > 0 ? o->users : o->sessions;
    s->for_us = o->for_us;
    s->every_us =
        o->every_us >= 0 ? o->every_us : schedule_default_every_us(mean_length_us(play), s->count);
    rc = schedule_init(s, play->seed, err);
    if (rc == 0 && !s->count)
        rc = error_set(err, E_USAGE,
                       "by these stages no session starts: they are too short, or "
                       "ask for too few");
    s->processes = (int)(o->processes < s->count ? o->processes : s->count);
    return rc;
}

static int make_mix(struct play *play, struct error *err)
{
    unsigned weights[MIX_SCRIPTS_MAX];

    for (unsigned i = 0; i < play->role_count; i++)
        weights[i] = play->options.scripts[i].weight;
    return mix_init(&play->mix, weights, play->role_count, play->seed, err);
}

static void choose_dir(struct play *play)
{
    time_t now = time(NULL);
    struct tm tm;

    if (play->options.dir) {
        snprintf(play->dir, sizeof(play->dir), "%s", play->options.dir);
        return;
    }
    localtime_r(&now, &tm);
    strftime(play->dir, sizeof(play->dir), "run-%Y%m%d-%H%M%S", &tm);
}

/* Each script of a mix has a run of its own below the mix's. */
static int name_runs(struct play *play, struct error *err)
{
    const char *paths[MIX_SCRIPTS_MAX];
    char *names[MIX_SCRIPTS_MAX] = {0};
    int rc = 0;

    for (unsigned i = 0; i < play->role_count; i++)
        paths[i] = play->roles[i].path;
    if (play->role_count > 1)
        rc = mix_names(names, paths, play->role_count, err);
    for (unsigned i = 0; i < play->role_count; i++) {
        struct role *role = &play->roles[i];
        size_t room = strlen(play->dir) + (names[i] ? strlen(names[i]) : 0) + 2;

        role->name = names[i];
        role->dir = malloc(room);
        if (!role->dir)
            return error_nomem(err);
        snprintf(role->dir, room, "%s%s%s", play->dir, names[i] ? "/" : "",
                 names[i] ? names[i] : "");
    }
    return rc;
}

static int read_role(struct play *play, unsigned i, struct error *err)
{
    struct role *role = &play->roles[i];

    role->path = play->options.scripts[i].path;
    role->number = i;
    if (i)
        role->first_step = role[-1].first_step + role[-1].script->count;
    return role_init(role, &play->options, play->tables, err);
}

static int read_roles(struct play *play, struct error *err)
{
    int rc = dialects_init(err);

    if (rc == 0 && play->options.dialect)
        rc = dialects_add(play->options.dialect, err);
    if (rc == 0)
        rc = data_load_tables(&play->tables, &play->options.data, err);
    play->roles = calloc(play->options.script_count, sizeof(*play->roles));
    if (rc == 0 && !play->roles)
        rc = error_nomem(err);
    if (rc < 0)
        return rc;
    play->role_count = (unsigned)play->options.script_count;
    for (unsigned i = 0; i < play->role_count && rc == 0; i++)
        rc = read_role(play, i, err);
    return rc;
}

/* A positive number, so that it can be written in run.json and given again. */
static void choose_seed(struct play *play)
{
    if (play->options.seed >= 0) {
        play->seed = (uint64_t)play->options.seed;
        return;
    }
    if (getrandom(&play->seed, sizeof(play->seed), 0) < 0)
        play->seed = (uint64_t)clock_monotonic_us();
    play->seed >>= 1;
}

/* What is decided without the app. */
static int decide(struct play *play, struct error *err)
{
    int rc = read_roles(play, err);

    choose_seed(play);
    if (rc == 0)
        rc = make_schedule(play, err);
    if (rc == 0)
        rc = make_mix(play, err);
    choose_dir(play);
    return rc == 0 ? name_runs(play, err) : rc;
}

/* A plan is made without looking the app up: its addresses' family is that of the sources. */
static int plan_sources(struct play *play, struct error *err)
{
    const char *text = play->options.source;
    struct target any = {.shown = (char *)"the app",
                         .address.ss_family = text && strchr(text, ':') ? AF_INET6 : AF_INET};

    return text ? sources_init(&play->sources, text, &any, err) : 0;
}

int play_init(struct play *play, struct error *err)
{
    int rc = decide(play, err);

    if (rc == 0 && play->options.plan_only)
        return plan_sources(play, err);
    if (rc < 0)
        return rc;
    rc = aim(play, err);
    for (unsigned i = 0; i < play->role_count && rc == 0; i++)
        rc = requests_prepare(&play->roles[i], play, err);
    if (rc == 0)
        fetch_choose_way(play);
    if (rc == 0 && play->options.trace)
        rc = tracer_open(&play->tracer, play->options.trace, &play->roles[0].logins, err);
    if (rc < 0)
        return rc;
    play->leave_clean = strcmp(play->options.leave, "clean") == 0;
    play->tallies = tally_share(play->schedule.processes);
    return play->tallies ? 0 : error_nomem(err);
}

const struct role *play_role(const struct play *play, long session)
{
    return &play->roles[mix_role(&play->mix, session)];
}

uint64_t play_owed(const struct play *play, int process, unsigned role)
{
    const struct schedule *s = &play->schedule;
    uint64_t owed = 0;

    for (long i = process; i < s->count; i += s->processes)
        owed += mix_role(&play->mix, i) == role;
    return owed;
}

void play_release(struct play *play)
{
    for (unsigned i = 0; i < play->role_count; i++)
        role_release(&play->roles[i]);
    free(play->roles);
    data_free_tables(play->tables, play->options.data.count);
    mix_release(&play->mix);
    free(play->resolve);
    free(play->command);
    sources_release(&play->sources);
    target_release(&play->target);
    SSL_CTX_free(play->tls);
    if (play->tallies)
        tally_unshare(play->tallies, play->schedule.processes);
    schedule_release(&play->schedule);
    tracer_close(play->tracer);
    dialects_release();
    play_options_release(&play->options);
}
