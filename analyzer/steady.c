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

/* One a user; how many. */
static size_t find_users(const struct table *table, struct presence *list)
{
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        list[i] = (struct presence){s->user, s->start_us, s->end_us};
    }
    return join_users(list, table->session_count);
}

/* The time in which all of them were there; the end may lie before the beginning. */
static void find_window(struct steady *out, const struct presence *users, size_t count)
{
    out->from_us = users[0].from_us;
    out->to_us = users[0].to_us;
    for (size_t i = 1; i < count; i++) {
        if (users[i].from_us > out->from_us)
            out->from_us = users[i].from_us;
        if (users[i].to_us < out->to_us)
            out->to_us = users[i].to_us;
    }
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
    struct presence *users = malloc((table->session_count + 1) * sizeof(*users));

    *out = (struct steady){0};
    if (!users)
        return -E_NOMEM;
    out->users = find_users(table, users);
    if (!all && out->users < table->session_count) {
        find_window(out, users, out->users);
        out->sessions = count_between(table, out->from_us, out->to_us);
        out->used = out->sessions > 0;
        out->missed = !out->used;
    }
    free(users);
    if (!out->used) {
        out->from_us = out->to_us = 0;
        out->sessions = count_between(table, INT64_MIN, INT64_MAX);
    }
    return 0;
}
