/* whales-async: a worker process loads the day and sends the whole table back through a pipe;
 * parsing that again costs the main thread a good part of the work that it was spared. */
#include "samples/whales/server.h"

#include <stdlib.h>

#include "samples/whales/pool.h"

const char server_name[] = "whales-async";

struct server {
    struct pool *pool;
};

struct data {
    struct table *table;
};

/* In a worker process. */
static int work(const char *path, struct buf *reply, struct error *err)
{
    struct table *table;
    int rc = table_load(&table, path, err);

    if (rc < 0)
        return rc;
    if (table_write(table, reply) < 0)
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
    else if (err.code || table_read(&data->table, reply->bytes, reply->len, &err) < 0) {
        server_data_free(data);
        data = NULL;
    }
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
    return overview_of(data->table, out, err);
}

int server_whales(const struct data *data, uint32_t count, struct whales *out, struct error *err)
{
    return whales_of(data->table, count, out, err);
}

int server_detail(const struct data *data, uint32_t ip, struct detail *out, struct error *err)
{
    return detail_of(data->table, ip, out, err);
}

void server_data_free(struct data *data)
{
    if (data)
        table_free(data->table);
    free(data);
}
