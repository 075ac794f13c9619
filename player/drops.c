#include "player/drops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

#define FILE_MAX ((size_t)1 << 20)

static const struct {
    const char *group;
    const char *name;
    size_t field;
} counters[] = {
    {"TcpExt:", "TCPRcvQDrop", offsetof(struct drops, dropped)},
    {"TcpExt:", "TCPBacklogDrop", offsetof(struct drops, dropped)},
    {"TcpExt:", "RcvPruned", offsetof(struct drops, dropped)},
    {"TcpExt:", "OfoPruned", offsetof(struct drops, dropped)},
    {"TcpExt:", "ListenOverflows", offsetof(struct drops, dropped)},
    {"Tcp:", "RetransSegs", offsetof(struct drops, retransmits)},
};

static bool is_word(const char *word, size_t len, const char *want)
{
    return strlen(want) == len && memcmp(word, want, len) == 0;
}

static void add_counter(struct drops *drops, const char *group, size_t group_len, const char *name,
                        size_t len, const char *number)
{
    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        if (is_word(group, group_len, counters[i].group) && is_word(name, len, counters[i].name))
            *(uint64_t *)((char *)drops + counters[i].field) += strtoull(number, NULL, 10);
    }
}

static const char *skip_word(const char *at)
{
    return at + strcspn(at, " \n");
}

static const char *next_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at ? at + 1 : at;
}

/* Walks along a line of names and the line of their numbers. */
static void add_group(struct drops *drops, const char *names, const char *numbers)
{
    const char *group = names;
    size_t group_len = strcspn(names, " \n");

    while (*(names = skip_word(names)) == ' ' && *(numbers = skip_word(numbers)) == ' ') {
        names++;
        numbers++;
        add_counter(drops, group, group_len, names, strcspn(names, " \n"), numbers);
    }
}

void drops_add(struct drops *drops, const char *text)
{
    while (*text) {
        const char *numbers = next_line(text);

        add_group(drops, text, numbers);
        text = next_line(numbers);
    }
}

static void add_file(struct drops *drops, const char *path)
{
    struct buf text;

    buf_init(&text, FILE_MAX);
    if (buf_add_file(&text, path) == 0 && text.data)
        drops_add(drops, text.data);
    buf_release(&text);
}

struct drops drops_read(void)
{
    struct drops drops = {0};

    add_file(&drops, "/proc/net/netstat");
    add_file(&drops, "/proc/net/snmp");
    return drops;
}
