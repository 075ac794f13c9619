#include "recorder/har_order.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"

struct cause {
    int64_t at_us;
    const struct har_entry *entry;
};

struct causes {
    struct cause *items; /* by their times */
    size_t count;
};

static int by_time(const void *a, const void *b)
{
    const struct cause *x = a;
    const struct cause *y = b;

    return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

static int collect(const struct har *har, struct causes *causes)
{
    size_t most = 0;

    for (size_t i = 0; i < har->count; i++)
        most += har->entries[i].message_count + 1;
    causes->items = calloc(most + 1, sizeof(*causes->items));
    if (!causes->items)
        return -E_NOMEM;
    for (size_t i = 0; i < har->count; i++) {
        const struct har_entry *e = &har->entries[i];

        if (!e->is_socket)
            causes->items[causes->count++] = (struct cause){e->end_us, e};
        for (size_t k = 0; k < e->message_count; k++) {
            if (!e->messages[k].sent)
                causes->items[causes->count++] = (struct cause){e->messages[k].at_us, e};
        }
    }
    qsort(causes->items, causes->count, sizeof(*causes->items), by_time);
    return 0;
}

/* How many of them come before this moment. */
static size_t count_before(const struct causes *causes, int64_t at_us)
{
    size_t low = 0;
    size_t high = causes->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (causes->items[middle].at_us < at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void begin_at(struct har_entry *e, int64_t at_us)
{
    if (at_us <= e->begin_us)
        return;
    e->end_us += at_us - e->begin_us;
    e->begin_us = at_us;
}

static void begin_after_cause(struct har_entry *e, const struct causes *causes)
{
    int64_t next_us = e->begin_us + US_PER_MS;

    if (e->begin_us % US_PER_MS != 0)
        return; /* somebody counted finer */
    for (size_t i = count_before(causes, next_us); i > 0; i--) {
        const struct cause *cause = &causes->items[i - 1];

        if (cause->at_us < e->begin_us)
            return;
        /* who began with it cannot have caused it */
        if (cause->entry->begin_us < e->begin_us) {
            begin_at(e, cause->at_us);
            return;
        }
    }
}

/* --- redirects --- */

static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? host + 3 + strcspn(host + 3, "/?#") : url;
}

/* Locations may be relative: what they end in has to do. */
static bool leads_to(const struct har_entry *redirect, const struct har_entry *e)
{
    const char *location = headers_get(&redirect->answer, "Location");
    const char *path = location ? path_of(location) : "";
    size_t n = strcspn(path, "#");
    size_t len = strlen(e->url);

    while (n > 1 && (strncmp(path, "./", 2) == 0 || strncmp(path, "..", 2) == 0)) {
        path += path[1] == '.' ? 2 : 1;
        n = strcspn(path, "#");
    }
    return n && len >= n && strncmp(e->url + len - n, path, n) == 0;
}

static void follow(struct har *har, size_t i)
{
    struct har_entry *redirect = &har->entries[i];

    if (redirect->status < 300 || redirect->status > 399)
        return;
    for (size_t k = i + 1; k < har->count && har->entries[k].begin_us <= redirect->end_us; k++) {
        if (!leads_to(redirect, &har->entries[k]))
            continue;
        redirect->end_us = har->entries[k].begin_us;
        return;
    }
}

int har_order(struct har *har)
{
    struct causes causes = {0};

    for (size_t i = 0; i < har->count; i++)
        follow(har, i);
    if (collect(har, &causes) < 0)
        return -E_NOMEM;
    for (size_t i = 0; i < har->count; i++)
        begin_after_cause(&har->entries[i], &causes);
    free(causes.items);
    return 0;
}
