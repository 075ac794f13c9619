#include "player/cpus.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number at *at, which moves behind it; -1: none, or none that could be a processor's. */
static long number(const char **at)
{
    char *end;
    long n;

    if (!is_digit(**at))
        return -1;
    n = strtol(*at, &end, 10);
    *at = end;
    return n < CPUS_MAX ? n : -1;
}

static bool add_range(struct cpus *cpus, long from, long to)
{
    if (from < 0 || to < from || cpus->count + (to - from) >= CPUS_MAX)
        return false;
    for (long i = from; i <= to; i++)
        cpus->items[cpus->count++] = (int)i;
    return true;
}

static bool parse(struct cpus *cpus, const char *at)
{
    for (;;) {
        long from = number(&at);
        long to = from;

        if (*at == '-') {
            at++;
            to = number(&at);
        }
        if (!add_range(cpus, from, to) || (*at && *at != ','))
            return false;
        if (!*at++)
            return true;
    }
}

#ifdef __linux__

static int check_there(const struct cpus *cpus, struct error *err)
{
    cpu_set_t mine;

    if (sched_getaffinity(0, sizeof(mine), &mine) < 0)
        return error_set(err, E_USAGE, "--cpus: cannot ask which processors there are: %s",
                         strerror(errno));
    for (int i = 0; i < cpus->count; i++) {
        if (!CPU_ISSET(cpus->items[i], &mine))
            return error_set(err, E_USAGE,
                             "--cpus: there is no processor %d here that the player may use "
                             "('nproc' tells how many, 'taskset -p $$' which)",
                             cpus->items[i]);
    }
    return 0;
}

int cpus_pin(const struct cpus *cpus, int k, struct error *err)
{
    int cpu = cpus->items[k % cpus->count];
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) < 0)
        return error_set(err, E_IO, "cannot move worker %d to processor %d: %s", k, cpu,
                         strerror(errno));
    return 0;
}

#else

static int check_there(const struct cpus *cpus, struct error *err)
{
    (void)cpus;
    return error_set(err, E_USAGE, "--cpus works on Linux only: leave it out here");
}

int cpus_pin(const struct cpus *cpus, int k, struct error *err)
{
    (void)cpus;
    return error_set(err, E_IO, "cannot move worker %d: this works on Linux only", k);
}

#endif

int cpus_parse(struct cpus *cpus, const char *text, struct error *err)
{
    cpus->count = 0;
    if (!parse(cpus, text))
        return error_set(err, E_USAGE, "--cpus takes processors like 0,2 or 0-3, not '%.40s'",
                         text);
    return check_there(cpus, err);
}
