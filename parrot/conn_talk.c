/* A WebSocket's side of a connection: sends come, and what was recorded after each is said. */
#include <stdlib.h>
#include <string.h>

#include "core/ws.h"
#include "parrot/conn.h"
#include "parrot/shape.h"

#define EXPANDED_MAX ((size_t)WS_MESSAGE_MAX)

/* --- values --- */

static int set_captured(struct values *values, const struct capture *capture)
{
    char name[VALUE_NAME_MAX + 1];
    struct buf value;
    int rc;

    buf_init(&value, EXPANDED_MAX);
    memcpy(name, capture->name, capture->name_bytes);
    name[capture->name_bytes] = 0;
    if (!coding_decodes(capture->coding) ||
        coding_decode(capture->coding, capture->value, capture->value_bytes, &value) < 0) {
        buf_clear(&value);
        buf_add(&value, capture->value, capture->value_bytes);
    }
    rc = value.data ? values_set(values, name, value.data) : -E_NOMEM;
    buf_release(&value);
    return rc;
}

/* A fresh value of this name: as the dialect knows it by its looks, else as a server makes them. */
static int make_value(struct conn *c, const char *name)
{
    const struct book *book = c->server->book;
    const char *pattern = dialect_echo_pattern(book->dialect, name);
    char made[RANDOM_VALUE_BYTES + 1] = "";
    struct buf shaped;
    int rc;

    buf_init(&shaped, EXPANDED_MAX);
    random_value(&c->random, made);
    if (names_has(&book->first, name))
        made[0] = '/';
    rc = pattern ? shape_make(pattern, &c->random, &shaped) : 0;
    if (rc != -E_NOMEM)
        rc = values_set(&c->talk->values, name, shaped.len ? shaped.data : made);
    buf_release(&shaped);
    return rc;
}

/* Gives each value that the message names one, where it has none yet. */
static int make_values(struct conn *c, const struct reply *reply)
{
    size_t at = 0;
    size_t len;
    const char *name;
    int rc = 0;

    while (rc == 0 && (name = placeholder_next(reply->bytes, reply->count, &at, &len))) {
        char copy[VALUE_NAME_MAX + 1];

        memcpy(copy, name, len);
        copy[len] = 0;
        if (!values_get(&c->talk->values, copy) &&
            (reply->begins || names_has(&c->server->book->needs, copy)))
            rc = make_value(c, copy);
    }
    return rc;
}

int conn_talk_prepare(struct conn *c, const struct book_socket *socket,
                      const struct captures *captures)
{
    struct talk *t = calloc(1, sizeof(*t));

    if (!t)
        return -E_NOMEM;
    c->talk = t;
    t->socket = socket;
    buf_init(&t->message, WS_MESSAGE_MAX);
    for (size_t i = 0; socket->replies.any_fresh && i < captures->count; i++) {
        if (set_captured(&t->values, &captures->items[i]) < 0)
            return -E_NOMEM;
    }
    return 0;
}

void conn_talk_release(struct conn *c)
{
    if (!c->talk)
        return;
    values_release(&c->talk->values);
    buf_release(&c->talk->message);
    free(c->talk->due);
    free(c->talk);
    c->talk = NULL;
}

/* --- saying it --- */

static int say_fresh(struct conn *c, const struct reply *reply)
{
    struct buf text;
    struct buf frames;
    int rc;

    buf_init(&text, EXPANDED_MAX);
    buf_init(&frames, EXPANDED_MAX + 1024);
    rc = make_values(c, reply);
    if (rc == 0)
        rc = dialect_expand(c->server->book->dialect, &c->talk->values, reply->bytes, reply->count,
                            reply->binary, &text);
    if (rc == 0)
        rc = reply_frames(c->server->book->dialect, reply, text.data ? text.data : "", text.len,
                          &frames);
    if (rc == 0)
        conn_put(c, frames.data, frames.len);
    buf_release(&text);
    buf_release(&frames);
    return rc;
}

static void say(struct conn *c, const struct reply *reply)
{
    struct server *s = c->server;

    if (s->options->drop > 0 && random_happens(&c->random, s->options->drop)) {
        s->count.dropped++;
        return;
    }
    if (reply->closes) {
        c->ends = true;
        if (!reply->drops)
            conn_put(c, reply->bytes, reply->count);
        return;
    }
    s->count.messages++;
    s->count.message_bytes += reply->message_bytes;
    if (!reply->fresh)
        conn_put(c, reply->bytes, reply->count);
    else if (say_fresh(c, reply) < 0)
        conn_close(c);
}

/* --- when --- */

static int due_add(struct talk *t, const struct reply *reply, int64_t at_us)
{
    size_t i = t->due_count;

    if (t->due_count == t->due_room) {
        size_t room = t->due_room ? 2 * t->due_room : 4;
        struct due *grown = realloc(t->due, room * sizeof(*grown));

        if (!grown)
            return -E_NOMEM;
        t->due = grown;
        t->due_room = room;
    }
    for (; i > 0 && t->due[i - 1].at_us > at_us; i--)
        t->due[i] = t->due[i - 1];
    t->due[i] = (struct due){at_us, reply};
    t->due_count++;
    return 0;
}

