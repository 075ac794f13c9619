/* How long one exchange takes by each of several ways, over one kept connection a way:
 *
 *   latency get BYTES PAUSE COUNT NAME=PORT...     a GET of BYTES, to its last byte
 *   latency first 0 PAUSE COUNT NAME=PORT...       a stream, to the first byte of its body
 *   latency echo BYTES PAUSE COUNT NAME=PORT...    a WebSocket message of BYTES, there and back
 *
 * A closed loop: the next exchange begins PAUSE us after the one before has ended.  The ways take
 * turns of TURN exchanges, so that what else the machine does meets them all, and rest TURN_REST_US
 * between, so that none is charged for what the one before left to do; the first tenth is warm-up.
 * Prints a line a way: NAME, then p50, p99, p99.9 and the longest, in microseconds. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/ws.h"

#define TURN 50
#define TURN_REST_US 100000
#define WAYS_MAX 8
#define BYTES_MAX ((size_t)64 << 20)

struct way {
    const char *name;
    int port;
    int fd;
    struct buf in;
    bool open;   /* the WebSocket */
    int64_t *ns; /* one for each exchange that counts */
};

struct task {
    const char *kind;
    size_t bytes;
    long pause_us;
    size_t count;
    size_t warm_up;
    struct buf frame; /* the message as a browser sends it */
    struct way ways[WAYS_MAX];
    size_t way_count;
};

static void die(const struct way *w, const char *what)
{
    fprintf(stderr, "latency: %s: %s\n", w->name, what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void dial(struct way *w)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)w->port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int one = 1;

    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(w->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        die(w, "cannot connect");
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    buf_init(&w->in, BYTES_MAX);
}

static void say(struct way *w, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(w->fd, data, len, MSG_NOSIGNAL);

        if (n <= 0)
            die(w, "lost the connection while writing");
        data += n;
        len -= (size_t)n;
    }
}

static void hear(struct way *w)
{
    char *room = buf_room(&w->in, 65536);
    ssize_t n = room ? recv(w->fd, room, 65536, 0) : 0;

    if (n <= 0)
        die(w, "lost the connection while reading");
    buf_added(&w->in, (size_t)n);
}

/* The length of the answer's head. */
static size_t hear_head(struct way *w)
{
    const char *end;

    while (!w->in.len || !(end = memmem(w->in.data, w->in.len, "\r\n\r\n", 4)))
        hear(w);
    return (size_t)(end + 4 - w->in.data);
}

static void ask(struct way *w, const char *path)
{
    char text[256];

    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\n\r\n",
             path, w->port);
    say(w, text, strlen(text));
}

/* The end of a chunked body that has no trailers. */
static bool has_last_chunk(const struct way *w, size_t head)
{
    return w->in.len >= head + 5 && memcmp(w->in.data + w->in.len - 5, "0\r\n\r\n", 5) == 0;
}

static void hear_body(struct way *w, size_t head)
{
    size_t n = 0;
    const char *length = ws_find_header(w->in.data, head, "Content-Length", &n);
    size_t want = length ? head + strtoul(length, NULL, 10) : 0;

    while (length ? w->in.len < want : !has_last_chunk(w, head))
        hear(w);
}

static int64_t get(struct way *w, const struct task *t)
{
    char path[64];
    int64_t began = now_ns();

    snprintf(path, sizeof(path), "/bytes/%zu", t->bytes);
    ask(w, path);
    hear_body(w, hear_head(w));
    buf_clear(&w->in);
    return now_ns() - began;
}

static int64_t first(struct way *w, const struct task *t)
{
    int64_t began = now_ns();
    int64_t took;
    size_t head;

    (void)t;
    ask(w, "/stream");
    head = hear_head(w);
    while (w->in.len == head)
        hear(w);
    took = now_ns() - began;
    hear_body(w, head);
    buf_clear(&w->in);
    return took;
}

static void open_socket(struct way *w)
{
    struct error err = ERROR_NONE;
    char key[WS_KEY_TEXT];
    char host[64];
    struct buf out;
    int status = 0;
    size_t head;

    snprintf(host, sizeof(host), "127.0.0.1:%d", w->port);
    ws_make_key(key);
    buf_init(&out, 4096);
    ws_write_request(&out, host, "/echo", key, NULL);
    say(w, out.data, out.len);
    buf_release(&out);
    head = hear_head(w);
    if (ws_read_response(w->in.data, head, key, &status, &err) < 0)
        die(w, err.text);
    buf_clear(&w->in);
    w->open = true;
}

/* What comes back has no mask: four bytes less.  Its bytes are counted, not read, so that most of
 * what is measured is the way. */
