/* Conversations: what a client owes, and when, with the clock passed in; and messages that come in
 * several frames. */
#include "tests/core/testing.h"

#include "core/units.h"
#include "tests/core/dialect_added.h"
#include "tests/core/dialects.h"

#define S US_PER_S
/* Bytes with their zeros. */
#define BYTES(text) (text), sizeof(text) - 1

/* What happens at a time.  `due`: when the next duty is due then; -1: none is. */
struct event {
    int64_t at_us;
    enum { RECV, SENT, TAKE } what;
    const char *text; /* TAKE: the frame, "METHOD path", or NULL: nothing is owed */
    int64_t due_us;
};

static void read_text(struct conversation *c, const struct event *e)
{
    struct message m = {0};

    assert_int_equal(conversation_read(c, e->text, strlen(e->text), false, e->at_us, &m), 0);
    message_release(&m);
}

static void take(struct conversation *c, const struct event *e, struct values *values,
                 const char *name)
{
    struct duty duty = {0};
    char text[500] = "nothing";
    int rc;

    buf_init(&duty.data, 1000);
    rc = conversation_duty(c, e->at_us, values, &duty);
    if (rc > 0 && duty.method)
        snprintf(text, sizeof(text), "%s %s", duty.method, duty.path);
    else if (rc > 0)
        snprintf(text, sizeof(text), "%s", duty.data.data);
    if (rc < 0 || strcmp(text, e->text ? e->text : "nothing") != 0)
        fail_msg("%s, at %lld: %d, '%s'", name, (long long)e->at_us, rc, text);
    buf_release(&duty.data);
}

static void play(const char *name, const struct dialect *dialect, const struct event *events,
                 size_t count)
{
    struct values values = {0};
    struct conversation c;

    values_set(&values, "TOKEN", "t0k3n");
    conversation_init(&c, dialect);
    assert_true(conversation_due_us(&c) == INT64_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct event *e = &events[i];
        int64_t want = e->due_us < 0 ? INT64_MAX : e->due_us;

        if (e->what == RECV)
            read_text(&c, e);
        else if (e->what == SENT)
            conversation_sent(&c, e->text, strlen(e->text), false, e->at_us);
        else
            take(&c, e, &values, name);
        if (conversation_due_us(&c) != want)
            fail_msg("%s, event %zu: due at %lld", name, i, (long long)conversation_due_us(&c));
    }
    conversation_release(&c);
    conversation_release(&c);
    values_release(&values);
}

/* --- SockJS --- */

/* As sockjs, but for the request of Pro and Connect: its times would be in every row. */
static const char acks_only[] =
    "{\"name\":\"acks\",\"codec\":\"sockjs\",\"duties\":[{\"builtin\":\"sockjs\"}]}";

static const struct event acks[] = {
    {0, RECV, "o", -1},
    {1 * S, RECV, "a[\"0#0|m|{}\"]", 3 * S},
    {2 * S, RECV, "a[\"1#0|m|{}\"]", 3 * S}, /* counted from the first */
    {3 * S - 1, TAKE, NULL, 3 * S},
    {3 * S, TAKE, "[\"ACK 2\"]", -1},
    {3 * S, TAKE, NULL, -1},
    {60 * S, TAKE, NULL, -1}, /* silence causes none */
    {61 * S, RECV, "a[\"ACK 5\"]", -1},
    {62 * S, RECV, "a[\"9#0|m|{}\",\"A#0|m|{\\\"busy\\\":1}\"]", 64 * S}, /* noise counts too */
    {70 * S, TAKE, "[\"ACK B\"]", -1},
    {71 * S, RECV, "a[\"1E#3|c|{}\"]", 73 * S}, /* other channels share the count */
    {73 * S, TAKE, "[\"ACK 1F\"]", -1},
    {74 * S, RECV, "a[\"FFFF#0|m|{}\"]", 76 * S},
    {76 * S, TAKE, "[\"ACK 10000\"]", -1},
};

