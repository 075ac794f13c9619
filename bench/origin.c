/* The server that is measured through: answers at once, in one thread a connection, and does next
 * to nothing else, so that what is in the way shows.  Prints its address; ends by a signal.
 *
 *   GET /bytes/N    N bytes
 *   GET /stream     a first part at once, the last one GAP_MS later
 *   GET /echo       a WebSocket that sends every message back */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/ws.h"

#define HEAD_MAX ((size_t)64 << 10)
#define BODY_MAX ((size_t)64 << 20)
#define GAP_MS 2
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

struct conversation {
    int fd;
    struct buf in;
    struct buf out;
    struct ws *ws;
};

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool flush(struct conversation *c, struct buf *out)
{
    bool sent = send_all(c->fd, out->data, out->len);

    buf_clear(out);
    return sent;
}

static bool read_more(struct conversation *c)
{
    char *room = buf_room(&c->in, 16384);
    ssize_t n = room ? recv(c->fd, room, 16384, 0) : 0;

    if (n <= 0)
        return false;
    buf_added(&c->in, (size_t)n);
    return true;
}

/* The length of the next request's head; 0 when the client has gone. */
static size_t read_head(struct conversation *c)
{
    for (;;) {
        const char *end = c->in.len ? memmem(c->in.data, c->in.len, "\r\n\r\n", 4) : NULL;

        if (end)
            return (size_t)(end + 4 - c->in.data);
        if (!read_more(c))
            return 0;
    }
}

static bool answer_bytes(struct conversation *c, size_t count)
{
    char *room;

    buf_addf(&c->out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
             count);
    room = buf_room(&c->out, count);
    if (!room)
        return false;
    memset(room, 'b', count);
    buf_added(&c->out, count);
    return flush(c, &c->out);
}

static bool answer_stream(struct conversation *c)
{
    const struct timespec gap = {0, GAP_MS * 1000000L};

    buf_adds(&c->out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n");
    if (!flush(c, &c->out))
        return false;
    nanosleep(&gap, NULL);
    buf_adds(&c->out, "b\r\ndata: two\n\n\r\n0\r\n\r\n");
    return flush(c, &c->out);
}

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct conversation *c = user;

    ws_send(c->ws, data, len, binary, NULL);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    (void)user;
    (void)code;
    (void)reason;
    (void)len;
}

static void answer_accept(struct conversation *c, size_t head)
{
    size_t len = 0;
    const char *key = ws_find_header(c->in.data, head, "Sec-WebSocket-Key", &len);
    unsigned char digest[EVP_MAX_MD_SIZE];
    char both[128];
    char accept[64];
    unsigned n = 0;

    snprintf(both, sizeof(both), "%.*s" GUID, (int)(key ? len : 0), key ? key : "");
    EVP_Digest(both, strlen(both), digest, &n, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)n);
    buf_addf(&c->out,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n\r\n",
             accept);
}

static void echo(struct conversation *c, size_t head)
{
    static const struct ws_handler handler = {.on_message = on_message, .on_close = on_close};
    struct error err = ERROR_NONE;
    bool good;

    c->ws = ws_new(WS_SERVER, &handler, c);
    if (!c->ws)
        return;
    answer_accept(c, head);
    good = flush(c, &c->out);
    buf_drop(&c->in, head);
    while (good) {
        good = ws_feed(c->ws, c->in.data, c->in.len, &err) == 0 && flush(c, ws_out(c->ws));
        buf_clear(&c->in);
        good = good && read_more(c);
    }
    ws_free(c->ws);
}

/* False when the connection is done with. */
static bool answer(struct conversation *c, size_t head)
{
    const char *path = c->in.data + strcspn(c->in.data, " ") + 1;
    bool more = false;

    if (strncmp(path, "/bytes/", 7) == 0)
        more = answer_bytes(c, strtoul(path + 7, NULL, 10));
    else if (strncmp(path, "/stream", 7) == 0)
        more = answer_stream(c);
    else if (strncmp(path, "/echo", 5) == 0)
        echo(c, head);
    if (more)
        buf_drop(&c->in, head);
    return more;
}

static void *serve(void *user)
{
    struct conversation c = {.fd = *(int *)user};
    size_t head;

    free(user);
    buf_init(&c.in, HEAD_MAX);
    buf_init(&c.out, BODY_MAX);
    do
        head = read_head(&c);
    while (head && answer(&c, head));
    buf_release(&c.in);
    buf_release(&c.out);
    close(c.fd);
    return NULL;
}

static int open_listener(struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (fd < 0 || bind(fd, (struct sockaddr *)at, len) < 0 || listen(fd, 128) < 0 ||
        getsockname(fd, (struct sockaddr *)at, &len) < 0)
        return -1;
    return fd;
}

static void serve_next(int listener)
{
    int one = 1;
    int *fd = malloc(sizeof(*fd));
    pthread_t thread;

    if (!fd)
        return;
    *fd = accept(listener, NULL, NULL);
    if (*fd < 0) {
        free(fd);
        return;
    }
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (pthread_create(&thread, NULL, serve, fd) == 0) {
        pthread_detach(thread);
    } else {
        close(*fd);
        free(fd);
    }
}

int main(void)
{
    struct sockaddr_in at;
    int listener = open_listener(&at);

    if (listener < 0) {
        perror("origin");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    printf("http://127.0.0.1:%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;)
        serve_next(listener);
}
