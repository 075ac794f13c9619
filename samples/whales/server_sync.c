/* whales-sync: the day is loaded on the main thread, and everybody waits meanwhile. */
#include "samples/whales/server.h"

#include <stdlib.h>

const char server_name[] = "whales-sync";

struct data {
    struct table *table;
};

int server_open(struct server **out, uv_loop_t *loop, long workers, struct error *err)
{
    (void)loop;
    (void)workers;
    (void)err;
    *out = NULL;
    return 0;
}

void server_close(struct server *server)
{
    (void)server;
}

void server_load(struct server *server, const char *path, server_loaded *done, void *context)
{
    struct error err = ERROR_NONE;
    struct data *data = calloc(1, sizeof(*data));

    (void)server;
    if (!data)
        error_nomem(&err);
    else if (table_load(&data->table, path, &err) < 0) {
        server_data_free(data);
        data = NULL;
    }
    done(context, data, &err);
}

void server_cancel(struct server *server, void *context)
{
    (void)server;
    (void)context;
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
