#include "player/limits.h"

#include <stdio.h>
#include <sys/resource.h>

#include "player/plan_only.h"

/* Where the kernel does not say: Linux' default. */
#define PORTS_DEFAULT 28232

static long divide_up(long a, long b)
{
    return (a + b - 1) / b;
}

int limits_write(const struct limits *l, struct buf *out)
{
    if (l->wanted > l->allowed)
        buf_addf(out,
                 "play: about %ld sessions at once in a worker need %ld descriptors, and a process "
                 "may have %ld here: give it more --processes, or raise the limit ('ulimit -n %ld' "
                 "as root, LimitNOFILE=%ld of a systemd unit)\n",
                 divide_up(l->at_once, l->processes), l->wanted, l->allowed, l->wanted, l->wanted);
    if (l->ports && l->connections > l->ports * l->sources)
        buf_addf(out,
                 "play: about %ld connections at once need %ld source addresses, as each has %ld "
                 "ports (/proc/sys/net/ipv4/ip_local_port_range) and there %s %ld: give them by "
                 "--source FIRST-LAST\n",
                 l->connections, divide_up(l->connections, l->ports), l->ports,
                 l->sources == 1 ? "is" : "are", l->sources);
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
    struct plan_load load;
    struct limits l;
    struct buf text;

    if (plan_load(play, &load) < 0)
        return; /* nothing can be told; the run will say so itself */
    l = (struct limits){
        .at_once = load.at_once,
        .processes = play->schedule.processes,
        .connections = load.connections,
        .wanted = load.descriptors,
        .allowed = count_descriptors(),
        .ports = play->target.socket ? 0 : count_ports(),
        .sources = play->sources.count ? (long)play->sources.count : 1,
    };
    buf_init(&text, 4096);
    if (limits_write(&l, &text) == 0 && text.len)
        fputs(text.data, stderr);
    buf_release(&text);
}
