/* The web face: the page's files, and a WebSocket a session, on libwebsockets' libuv loop. */
#ifndef STRETTO_SAMPLES_HTTP_H
#define STRETTO_SAMPLES_HTTP_H

#include <uv.h>

#include "core/error.h"
#include "samples/whales/session.h"

struct http;

/* Listens on host (an address of this machine) and port; 0 takes any free one. */
int http_open(struct http **out, uv_loop_t *loop, struct app *app, const char *host, int port,
              struct error *err);
int http_port(const struct http *h);

/* Closes every connection; the loop must turn until it has nothing left. */
void http_close(struct http *h);

/* After the loop. */
void http_free(struct http *h);

#endif
