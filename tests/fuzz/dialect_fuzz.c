/* Messages of one dialect (-DDIALECT=): each part once, nothing learnt but by an init or an upload,
 * a reason only at the end; and the same text tells the same whether it is read as far as the rules
 * ask or all of it. */
#include <stdbool.h>
#include <string.h>

#include "core/dialect_read.h"
#include "fuzz.h"
#include "tests/core/dialects.h"

static void check_message(const struct message *m)
{
    PROMISE(m->kind <= MESSAGE_GONE);
    PROMISE((m->kind == MESSAGE_GONE) == (m->reason != NULL));
    PROMISE(m->kind != MESSAGE_DATA || m->part_count > 0);
    for (size_t i = 0; i < m->part_count; i++) {
        for (size_t k = 0; k < i; k++)
            PROMISE(strcmp(m->parts[i], m->parts[k]) != 0);
    }
}

static bool same_message(const struct message *a, const struct message *b)
{
    bool same =
        a->kind == b->kind && a->part_count == b->part_count && a->learnt.count == b->learnt.count;

    for (size_t i = 0; same && i < a->part_count; i++)
        same = strcmp(a->parts[i], b->parts[i]) == 0;
    for (size_t i = 0; same && i < a->learnt.count; i++)
        same = strcmp(a->learnt.items[i].value, b->learnt.items[i].value) == 0;
    return same;
}

/* What a person is shown of it is one short line or many names; never nothing. */
static void label(enum step_type type, const char *text, size_t len)
{
    struct step step = {.type = type, .message = text, .message_bytes = len};
    struct buf out;

    buf_init(&out, 1u << 30);
    PROMISE(dialect_label(shipped(DIALECT), &step, &out) == 0);
    PROMISE(out.len > 0);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct message once = {0};
    struct message twice = {0};
    struct reader all = {.dialect = shipped(DIALECT), .message = &twice};

    PROMISE(dialect_read(shipped(DIALECT), &once, text, len, false) == 0);
    PROMISE(reader_frame(&all, text, len, false) == 0);
    check_message(&once);
    PROMISE(same_message(&once, &twice));
    dialect_send_is_noise(shipped(DIALECT), text, len, false);
    label(STEP_WS_RECV, text, len);
    label(STEP_WS_SEND, text, len);
    message_release(&once);
    message_release(&twice);
    return 0;
}
