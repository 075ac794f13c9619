/* The input is a dialect's file.  It is refused in a sentence, or it reads messages: each part
 * once, and never nothing. */
#include <stdbool.h>
#include <string.h>

#include "core/dialect_rules.h"
#include "fuzz.h"

static const struct dialect *extends(const char *name)
{
    return dialect_find(name);
}

static const char *const messages[] = {
    "{\"a\":{\"b\":{\"c:x\":1,\".d\":2}},\"t\":\"hello\",\"me\":\"u7f3a9c1\",\"busy\":1}",
    "[0,{\"id\":7},\"phx_reply\",[{\"c\":\"x\"},{\"c\":null}]]",
    "a[\"1#0|m|{\\\"values\\\":{\\\"p\\\":1}}\",\"2#1|m|[]\"]",
    "hello",
    "",
};

static void check_message(const struct message *m)
{
    PROMISE((m->kind == MESSAGE_GONE) == (m->reason != NULL));
    PROMISE(m->kind != MESSAGE_DATA || m->part_count > 0);
    for (size_t i = 0; i < m->part_count; i++) {
        for (size_t k = 0; k < i; k++)
            PROMISE(strcmp(m->parts[i], m->parts[k]) != 0);
    }
}

static void read_all(const struct dialect *d)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        size_t len = strlen(messages[i]);
        struct step step = {.type = STEP_WS_SEND, .message = messages[i], .message_bytes = len};
        struct message m = {0};
        struct values values = {0};
        struct buf label;

        PROMISE(dialect_read(d, &m, messages[i], len, false) == 0);
        check_message(&m);
        message_release(&m);
        buf_init(&label, 2000);
        PROMISE(dialect_label(d, &step, &label) == 0);
        step.type = STEP_WS_RECV;
        PROMISE(dialect_label(d, &step, &label) == 0);
        buf_release(&label);
        PROMISE(dialect_learn_sent(d, SENT_MESSAGE, messages[i], len, &values) == 0);
        PROMISE(dialect_learn_answer(d, "GET", "/", NULL, messages[i], len, &values) == 0);
        values_release(&values);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    struct dialect *dialect;

    PROMISE(dialects_init(&err) == 0);
    if (dialect_load(&dialect, "f.json", (const char *)data, len, extends, &err) == 0) {
        read_all(dialect);
        dialect_free(dialect);
    } else {
        PROMISE(err.code == E_FORMAT && err.text[0]);
        PROMISE(dialect == NULL);
    }
    return 0;
}
