/* What proxy.c, visit.c and visit_socket.c share: one request on its way through. */
#ifndef STRETTO_RECORDER_PROXY_PRIVATE_H
#define STRETTO_RECORDER_PROXY_PRIVATE_H

#include "recorder/answer.h"
#include "recorder/exchange.h"
#include "recorder/front.h"
#include "recorder/handshake.h"
#include "recorder/proxy.h"
#include "recorder/request_head.h"
#include "recorder/rewrite.h"

struct proxy {
    struct front *front;
    const struct target *target;
    struct ssl_ctx_st *tls;
    struct capture *capture;
    int stop_fd; /* readable once the recorder stops */
    struct listener listener;
};

/* Owner: proxy.c makes it when a head has come, and calls visit_run(), which leaves nothing. */
struct visit {
    struct proxy *proxy;
    struct client *client;
    struct upstream *upstream;
    const struct request_head *head; /* as the browser sent it */
    int64_t begin_us;
    bool keeps; /* the connection stays for another request */

    uint64_t body_left; /* of a length */
    struct chunks chunks;
    bool body_ended; /* all of the request has come */

    struct exchange *exchange; /* an ordinary request */
    struct answer answer;
    struct capture_request *record;
    const char *broken; /* why the answer did not come to its end */

    struct handshake handshake; /* a WebSocket */
    struct capture_socket *socket;
};

/* Both set keeps. */
void visit_run(struct visit *v);
void visit_run_socket(struct visit *v);

/* Shared steps. */
bool visit_wants_socket(const struct request_head *head);
struct sides visit_sides(const struct visit *v);
struct request_facts visit_facts(const struct visit *v);
int visit_wire_path(const struct visit *v, struct buf *out);
int visit_wire_headers(const struct visit *v, enum head_use use, struct headers *out);
/* Begins the answer that the target gave; its body is told to on_body, with v. */
int visit_begin_answer(struct visit *v, const struct answer_head *head,
                       void (*on_body)(void *user, const char *data, size_t len),
                       struct error *err);
/* A page that says why there is no answer from the target. */
void visit_refuse(struct visit *v, const char *what, const struct error *err);

#endif
