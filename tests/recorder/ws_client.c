/* ws-client PORT PATH: a WebSocket client of core/ws (wslay's framing, permessage-deflate offered).
 * Sends each line of standard input as a message and prints what comes back as a line, one after
 * the other; then closes with 1000 "done" and prints the close that comes, and whether it was
 * compressed. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ws.h"

struct client {
    int fd;
    struct ws *ws;
    bool answered;
};

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct client *c = user;

    printf("%s %.*s\n", binary ? "binary" : "text", (int)len, data);
    c->answered = true;
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct client *c = user;

    printf("close %u %.*s\n", code, (int)len, reason);
    c->answered = true;
}

static void die(const char *why)
{
    fprintf(stderr, "ws-client: %s\n", why);
    exit(1);
}

static void say(int fd, struct buf *out)
{
    while (out->len) {
        ssize_t n = send(fd, out->data, out->len, MSG_NOSIGNAL);

        if (n <= 0)
            die("cannot write");
        buf_drop(out, (size_t)n);
    }
}

static void hear(struct client *c)
{
    struct error err = ERROR_NONE;
    char piece[65536];

    c->answered = false;
    while (!c->answered) {
        ssize_t n = recv(c->fd, piece, sizeof(piece), 0);

        if (n <= 0)
            die("the server has gone");
        if (ws_feed(c->ws, piece, (size_t)n, &err) < 0)
            die(err.text);
    }
}

static void dial(struct client *c, const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(port)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        die("cannot connect");
}

static void agree(struct client *c, const char *head, size_t len)
{
    struct error err = ERROR_NONE;
    struct deflate_terms terms;
    char answer[256] = "";
    size_t n = 0;
    const char *value = ws_find_header(head, len, "Sec-WebSocket-Extensions", &n);

    if (value)
        snprintf(answer, sizeof(answer), "%.*s", (int)n, value);
    if (deflate_terms_read(&terms, answer, &err) < 0 || ws_use_deflate(c->ws, &terms) < 0)
        die(err.text);
    printf("agreed on %s\n", terms.agreed ? "permessage-deflate" : "nothing");
}

static void shake_hands(struct client *c, const char *port, const char *path)
{
    const char *const headers[] = {"Sec-WebSocket-Extensions: " DEFLATE_OFFER, NULL};
    struct error err = ERROR_NONE;
    char key[WS_KEY_TEXT];
    char host[32];
    struct buf bytes;
    int status = 0;
    long head = 0;

    snprintf(host, sizeof(host), "127.0.0.1:%s", port);
    ws_make_key(key);
    buf_init(&bytes, 1 << 16);
    ws_write_request(&bytes, host, path, key, headers);
    say(c->fd, &bytes);
    while (head == 0) {
        char *room = buf_room(&bytes, 4096);
        ssize_t n = room ? recv(c->fd, room, 4096, 0) : 0;

        if (n <= 0)
            die("no answer to the handshake");
        buf_added(&bytes, (size_t)n);
        head = ws_read_response(bytes.data, bytes.len, key, &status, &err);
    }
    if (head < 0)
        die(err.text);
    agree(c, bytes.data, (size_t)head);
    if (ws_feed(c->ws, bytes.data + head, bytes.len - (size_t)head, &err) < 0)
        die(err.text);
    buf_release(&bytes);
}

int main(int argc, char **argv)
{
    static const struct ws_handler handler = {.on_message = on_message, .on_close = on_close};
    struct client c = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (argc != 3)
        die("usage: ws-client PORT PATH");
    c.ws = ws_new(WS_CLIENT, &handler, &c);
    if (!c.ws)
        die("out of memory");
    dial(&c, argv[1]);
    shake_hands(&c, argv[1], argv[2]);
    while ((n = getline(&line, &room, stdin)) > 0) {
        ws_send(c.ws, line, (size_t)n - 1, false, NULL);
        say(c.fd, ws_out(c.ws));
        hear(&c);
    }
    ws_close(c.ws, 1000, "done", NULL);
    say(c.fd, ws_out(c.ws));
    hear(&c);
    free(line);
    ws_free(c.ws);
    close(c.fd);
    return 0;
}