static int64_t echo(struct way *w, const struct task *t)
{
    int64_t began;

    if (!w->open)
        open_socket(w);
    began = now_ns();
    say(w, t->frame.data, t->frame.len);
    while (w->in.len < t->frame.len - 4)
        hear(w);
    if (w->in.len > t->frame.len - 4)
        die(w, "more came back than was sent");
    buf_clear(&w->in);
    return now_ns() - began;
}

typedef int64_t exchange_fn(struct way *w, const struct task *t);

static exchange_fn *exchange_of(const char *kind)
{
    return strcmp(kind, "get") == 0     ? get
           : strcmp(kind, "first") == 0 ? first
           : strcmp(kind, "echo") == 0  ? echo
                                        : NULL;
}

static void rest(long us)
{
    const struct timespec pause = {us / 1000000, us % 1000000 * 1000};

    if (us)
        nanosleep(&pause, NULL);
}

static void measure(struct task *t, exchange_fn *exchange)
{
    size_t total = t->warm_up + t->count;

    for (size_t from = 0; from < total; from += TURN) {
        for (size_t i = 0; i < t->way_count; i++) {
            rest(TURN_REST_US);
            for (size_t n = from; n < from + TURN && n < total; n++) {
                int64_t ns = exchange(&t->ways[i], t);

                rest(t->pause_us);
                if (n >= t->warm_up)
                    t->ways[i].ns[n - t->warm_up] = ns;
            }
        }
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Nearest rank. */
static double percentile(const struct way *w, size_t count, double p)
{
    size_t rank = (size_t)(p * (double)count);

    return (double)w->ns[rank < count ? rank : count - 1] / 1e3;
}

static void print(struct task *t)
{
    for (size_t i = 0; i < t->way_count; i++) {
        struct way *w = &t->ways[i];

        qsort(w->ns, t->count, sizeof(*w->ns), by_size);
        printf("%s %.1f %.1f %.1f %.1f\n", w->name, percentile(w, t->count, 0.5),
               percentile(w, t->count, 0.99), percentile(w, t->count, 0.999),
               percentile(w, t->count, 1));
    }
}

/* "NAME=PORT" */
static int add_way(struct task *t, char *text)
{
    char *equals = strchr(text, '=');
    struct way *w = &t->ways[t->way_count];

    if (!equals || t->way_count == WAYS_MAX)
        return -1;
    *equals = 0;
    *w = (struct way){.name = text, .port = atoi(equals + 1)};
    w->ns = calloc(t->count, sizeof(*w->ns));
    t->way_count++;
    return w->ns ? 0 : -1;
}

static int make_frame(struct task *t)
{
    static const struct ws_handler nobody = {0};
    static const char row[] =
        "{\"id\":12345,\"label\":\"a row of a table, as apps send them\",\"n\":0.5},";
    struct ws *ws = ws_new(WS_CLIENT, &nobody, NULL);
    char *message = malloc(t->bytes + 1);
    int rc = -1;

    for (size_t i = 0; message && i < t->bytes; i++)
        message[i] = row[i % (sizeof(row) - 1)];
    buf_init(&t->frame, BYTES_MAX);
    if (ws && message && ws_send(ws, message, t->bytes, false, NULL) == 0)
        rc = buf_add(&t->frame, ws_out(ws)->data, ws_out(ws)->len);
    free(message);
    ws_free(ws);
    return rc;
}

static int read_task(struct task *t, int argc, char **argv)
{
    if (argc < 6 || !exchange_of(argv[1]))
        return -1;
    t->kind = argv[1];
    t->bytes = strtoul(argv[2], NULL, 10);
    t->pause_us = strtol(argv[3], NULL, 10);
    t->count = strtoul(argv[4], NULL, 10);
    t->warm_up = t->count / 10;
    if (!t->count || t->bytes > BYTES_MAX / 2 || make_frame(t) < 0)
        return -1;
    for (int i = 5; i < argc; i++) {
        if (add_way(t, argv[i]) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct task t = {0};

    if (read_task(&t, argc, argv) < 0) {
        fprintf(stderr, "usage: latency get|first|echo BYTES PAUSE COUNT NAME=PORT...\n");
        return 2;
    }
    for (size_t i = 0; i < t.way_count; i++)
        dial(&t.ways[i]);
    measure(&t, exchange_of(t.kind));
    print(&t);
    for (size_t i = 0; i < t.way_count; i++) {
        buf_release(&t.ways[i].in);
        free(t.ways[i].ns);
        close(t.ways[i].fd);
    }
    buf_release(&t.frame);
    return 0;
}
