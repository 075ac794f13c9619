/* Requests, and what they are answered. */
#include <stdlib.h>
#include <string.h>

#include "core/ws.h"
#include "parrot/conn.h"

#define READY_MAX ((size_t)1 << 20)
/* A stream's filler comes in so many pieces. */
#define STREAM_PIECES 8

void conn_asked_release(struct conn *c)
{
    buf_release(&c->asked.ready);
    if (c->asked.chunks)
        chunks_release(c->asked.chunks);
    free(c->asked.chunks);
    c->asked = (struct asked){0};
}

static void asked_end(struct conn *c)
{
    c->ends = c->ends || !c->asked.keep_alive;
    conn_asked_release(c);
    tide_out(&c->server->count.requests);
    c->state = CONN_HTTP;
}

/* --- saying it --- */

static bool put_block(struct conn *c, size_t from, size_t bytes)
{
    const struct answer *a = c->asked.answer;
    char *at = conn_put(c, a->block + from, bytes);

    if (at)
        answer_fill(a, at, from, bytes, c->asked.seed);
    return at;
}

static bool put_head(struct conn *c)
{
    const struct answer *a = c->asked.answer;
    size_t end = a->head_bytes - (c->asked.memory[0] ? 2 : 0); /* in front of the blank line */

    if (!put_block(c, 0, end))
        return false;
    return end == a->head_bytes ||
           (conn_put(c, c->asked.memory, strlen(c->asked.memory)) && conn_put(c, "\r\n", 2));
}

static bool put_tail(struct conn *c)
{
    const struct answer *a = c->asked.answer;

    return put_block(c, a->head_bytes, a->block_bytes - a->head_bytes);
}

static bool put_filler(struct conn *c, uint64_t bytes)
{
    while (bytes) {
        size_t n = bytes < FILLER_BYTES ? (size_t)bytes : FILLER_BYTES;

        if (!conn_put(c, c->asked.answer->filler, n))
            return false;
        bytes -= n;
    }
    return true;
}

void conn_answer_more(struct conn *c)
{
    struct asked *q = &c->asked;
    size_t n = q->filler_left < FILLER_BYTES ? (size_t)q->filler_left : FILLER_BYTES;

    q->filler_left -= n;
    if (!put_filler(c, n) || q->filler_left)
        return;
    if (q->answer->filler_last || put_tail(c))
        asked_end(c);
}

static void begin_answer(struct conn *c)
{
    struct asked *q = &c->asked;
    const struct answer *a = q->answer;

    if (!put_head(c))
        return;
    if (q->head_only) {
        asked_end(c);
        return;
    }
    if (a->filler_last && !put_tail(c))
        return;
    q->filler_left = a->filler_bytes;
    c->state = CONN_ANSWERING;
    conn_answer_more(c);
}

void conn_answer(struct conn *c)
{
    struct asked *q = &c->asked;

    if (q->answer) {
        begin_answer(c);
    } else if (c->talk) {
        if (conn_put(c, q->ready.data, q->ready.len)) {
            asked_end(c);
            conn_talk_begin(c);
        }
    } else if (conn_put(c, q->ready.data, q->ready.len)) {
        asked_end(c);
    }
}

/* --- streams --- */

static bool put_chunk_head(struct conn *c, uint64_t bytes)
{
    char head[32];

    return conn_put(c, head,
                    (size_t)snprintf(head, sizeof(head), "%llx\r\n", (unsigned long long)bytes));
}

void conn_stream_on(struct conn *c)
{
    struct asked *q = &c->asked;
    const struct answer *a = q->answer;
    bool last = --q->pieces_left == 0;
    uint64_t filler = last ? q->filler_left : a->filler_bytes / STREAM_PIECES;
    uint64_t bytes = filler + (last ? a->block_bytes - a->head_bytes : 0);

    q->filler_left -= filler;
    if (bytes && (!put_chunk_head(c, bytes) || !put_filler(c, filler) || (last && !put_tail(c)) ||
                  !conn_put(c, "\r\n", 2)))
        return;
    if (!last)
        timer_set(&c->server->timers, &c->timer, c->server->now_us + a->wait_us / STREAM_PIECES);
}

static void begin_stream(struct conn *c)
{
    const struct answer *a = c->asked.answer;

    c->state = CONN_STREAMING;
    if (!put_head(c))
        return;
    c->asked.filler_left = a->filler_bytes;
    c->asked.pieces_left = a->wait_us ? STREAM_PIECES : 1;
    if (a->wait_us)
        timer_set(&c->server->timers, &c->timer, c->server->now_us + a->wait_us / STREAM_PIECES);
    else
        conn_stream_on(c);
}