static const struct event no_numbers[] = {
    {0, RECV, "o", -1},
    {1 * S, RECV, "a[\"0|m|{}\"]", -1},
    {2 * S, RECV, "c[3000,\"x\"]", -1},
    {9 * S, TAKE, NULL, -1},
};

static const struct event continues[] = {
    {0, RECV, "o", -1},
    {1 * S, RECV, "a[\"CONTINUE 2\"]", 1 * S},
    {1 * S, TAKE, "[\"CONTINUE 0\"]", -1},
    {2 * S, RECV, "a[\"5#0|m|{}\"]", 4 * S},
    {3 * S, RECV, "a[\"CONTINUE 2\"]", 3 * S},
    {3 * S, TAKE, "[\"CONTINUE 6\"]", -1}, /* says what an ACK would */
};

static void test_acks(void **state)
{
    (void)state;
    play("acks", added(acks_only), acks, COUNT(acks));
    play("no numbers", dialects_at(0), no_numbers, COUNT(no_numbers));
    play("continue", dialects_at(0), continues, COUNT(continues));
}

/* What is said by a client that leaves for good, after these frames of its own. */
static void test_farewells(void **state)
{
    static const struct {
        const char *name;
        const char *dialect;
        const char *sent[3];
        const char *farewell; /* NULL: none */
    } cases[] = {
        {"numbered: the next number",
         "sockjs",
         {"[\"0#0|o|\"]", "[\"1#0|m|{}\"]", "[\"ACK 5\"]"},
         "[\"2#0|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]"},
        {"numbers are hexadecimal",
         "sockjs",
         {"[\"F#0|m|{}\"]"},
         "[\"10#0|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]"},
        {"without numbers",
         "sockjs",
         {"[\"0|o|\"]", "[\"0|m|{}\"]"},
         "[\"0|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]"},
        {"a rule's", "signalr", {"{\"type\":6}\x1e"}, "{\"type\":7}\x1e"},
        {"plain Shiny has none", "shiny", {"{\"method\":\"init\"}"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct values values = {0};
        struct duty duty = {0};
        struct conversation c;

        buf_init(&duty.data, 1000);
        conversation_init(&c, shipped(cases[i].dialect));
        for (size_t k = 0; k < COUNT(cases[i].sent) && cases[i].sent[k]; k++)
            conversation_sent(&c, cases[i].sent[k], strlen(cases[i].sent[k]), false, 0);
        if (conversation_farewell(&c, 0, &values, &duty) != (cases[i].farewell != NULL))
            fail_msg("%s", cases[i].name);
        if (cases[i].farewell)
            assert_string_equal(duty.data.data, cases[i].farewell);
        buf_clear(&duty.data);
        assert_int_equal(conversation_farewell(&c, 1, &values, &duty), 0);
        buf_release(&duty.data);
        conversation_release(&c);
    }
}

static void test_a_session_goes_on_in_another_socket(void **state)
{
    static const struct event again[] = {
        {0, RECV, "o", 0},
        {1 * S, RECV, "a[\"CONTINUE 2\"]", 0},
        {1 * S, TAKE, "[\"CONTINUE 10\"]", 0},
        {2 * S, RECV, "a[\"10#0|m|{}\"]", 0},
        {4 * S, TAKE, "[\"ACK 11\"]", 0},
    };
    static const struct event afresh[] = {
        {0, RECV, "o", 0},
        {9 * S, TAKE, NULL, 0}, /* nothing came, so nothing is said */
        {9 * S, RECV, "a[\"0#0|m|{}\"]", 0},
        {11 * S, TAKE, "[\"ACK 1\"]", 0},
    };
    static const struct {
        const struct event *events;
        size_t count;
    } sockets[] = {{again, COUNT(again)}, {afresh, COUNT(afresh)}};
    const struct dialect *dialect = added(acks_only);
    struct values values = {0};
    struct conversation before;

    (void)state;
    conversation_init(&before, dialect);
    read_text(&before, &(struct event){0, RECV, "a[\"F#0|m|{}\"]", 0});
    for (size_t i = 0; i < COUNT(sockets); i++) {
        struct conversation c;

        conversation_init(&c, dialect);
        assert_int_equal(conversation_resume(&c, &before), 0);
        for (size_t k = 0; k < sockets[i].count; k++) {
            if (sockets[i].events[k].what == RECV)
                read_text(&c, &sockets[i].events[k]);
            else
                take(&c, &sockets[i].events[k], &values, "another socket");
        }
        conversation_release(&c);
    }
    conversation_release(&before);
}

static void test_the_session_is_extended(void **state)
{
    static const struct event events[] = {
        {0, RECV, "o", 300 * S},
        {300 * S, TAKE, "POST __extendsession__", 600 * S},
        {600 * S, TAKE, "POST __extendsession__", 900 * S},
    };
    struct values none = {0};
    struct conversation c;

    (void)state;
    play("with a token", shipped("sockjs"), events, COUNT(events));
    conversation_init(&c, shipped("sockjs"));
    read_text(&c, &events[0]);
    take(&c, &(struct event){300 * S, TAKE, NULL, 0}, &none, "without a token");
    assert_true(conversation_due_us(&c) == 600 * S);
    conversation_release(&c);
}

/* --- written ones --- */

static void test_every(void **state)
{
    static const struct event events[] = {
        {0, SENT, "join", 30 * S},
        {29 * S, TAKE, NULL, 30 * S},
        {30 * S, TAKE, "[null,\"h1\",\"phoenix\",\"t0k3n ${OTHER}\",{}]", 60 * S},
        {31 * S, SENT, "x", 60 * S},
        /* a process that slept does not say it once for each time missed */
        {200 * S, TAKE, "[null,\"h2\",\"phoenix\",\"t0k3n ${OTHER}\",{}]", 230 * S},
    };
    static const struct event resting[] = {
        {0, RECV, "{}", 15 * S},
        {10 * S, SENT, "x", 25 * S},
        {20 * S, RECV, "{}", 25 * S},
        {25 * S, TAKE, "{\"type\":6}", 40 * S},
    };

    (void)state;
    play("every",
         added("{\"name\":\"a\",\"duties\":[{\"every\":\"30s\",\"send\":[null,\"h{n}\",\"phoenix\","
               "\"${TOKEN} ${OTHER}\",{}]}]}"),
         events, COUNT(events));
    play("every, resting",
         added("{\"name\":\"a\",\"duties\":[{\"every\":\"15s\",\"rests\":true,\"send\":{\"type\":6}"
               "}]}"),
         resting, COUNT(resting));
}

static void test_on(void **state)
{
    static const struct event events[] = {
        {0, RECV, "{\"t\":\"x\"}", -1},
        {1 * S, RECV, "{\"t\":\"render\",\"id\":7,\"who\":\"a${TOKEN}\"}", 1 * S},
        {1 * S, RECV, "{\"t\":\"render\",\"id\":null}", 1 * S},
        {1 * S, TAKE, "[1,\"OnRenderCompleted\",[7,\"a${TOKEN}\",\"id 7 t0k3n\"]]", 1 * S},
        {1 * S, TAKE, "[1,\"OnRenderCompleted\",[null,null,\"id null t0k3n\"]]", -1},
        {1 * S, TAKE, NULL, -1},
    };
    static const struct event later[] = {
        {0, RECV, "{\"t\":\"render\"}", 500000},
        {100000, RECV, "{\"t\":\"render\"}", 500000},
        {499999, TAKE, NULL, 500000},
        {500000, TAKE, "GET seen?t0k3n", 600000},
        {700000, TAKE, "GET seen?t0k3n", -1},
    };

    (void)state;
    play("on",
         added("{\"name\":\"a\",\"duties\":[{\"on\":{\"t\":\"render\"},\"send\":[1,"
               "\"OnRenderCompleted\",[\"{id}\",\"{who}\",\"id {id} ${TOKEN}\"]]}]}"),
         events, COUNT(events));
    play("on, later",
         added("{\"name\":\"a\",\"duties\":[{\"on\":{\"t\":\"render\"},\"after\":\"500ms\","
               "\"request\":\"GET seen?${TOKEN}\"}]}"),
         later, COUNT(later));
}

/* The example of protocols in which it matters: ten unacknowledged batches stop the server. */
static void test_a_binary_acknowledgement(void **state)
{
    static const char batch[] = "\x17\x95\x01\x80\xc0\xaeJS.RenderBatch\x92\x07\xc4\x00";
    static const char ack[] = "\x19\x95\x01\x80\xc0\xb1OnRenderCompleted\x92\x07\xc0";
    const struct dialect *dialect =
        added("{\"name\":\"a\",\"codec\":\"blazorpack\",\"duties\":[{\"on\":{\"[3]\":"
              "\"JS.RenderBatch\"},\"send\":[1,{},null,\"OnRenderCompleted\",[\"{[4][0]}\",null]]}"
              "]}");
    struct values values = {0};
    struct conversation c;
    struct message m = {0};
    struct duty duty = {0};

    (void)state;
    conversation_init(&c, dialect);
    buf_init(&duty.data, 1000);
    assert_int_equal(conversation_read(&c, batch, sizeof(batch) - 1, true, 5, &m), 0);
    assert_int_equal(conversation_duty(&c, 5, &values, &duty), 1);
    assert_true(duty.binary);
    assert_int_equal(duty.data.len, sizeof(ack) - 1);
    assert_memory_equal(duty.data.data, ack, sizeof(ack) - 1);
    buf_release(&duty.data);
    message_release(&m);
    conversation_release(&c);
}

static void test_plain_conversations_cost_nothing(void **state)
{
    static const char *const names[] = {"plain", "shiny"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct conversation c;
        struct message m = {0};

        conversation_init(&c, shipped(names[i]));
        assert_int_equal(conversation_read(&c, "{\"values\":{\"p\":1}}", 18, false, 1, &m), 0);
        assert_int_equal(m.part_count, 1);
        assert_null(m.text);
        conversation_sent(&c, "{}", 2, false, 2);
        assert_null(c.state);
        message_release(&m);
        conversation_release(&c);
    }
}

/* The recorder reads along: the browser does its own duties, and nothing piles up. */
static void test_who_only_reads_owes_nothing(void **state)
{
    struct conversation c;

    (void)state;
    conversation_init(&c, added("{\"name\":\"a\",\"duties\":[{\"on\":{\"t\":true},\"send\":1},"
                                "{\"every\":\"1s\",\"send\":2}]}"));
    c.reads_only = true;
    for (int i = 0; i < 20000; i++)
        read_text(&c, &(struct event){i, RECV, "{\"t\":1}", 0});
    assert_true(conversation_due_us(&c) == INT64_MAX);
    take(&c, &(struct event){9 * S, TAKE, NULL, 0}, &(struct values){0}, "reads only");
    conversation_release(&c);
}

/* --- several frames a message --- */

static const char bokeh[] =
    "{\"name\":\"b\",\"codec\":\"bokeh\",\"values\":[{\"name\":\"MODEL\",\"kind\":\"echo\","
    "\"pattern\":\"p[0-9]+\",\"if\":{\"header.msgtype\":\"PULL*\"}}],\"parts\":\"{header.msgtype}"
    "\"}";

static enum message_kind read_frame(struct conversation *c, const char *text, bool binary,
                                    struct message *m)
{
    message_release(m);
    assert_int_equal(conversation_read(c, text, strlen(text), binary, 0, m), 0);
    return m->kind;
}

#define HEADER(type, buffers)                                                                      \
    "{\"msgid\":\"1\",\"msgtype\":\"" type "\",\"num_buffers\":" #buffers "}"

static void test_a_message_of_several_frames(void **state)
{
    const struct dialect *dialect = added(bokeh);
    struct conversation c;
    struct message m = {0};
    struct message again = {0};

    (void)state;
    conversation_init(&c, dialect);
    assert_int_equal(read_frame(&c, HEADER("PATCH-DOC", 1), false, &m), MESSAGE_NOISE);
    assert_int_equal(read_frame(&c, "{}", false, &m), MESSAGE_NOISE);
    assert_int_equal(read_frame(&c, "{\"events\":[]}", false, &m), MESSAGE_NOISE);
    assert_int_equal(read_frame(&c, "{\"id\":\"x\"}", false, &m), MESSAGE_NOISE);
    assert_null(m.text);
    assert_int_equal(read_frame(&c, "bytes", true, &m), MESSAGE_DATA);
    assert_string_equal(m.parts[0], "PATCH-DOC");
    /* as a script holds it, it is the same message */
    assert_int_equal(dialect_read(dialect, &again, m.text, strlen(m.text), false), 0);
    assert_int_equal(again.kind, MESSAGE_DATA);
    assert_int_equal(again.part_count, 1);
    assert_string_equal(again.parts[0], "PATCH-DOC");
    message_release(&again);
    /* and the next one begins afresh */
    assert_int_equal(read_frame(&c, HEADER("OK", 0), false, &m), MESSAGE_NOISE);
    assert_int_equal(read_frame(&c, "{}", false, &m), MESSAGE_NOISE);
    assert_int_equal(read_frame(&c, "{}", false, &m), MESSAGE_DATA);
    assert_string_equal(m.parts[0], "OK");
    /* what is no header is told, and forgotten */
    assert_int_equal(read_frame(&c, "{}", false, &m), MESSAGE_DATA);
    assert_string_equal(m.parts[0], "message");
    assert_int_equal(read_frame(&c, HEADER("OK", -1), false, &m), MESSAGE_DATA);
    assert_int_equal(read_frame(&c, HEADER("OK", 0), false, &m), MESSAGE_NOISE);
    message_release(&m);
    conversation_release(&c);
}

static void test_echoes_count_on(void **state)
{
    struct conversation c;
    struct message m = {0};

    (void)state;
    conversation_init(&c, added(bokeh));
    read_frame(&c, HEADER("PULL-DOC-REPLY", 0), false, &m);
    read_frame(&c, "{}", false, &m);
    read_frame(&c,
               "{\"doc\":[\"p1001\",\"p17\",\"p1001\",\"xp5\",\"p5x\",\"p_6\",\"p1002,p1003\"]}",
               false, &m);
    assert_int_equal(m.learnt.count, 4);
    assert_string_equal(values_get(&m.learnt, "MODEL_1"), "p1001");
    assert_string_equal(values_get(&m.learnt, "MODEL_2"), "p17");
    assert_string_equal(values_get(&m.learnt, "MODEL_3"), "p1002");
    assert_string_equal(values_get(&m.learnt, "MODEL_4"), "p1003");
    assert_true(m.learnt.items[1].word);
    read_frame(&c, HEADER("PULL-DOC-REPLY", 0), false, &m);
    read_frame(&c, "{}", false, &m);
    read_frame(&c, "{\"doc\":[\"p17\",\"p2000\"]}", false, &m);
    assert_int_equal(m.learnt.count, 1);
    assert_string_equal(values_get(&m.learnt, "MODEL_5"), "p2000");
    message_release(&m);
    conversation_release(&c);
}

/* --- frames with placeholders --- */

static void test_placeholders_in_binary_frames(void **state)
{
    static const char sent[] = "\x12\x06s3ss10\x1a\x08\x0a\x06s3ss10";
    static const char held[] = "\x12\x0a${SESSION}\x1a\x0c\x0a\x0a${SESSION}";
    static const char longer[] = "\x12\x08longer00\x1a\x0a\x0a\x08longer00";
    const struct dialect *dialect = added("{\"name\":\"p\",\"codec\":\"protobuf\"}");
    struct values values = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    values_set(&values, "SESSION", "s3ss10");
    assert_int_equal(dialect_templatize(dialect, &values, sent, sizeof(sent) - 1, true, &out), 0);
    assert_int_equal(out.len, sizeof(held) - 1);
    assert_memory_equal(out.data, held, out.len);
    buf_clear(&out);
    values_set(&values, "SESSION", "longer00");
    assert_int_equal(dialect_expand(dialect, &values, held, sizeof(held) - 1, true, &out), 0);
    assert_int_equal(out.len, sizeof(longer) - 1);
    assert_memory_equal(out.data, longer, out.len);
    values_release(&values);
    buf_release(&out);
}

static void test_frames_that_stay_as_they_are(void **state)
{
    static const struct {
        const char *name;
        const char *dialect;
        const char *data;
        size_t len;
    } cases[] = {
        {"no protobuf", "p", BYTES("s3ss10")},
        {"a varint longer than need be", "p", BYTES("\x08\x81\x00\x12\x06s3ss10")},
        {"a codec that knows no binary", "shiny", BYTES("s3ss10")},
    };
    struct values values = {0};

    (void)state;
    added("{\"name\":\"p\",\"codec\":\"protobuf\"}");
    values_set(&values, "SESSION", "s3ss10");
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = cases[i].len;
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(dialect_templatize(dialect_find(cases[i].dialect), &values, cases[i].data,
                                            len, true, &out),
                         0);
        if (out.len != len || memcmp(out.data, cases[i].data, len) != 0)
            fail_msg("%s: %zu bytes", cases[i].name, out.len);
        buf_release(&out);
    }
    values_release(&values);
}

static void test_documents(void **state)
{
    static const struct {
        const char *dialect;
        const char *data;
        bool binary;
        const char *want;
    } cases[] = {
        {"shiny", "{\"a\" : 1}", false, "{\"a\" : 1}"},
        {"shiny", "bytes", true, ""},
        {"sockjs", "a[\"1#0|m|{\\\"a\\\":1}\",\"2#0|m|[2]\"]", false, "{\"a\":1}\n[2]"},
        {"sockjs", "garbage", false, ""},
        {"p", "\x12\x02hi", true, "{\"2\":\"hi\"}"},
    };

    (void)state;
    added("{\"name\":\"p\",\"codec\":\"protobuf\"}");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(dialect_documents(dialect_find(cases[i].dialect), cases[i].data,
                                           strlen(cases[i].data), cases[i].binary, false, &out),
                         0);
        assert_string_equal(out.data ? out.data : "", cases[i].want);
        buf_release(&out);
    }
}

static int start_afresh(void **state)
{
    (void)state;
    dialects_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_acks, start_afresh),
        cmocka_unit_test_teardown(test_farewells, start_afresh),
        cmocka_unit_test_teardown(test_a_session_goes_on_in_another_socket, start_afresh),
        cmocka_unit_test_teardown(test_the_session_is_extended, start_afresh),
        cmocka_unit_test_teardown(test_every, start_afresh),
        cmocka_unit_test_teardown(test_on, start_afresh),
        cmocka_unit_test_teardown(test_a_binary_acknowledgement, start_afresh),
        cmocka_unit_test_teardown(test_plain_conversations_cost_nothing, start_afresh),
        cmocka_unit_test_teardown(test_who_only_reads_owes_nothing, start_afresh),
        cmocka_unit_test_teardown(test_a_message_of_several_frames, start_afresh),
        cmocka_unit_test_teardown(test_echoes_count_on, start_afresh),
        cmocka_unit_test_teardown(test_placeholders_in_binary_frames, start_afresh),
        cmocka_unit_test_teardown(test_frames_that_stay_as_they_are, start_afresh),
        cmocka_unit_test_teardown(test_documents, start_afresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
