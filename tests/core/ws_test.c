/* Frames from scripted bytes: no server, no socket. */
#include "tests/core/testing.h"

#include "core/error.h"
#include "core/ws_inner.h"

/* What an end has heard, as text: "text:hi" "binary:..." "close 1000:bye", joined by "; ". */
struct heard {
    struct buf log;
};

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct heard *heard = user;

    buf_addf(&heard->log, "%s%s:", heard->log.len ? "; " : "", binary ? "binary" : "text");
    buf_add(&heard->log, data, len);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct heard *heard = user;

    buf_addf(&heard->log, "%sclose %u:", heard->log.len ? "; " : "", code);
    buf_add(&heard->log, reason, len);
}

static const struct ws_handler handler = {.on_message = on_message, .on_close = on_close};

static struct ws *end_new(enum ws_role role, struct heard *heard)
{
    struct ws *ws = ws_new(role, &handler, heard);

    assert_non_null(ws);
    buf_init(&heard->log, 64u << 20);
    buf_adds(&heard->log, "");
    return ws;
}

#define BYTES(literal) literal, sizeof(literal) - 1
/* "Hello" behind the mask 37 fa 21 3d: RFC 6455, section 5.7. */
#define MASKED_HELLO "\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

static const struct {
    const char *name;
    enum ws_role reader;
    const char *bytes;
    size_t len;
    const char *heard;
    int want; /* 0 or a code */
} conversations[] = {
    /* from a server */
    {"a text", WS_CLIENT, BYTES("\x81\x05Hello"), "text:Hello", 0},
    {"an empty text", WS_CLIENT, BYTES("\x81\x00"), "text:", 0},
    {"a binary message", WS_CLIENT, BYTES("\x82\x03\x01\x02\x7f"), "binary:\x01\x02\x7f", 0},
    {"two texts in a row", WS_CLIENT,
     BYTES("\x81\x01"
           "a\x81\x01"
           "b"),
     "text:a; text:b", 0},
    {"fragments", WS_CLIENT, BYTES("\x01\x03Hel\x80\x02lo"), "text:Hello", 0},
    {"three fragments, one empty", WS_CLIENT, BYTES("\x01\x03Hel\x00\x00\x80\x02lo"), "text:Hello",
     0},
    {"a ping between fragments", WS_CLIENT, BYTES("\x01\x03Hel\x89\x01x\x80\x02lo"), "text:Hello",
     0},
    {"a character cut by fragments", WS_CLIENT, BYTES("\x01\x01\xc3\x80\x01\xa9"), "text:\xC3\xA9",
     0},
    {"a ping", WS_CLIENT, BYTES("\x89\x05Hello"), "", 0},
    {"a pong that nobody asked for", WS_CLIENT, BYTES("\x8a\x00"), "", 0},
    {"half a frame", WS_CLIENT, BYTES("\x81\x05Hel"), "", 0},
    {"nothing", WS_CLIENT, "", 0, "", 0},
    {"a close with code and reason", WS_CLIENT,
     BYTES("\x88\x05\x03\xe8"
           "bye"),
     "close 1000:bye", 0},
    {"a close with a code", WS_CLIENT, BYTES("\x88\x02\x03\xf3"), "close 1011:", 0},
    {"a close without a code", WS_CLIENT, BYTES("\x88\x00"), "close 1005:", 0},
    {"a server that restarts, in a code younger than wslay", WS_CLIENT,
     BYTES("\x88\x06\x03\xf4"
           "wait"),
     "close 1012:wait", 0},
    {"the same with a reason that is not ASCII", WS_CLIENT,
     BYTES("\x88\x0a\x03\xf4gr\xc3\xbc\xc3\x9f\x65\x21"), "close 1012:gr\xc3\xbc\xc3\x9f\x65\x21",
     0},
    {"a reason that is not ASCII", WS_CLIENT,
     BYTES("\x81\x02hi\x88\x0a\x03\xe8gr\xc3\xbc\xc3\x9f\x65\x21"),
     "text:hi; close 1000:gr\xc3\xbc\xc3\x9f\x65\x21", 0},
    {"a reason of three-byte characters", WS_CLIENT,
     BYTES("\x88\x08\x03\xe8\xe2\x82\xac\xe2\x82\xac"), "close 1000:\xe2\x82\xac\xe2\x82\xac", 0},
    {"an application's own code", WS_CLIENT, BYTES("\x88\x02\x0f\xa0"), "close 4000:", 0},
    {"a text, then a close", WS_CLIENT, BYTES("\x81\x02hi\x88\x02\x03\xe8"),
     "text:hi; close 1000:", 0},
    {"words after the close are not heard", WS_CLIENT, BYTES("\x88\x02\x03\xe8\x81\x02hi"),
     "close 1000:", 0},
    /* from a browser */
    {"a masked text", WS_SERVER, BYTES("\x81\x85" MASKED_HELLO), "text:Hello", 0},
    {"a masked ping", WS_SERVER, BYTES("\x89\x85" MASKED_HELLO), "", 0},
    {"a browser leaves", WS_SERVER, BYTES("\x88\x80\x01\x02\x03\x04"), "close 1005:", 0},
    {"masked fragments", WS_SERVER,
     BYTES("\x01\x83\x37\xfa\x21\x3d\x7f\x9f\x4d\x80\x82\x00\x00\x00\x00lo"), "text:Hello", 0},
    /* what breaks the rules */
    {"a compressed frame (RSV1)", WS_CLIENT, BYTES("\xc1\x05Hello"), "", -E_PROTOCOL},
    {"RSV2", WS_CLIENT, BYTES("\xa1\x05Hello"), "", -E_PROTOCOL},
    {"a masked frame from a server", WS_CLIENT, BYTES("\x81\x85" MASKED_HELLO), "", -E_PROTOCOL},
    {"an unmasked frame from a browser", WS_SERVER, BYTES("\x81\x05Hello"), "", -E_PROTOCOL},
    {"an unknown opcode", WS_CLIENT, BYTES("\x83\x00"), "", -E_PROTOCOL},
    {"an unknown control opcode", WS_CLIENT, BYTES("\x8b\x00"), "", -E_PROTOCOL},
    {"a fragmented ping", WS_CLIENT, BYTES("\x09\x00"), "", -E_PROTOCOL},
    {"a ping of 126 bytes", WS_CLIENT, BYTES("\x89\x7e\x00\x7e"), "", -E_PROTOCOL},
    {"a continuation of nothing", WS_CLIENT, BYTES("\x80\x02lo"), "", -E_PROTOCOL},
    {"a new message inside another", WS_CLIENT, BYTES("\x01\x03Hel\x81\x02lo"), "", -E_PROTOCOL},
    {"text that is no UTF-8", WS_CLIENT, BYTES("\x81\x02\xc3\x28"), "", -E_PROTOCOL},
    {"a surrogate", WS_CLIENT, BYTES("\x81\x03\xed\xa0\x80"), "", -E_PROTOCOL},
    {"half a character", WS_CLIENT, BYTES("\x81\x01\xc3"), "", -E_PROTOCOL},
    {"a reason that is no UTF-8", WS_CLIENT,
     BYTES("\x88\x08\x03\xe8"
           "abcd\xc3("),
     "", -E_PROTOCOL},
    {"a reason that ends within a character", WS_CLIENT, BYTES("\x88\x04\x03\xe8\xe2\x82"), "",
     -E_PROTOCOL},
    {"a close code that nobody may send", WS_CLIENT, BYTES("\x88\x02\x03\xed"), "", -E_PROTOCOL},
    {"a length that is longer than need be", WS_CLIENT, BYTES("\x81\x7e\x00\x05Hello"), "",
     -E_PROTOCOL},
    {"a length with its highest bit set", WS_CLIENT,
     BYTES("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x01"), "", -E_PROTOCOL},
    {"more than we take", WS_CLIENT, BYTES("\x82\x7f\x00\x00\x00\x00\x10\x00\x00\x00x"), "",
     -E_PROTOCOL},
    {"HTTP after the handshake", WS_CLIENT, BYTES("HTTP/1.1 200 OK\r\n\r\n"), "", -E_PROTOCOL},
    {"a text, then a broken frame", WS_CLIENT, BYTES("\x81\x02hi\xc1\x00"), "text:hi", -E_PROTOCOL},
};