void conn_talk_due(struct conn *c)
{
    struct talk *t = c->talk;
    size_t n = 0;

    while (n < t->due_count && t->due[n].at_us <= c->server->now_us && !c->ends) {
        say(c, t->due[n++].reply);
        if (c->state == CONN_CLOSED)
            return;
    }
    if (n == t->due_count || c->ends) {
        free(t->due);
        t->due = NULL;
        t->due_count = t->due_room = 0;
        return;
    }
    t->due_count -= n;
    memmove(t->due, t->due + n, t->due_count * sizeof(*t->due));
    timer_set(&c->server->timers, &c->timer, t->due[0].at_us);
}

static void shuffle(struct conn *c, size_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = random_below(&c->random, i);
        size_t swap = items[i - 1];

        items[i - 1] = items[k];
        items[k] = swap;
    }
}

static bool may_move(const struct reply *reply)
{
    return !reply->closes && !reply->begins;
}

/* The set's messages change places; what begins a session, and its end, stay where they are.
 * order, moved: room for as many as the set has. */
static void order_set(struct conn *c, const struct reply_set *set, size_t *order, size_t *moved)
{
    size_t n = 0;

    for (size_t i = 0; i < set->count; i++) {
        order[i] = i;
        if (may_move(&set->items[i]))
            moved[n++] = i;
    }
    shuffle(c, moved, n);
    n = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (may_move(&set->items[i]))
            order[i] = moved[n++];
    }
}

static int begin_reordered(struct conn *c, const struct reply_set *set)
{
    size_t *order = calloc(2 * set->count, sizeof(*order));
    int rc = order ? 0 : -E_NOMEM;

    if (order)
        order_set(c, set, order, order + set->count);
    for (size_t i = 0; i < set->count && rc == 0; i++)
        rc = due_add(c->talk, &set->items[order[i]], c->server->now_us + set->items[i].after_us);
    free(order);
    return rc;
}

static void begin_set(struct conn *c, size_t number)
{
    struct talk *t = c->talk;
    const struct replies *replies = &t->socket->replies;
    const struct reply_set *set;
    int rc = 0;

    if (number >= replies->count || !replies->sets[number].count)
        return;
    set = &replies->sets[number];
    /* the usual answer of an echo, without a list */
    if (set->count == 1 && !set->items[0].after_us && !t->due_count) {
        say(c, &set->items[0]);
        return;
    }
    if (c->server->options->reorder)
        rc = begin_reordered(c, set);
    for (size_t i = 0; !c->server->options->reorder && i < set->count && rc == 0; i++)
        rc = due_add(t, &set->items[i], c->server->now_us + set->items[i].after_us);
    if (rc < 0)
        conn_close(c);
    else
        conn_talk_due(c);
}

void conn_talk_begin(struct conn *c)
{
    c->state = CONN_OPEN;
    tide_in(&c->server->count.sockets);
    begin_set(c, 0);
}

/* --- hearing --- */

static void take_message(struct conn *c, const char *data, size_t len, bool binary)
{
    struct server *s = c->server;

    if (s->book->has_duties && dialect_send_is_noise(s->book->dialect, data, len, binary)) {
        s->count.duties++;
        return;
    }
    s->count.sends++;
    begin_set(c, ++c->talk->sends);
}

/* A piece of a message of several frames. */
static void take_piece(struct conn *c, const struct frame *frame)
{
    struct talk *t = c->talk;

    if (frame->opcode != OPCODE_MORE)
        t->opcode = frame->opcode;
    if (buf_add(&t->message, frame->payload, frame->bytes) < 0) {
        conn_close(c);
        return;
    }
    if (!frame->last)
        return;
    take_message(c, t->message.data ? t->message.data : "", t->message.len,
                 t->opcode == OPCODE_BINARY);
    if (c->state == CONN_OPEN)
        buf_release(&t->message);
}

static void answer_frame(struct conn *c, unsigned opcode, const struct frame *frame)
{
    struct buf out;

    buf_init(&out, 1024);
    if (frame_add(&out, opcode, true, frame->payload, frame->bytes) == 0)
        conn_put(c, out.data, out.len);
    buf_release(&out);
}

static void take_frame(struct conn *c, const struct frame *frame)
{
    switch (frame->opcode) {
    case OPCODE_TEXT:
    case OPCODE_BINARY:
        if (frame->last)
            take_message(c, frame->payload, frame->bytes, frame->opcode == OPCODE_BINARY);
        else
            take_piece(c, frame);
        break;
    case OPCODE_MORE:
        take_piece(c, frame);
        break;
    case OPCODE_CLOSE:
        answer_frame(c, OPCODE_CLOSE, frame);
        c->ends = true;
        break;
    case OPCODE_PING:
        answer_frame(c, OPCODE_PONG, frame);
        break;
    default:
        break;
    }
}

size_t conn_take_frames(struct conn *c, char *data, size_t len)
{
    size_t at = 0;

    while (at < len && c->state == CONN_OPEN && !c->ends) {
        struct frame frame;
        long n = frame_read(data + at, len - at, &frame);

        if (n < 0) {
            conn_close(c);
            return len;
        }
        if (n == 0)
            break;
        take_frame(c, &frame);
        at += (size_t)n;
    }
    return c->ends ? len : at;
}
