#include "player/limits.h"

#include <stdio.h>
#include <sys/resource.h>

/* Of a worker's own: its files, its loop, what page loads need for a moment. */
#define DESCRIPTORS_SPARE 64
/* Where the kernel does not say: Linux' default. */
#define PORTS_DEFAULT 28232

long limits_at_once(const struct schedule *schedule, int64_t length_us)
{
    long most = 0;
    long gone = 0;

    if (schedule->by_users)
        return schedule->count;
    for (long i = 0; i < schedule->count; i++) {
        while (schedule_start_us(schedule, gone) + length_us < schedule_start_us(schedule, i))
            gone++;
        if (i + 1 - gone > most)
            most = i + 1 - gone;
    }
    return most;
}

static long divide_up(long a, long b)
{
    return (a + b - 1) / b;
}

int limits_write(const struct limits *l, struct buf *out)
{
    long here = divide_up(l->at_once, l->processes);
    long descriptors = here * l->connections + DESCRIPTORS_SPARE;
    long all = l->at_once * l->connections;

    if (descriptors > l->descriptors)
        buf_addf(out,
                 "play: about %ld sessions at once in a worker need %ld descriptors, and a process "
                 "may have %ld here: give it more --processes, or raise the limit ('ulimit -n %ld' "
                 "as root, LimitNOFILE=%ld of a systemd unit)\n",
                 here, descriptors, l->descriptors, descriptors, descriptors);
    if (l->ports && all > l->ports * l->sources)
        buf_addf(out,
                 "play: about %ld connections at once need %ld source addresses, as each has %ld "
                 "ports (/proc/sys/net/ipv4/ip_local_port_range) and there %s %ld: give them by "
                 "--source FIRST-LAST\n",
                 all, divide_up(all, l->ports), l->ports, l->sources == 1 ? "is" : "are",
                 l->sources);
    return out->failed ? -E_NOMEM : 0;
}

static long count_ports(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    long first;
    long last;
    bool told = file && fscanf(file, "%ld %ld", &first, &last) == 2 && last >= first;

    if (file)
        fclose(file);
    return told ? last - first + 1 : PORTS_DEFAULT;
}

static long count_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > INT32_MAX)
        return INT32_MAX;
    return (long)limit.rlim_max; /* workers raise the soft one to it */
}

void limits_tell(const struct play *play)
{
    struct limits l = {
        .connections = 1,
        .processes = play->schedule.processes,
        .descriptors = count_descriptors(),
        .ports = play->target.socket ? 0 : count_ports(),
        .sources = play->sources.count ? (long)play->sources.count : 1,
    };
    int64_t length_us = 0;
    struct buf text;

    for (unsigned i = 0; i < play->role_count; i++) {
        const struct script *script = play->roles[i].script;

        if (script->length_us > length_us)
            length_us = script->length_us;
        if (script->sockets > l.connections)
            l.connections = script->sockets;
    }
    l.at_once = limits_at_once(&play->schedule, (int64_t)((double)length_us * play->options.think));
    buf_init(&text, 4096);
    if (limits_write(&l, &text) == 0 && text.len)
        fputs(text.data, stderr);
    buf_release(&text);
}
