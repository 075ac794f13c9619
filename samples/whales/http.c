#include "samples/whales/http.h"

#include <errno.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "samples/whales/www.h"

#define HEADER_BYTES 1024
#define PAGE_BYTES_MAX 65536
#define MESSAGE_BYTES_MAX (1 << 20)

/* A message on its way out, with the room in front that lws wants for its frame header. */
struct outgoing {
    struct outgoing *next;
    size_t len;
    unsigned char bytes[];
};

/* One connection: an HTTP answer being written, or a session. lws allots and zeroes it. */
struct connection {
    struct lws *wsi;
    const unsigned char *body;
    size_t body_len;
    struct session *session;
    struct buf incoming; /* the message so far: lws hands it over in pieces */
    struct outgoing *first;
    struct outgoing **last;
    bool broken; /* memory was short: a message is missing, so the session must end */
};

struct http {
    struct app *app;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct buf home; /* the page with its days filled in */
    struct lws_protocols protocols[2];
    void *loops[1];
};

static struct http *http_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {{".css", "text/css"},
                                           {".js", "text/javascript"},
                                           {".html", "text/html; charset=utf-8"},
                                           {".svg", "image/svg+xml"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(types) / sizeof(*types); i++) {
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    }
    return "application/octet-stream";
}

/* Head first; the body follows when lws says that the connection takes more. */
static int answer(struct lws *wsi, struct connection *c, unsigned status, const char *type,
                  const void *body, size_t len)
{
    unsigned char head[LWS_PRE + HEADER_BYTES];
    unsigned char *at = head + LWS_PRE;
    unsigned char *end = head + sizeof(head) - 1;

    c->body = body;
    c->body_len = len;
    if (lws_add_http_common_headers(wsi, status, type, len, &at, end) ||
        lws_finalize_write_http_header(wsi, head + LWS_PRE, &at, end))
        return -1;
    /* HEAD asks for the head alone; a body would be taken for the next answer. */
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0)
        return lws_http_transaction_completed(wsi) ? -1 : 0;
    lws_callback_on_writable(wsi);
    return 0;
}

static int on_request(struct lws *wsi, struct connection *c, const char *path)
{
    static const char not_found[] = "<h1>Not Found</h1>";
    const struct http *h = http_of(wsi);

    if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0)
        return answer(wsi, c, 404, type_of(".html"), not_found, strlen(not_found));
    if (strcmp(path, "/") == 0)
        return answer(wsi, c, 200, type_of(".html"), h->home.data, h->home.len);
    for (size_t i = 0; i < www_count; i++) {
        if (strcmp(path, www_files[i].path) == 0 && strcmp(path, "/index.html") != 0)
            return answer(wsi, c, 200, type_of(path), www_files[i].bytes, www_files[i].len);
    }
    return answer(wsi, c, 404, type_of(".html"), not_found, strlen(not_found));
}

