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
    const char *url = play->options.url ? play->options.url : play->script->target_url;

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
    return resolve(play, err);
}

/* What sessions make: the script's goes before the dialect's of the same name. */
static int collect_makers(struct play *play, struct error *err)
{
    int rc;

    if (makers_add_all(&play->makers, &play->script->makers) < 0 ||
        makers_add_all(&play->makers, &play->dialect->makers) < 0)
        return error_nomem(err);
    rc = makers_check(&play->makers, err);
    if (rc < 0)
        error_prefix(err, "%s, with the values of the dialect %s: ", play->options.script,
                     play->dialect->name);
    return rc;
}

static int collect_needs(struct play *play)
{
    const struct opt_list *headers = &play->options.headers;
    int rc = script_needs(play->script, &play->needs);

    if (rc == 0)
        rc = dialect_duty_needs(play->dialect, &play->needs);
    if (rc == 0)
        rc = names_add_makers(&play->needs, &play->makers);
    for (size_t i = 0; i < headers->count && rc == 0; i++)
        rc = names_add_placeholders(&play->needs, headers->items[i], strlen(headers->items[i]));
    return rc;
}

static int prepare_values(struct play *play, struct error *err)
{
    int rc = collect_makers(play, err);

    if (rc < 0)
        return rc;
    if (collect_needs(play) < 0)
        return error_nomem(err);
    return logins_init(&play->logins, &play->needs, play->options.users_file, err);
}

static void number_extractions(struct play *play)
{
    for (size_t i = 0; i < play->script->count; i++) {
        play->extractions[i] = play->extractions_count;
        play->extractions_count += script_at(play->script, i)->extract_count;
    }
}

static int prepare_steps(struct play *play, struct error *err)
{
    const struct script *script = play->script;

    play->sets = calloc(script->sockets + 1, sizeof(*play->sets));
    play->calculations = calloc(script->count, sizeof(*play->calculations));
    play->extractions = calloc(script->count, sizeof(*play->extractions));
    if (!play->sets || !play->calculations || !play->extractions ||
        plan_init(&play->plan, script, play->options.sequential) < 0)
        return error_nomem(err);
    number_extractions(play);
    script_calculations(script, play->calculations);
    for (unsigned i = 0; i < script->sockets; i++) {
        if (expect_sets_init(&play->sets[i], script, i, play->dialect) < 0)
            return error_nomem(err);
    }
    return 0;
}

static void make_schedule(struct play *play)
{
    const struct play_options *o = &play->options;
    struct schedule *s = &play->schedule;

    s->by_users = o->users > 0;
    s->count = s->by_users ? o->users : o->sessions;
    s->for_us = o->for_us;
    s->processes = (int)(o->processes < s->count ? o->processes : s->count);
    s->every_us = o->every_us >= 0
                      ? o->every_us
                      : schedule_default_every_us(
                            (int64_t)((double)play->script->length_us * o->think), s->count);
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

static int read_script(struct play *play, struct error *err)
{
    int rc = dialects_init(err);

    if (rc == 0 && play->options.dialect)
        rc = dialects_add(play->options.dialect, err);
    if (rc == 0)
        rc = script_load(&play->script, play->options.script, true, err);
    if (rc == 0)
        play->dialect = dialect_of(play->script);
    return rc;
}

int play_init(struct play *play, struct error *err)
{
    int rc = read_script(play, err);

    if (rc == 0)
        rc = prepare_values(play, err);
    if (rc == 0)
        rc = aim(play, err);
    if (rc == 0)
        rc = prepare_steps(play, err);
    if (rc == 0 && play->options.trace)
        rc = tracer_open(&play->tracer, play->options.trace, &play->logins, err);
    if (rc < 0)
        return rc;
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
    for (unsigned i = 0; play->sets && i < play->script->sockets; i++)
        expect_sets_release(&play->sets[i]);
    free(play->sets);
    free(play->calculations);
    free(play->extractions);
    free(play->resolve);
    free(play->command);
    plan_release(&play->plan);
    target_release(&play->target);
    SSL_CTX_free(play->tls);
    if (play->tallies)
        tally_unshare(play->tallies, play->schedule.processes);
    tracer_close(play->tracer);
    logins_release(&play->logins);
    names_release(&play->needs);
    makers_release(&play->makers);
    script_free(play->script);
    dialects_release();
    play_options_release(&play->options);
}
