/* whales-async2: a worker process loads the day, summarises it, and sends back only what the
 * panes show; the table dies where it was born. */
#include "samples/whales/server.h"

#include <stdlib.h>
#include <string.h>

#include "samples/whales/pool.h"

const char server_name[] = "whales-async2";

struct server {
    struct pool *pool;
};

struct data {
    struct summary summary;
};

/* In a worker process. */
static int work(const char *path, struct buf *reply, struct error *err)
{
    struct summary summary;
    struct table *table;
    int rc = table_load(&table, path, err);

    if (rc < 0)
        return rc;
    rc = summary_of(table, &summary, err);
    if (rc == 0 && buf_add(reply, &summary, sizeof(summary)) < 0)
        rc = error_nomem(err);
    table_free(table);
    return rc;
}

/* On the main thread again. */
static void unpack(const struct pool_reply *reply, server_loaded *done, void *context)
{
    struct error err = reply->err;
    struct data *data = calloc(1, sizeof(*data));

    if (!data)
        error_nomem(&err);
    else if (err.code) {
        server_data_free(data);
        data = NULL;
    } else
        memcpy(&data->summary, reply->bytes, sizeof(data->summary));
    done(context, data, &err);
}

int server_open(struct server **out, uv_loop_t *loop, long workers, struct error *err)
{
    *out = calloc(1, sizeof(**out));
    if (!*out)
        return error_nomem(err);
    return pool_new(&(*out)->pool, loop, workers, work, unpack, err);
}

void server_close(struct server *server)
{
    if (server)
        pool_free(server->pool);
    free(server);
}

void server_load(struct server *server, const char *path, server_loaded *done, void *context)
{
    pool_submit(server->pool, path, done, context);
}

void server_cancel(struct server *server, void *context)
{
    pool_cancel(server->pool, context);
}

int server_overview(const struct data *data, struct overview *out, struct error *err)
{
    (void)err;
    *out = data->summary.overview;
    return 0;
}

int server_whales(const struct data *data, uint32_t count, struct whales *out, struct error *err)
{
    (void)err;
    *out = data->summary.whales;
    if (out->count > count)
        out->count = count;
    return 0;
}

int server_detail(const struct data *data, uint32_t ip, struct detail *out, struct error *err)
{
    const struct summary *s = &data->summary;

    for (uint32_t i = 0; i < s->whales.count; i++) {
        if (s->whales.at[i].ip == ip) {
            *out = s->details[i];
            return 0;
        }
    }
    return error_set(err, E_MISMATCH, "nobody of the number %u is among the biggest", ip);
}

void server_data_free(struct data *data)
{
    free(data);
}
