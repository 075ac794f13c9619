#include "parrot/replies.h"

#include <stdlib.h>
#include <string.h>

#include "core/ws.h"
#include "parrot/frames.h"
#include "parrot/split.h"

#define SPLIT_FRAMES 3
#define FRAMES_BYTES_MAX ((size_t)WS_MESSAGE_MAX + 1024)

void replies_release(struct replies *replies)
{
    for (size_t i = 0; i < replies->count; i++) {
        for (size_t k = 0; k < replies->sets[i].count; k++)
            free(replies->sets[i].items[k].bytes);
        free(replies->sets[i].items);
    }
    free(replies->sets);
    *replies = (struct replies){0};
}

static int add_set(struct replies *replies)
{
    struct reply_set *grown = realloc(replies->sets, (replies->count + 1) * sizeof(*grown));

    if (!grown)
        return -E_NOMEM;
    replies->sets = grown;
    grown[replies->count++] = (struct reply_set){0};
    return 0;
}

/* Takes the bytes. */
static int add_reply(struct replies *replies, struct reply reply, char *bytes, size_t count)
{
    struct reply_set *set = &replies->sets[replies->count - 1];
    struct reply *grown = bytes ? realloc(set->items, (set->count + 1) * sizeof(*grown)) : NULL;

    if (!grown) {
        free(bytes);
        return -E_NOMEM;
    }
    reply.bytes = bytes;
    reply.count = count;
    set->items = grown;
    grown[set->count++] = reply;
    return 0;
}

/* Does it have values of a session in it?  Elsewhere a "${...}" is what a user typed. */
static bool is_fresh(const struct step *step)
{
    size_t at = 0;
    size_t bytes;

    return placeholder_next(step->message, step->message_bytes, &at, &bytes);
}

struct framing {
    struct buf *out;
    size_t pieces;
};

static int add_frames(void *user, const char *data, size_t len, bool binary)
{
    const struct framing *f = user;

    return frames_add(f->out, binary ? OPCODE_BINARY : OPCODE_TEXT, data, len, f->pieces);
}

int reply_frames(const struct dialect *dialect, const struct reply *reply, const char *text,
                 size_t len, struct buf *out)
{
    struct framing framing = {out, reply->pieces};

    return dialect_frames(dialect, text, len, reply->binary, add_frames, &framing);
}

static int add_text(struct replies *replies, const struct reply_maker *maker, struct reply reply,
                    const char *text, size_t len)
{
    struct buf bytes;
    size_t count;
    char *taken;

    reply.message_bytes = len;
    replies->any_fresh = replies->any_fresh || reply.fresh;
    buf_init(&bytes, FRAMES_BYTES_MAX);
    if (reply.fresh)
        buf_add(&bytes, text, len);
    else
        reply_frames(maker->dialect, &reply, text, len, &bytes);
    count = bytes.len;
    taken = bytes.failed ? NULL : buf_take(&bytes);
    buf_release(&bytes);
    return add_reply(replies, reply, taken, count);
}

static int add_split(struct replies *replies, const struct reply_maker *maker, struct reply reply,
                     const struct step *step)
{
    struct pieces pieces = {0};
    int rc = 0;

    if (!step->binary)
        rc = split_message(maker->dialect, step->message, step->message_bytes, &pieces);
    for (size_t i = 0; i < pieces.count && rc == 0; i++)
        rc = add_text(replies, maker, reply, pieces.items[i], strlen(pieces.items[i]));
    if (rc == 0 && !pieces.count) {
        reply.pieces = SPLIT_FRAMES;
        rc = add_text(replies, maker, reply, step->message, step->message_bytes);
    }
    pieces_release(&pieces);
    return rc;
}

static int add_close(struct replies *replies, struct reply reply, const struct step *step)
{
    struct buf frame;
    size_t count;
    char *bytes;

    reply.closes = true;
    reply.drops = step->code == WS_CLOSE_ABNORMAL;
    buf_init(&frame, FRAMES_BYTES_MAX);
    frame_add_close(&frame, step->code == WS_CLOSE_NONE || reply.drops ? 0 : step->code,
                    step->reason);
    count = frame.len;
    bytes = frame.failed ? NULL : buf_take(&frame);
    buf_release(&frame);
    return add_reply(replies, reply, bytes, count);
}

static int add_step(struct replies *replies, const struct reply_maker *maker,
                    const struct step *step, int64_t from_us)
{
    struct reply reply = {
        .after_us = (int64_t)((double)(step->begin_us - from_us) * maker->delay),
        .binary = step->binary,
        .begins = step->type != STEP_WS_RECV,
        .fresh = step_is_recv(step) && is_fresh(step),
        .pieces = 1,
    };

    if (reply.after_us < 0)
        reply.after_us = 0;
    if (step->type == STEP_WS_CLOSE)
        return add_close(replies, reply, step);
    if (maker->split)
        return add_split(replies, maker, reply, step);
    return add_text(replies, maker, reply, step->message, step->message_bytes);
}

int replies_init(struct replies *replies, const struct reply_maker *maker,
                 const struct script *script, unsigned socket)
{
    int64_t from_us = 0;
    int rc = 0;

    *replies = (struct replies){0};
    for (size_t i = 0; i < script->count && rc == 0; i++) {
        const struct step *step = script_at(script, i);

        if (step_is_request(step) || step->socket != socket)
            continue;
        if (step->type == STEP_WS_OPEN || step->type == STEP_WS_SEND) {
            from_us = step->type == STEP_WS_OPEN ? step->end_us : step->begin_us;
            rc = add_set(replies);
        } else if (step_is_recv(step) || step->from_server) {
            rc = add_step(replies, maker, step, from_us);
        }
    }
    if (rc < 0)
        replies_release(replies);
    return rc;
}