#define BY_WSLAY 0 /* a byte at a time, and never a frame by our own code */

/* Feeds it in pieces; the first error ends it. */
static int feed(struct ws *ws, const char *bytes, size_t len, size_t piece, struct error *err)
{
    size_t step = piece == BY_WSLAY ? 1 : piece;
    int rc = 0;

    for (size_t at = 0; at < len && rc == 0; at += step) {
        size_t n = len - at < step ? len - at : step;
        char *copy = malloc(n);

        if (piece == BY_WSLAY)
            assert_int_equal(ws_rest_begin(ws), 0);
        memcpy(copy, bytes + at, n);
        rc = ws_feed(ws, copy, n, err);
        free(copy);
    }
    return rc;
}

static void check_conversations(size_t piece)
{
    for (size_t i = 0; i < COUNT(conversations); i++) {
        struct error err = ERROR_NONE;
        struct heard heard;
        struct ws *ws = end_new(conversations[i].reader, &heard);
        int rc = feed(ws, conversations[i].bytes, conversations[i].len, piece, &err);

        if (rc != conversations[i].want || err.code != -conversations[i].want)
            fail_msg("%s, in pieces of %zu: %d '%s'", conversations[i].name, piece, rc, err.text);
        if (strcmp(heard.log.data, conversations[i].heard) != 0)
            fail_msg("%s, in pieces of %zu: heard '%s'", conversations[i].name, piece,
                     heard.log.data);
        if (rc < 0 && (!ws_out(ws)->len || (unsigned char)ws_out(ws)->data[0] != 0x88))
            fail_msg("%s: no close frame goes out", conversations[i].name);
        buf_release(&heard.log);
        ws_free(ws);
    }
}

