#include "tests/core/dialect_cases.h"

static struct script *load(const char *name)
{
    struct error err = ERROR_NONE;
    struct script *script = NULL;
    char path[4096];

    data_path(path, sizeof(path), name);
    if (script_load(&script, path, false, &err) != 0)
        fail_msg("%s", err.text);
    return script;
}

/* Each receive: its kind as its step says, something that a step can wait for, nothing unread. */
static void check_receive(const struct dialect *dialect, const struct step *step)
{
    struct message m = {0};

    assert_int_equal(dialect_read(dialect, &m, step->message, step->message_bytes, false), 0);
    assert_true(m.part_count > 0);
    for (size_t i = 0; i < m.part_count; i++)
        assert_string_not_equal(m.parts[i], "message");
    if (step->type == STEP_WS_RECV_INIT) {
        assert_int_equal(m.kind, MESSAGE_INIT);
        assert_string_equal(values_get(&m.learnt, "SESSION"), "${SESSION}");
    } else {
        assert_true(m.kind == MESSAGE_DATA || m.kind == MESSAGE_OPTIONAL);
        assert_int_equal(m.learnt.count, 0);
    }
    message_release(&m);
}

static void test_every_message_of_both_recordings(void **state)
{
    static const struct {
        const char *file;
        const char *dialect;
        size_t messages;
    } recordings[] = {
        {"whales-sync.log", "shiny", 36},
        {"ss-whales-sync.log", "sockjs", 38},
    };

    (void)state;
    for (size_t r = 0; r < COUNT(recordings); r++) {
        const struct dialect *dialect = shipped(recordings[r].dialect);
        struct script *script = load(recordings[r].file);
        size_t messages = 0;

        assert_ptr_equal(dialect_of(script), dialect);
        for (size_t i = 0; i < script->count; i++) {
            const struct step *step = script_at(script, i);

            if (step_is_recv(step))
                check_receive(dialect, step);
            else if (step->type == STEP_WS_SEND)
                assert_false(
                    dialect_send_is_noise(dialect, step->message, step->message_bytes, false));
            messages += step_is_recv(step) || step->type == STEP_WS_SEND;
        }
        assert_int_equal(messages, recordings[r].messages);
        script_free(script);
    }
}

/* The parts of the receives, one line a message. */
static void told(const struct script *script, struct buf *out)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);
        struct message m = {0};
        char joined[500];

        if (!step_is_recv(step))
            continue;
        dialect_read(dialect_of(script), &m, step->message, step->message_bytes, false);
        join_parts(&m, joined, sizeof(joined));
        if (strcmp(joined, "open") != 0)
            buf_addf(out, "%s\n", joined);
        message_release(&m);
    }
}

/* The same app, clicked through the same way, once served plainly and once over SockJS: the server
 * says the same things in both. */
static void test_the_envelope_changes_nothing(void **state)
{
    struct script *plain = load("whales-sync.log");
    struct script *sockjs = load("ss-whales-sync.log");
    struct buf a;
    struct buf b;

    (void)state;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    told(plain, &a);
    told(sockjs, &b);
    assert_string_equal(a.data, b.data);
    buf_release(&a);
    buf_release(&b);
    script_free(plain);
    script_free(sockjs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_of_both_recordings),
        cmocka_unit_test(test_the_envelope_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
