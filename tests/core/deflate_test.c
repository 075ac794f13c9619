/* permessage-deflate: what was agreed on, RFC 7692's own bytes, bombs, and frames that carry it. */
#include "tests/core/testing.h"

#include "core/deflate.h"
#include "core/ws.h"
#include "tests/core/refusal.h"

#define PMD "permessage-deflate"

static const struct {
    const char *answer;
    int want; /* of deflate_terms_read() */
    struct deflate_terms terms;
} answers[] = {
    {NULL, 0, {0}},
    {"", 0, {0}},
    {"  ", 0, {0}},
    {PMD, 0, {true, {false, 15}, {false, 15}}},
    {" Permessage-Deflate ", 0, {true, {false, 15}, {false, 15}}},
    {PMD "; server_no_context_takeover", 0, {true, {false, 15}, {true, 15}}},
    {PMD ";client_no_context_takeover;server_no_context_takeover",
     0,
     {true, {true, 15}, {true, 15}}},
    {PMD "; server_max_window_bits=10", 0, {true, {false, 15}, {false, 10}}},
    {PMD "; client_max_window_bits = \"9\" ; server_max_window_bits=8",
     0,
     {true, {false, 9}, {false, 8}}},
    {"x-webkit-deflate-frame", -E_PROTOCOL, {0}},
    {PMD ", x-other", -E_PROTOCOL, {0}},
    {PMD "-2", -E_PROTOCOL, {0}},
    {PMD ";", -E_PROTOCOL, {0}},
    {PMD "; mystery", -E_PROTOCOL, {0}},
    {PMD "; client_max_window_bits", -E_PROTOCOL, {0}}, /* an offer's, not an answer's */
    {PMD "; client_max_window_bits=7", -E_PROTOCOL, {0}},
    {PMD "; client_max_window_bits=16", -E_PROTOCOL, {0}},
    {PMD "; client_max_window_bits=010", -E_PROTOCOL, {0}},
    {PMD "; client_max_window_bits=9; client_max_window_bits=9", -E_PROTOCOL, {0}},
    {PMD "; server_no_context_takeover=1", -E_PROTOCOL, {0}},
    {PMD "; server_no_context_takeover; server_no_context_takeover", -E_PROTOCOL, {0}},
};

static void check_side(const char *answer, const struct deflate_side *got,
                       const struct deflate_side *want)
{
    if (got->no_takeover != want->no_takeover || got->window_bits != want->window_bits)
        fail_msg("%s: %d bits, %d", answer, got->window_bits, got->no_takeover);
}

static void test_terms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct error err = ERROR_NONE;
        struct deflate_terms terms;
        int rc = deflate_terms_read(&terms, answers[i].answer, &err);

        if (rc != answers[i].want || err.code != -answers[i].want)
            fail_msg("%s: %d %s", answers[i].answer, rc, err.text);
        assert_int_equal(terms.agreed, answers[i].terms.agreed);
        if (rc < 0)
            continue;
        check_side(answers[i].answer, &terms.client, &answers[i].terms.client);
        check_side(answers[i].answer, &terms.server, &answers[i].terms.server);
    }
}

#define BYTES(literal) literal, sizeof(literal) - 1

