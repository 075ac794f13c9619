#include "player/plan_only.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "player/limits.h"

/* --- what it comes to --- */

/* What one session of a script does. */
struct amount {
    double seconds;
    double requests;
    double sends;
    double bytes;
};

static void add_script(struct amount *sum, const struct role *role, const struct think *think,
                       double weight)
{
    sum->seconds += weight * (double)role_length_us(role, think) / US_PER_S;
    for (size_t i = 0; i < role->script->count; i++) {
        const struct step *step = script_at(role->script, i);

        sum->requests += weight * (step_is_request(step) || step->type == STEP_WS_OPEN);
        sum->sends += weight * (step->type == STEP_WS_SEND);
        sum->bytes += weight * (double)step->bytes;
        if (step_is_recv(step))
            sum->bytes += weight * (double)step->message_bytes;
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Starts are in order already; as many as have started and have not ended. */
static long most_at_once(const struct schedule *schedule, const int64_t *ends)
{
    long most = 0;
    long gone = 0;

    for (long i = 0; i < schedule->count; i++) {
        while (gone < i && ends[gone] <= schedule_start_us(schedule, i))
            gone++;
        if (i + 1 - gone > most)
            most = i + 1 - gone;
    }
    return most;
}

static int find_at_once(const struct play *play, struct plan_load *load)
{
    const struct schedule *schedule = &play->schedule;
    int64_t *ends;

    load->at_once = schedule->count;
    if (schedule->by_users)
        return 0;
    ends = calloc((size_t)schedule->count, sizeof(*ends));
    if (!ends)
        return -E_NOMEM;
    for (long i = 0; i < schedule->count; i++)
        ends[i] = schedule_start_us(schedule, i) +
                  role_length_us(play_role(play, i), &play->options.thinking);
    qsort(ends, (size_t)schedule->count, sizeof(*ends), by_time);
    load->at_once = most_at_once(schedule, ends);
    free(ends);
    return 0;
}

int plan_load(const struct play *play, struct plan_load *load)
{
    struct amount sum = {0};
    long processes = play->schedule.processes;
    long each = 1;
    double crowd;

    *load = (struct plan_load){0};
    if (find_at_once(play, load) < 0)
        return -E_NOMEM;
    for (unsigned i = 0; i < play->role_count; i++) {
        long sockets = play->roles[i].script->sockets;

        add_script(&sum, &play->roles[i], &play->options.thinking, play->options.scripts[i].weight);
        each = sockets > each ? sockets : each;
    }
    /* A script without length is over at once: say, within a second. */
    crowd = (double)load->at_once / (sum.seconds > 0 ? sum.seconds : 1);
    load->requests_per_s = crowd * sum.requests;
    load->sends_per_s = crowd * sum.sends;
    load->bytes_per_s = crowd * sum.bytes;
    load->connections = load->at_once * each;
    load->descriptors = (load->at_once + processes - 1) / processes * each + LIMITS_SPARE;
    return 0;
}

/* --- as text --- */

#define RATE_TEXT 24

/* "0.73", "22.7", "1234". */
static const char *rate_format(double n, char out[RATE_TEXT])
{
    snprintf(out, RATE_TEXT, "%.*f", n < 10 ? 2 : n < 100 ? 1 : 0, n);
    return out;
}

/* "812 bytes", "7.4 kB", "1.2 MB": into out, which is returned. */
static const char *bytes_format(double n, char out[RATE_TEXT])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    size_t unit = 0;

    if (n < 1e3) {
        snprintf(out, RATE_TEXT, "%.0f bytes", n);
        return out;
    }
    for (n /= 1e3; n >= 1e3 && unit < 3; unit++)
        n /= 1e3;
    snprintf(out, RATE_TEXT, "%.1f %s", n, units[unit]);
    return out;
}

static void print_load(const struct play *play, const struct plan_load *l, FILE *out)
{
    const struct schedule *s = &play->schedule;
    char end[DURATION_TEXT];
    char texts[3][RATE_TEXT];

    fprintf(out, "# %ld %s by %d processes, none begins after %s; seed %" PRIu64 "\n", s->count,
            s->by_users ? "users" : "sessions", s->processes,
            duration_format(schedule_end_us(s), end, sizeof(end)), play->seed);
    for (unsigned i = 0; i < play->role_count; i++)
        fprintf(out, "# script %s, weight %u, %s a session\n", play->roles[i].path,
                play->options.scripts[i].weight,
                duration_format(role_length_us(&play->roles[i], &play->options.thinking), end,
                                sizeof(end)));
    fprintf(out, "# at most %ld sessions at once, where the app is as fast as when recorded\n",
            l->at_once);
    fprintf(out, "# at the peak %s requests, %s messages sent and %s received a second\n",
            rate_format(l->requests_per_s, texts[0]), rate_format(l->sends_per_s, texts[1]),
            bytes_format(l->bytes_per_s, texts[2]));
    fprintf(out,
            "# %ld connections at once (up to 6 more a session while it loads a page), so as many "
            "ports, and %ld descriptors a process\n",
            l->connections, l->descriptors);
    if (s->by_users)
        fprintf(out,
                "# rows are the starts of users: who comes free plays again, the n-th session "
                "of user u being u + n * %ld\n",
                s->count);
}

/* From 1; of several tables one each. */
static void print_rows(const struct play *play, long user, long session, FILE *out)
{
    long n = play->options.data_by_session ? session : user;

    for (size_t i = 0; i < play->options.data.count; i++)
        fprintf(out, "%s%zu", i ? ";" : "", (size_t)n % play->tables[i].rows + 1);
}

static void print_source(const struct play *play, long session, FILE *out)
{
    const struct sockaddr_storage *at = sources_of(&play->sources, session);
    char text[INET6_ADDRSTRLEN] = "";

    if (at && at->ss_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)at)->sin_addr, text, sizeof(text));
    else if (at)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)at)->sin6_addr, text, sizeof(text));
    fputs(text, out);
}

static void print_quoted(const char *text, FILE *out)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++)
        fprintf(out, "%s%c", *text == '"' ? "\"" : "", *text);
    fputc('"', out);
}

/* A user who comes back plays a session whose number depends on how many were played. */
static void print_start(const struct play *play, long i, bool again, FILE *out)
{
    const struct schedule *s = &play->schedule;
    long actor = schedule_actor(s, i);
    int64_t at_us = schedule_start_us(s, i);

    if (!again)
        fprintf(out, "%ld", actor);
    fprintf(out, ",%ld,%" PRId64 ".%06" PRId64 ",%ld,", actor, at_us / US_PER_S, at_us % US_PER_S,
            actor % s->processes);
    if (!again)
        print_quoted(play_role(play, actor)->path, out);
    fputc(',', out);
    if (!again || !play->options.data_by_session)
        print_rows(play, actor, actor, out);
    fputc(',', out);
    if (!again)
        print_source(play, actor, out);
    fputc('\n', out);
}

int plan_only_print(const struct play *play, FILE *out)
{
    const struct schedule *s = &play->schedule;
    bool *seen = calloc((size_t)s->count, sizeof(*seen));
    struct plan_load load;

    if (!seen || plan_load(play, &load) < 0) {
        free(seen);
        return -E_NOMEM;
    }
    print_load(play, &load, out);
    fputs("session,user,start,process,script,data_row,source\n", out);
    for (long i = 0; i < schedule_starts(s); i++) {
        print_start(play, i, seen[schedule_actor(s, i)], out);
        seen[schedule_actor(s, i)] = true;
    }
    free(seen);
    return 0;
}
