#include "analyzer/steady.h"

#include <stdlib.h>

#include "core/error.h"

/* A user's time in the run: from their first session's start to their last one's end. */
struct presence {
    long user;
    int64_t from_us;
    int64_t to_us;
};

static int by_user(const void *pa, const void *pb)
{
    const struct presence *a = pa;
    const struct presence *b = pb;

    return (a->user > b->user) - (a->user < b->user);
}

/* One a user, from one a session; how many. */
static size_t join_users(struct presence *list, size_t count)
{
    size_t users = 0;

    qsort(list, count, sizeof(*list), by_user);
    for (size_t i = 0; i < count; i++) {
        struct presence *last = users ? &list[users - 1] : NULL;

        if (!last || last->user != list[i].user) {
            list[users++] = list[i];
            continue;
        }
        if (list[i].from_us < last->from_us)
            last->from_us = list[i].from_us;
        if (list[i].to_us > last->to_us)
            last->to_us = list[i].to_us;
    }
    return users;
}

/* The time in which every user was there.  False: each of them played once. */
static bool find_window(const struct table *table, struct presence *list, int64_t *from_us,
                        int64_t *to_us)
{
    size_t users;

    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        list[i] = (struct presence){s->user, s->start_us, s->end_us};
    }
    users = join_users(list, table->session_count);
    if (users == table->session_count)
        return false;
    *from_us = list[0].from_us;
    *to_us = list[0].to_us;
    for (size_t i = 1; i < users; i++) {
        if (list[i].from_us > *from_us)
            *from_us = list[i].from_us;
        if (list[i].to_us < *to_us)
            *to_us = list[i].to_us;
    }
    return true;
}

static size_t count_between(struct table *table, int64_t from_us, int64_t to_us)
{
    size_t count = 0;

    for (size_t i = 0; i < table->session_count; i++) {
        struct session *s = &table->sessions[i];

        s->counted = s->start_us >= from_us && s->end_us <= to_us;
        count += s->counted;
    }
    return count;
}

int steady_select(struct steady *out, struct table *table, bool all)
{
    struct presence *list = malloc((table->session_count + 1) * sizeof(*list));
    struct steady found = {0};

    *out = (struct steady){0};
    if (!list)
        return -E_NOMEM;
    if (!all && find_window(table, list, &found.from_us, &found.to_us)) {
        found.sessions = count_between(table, found.from_us, found.to_us);
        found.used = found.sessions > 0;
        found.missed = !found.used;
    }
    free(list);
    if (found.used)
        *out = found;
    else
        *out = (struct steady){.missed = found.missed,
                               .sessions = count_between(table, INT64_MIN, INT64_MAX)};
    return 0;
}