/* RFC 7692 7.2.3, each the first message of its connection, but for the ones that say so. */
static const struct {
    const char *name;
    bool again; /* behind the row before */
    const char *bytes;
    size_t len;
    const char *plain; /* NULL: refused */
} vectors[] = {
    {"one block", false, BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00"), "Hello"},
    {"again, with the window", true, BYTES("\xf2\x00\x11\x00\x00"), "Hello"},
    {"nothing", true, BYTES("\x00"), ""},
    {"nothing at all", true, "", 0, ""},
    {"not compressed", false, BYTES("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), "Hello"},
    {"a final block", false, BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "Hello"},
    {"the window outlives a final block", true, BYTES("\xf2\x00\x11\x00\x00"), "Hello"},
    {"two blocks", false, BYTES("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "Hello"},
    {"no such block", false, BYTES("\xff\xff"), NULL},
    {"a window that is not there", false, BYTES("\xf2\x00\x11\x00\x00"), NULL},
};

static void check_vector(struct inflater *inflater, size_t i)
{
    struct error err = ERROR_NONE;
    struct buf out;
    int rc;

    buf_init(&out, 1000);
    buf_adds(&out, "");
    rc = inflater_add(inflater, vectors[i].bytes, vectors[i].len, &out, &err);
    if (rc != (vectors[i].plain ? 0 : -E_PROTOCOL))
        fail_msg("%s: %d %s", vectors[i].name, rc, err.text);
    if (vectors[i].plain)
        assert_string_equal(out.data, vectors[i].plain);
    buf_release(&out);
}

static void test_vectors(void **state)
{
    const struct deflate_side side = {false, 15};
    struct inflater inflater = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        if (!vectors[i].again) {
            inflater_release(&inflater);
            inflater_init(&inflater, &side);
        }
        check_vector(&inflater, i);
    }
    inflater_release(&inflater);
}

/* Text that compresses, and bytes that do not. */
static void fill(char *data, size_t len, bool noise)
{
    unsigned x = 12345;

    for (size_t i = 0; i < len; i++) {
        x = x * 1103515245u + 12345u;
        data[i] = noise ? (char)(x >> 16) : "{\"a\":1}"[i % 7];
    }
}

static const size_t sizes[] = {0, 1, 5, 0, 16379, 16384, 16389, 100000, 3, 1 << 20};

static void check_round(const struct deflate_side *side, bool noise)
{
    struct deflater deflater;
    struct inflater inflater;
    struct error err = ERROR_NONE;
    char *data = malloc(1 << 20);
    struct buf wire;
    struct buf plain;

    fill(data, 1 << 20, noise);
    buf_init(&wire, 4 << 20);
    buf_init(&plain, 4 << 20);
    deflater_init(&deflater, side);
    inflater_init(&inflater, side);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        buf_clear(&wire);
        buf_clear(&plain);
        assert_int_equal(deflater_add(&deflater, data, sizes[i], &wire, &err), 0);
        assert_true(wire.len > 0);
        if (inflater_add(&inflater, wire.data, wire.len, &plain, &err) < 0)
            fail_msg("%d bits, message %zu: %s", side->window_bits, i, err.text);
        assert_int_equal(plain.len, sizes[i]);
        if (sizes[i])
            assert_memory_equal(plain.data, data, sizes[i]);
    }
    deflater_release(&deflater);
    inflater_release(&inflater);
    buf_release(&wire);
    buf_release(&plain);
    free(data);
}

static void test_there_and_back(void **state)
{
    static const struct deflate_side sides[] = {{false, 15}, {true, 15}, {false, 9}, {true, 9}};

    (void)state;
    for (size_t i = 0; i < COUNT(sides); i++) {
        check_round(&sides[i], false);
        check_round(&sides[i], true);
    }
}

/* A million zeros come as a thousand bytes; the bound is the reader's. */
static void test_bomb(void **state)
{
    const struct deflate_side side = {false, 15};
    struct deflater deflater;
    struct inflater inflater;
    struct error err = ERROR_NONE;
    char *zeros = calloc(1, 1 << 20);
    struct buf wire;
    struct buf plain;

    (void)state;
    buf_init(&wire, 1 << 20);
    buf_init(&plain, (1 << 20) - 1);
    deflater_init(&deflater, &side);
    inflater_init(&inflater, &side);
    assert_int_equal(deflater_add(&deflater, zeros, 1 << 20, &wire, &err), 0);
    assert_in_range(wire.len, 1, 5000);
    assert_int_equal(inflater_add(&inflater, wire.data, wire.len, &plain, &err), -E_PROTOCOL);
    assert_non_null(strstr(err.text, "larger than"));
    assert_true(plain.len <= plain.max);
    deflater_release(&deflater);
    inflater_release(&inflater);
    buf_release(&wire);
    buf_release(&plain);
    free(zeros);
}

/* --- frames --- */

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    buf_addf(user, "%s:", binary ? "binary" : "text");
    buf_add(user, data, len);
    buf_adds(user, "; ");
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    buf_addf(user, "close %u:%.*s; ", code, (int)len, reason);
}

static const struct ws_handler handler = {.on_message = on_message, .on_close = on_close};

static struct ws *end_new(enum ws_role role, const char *answer, struct buf *heard)
{
    struct ws *ws = ws_new(role, &handler, heard);
    struct error err = ERROR_NONE;
    struct deflate_terms terms;

    assert_non_null(ws);
    assert_int_equal(deflate_terms_read(&terms, answer, &err), 0);
    assert_int_equal(ws_use_deflate(ws, &terms), 0);
    buf_init(heard, 1 << 20);
    buf_adds(heard, "");
    return ws;
}

#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"

static const struct {
    const char *name;
    const char *answer;
    const char *bytes;
    size_t len;
    const char *heard;
    int want;
} conversations[] = {
    {"one frame", PMD, BYTES("\xc1\x07" HELLO), "text:Hello; ", 0},
    {"fragments", PMD, BYTES("\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"), "text:Hello; ", 0},
    {"fragments about a ping", PMD,
     BYTES("\x41\x03\xf2\x48\xcd\x89\x01?\x00\x00\x80\x04\xc9\xc9\x07\x00"), "text:Hello; ", 0},
    {"plain messages between", PMD,
     BYTES("\x81\x02hi\xc1\x07" HELLO "\x82\x01!\xc1\x05\xf2\x00\x11\x00\x00"),
     "text:hi; text:Hello; binary:!; text:Hello; ", 0},
    {"each for itself", PMD "; server_no_context_takeover",
     BYTES("\xc1\x07" HELLO "\xc1\x07" HELLO), "text:Hello; text:Hello; ", 0},
    {"an empty one", PMD, BYTES("\xc1\x01\x00"), "text:; ", 0},
    {"a close behind it", PMD, BYTES("\xc2\x07" HELLO "\x88\x02\x03\xe8"),
     "binary:Hello; close 1000:; ", 0},
    {"nobody agreed", "", BYTES("\xc1\x07" HELLO), "", -E_PROTOCOL},
    {"RSV1 on a continuation", PMD, BYTES("\x41\x03\xf2\x48\xcd\xc0\x04\xc9\xc9\x07\x00"), "",
     -E_PROTOCOL},
    {"RSV1 on a ping", PMD, BYTES("\xc9\x01?"), "", -E_PROTOCOL},
    {"RSV1 on a close", PMD, BYTES("\xc8\x02\x03\xe8"), "", -E_PROTOCOL},
    {"RSV2", PMD, BYTES("\xa1\x02hi"), "", -E_PROTOCOL},
    {"not deflate's bytes", PMD, BYTES("\xc1\x02\xff\xff"), "", -E_PROTOCOL},
    {"text that is no UTF-8, inside", PMD, BYTES("\xc1\x07\x00\x02\x00\xfd\xff\xc3\x28"), "",
     -E_PROTOCOL},
    {"binary need not be", PMD, BYTES("\xc2\x08\x00\x02\x00\xfd\xff\xc3\x28\x00"),
     "binary:\xc3\x28; ", 0},
    {"a surrogate, inside", PMD, BYTES("\xc1\x09\x00\x03\x00\xfc\xff\xed\xa0\x80\x00"), "",
     -E_PROTOCOL},
    {"two to four bytes a character", PMD,
     BYTES("\xc1\x0f\x00\x09\x00\xf6\xff\xc3\xa9\xe2\x80\xa8\xf0\x9d\x84\x9e\x00"),
     "text:\xc3\xa9\xe2\x80\xa8\xf0\x9d\x84\x9e; ", 0},
    {"nothing is heard behind what is broken", PMD, BYTES("\xc1\x02\xff\xff\x81\x02hi"), "",
     -E_PROTOCOL},
};

static void check_conversation(size_t i, size_t piece)
{
    struct error err = ERROR_NONE;
    struct buf heard;
    struct ws *ws = end_new(WS_CLIENT, conversations[i].answer, &heard);
    int rc = 0;

    for (size_t at = 0; at < conversations[i].len && rc == 0; at += piece) {
        size_t left = conversations[i].len - at;

        rc = ws_feed(ws, conversations[i].bytes + at, left < piece ? left : piece, &err);
    }
    if (rc != conversations[i].want || rc != -err.code)
        fail_msg("%s, in pieces of %zu: %d %s", conversations[i].name, piece, rc, err.text);
    if (strcmp(heard.data, conversations[i].heard) != 0)
        fail_msg("%s, in pieces of %zu: heard %s", conversations[i].name, piece, heard.data);
    if (rc < 0 && (!ws_out(ws)->len || (unsigned char)ws_out(ws)->data[0] != 0x88))
        fail_msg("%s: no close frame goes out", conversations[i].name);
    buf_release(&heard);
    ws_free(ws);
}

static void test_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(conversations); i++) {
        check_conversation(i, SIZE_MAX / 2);
        check_conversation(i, 1);
        check_conversation(i, 3);
    }
}

