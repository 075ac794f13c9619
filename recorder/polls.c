#include "recorder/polls.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

static void release(struct poll_series *s)
{
    free(s->method);
    free(s->path);
}

void polls_release(struct polls *polls)
{
    for (size_t i = 0; i < polls->count; i++)
        release(&polls->items[i]);
    free(polls->items);
    *polls = (struct polls){0};
}

static struct poll_series *find(const struct polls *polls, const char *method, const char *path)
{
    for (size_t i = 0; i < polls->count; i++) {
        struct poll_series *s = &polls->items[i];

        if (strcmp(s->path, path) == 0 && strcmp(s->method, method) == 0)
            return s;
    }
    return NULL;
}

int polls_wait(struct polls *polls, const char *method, const char *path, int64_t begin_us,
               int64_t end_us)
{
    struct poll_series *s = find(polls, method, path);

    if (s)
        s->last_us = end_us;
    if (s || polls->count == POLL_SERIES_MAX)
        return 0;
    s = realloc(polls->items, (polls->count + 1) * sizeof(*s));
    if (!s)
        return -E_NOMEM;
    polls->items = s;
    s += polls->count;
    *s = (struct poll_series){strdup(method), strdup(path), begin_us, end_us};
    if (s->method && s->path) {
        polls->count++;
        return 0;
    }
    release(s);
    return -E_NOMEM;
}

int64_t polls_end(struct polls *polls, const char *method, const char *path, int64_t *begin_us)
{
    struct poll_series *s = find(polls, method, path);
    int64_t every_us;

    if (!s)
        return POLL_EVERY_US;
    every_us = *begin_us - s->last_us;
    *begin_us = s->begin_us;
    release(s);
    *s = polls->items[--polls->count];
    return every_us < US_PER_MS ? US_PER_MS : every_us;
}
