#include "recorder/proxy_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "recorder/limits.h"

static void *on_request_line(void *user, const char *uri, struct MHD_Connection *connection)
{
    return visit_new(user, connection, uri);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **request)
{
    struct visit *v = *request;
    enum MHD_Result result;

    (void)user;
    (void)connection;
    (void)url;
    (void)version;
    if (!v)
        return MHD_NO; /* memory was refused */
    if (!v->begun)
        return visit_begin(v, method);
    if (!*len)
        return v->is_socket ? visit_answer_socket(v) : visit_answer(v);
    result = visit_body(v, data, *len);
    *len = 0;
    return result;
}

static void on_request_end(void *user, struct MHD_Connection *connection, void **request,
                           enum MHD_RequestTerminationCode how)
{
    (void)user;
    (void)connection;
    (void)how;
    visit_free(*request);
    *request = NULL;
}

/* Each connection of the browser has its own to the target, reused as the browser reuses its own.
 */
static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct proxy *p = user;

    (void)connection;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = upstream_new(p->target, p->tls, p->stop_fd);
    } else {
        upstream_free(*context);
        *context = NULL;
    }
}

static struct MHD_Daemon *start_daemon(struct proxy *p, int fd)
{
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_ALLOW_UPGRADE | MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, p, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES_MAX,
                            MHD_OPTION_URI_LOG_CALLBACK, on_request_line, p,
                            MHD_OPTION_NOTIFY_COMPLETED, on_request_end, p,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, p, MHD_OPTION_END);
}

int proxy_start(struct proxy **out, const struct listener *listener, const struct target *target,
                struct ssl_ctx_st *tls, struct capture *capture, struct error *err)
{
    struct proxy *p = calloc(1, sizeof(*p));

    *out = NULL;
    if (!p) {
        close(listener->fd);
        return error_nomem(err);
    }
    p->target = target;
    p->tls = tls;
    p->capture = capture;
    memcpy(p->authority, listener->authority, sizeof(p->authority));
    p->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->daemon = p->stop_fd >= 0 ? start_daemon(p, listener->fd) : NULL;
    if (p->daemon) {
        *out = p;
        return 0;
    }
    close(listener->fd);
    if (p->stop_fd >= 0)
        close(p->stop_fd);
    free(p);
    return error_set(err, E_NET, "cannot start the proxy on %s", listener->authority);
}

void proxy_stop(struct proxy *p)
{
    if (!p)
        return;
    /* Whoever waits in a transfer or a relay gives up; then MHD can join its threads. */
    eventfd_write(p->stop_fd, 1);
    MHD_stop_daemon(p->daemon);
    close(p->stop_fd);
    free(p);
}