static void carry(struct ws *from, struct ws *to)
{
    struct error err = ERROR_NONE;

    if (ws_feed(to, ws_out(from)->data, ws_out(from)->len, &err) < 0)
        fail_msg("%s", err.text);
    buf_drop(ws_out(from), ws_out(from)->len);
}

static void test_both_ends(void **state)
{
    static const char *const terms[] = {
        PMD, PMD "; client_no_context_takeover; server_no_context_takeover",
        PMD "; client_max_window_bits=9; server_max_window_bits=10",
        PMD "; client_max_window_bits=8; server_max_window_bits=8", ""};
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < COUNT(terms); i++) {
        struct error err = ERROR_NONE;
        struct buf at_client;
        struct buf at_server;
        struct ws *client = end_new(WS_CLIENT, terms[i], &at_client);
        struct ws *server = end_new(WS_SERVER, terms[i], &at_server);
        bool squeezed = i < 3;

        for (int n = 0; n < 3; n++) {
            assert_int_equal(ws_send(client, text, sizeof(text), false, &err), 0);
            assert_int_equal(ws_out(client)->len < 100, squeezed);
            assert_int_equal((unsigned char)ws_out(client)->data[0], squeezed ? 0xc1 : 0x81);
            carry(client, server);
            assert_int_equal(ws_send(server, "", 0, true, &err), 0);
            carry(server, client);
        }
        assert_int_equal(at_server.len, 3 * (sizeof(text) + 7));
        assert_string_equal(at_client.data, "binary:; binary:; binary:; ");
        buf_release(&at_client);
        buf_release(&at_server);
        ws_free(client);
        ws_free(server);
    }
}