static void test_frames_whole(void **state)
{
    (void)state;
    check_conversations(SIZE_MAX / 2);
}

static void test_frames_byte_by_byte(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 12; piece++)
        check_conversations(piece);
}

static void test_frames_by_wslay(void **state)
{
    (void)state;
    check_conversations(BY_WSLAY);
}

static const struct {
    const char *name;
    const char *bytes;
    size_t len;
    bool rest;
} memories[] = {
    {"a text", BYTES("\x81\x05Hello"), false},
    {"half a text", BYTES("\x81\x05Hel"), false},
    {"a ping", BYTES("\x89\x05Hello"), false},
    {"half a ping", BYTES("\x89\x05Hel"), true},
    {"the first fragment", BYTES("\x01\x03Hel"), true},
    {"a ping between fragments", BYTES("\x01\x03Hel\x89\x01x"), true},
    {"the last fragment", BYTES("\x01\x03Hel\x80\x02lo"), false},
    {"the last fragment, and a text begins", BYTES("\x01\x03Hel\x80\x02lo\x81\x05H"), false},
    {"a close", BYTES("\x88\x02\x03\xe8"), true},
};

/* While nothing has begun, wslay's context is not there: thousands of ends wait at once. */
static void test_what_is_remembered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(memories); i++) {
        struct error err = ERROR_NONE;
        struct heard heard;
        struct ws *ws = end_new(WS_CLIENT, &heard);

        for (size_t piece = 1; piece < 20; piece += 6) {
            ws_free(ws);
            ws = ws_new(WS_CLIENT, &handler, &heard);
            assert_int_equal(feed(ws, memories[i].bytes, memories[i].len, piece, &err), 0);
            if ((ws->rest != NULL) != memories[i].rest)
                fail_msg("%s, in pieces of %zu", memories[i].name, piece);
        }
        buf_release(&heard.log);
        ws_free(ws);
    }
}

/* What was sent last is no reason to keep room for it. */
static void test_room_for_sends_goes(void **state)
{
    char large[5000] = "";
    struct error err = ERROR_NONE;
    struct heard heard;
    struct ws *ws = end_new(WS_CLIENT, &heard);

    (void)state;
    assert_int_equal(ws_send(ws, large, sizeof(large), true, &err), 0);
    assert_int_equal(ws_feed(ws, BYTES("\x81\x02hi"), &err), 0);
    assert_true(ws_out(ws)->len > sizeof(large)); /* it has not gone out yet */
    buf_drop(ws_out(ws), ws_out(ws)->len);
    assert_int_equal(ws_feed(ws, BYTES("\x81\x02hi"), &err), 0);
    assert_true(ws_out(ws)->cap < 1000);
    buf_release(&heard.log);
    ws_free(ws);
}