static int on_body_due(struct lws *wsi, struct connection *c)
{
    unsigned char *bytes = malloc(LWS_PRE + c->body_len);
    int rc;

    if (!bytes)
        return -1;
    memcpy(bytes + LWS_PRE, c->body, c->body_len);
    rc = lws_write(wsi, bytes + LWS_PRE, c->body_len, LWS_WRITE_HTTP_FINAL);
    free(bytes);
    if (rc < 0)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* A session has something to say. */
static void on_send(void *peer, char *text)
{
    struct connection *c = peer;
    size_t len = text ? strlen(text) : 0;
    struct outgoing *o = text ? malloc(sizeof(*o) + LWS_PRE + len) : NULL;

    if (o) {
        o->next = NULL;
        o->len = len;
        memcpy(o->bytes + LWS_PRE, text, len);
        *c->last = o;
        c->last = &o->next;
    } else {
        c->broken = true;
    }
    free(text);
    lws_callback_on_writable(c->wsi);
}

static int on_open(struct lws *wsi, struct connection *c)
{
    struct error err = ERROR_NONE;

    c->wsi = wsi;
    c->last = &c->first;
    buf_init(&c->incoming, MESSAGE_BYTES_MAX);
    if (session_new(&c->session, http_of(wsi)->app, on_send, c, &err) < 0) {
        error_print(server_name, &err);
        return -1;
    }
    return 0;
}

static void on_close(struct connection *c)
{
    session_free(c->session);
    c->session = NULL;
    buf_release(&c->incoming);
    while (c->first) {
        struct outgoing *o = c->first;

        c->first = o->next;
        free(o);
    }
}

/* The words and the code are those of Shiny's own server. */
static int refuse(struct lws *wsi)
{
    static unsigned char reason[] = "Error executing onWSMessage";

    lws_close_reason(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, reason, sizeof(reason) - 1);
    return -1;
}

static int on_receive(struct lws *wsi, struct connection *c, const void *in, size_t len)
{
    int rc;

    if (buf_add(&c->incoming, in, len) < 0)
        return refuse(wsi);
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
        return 0;
    rc = session_receive(c->session, c->incoming.data ? c->incoming.data : "", c->incoming.len);
    buf_clear(&c->incoming);
    return rc < 0 ? refuse(wsi) : 0;
}

/* lws asks only when everything written before has gone to the kernel. */
static int on_writable(struct lws *wsi, struct connection *c)
{
    struct outgoing *o = c->first;
    int rc;

    if (c->broken)
        return -1;
    if (!o) {
        session_drained(c->session);
        return 0;
    }
    c->first = o->next;
    if (!c->first)
        c->last = &c->first;
    rc = lws_write(wsi, o->bytes + LWS_PRE, o->len, LWS_WRITE_TEXT);
    free(o);
    lws_callback_on_writable(wsi);
    return rc < 0 ? -1 : 0;
}

static int check_websocket_path(struct lws *wsi)
{
    char path[32];

    if (lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) < 0)
        return -1;
    return strcmp(path, "/websocket/") == 0 || strcmp(path, "/websocket") == 0 ? 0 : -1;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct connection *c = user;

    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return on_request(wsi, c, in);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_body_due(wsi, c);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return check_websocket_path(wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return on_open(wsi, c);
    case LWS_CALLBACK_RECEIVE:
        return on_receive(wsi, c, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return on_writable(wsi, c);
    case LWS_CALLBACK_CLOSED:
        on_close(c);
        return 0;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

/* Replaces each {{first}} and {{last}} in the page by a day. */
static int fill_home(struct http *h, const struct www_file *page)
{
    const struct days *days = &h->app->days;
    const char *at = (const char *)page->bytes;
    const char *hole;

    buf_init(&h->home, PAGE_BYTES_MAX);
    while ((hole = strstr(at, "{{"))) {
        bool first = strncmp(hole, "{{first}}", 9) == 0;

        buf_add(&h->home, at, (size_t)(hole - at));
        buf_adds(&h->home, days->names[first ? 0 : days->count - 1]);
        at = strstr(hole, "}}") + 2;
    }
    return buf_adds(&h->home, at);
}

static int find_home(struct http *h)
{
    for (size_t i = 0; i < www_count; i++) {
        if (strcmp(www_files[i].path, "/index.html") == 0)
            return fill_home(h, &www_files[i]);
    }
    return -E_FORMAT;
}

/* lws does not say why it could not listen: ask the kernel the same question. */
static int cannot_listen(const char *host, int port, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;
    int reason = EADDRNOTAVAIL;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (inet_pton(AF_INET, host, &address.sin_addr) == 1 &&
        bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        reason = errno;
    close(fd);
    return error_set(err, E_NET, "cannot listen on %s:%d: %s", host, port, strerror(reason));
}

static int open_vhost(struct http *h, const char *host, int port, struct error *err)
{
    struct lws_context_creation_info info = {0};

    info.port = port;
    info.iface = host;
    info.protocols = h->protocols;
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    info.foreign_loops = h->loops;
    info.user = h;
    info.pcontext = &h->context; /* becomes NULL when it has been destroyed wholly */
    /* The one thread may be busy for long; nobody is to be hung up on for that. */
    info.keepalive_timeout = 120;
    info.timeout_secs = 120;
    h->context = lws_create_context(&info);
    if (!h->context)
        return error_set(err, E_NOMEM, "libwebsockets could not be started");
    h->vhost = lws_create_vhost(h->context, &info);
    return h->vhost ? 0 : cannot_listen(host, port, err);
}

int http_open(struct http **out, uv_loop_t *loop, struct app *app, const char *host, int port,
              struct error *err)
{
    struct http *h = calloc(1, sizeof(*h));

    *out = h;
    if (!h)
        return error_nomem(err);
    h->app = app;
    h->loops[0] = loop;
    h->protocols[0] = (struct lws_protocols){
        .name = "http", .callback = on_event, .per_session_data_size = sizeof(struct connection)};
    if (find_home(h) < 0)
        return error_nomem(err);
    /* Its sentences name its own insides; ours are printed where something fails. */
    lws_set_log_level(0, NULL);
    return open_vhost(h, host, port, err);
}

int http_port(const struct http *h)
{
    return lws_get_vhost_listen_port(h->vhost);
}

void http_close(struct http *h)
{
    if (h && h->context)
        lws_context_destroy(h->context);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    /* A context that never listened had nothing for the loop to close, and is not quite gone. */
    if (h->context)
        lws_context_destroy(h->context);
    buf_release(&h->home);
    free(h);
}
