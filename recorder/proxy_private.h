/* What proxy.c, visit.c and visit_socket.c share: one request on its way through. */
#ifndef STRETTO_RECORDER_PROXY_PRIVATE_H
#define STRETTO_RECORDER_PROXY_PRIVATE_H

#include <microhttpd.h>

#include "recorder/exchange.h"
#include "recorder/handshake.h"
#include "recorder/proxy.h"
#include "recorder/rewrite.h"

struct proxy {
    struct MHD_Daemon *daemon;
    const struct target *target;
    struct ssl_ctx_st *tls;
    struct capture *capture;
    int stop_fd; /* readable once the recorder stops */
    char authority[LISTEN_AUTHORITY_TEXT];
};

/* Owner: visit_new() when the request line has come .. visit_free() when MHD is done with it. */
struct visit {
    struct proxy *proxy;
    struct MHD_Connection *connection;
    char *uri; /* as the browser wrote it */
    int64_t begin_us;
    bool begun; /* the request's head is here */
    const char *method;
    struct headers headers; /* as the browser sent them */
    int64_t body_bytes;

    struct exchange *exchange; /* an ordinary request */
    struct capture_request *record;
    uint64_t answer_bytes; /* of its body; MHD_SIZE_UNKNOWN when the target does not tell */
    const char *broken;    /* why the answer did not come to its end */

    struct handshake handshake; /* a WebSocket */
    bool is_socket;
    struct capture_socket *socket;
};

struct visit *visit_new(struct proxy *proxy, struct MHD_Connection *connection, const char *uri);
void visit_free(struct visit *v);

/* The three calls that MHD makes for a request: its head, a piece of its body, its end. */
enum MHD_Result visit_begin(struct visit *v, const char *method);
enum MHD_Result visit_body(struct visit *v, const char *data, size_t len);
enum MHD_Result visit_answer(struct visit *v);

/* The same end for a WebSocket's handshake. */
enum MHD_Result visit_answer_socket(struct visit *v);

/* Shared steps. */
struct sides visit_sides(const struct visit *v);
struct request_facts visit_facts(const struct visit *v);
int visit_wire_path(const struct visit *v, struct buf *out);
int visit_wire_headers(const struct visit *v, enum head_use use, struct headers *out);
/* Adds the target's headers to an answer. */
int visit_add_headers(struct visit *v, struct MHD_Response *response,
                      const struct headers *headers);
/* A page that says why there is no answer: one sentence. */
enum MHD_Result visit_refuse(struct visit *v, const char *why);
enum MHD_Result visit_queue(struct visit *v, unsigned status, struct MHD_Response *response);

#endif