/* The message is written with the longest of the three lengths that it needs. */
static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, 1000000};

static void test_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct error err = ERROR_NONE;
        struct heard heard;
        struct heard nobody;
        struct ws *server = end_new(WS_SERVER, &nobody);
        struct ws *client = end_new(WS_CLIENT, &heard);
        char *message = malloc(lengths[i] + 1);

        memset(message, 'm', lengths[i] + 1);
        assert_int_equal(ws_send(server, message, lengths[i], false, &err), 0);
        assert_int_equal(feed(client, ws_out(server)->data, ws_out(server)->len, 1000, &err), 0);
        assert_int_equal(heard.log.len, 5 + lengths[i]);
        assert_memory_equal(heard.log.data + 5, message, lengths[i]);
        free(message);
        buf_release(&heard.log);
        buf_release(&nobody.log);
        ws_free(server);
        ws_free(client);
    }
}

static void test_pings_are_answered(void **state)
{
    struct error err = ERROR_NONE;
    struct heard heard;
    struct ws *ws = end_new(WS_CLIENT, &heard);
    const unsigned char *out;

    (void)state;
    assert_int_equal(feed(ws, BYTES("\x89\x02hi"), 100, &err), 0);
    assert_int_equal(ws_out(ws)->len, 8);
    out = (const unsigned char *)ws_out(ws)->data;
    assert_int_equal(out[0], 0x8a); /* a pong, whole */
    assert_int_equal(out[1], 0x82); /* masked, two bytes */
    assert_int_equal(out[6] ^ out[2], 'h');
    assert_int_equal(out[7] ^ out[3], 'i');
    buf_drop(ws_out(ws), 8);

    assert_int_equal(feed(ws, BYTES("\x8a\x02hi"), 100, &err), 0);
    assert_int_equal(ws_out(ws)->len, 0); /* a pong needs no answer */
    buf_release(&heard.log);
    ws_free(ws);
}

static void test_a_client_masks(void **state)
{
    struct error err = ERROR_NONE;
    struct heard heard;
    struct ws *client = end_new(WS_CLIENT, &heard);
    struct buf *out = ws_out(client);
    char mask[4];

    (void)state;
    assert_int_equal(ws_send(client, "Hello", 5, false, &err), 0);
    assert_int_equal(out->len, 11);
    assert_int_equal((unsigned char)out->data[0], 0x81);
    assert_int_equal((unsigned char)out->data[1], 0x85);
    memcpy(mask, out->data + 2, 4);
    buf_drop(out, out->len);
    assert_int_equal(ws_send(client, "Hello", 5, false, &err), 0);
    assert_memory_not_equal(mask, out->data + 2, 4); /* a fresh mask each */
    buf_release(&heard.log);
    ws_free(client);
}

static void test_closing(void **state)
{
    struct error err = ERROR_NONE;
    struct heard heard;
    struct ws *server = end_new(WS_SERVER, &heard);

    (void)state;
    assert_int_equal(ws_close(server, 1001, "going", &err), 0);
    assert_int_equal(ws_out(server)->len, 9);
    assert_memory_equal(ws_out(server)->data, "\x88\x07\x03\xe9going", 9);
    assert_int_equal(ws_close(server, 1000, NULL, &err), 0); /* one is enough */
    assert_int_equal(ws_out(server)->len, 9);
    assert_int_equal(ws_send(server, "late", 4, false, &err), -E_NET);
    assert_non_null(strstr(err.text, "closed already"));
    buf_release(&heard.log);
    ws_free(server);

    server = end_new(WS_SERVER, &heard);
    err = ERROR_NONE;
    assert_int_equal(ws_close(server, 0, NULL, &err), 0); /* as a browser that leaves */
    assert_int_equal(ws_out(server)->len, 2);
    assert_memory_equal(ws_out(server)->data, "\x88\x00", 2);
    buf_release(&heard.log);
    ws_free(server);
}

/* --- a client and a server, wired back to back --- */

struct wire {
    struct ws *client;
    struct ws *server;
    struct heard at_client;
    struct heard at_server;
};

