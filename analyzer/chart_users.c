/* One row a simulated user in the order in which they came, its sessions one after another.  While
 * users still come, or some have left, the app has less to do: the lines say when that was. */
#include "analyzer/gantt.h"

#include <stdio.h>
#include <stdlib.h>

struct played {
    long user;
    size_t session;
};

static int by_user(const void *pa, const void *pb)
{
    const struct played *a = pa;
    const struct played *b = pb;

    if (a->user != b->user)
        return a->user < b->user ? -1 : 1;
    return a->session < b->session ? -1 : 1;
}

/* The sessions are in order of start: a user's first one tells when the user came. */
static size_t rank_users(const struct played *played, size_t count, size_t *row_of)
{
    size_t rows = 0;

    for (size_t i = 0; i < count; i++)
        row_of[played[i].session] = i > 0 && played[i].user == played[i - 1].user;
    for (size_t i = 0; i < count; i++)
        row_of[i] = row_of[i] ? 0 : rows++;
    for (size_t i = 1; i < count; i++) {
        if (played[i].user == played[i - 1].user)
            row_of[played[i].session] = row_of[played[i - 1].session];
    }
    return rows;
}

static int place_by_user(const struct build *build, size_t *row_of, size_t *rows)
{
    const struct table *table = &build->table;
    struct played *played = malloc((table->session_count + 1) * sizeof(*played));

    if (!played)
        return -E_NOMEM;
    for (size_t i = 0; i < table->session_count; i++)
        played[i] = (struct played){table->sessions[i].user, i};
    qsort(played, table->session_count, sizeof(*played), by_user);
    *rows = rank_users(played, table->session_count, row_of);
    free(played);
    return 0;
}

static size_t count_users(const struct build *build)
{
    size_t users = 0;

    /* Each user's sessions are numbered from 0. */
    for (size_t i = 0; i < build->table.session_count; i++)
        users += build->table.sessions[i].iteration == 0;
    return users;
}

static void head_users(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    size_t users = count_users(build);

    (void)gantt;
    if (users == build->table.session_count)
        snprintf(out, size, "users\t%zu, a session each", users);
    else
        snprintf(out, size, "users\t%zu, %zu sessions", users, build->table.session_count);
}

static void (*const heads[])(const struct gantt *, const struct build *, char *,
                             size_t) = {head_users,
                                        gantt_head_counted,
                                        gantt_head_page_load,
                                        gantt_head_calculation,
                                        gantt_head_lost,
                                        gantt_head_late,
                                        NULL};

int prepare_users(const struct chart_kind *kind, const struct scene *scene, struct sheet *out,
                  struct error *err)
{
    struct gantt gantt = {
        .kind = kind,
        .scene = scene,
        .x_label = "time since the first session started",
        .y_label = "user",
        .row_is = "users",
        .span_us = gantt_run_span_us(scene),
        .place = place_by_user,
        .heads = heads,
    };

    return gantt_sheet(&gantt, out, err);
}
