/* Where a session's numbers come from: the one thing in which the three builds differ.
 *
 *   server_sync.c    loads the day on the main thread; everybody waits.
 *   server_async.c   a worker process loads it and sends the whole table back; the main thread
 *                    has to unpack it.
 *   server_async2.c  a worker process loads and summarises it, and sends only what panes show.
 *
 * Contract  done() is called exactly once for every server_load(), perhaps before it returns;
 *           never after server_cancel(). On success it owns `data`; on error data is NULL.
 * Owner     server_data_free() ends what done() was given. No two sessions share data. */
#ifndef STRETTO_SAMPLES_SERVER_H
#define STRETTO_SAMPLES_SERVER_H

#include <uv.h>

#include "samples/whales/summary.h"

extern const char server_name[];

struct server;
struct data;

typedef void server_loaded(void *context, struct data *data, const struct error *err);

int server_open(struct server **out, uv_loop_t *loop, long workers, struct error *err);
void server_close(struct server *server);

void server_load(struct server *server, const char *path, server_loaded *done, void *context);

/* The context is going: its load, if one is under way, is to be forgotten. */
void server_cancel(struct server *server, void *context);

int server_overview(const struct data *data, struct overview *out, struct error *err);
int server_whales(const struct data *data, uint32_t count, struct whales *out, struct error *err);
int server_detail(const struct data *data, uint32_t ip, struct detail *out, struct error *err);
void server_data_free(struct data *data);

#endif
