/* Refuses every allocation of the dialects' own in turn: files, messages, duties, frames. */
#include "tests/core/testing.h"

#include "core/dialect_rules.h"
#include "tests/core/dialect_added.h"
#include "tests/core/refusal.h"

/* Bytes with their zeros. */
#define BYTES(text) (text), sizeof(text) - 1

static const char everything[] =
    "{\"name\":\"all\",\"codec\":\"blazorpack\",\"extends\":\"shiny\","
    "\"recognise\":{\"sockets\":[\"*x*\"],\"requests\":[\"GET *\"]},"
    "\"values\":[{\"name\":\"A\",\"request\":\"GET *\",\"from\":\"header\",\"header\":\"X\"},"
    "{\"name\":\"B\",\"kind\":\"minted\",\"alphabet\":\"a-z\",\"shape\":\"??\",\"sent\":\"path\","
    "\"pattern\":\"b=(.*)\"},{\"name\":\"C\",\"kind\":\"echo\",\"pattern\":\"c[0-9]\"},"
    "{\"name\":\"D\",\"from\":\"message\",\"before\":\"[\",\"after\":\",\"}],"
    "\"duties\":[{\"every\":\"1s\",\"request\":\"GET "
    "x${A}\"},{\"on\":{\"[0]\":7},\"send\":[\"{[0]}\","
    "\"x {[0]} ${A}\"]}]}";

static const struct dialect *all;

static const struct dialect *extends(const char *name)
{
    return dialect_find(name);
}

static int load(void *user)
{
    struct dialect *dialect;
    struct error err = ERROR_NONE;
    int rc = dialect_load(&dialect, "f", everything, sizeof(everything) - 1, extends, &err);

    (void)user;
    assert_int_equal(rc, -err.code);
    assert_true(rc == 0 || !dialect);
    dialect_free(dialect);
    return rc;
}

static int take(struct conversation *c, int64_t now_us, struct values *values)
{
    struct duty duty = {0};
    int rc = 1;

    while (rc > 0) {
        buf_init(&duty.data, 1000);
        rc = conversation_duty(c, now_us, values, &duty);
        buf_release(&duty.data);
    }
    return rc;
}

static int converse(void *user)
{
    struct conversation c;
    struct message m = {0};
    struct values values = {0};
    int rc = values_set(&values, "A", "1");

    (void)user;
    conversation_init(&c, all);
    if (rc == 0)
        rc = conversation_read(&c,
                               BYTES("\x09\x95\x07\xa2"
                                     "c1\xa2"
                                     "c2\xc0\xc3"),
                               true, 1, &m);
    if (rc == 0)
        rc = take(&c, 2000000, &values);
    message_release(&m);
    conversation_release(&c);
    values_release(&values);
    return rc;
}

static const char bokeh[] = "{\"name\":\"b\",\"codec\":\"bokeh\"}";

static int join(void *user)
{
    static const char *const frames[] = {"{\"msgtype\":\"x\"}", "{}", "{}"};
    struct conversation c;
    int rc = 0;

    (void)user;
    conversation_init(&c, dialect_find("b"));
    for (size_t i = 0; i < COUNT(frames) && rc == 0; i++) {
        struct message m = {0};

        rc = conversation_read(&c, frames[i], strlen(frames[i]), false, 1, &m);
        message_release(&m);
    }
    conversation_release(&c);
    return rc;
}

static int mark_partial(void *user)
{
    struct step steps[] = {
        {.type = STEP_WS_OPEN},
        {.type = STEP_WS_SEND, .message = "{\"msgtype\":\"x\"}", .message_bytes = 15},
    };
    struct script script = {.steps = steps, .count = COUNT(steps), .sockets = 1};

    (void)user;
    return dialect_mark_partial(dialect_find("b"), &script);
}

static int ack(void *user)
{
    struct conversation c;
    struct message m = {0};
    struct values values = {0};
    int rc;

    (void)user;
    conversation_init(&c, dialect_find("sockjs"));
    rc = conversation_read(&c, BYTES("a[\"1#0|m|{\\\"values\\\":{\\\"p\\\":1}}\"]"), false, 1, &m);
    if (rc == 0)
        rc = take(&c, 3000000, &values);
    message_release(&m);
    conversation_release(&c);
    return rc;
}

static int hold(void *user)
{
    struct values values = {0};
    struct buf held;
    struct buf back;
    struct buf says;
    int rc = values_set(&values, "SESSION", "s3ss10n");

    (void)user;
    buf_init(&held, 1000);
    buf_init(&back, 1000);
    buf_init(&says, 1000);
    if (rc == 0)
        rc = dialect_templatize(all, &values, BYTES("\x09\x91\xa7s3ss10n"), true, &held);
    /* it may also stay literal: a frame that could not be changed is sent as it was */
    if (rc == 0)
        rc = dialect_expand(all, &values, BYTES("\x0c\x91\xaa${SESSION}"), true, &back);
    if (rc == 0)
        rc = dialect_documents(all, BYTES("\x0c\x91\xaa${SESSION}"), true, true, &says);
    if (rc == 0)
        assert_string_equal(says.data, "[\"${SESSION}\"]");
    buf_release(&held);
    buf_release(&back);
    buf_release(&says);
    values_release(&values);
    return rc;
}

static int learn(void *user)
{
    static const char *const headers[] = {"X: 12345678", NULL};
    struct values values = {0};
    int rc = dialect_learn_answer(all, "GET", "/", headers, "", 0, &values);

    (void)user;
    if (rc == 0)
        rc = dialect_learn_sent(all, SENT_PATH, BYTES("/x?b=1234"), &values);
    if (rc == 0) {
        assert_string_equal(values_get(&values, "A"), "12345678");
        assert_string_equal(values_get(&values, "B"), "1234");
    }
    values_release(&values);
    return rc;
}

static const struct {
    const char *name;
    int (*attempt)(void *user);
    long least;
} attempts[] = {
    {"dialect_load", load, 8},
    {"a conversation", converse, 10},
    {"frames of a message", join, 3},
    {"an ACK", ack, 3},
    {"frames as held", hold, 8},
    {"learning", learn, 4},
    {"sends that only begin", mark_partial, 1},
};

static void test_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        long asked = refuse_in_turn(attempts[i].name, attempts[i].attempt, NULL);

        if (asked < attempts[i].least)
            fail_msg("%s: %ld allocations", attempts[i].name, asked);
    }
}

static void test_onward(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++)
        refuse_onward_in_turn(attempts[i].name, attempts[i].attempt, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_onward),
    };

    added(bokeh);
    all = added(everything);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