/* 65 MiB of zeros in 64 KiB: refused as too large (1009), in memory that is bounded. */
static void test_bomb_in_a_frame(void **state)
{
    size_t len = WS_MESSAGE_MAX + 1;
    char *zeros = calloc(1, len);
    struct error err = ERROR_NONE;
    struct buf heard;
    struct buf nobody;
    struct ws *client = end_new(WS_CLIENT, PMD, &heard);
    struct ws *server = end_new(WS_SERVER, PMD, &nobody);

    (void)state;
    assert_int_equal(ws_send(server, zeros, len, true, &err), 0);
    assert_int_equal(ws_feed(client, ws_out(server)->data, ws_out(server)->len, &err), -E_PROTOCOL);
    assert_non_null(strstr(err.text, "64 MiB"));
    assert_string_equal(heard.data, "");
    assert_int_equal((unsigned char)ws_out(client)->data[0], 0x88);
    buf_release(&heard);
    buf_release(&nobody);
    ws_free(client);
    ws_free(server);
    free(zeros);
}

/* --- memory --- */

static int talk(void *user)
{
    struct error err = ERROR_NONE;
    struct deflate_terms terms;
    struct buf heard;
    struct ws *ws = ws_new(WS_CLIENT, &handler, &heard);
    int rc = ws ? 0 : -E_NOMEM;

    (void)user;
    buf_init(&heard, 1000);
    if (rc == 0)
        rc = deflate_terms_read(&terms, PMD, &err);
    if (rc == 0)
        rc = ws_use_deflate(ws, &terms);
    if (rc == 0)
        rc = ws_send(ws, "Hello", 5, false, &err);
    if (rc == 0)
        rc = ws_feed(ws, BYTES("\xc1\x07" HELLO), &err);
    if (rc == 0)
        rc = heard.failed ? -E_NOMEM : 0;
    buf_release(&heard);
    ws_free(ws);
    return rc;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("deflate", talk, NULL) > 5);
    assert_true(refuse_onward_in_turn("deflate", talk, NULL) > 5);
}

/* zlib's memory is most of what a session has: where nothing is remembered, nothing is held. */
static void test_what_is_held_between_messages(void **state)
{
    (void)state;
    for (int apart = 0; apart < 2; apart++) {
        struct deflate_side side = {.no_takeover = apart, .window_bits = 15};
        struct error err = ERROR_NONE;
        struct deflater deflater;
        struct inflater inflater;

        deflater_init(&deflater, &side);
        inflater_init(&inflater, &side);
        for (int i = 0; i < 2; i++) {
            struct buf small;
            struct buf plain;

            buf_init(&small, 1000);
            buf_init(&plain, 1000);
            assert_int_equal(deflater_add(&deflater, "Hello", 5, &small, &err), 0);
            assert_int_equal(inflater_add(&inflater, small.data, small.len, &plain, &err), 0);
            assert_string_equal(plain.data, "Hello");
            assert_int_equal(deflater.z == NULL, apart);
            assert_int_equal(inflater.z == NULL, apart);
            buf_release(&small);
            buf_release(&plain);
        }
        deflater_release(&deflater);
        inflater_release(&inflater);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_both_ends),
        cmocka_unit_test(test_bomb_in_a_frame),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_what_is_held_between_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