/* --- what is asked --- */

/* Its body has come too: the wait begins. */
static void request_whole(struct conn *c)
{
    struct asked *q = &c->asked;
    const struct parrot_options *options = c->server->options;

    q->has_begun = false;
    c->state = CONN_WAITING;
    if (q->answer && options->drop > 0 && random_happens(&c->random, options->drop)) {
        c->state = CONN_MUTE;
        c->server->count.dropped++;
    } else if (q->answer && q->answer->streams && !q->head_only) {
        begin_stream(c);
    } else if (q->wait_us > 0) {
        timer_set(&c->server->timers, &c->timer, c->server->now_us + q->wait_us);
    } else {
        conn_answer(c);
    }
}

/* Where a replay would fail by another answer than its own, the client itself remembers how often
 * it has asked: a session's connections come and go. */
static size_t remembered_turn(struct conn *c, const struct route *route, const struct head *head)
{
    char name[32];
    uint64_t turn;

    snprintf(name, sizeof(name), "parrot_%zu", route->order);
    turn = head_cookie(head, name);
    snprintf(c->asked.memory, sizeof(c->asked.memory), "Set-Cookie: %s=%llu; Path=/\r\n", name,
             (unsigned long long)turn + 1);
    return turn < route->count ? (size_t)turn : route->count - 1;
}

/* Else its connection does.  NULL: no memory. */
static struct turn *find_turn(struct conn *c, const struct route *route)
{
    struct turn *grown;

    for (size_t i = 0; i < c->turn_count; i++) {
        if (c->turns[i].route == route)
            return &c->turns[i];
    }
    grown = realloc(c->turns, (c->turn_count + 1) * sizeof(*grown));
    if (!grown)
        return NULL;
    c->turns = grown;
    grown[c->turn_count] = (struct turn){route, 0};
    return &grown[c->turn_count++];
}

/* Which of several that were recorded there: in turn, and the last again.  0 or -E_NOMEM. */
static int take_turn(struct conn *c, const struct route *route, const struct head *head,
                     size_t *item)
{
    struct turn *turn;

    *item = route->items[0];
    if (route->count == 1)
        return 0;
    if (route->varies) {
        *item = route->items[remembered_turn(c, route, head)];
        return 0;
    }
    turn = find_turn(c, route);
    if (!turn)
        return -E_NOMEM;
    *item = route->items[turn->count];
    if (turn->count + 1 < route->count)
        turn->count++;
    return 0;
}

static int answer_unknown(struct conn *c, const struct head *head)
{
    static const char words[] = "The script that this parrot repeats has no ";
    struct buf *out = &c->asked.ready;
    size_t bytes = sizeof(words) - 1 + head->method.bytes + 1 + head->url.bytes + 1;

    c->server->count.unknown++;
    server_say_unknown(c->server, &head->method, &head->url);
    buf_addf(out,
             "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
             "Content-Length: %zu\r\n\r\n",
             bytes);
    if (c->asked.head_only)
        return out->failed ? -E_NOMEM : 0;
    buf_adds(out, words);
    buf_add(out, head->method.at, head->method.bytes);
    buf_addc(out, ' ');
    buf_add(out, head->url.at, head->url.bytes);
    return buf_addc(out, '\n');
}

/* What a browser asks for beside what is recorded: icons, heartbeats. */
static bool is_noise(const struct conn *c, const struct head *head)
{
    char *method = strndup(head->method.at, head->method.bytes);
    char *url = strndup(head->url.at, head->url.bytes);
    bool noise = method && url && dialect_request_is_noise(c->server->book->dialect, method, url);

    free(method);
    free(url);
    return noise;
}

static bool is_method(const struct head *head, const char *method)
{
    return head->method.bytes == strlen(method) &&
           memcmp(head->method.at, method, head->method.bytes) == 0;
}

static const struct route *find(const struct conn *c, const char *method, size_t method_bytes,
                                const struct head *head, struct captures *captures)
{
    return routes_find(&c->server->book->routes, method, method_bytes, head->url.at,
                       head->url.bytes, captures);
}