static void wire_init(struct wire *w)
{
    w->client = end_new(WS_CLIENT, &w->at_client);
    w->server = end_new(WS_SERVER, &w->at_server);
}

static void wire_release(struct wire *w)
{
    buf_release(&w->at_client.log);
    buf_release(&w->at_server.log);
    ws_free(w->client);
    ws_free(w->server);
}

static void carry(struct ws *from, struct ws *to)
{
    struct error err = ERROR_NONE;
    struct buf *out = ws_out(from);

    if (feed(to, out->data, out->len, 7, &err) < 0)
        fail_msg("%s", err.text);
    buf_drop(out, out->len);
}

/* Until neither has anything to say. */
static void carry_all(struct wire *w)
{
    while (ws_out(w->client)->len || ws_out(w->server)->len) {
        carry(w->client, w->server);
        carry(w->server, w->client);
    }
}

static void test_back_to_back(void **state)
{
    struct error err = ERROR_NONE;
    struct wire w;

    (void)state;
    wire_init(&w);
    assert_int_equal(ws_send(w.client, "{\"a\":\"\xE2\x80\xA8\"}", 11, false, &err), 0);
    assert_int_equal(ws_send(w.client, "x", 1, true, &err), 0);
    assert_int_equal(ws_send(w.server, "", 0, false, &err), 0);
    carry_all(&w);
    assert_string_equal(w.at_server.log.data, "text:{\"a\":\"\xE2\x80\xA8\"}; binary:x");
    assert_string_equal(w.at_client.log.data, "text:");
    assert_int_equal(ws_close(w.client, 0, NULL, &err), 0);
    carry_all(&w);
    assert_string_equal(w.at_server.log.data,
                        "text:{\"a\":\"\xE2\x80\xA8\"}; binary:x; close 1005:");
    assert_string_equal(w.at_client.log.data, "text:; close 1005:"); /* its echo */
    wire_release(&w);
}

static void test_both_close_at_once(void **state)
{
    struct error err = ERROR_NONE;
    struct wire w;

    (void)state;
    wire_init(&w);
    ws_close(w.client, 1001, "leaving", &err);
    ws_close(w.server, 1011, "restarting", &err);
    carry_all(&w);
    assert_string_equal(w.at_server.log.data, "close 1001:leaving");
    assert_string_equal(w.at_client.log.data, "close 1011:restarting");
    wire_release(&w);
}

/* A handler may answer from inside. */
static void answer_message(void *user, const char *data, size_t len, bool binary)
{
    struct ws **ws = user;

    assert_int_equal(ws_send(*ws, data, len, binary, NULL), 0);
    assert_int_equal(ws_close(*ws, 1000, "done", NULL), 0);
}

static void ignore_close(void *user, unsigned code, const char *reason, size_t len)
{
    (void)user;
    (void)code;
    (void)reason;
    (void)len;
}

static void test_a_handler_may_send_and_close(void **state)
{
    static const struct ws_handler answering = {.on_message = answer_message,
                                                .on_close = ignore_close};
    struct error err = ERROR_NONE;
    struct ws *server;

    (void)state;
    server = ws_new(WS_SERVER, &answering, &server);
    assert_int_equal(feed(server, BYTES("\x81\x85" MASKED_HELLO), 100, &err), 0);
    assert_int_equal(ws_out(server)->len, 7 + 8);
    assert_memory_equal(ws_out(server)->data,
                        "\x81\x05Hello\x88\x06\x03\xe8"
                        "done",
                        15);
    ws_free(server);
}

static void test_free_accepts_nothing(void **state)
{
    (void)state;
    ws_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_whole),
        cmocka_unit_test(test_frames_byte_by_byte),
        cmocka_unit_test(test_frames_by_wslay),
        cmocka_unit_test(test_what_is_remembered),
        cmocka_unit_test(test_room_for_sends_goes),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_pings_are_answered),
        cmocka_unit_test(test_a_client_masks),
        cmocka_unit_test(test_closing),
        cmocka_unit_test(test_back_to_back),
        cmocka_unit_test(test_both_close_at_once),
        cmocka_unit_test(test_a_handler_may_send_and_close),
        cmocka_unit_test(test_free_accepts_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
