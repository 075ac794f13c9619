#include "player/play.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

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

static int aim(struct play *play, struct error *err)
{
    const char *url = play->options.url ? play->options.url : play->roles[0].script->target_url;

    if (!*url)
        return error_set(err, E_USAGE,
                         "%s does not say where it was recorded: give the app's URL behind it",
                         play->options.script);
    if (target_parse(&play->target, url, true, err) < 0)
        return -err->code;
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

static void make_schedule(struct play *play)
{
    const struct play_options *o = &play->options;
    struct schedule *s = &play->schedule;

    s->by_users = o->users > 0;
    s->count = s->by_users ? o->users : o->sessions;
    s->for_us = o->for_us;
    s->processes = (int)(o->processes < s->count ? o->processes : s->count);
    s->every_us =
        o->every_us >= 0
            ? o->every_us
            : schedule_default_every_us(
                  (int64_t)((double)play->roles[0].script->length_us * o->think), s->count);
}

static void name_dir(struct play *play)
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

static int read_roles(struct play *play, struct error *err)
{
    int rc = dialects_init(err);

    if (rc == 0 && play->options.dialect)
        rc = dialects_add(play->options.dialect, err);
    play->roles = calloc(1, sizeof(*play->roles));
    if (rc == 0 && !play->roles)
        rc = error_nomem(err);
    if (rc < 0)
        return rc;
    play->role_count = 1;
    play->roles[0].path = play->options.script;
    return role_init(&play->roles[0], &play->options, err);
}

int play_init(struct play *play, struct error *err)
{
    int rc = read_roles(play, err);

    if (rc == 0)
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
    make_schedule(play);
    name_dir(play);
    if (getrandom(&play->seed, sizeof(play->seed), 0) < 0)
        play->seed = (uint64_t)clock_monotonic_us();
    play->seed >>= 1; /* so that it is a positive number in run.json */
    play->tallies = tally_share(play->schedule.processes);
    return play->tallies ? 0 : error_nomem(err);
}

void play_release(struct play *play)
{
    for (unsigned i = 0; i < play->role_count; i++)
        role_release(&play->roles[i]);
    free(play->roles);
    free(play->resolve);
    free(play->command);
    sources_release(&play->sources);
    target_release(&play->target);
    SSL_CTX_free(play->tls);
    if (play->tallies)
        tally_unshare(play->tallies, play->schedule.processes);
    tracer_close(play->tracer);
    dialects_release();
    play_options_release(&play->options);
}