static int ask(struct conn *c, const struct head *head)
{
    static const char empty[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static const char options[] = "HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, OPTIONS\r\n\r\n";
    struct asked *q = &c->asked;
    struct captures captures;
    const struct route *route = find(c, head->method.at, head->method.bytes, head, &captures);
    size_t item;

    if (!route && q->head_only)
        route = find(c, "GET", 3, head, &captures);
    if (route) {
        if (take_turn(c, route, head, &item) < 0)
            return -E_NOMEM;
        q->answer = &c->server->book->answers[item];
        q->wait_us = q->answer->wait_us;
        q->seed = q->answer->hole_count ? random_next(&c->random) : 0;
        return 0;
    }
    if (is_method(head, "OPTIONS") && find(c, "GET", 3, head, &captures))
        return buf_adds(&q->ready, options);
    if (is_noise(c, head))
        return buf_adds(&q->ready, empty);
    return answer_unknown(c, head);
}

/* --- a WebSocket --- */

static int add_switch(struct conn *c, const struct head *head)
{
    struct buf *out = &c->asked.ready;
    char accept[WS_ACCEPT_TEXT];

    ws_accept_of(head->key.at, head->key.bytes, accept);
    buf_addf(out,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n",
             accept);
    if (head->protocol.bytes)
        buf_addf(out, "Sec-WebSocket-Protocol: %.*s\r\n", (int)head->protocol.bytes,
                 head->protocol.at);
    buf_adds(out, c->asked.memory);
    return buf_adds(out, "\r\n");
}

static int ask_to_talk(struct conn *c, const struct head *head)
{
    struct captures captures;
    const struct route *route = find(c, ROUTE_WEBSOCKET, strlen(ROUTE_WEBSOCKET), head, &captures);
    const struct book_socket *socket;
    size_t item;

    if (!route)
        return answer_unknown(c, head);
    if (take_turn(c, route, head, &item) < 0)
        return -E_NOMEM;
    socket = &c->server->book->sockets[item];
    c->asked.wait_us = socket->wait_us;
    c->asked.keep_alive = true;
    if (conn_talk_prepare(c, socket, &captures) < 0)
        return -E_NOMEM;
    return add_switch(c, head);
}

/* --- reading --- */

static void begin_request(struct conn *c, const struct head *head)
{
    struct asked *q = &c->asked;
    bool talk = head->upgrade && head->key.bytes;

    *q = (struct asked){.body_left = head->body_bytes,
                        .head_only = is_method(head, "HEAD"),
                        .keep_alive = head->keep_alive,
                        .has_begun = true};
    buf_init(&q->ready, READY_MAX);
    tide_in(&c->server->count.requests);
    if (head->chunked) {
        q->chunks = calloc(1, sizeof(*q->chunks));
        if (q->chunks)
            chunks_init(q->chunks);
        c->ends = !q->chunks;
    }
    if ((talk ? ask_to_talk(c, head) : ask(c, head)) < 0)
        c->ends = true;
    else if (head->expects)
        conn_put(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

static size_t skip_chunks(struct conn *c, const char *data, size_t len, bool *whole)
{
    struct error err = ERROR_NONE;
    size_t at = 0;
    ssize_t n = 1;

    while (at < len && n > 0 && !chunks_done(c->asked.chunks)) {
        const char *piece;
        size_t bytes;

        n = chunks_take(c->asked.chunks, data + at, len - at, &piece, &bytes, &err);
        at += n > 0 ? (size_t)n : 0;
    }
    *whole = chunks_done(c->asked.chunks);
    c->ends = c->ends || n < 0;
    return n < 0 ? len : at;
}

/* How much of the body these bytes are; *whole: it ends there. */
static size_t skip_body(struct conn *c, const char *data, size_t len, bool *whole)
{
    struct asked *q = &c->asked;
    size_t n;

    if (q->chunks)
        return skip_chunks(c, data, len, whole);
    n = q->body_left < len ? (size_t)q->body_left : len;
    q->body_left -= n;
    *whole = !q->body_left;
    return n;
}

static void refuse(struct conn *c)
{
    static const char words[] =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    conn_put(c, words, sizeof(words) - 1);
    c->ends = true;
}

size_t conn_take_requests(struct conn *c, char *data, size_t len)
{
    size_t at = 0;
    bool whole;

    while (c->state == CONN_HTTP && !c->ends) {
        if (c->asked.has_begun) {
            at += skip_body(c, data + at, len - at, &whole);
            if (!whole)
                break;
            request_whole(c);
        } else {
            struct head head;
            long n = at < len ? head_read(data + at, len - at, &head) : 0;

            if (n < 0)
                refuse(c);
            if (n <= 0)
                break;
            at += (size_t)n;
            begin_request(c, &head);
        }
    }
    return at;
}
