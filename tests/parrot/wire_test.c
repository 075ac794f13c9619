/* What comes and goes as bytes: heads and frames; whole, and byte by byte. */
#include "parrot/frames.h"
#include "parrot/head.h"

#include "tests/core/testing.h"

static bool is_text(struct head_text t, const char *want)
{
    return t.bytes == strlen(want) && memcmp(t.at, want, t.bytes) == 0;
}

static void test_heads(void **state)
{
    static const struct {
        const char *text;
        const char *method; /* NULL: that is no request */
        const char *url;
        bool keep_alive;
        uint64_t body;
        bool chunked;
        bool upgrade;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/", true, 0, false, false},
        {"GET /a?b=c HTTP/1.0\r\n\r\n", "GET", "/a?b=c", false, 0, false, false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET", "/", true, 0, false, false},
        {"PROPFIND /d HTTP/1.1\r\nconnection: close\r\n\r\n", "PROPFIND", "/d", false, 0, false,
         false},
        {"POST /p HTTP/1.1\r\nContent-Length:  42 \r\n\r\n", "POST", "/p", true, 42, false, false},
        {"PUT /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "PUT", "/p", true, 0, true,
         false},
        {"GET http://h:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/p?q", true, 0, false, false},
        {"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/", true, 0, false, false},
        {"GET /ws HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n", "GET", "/ws",
         true, 0, false, true},
        {"hello\r\n\r\n", NULL, NULL, false, 0, false, false},
        {"GET /\r\n\r\n", NULL, NULL, false, 0, false, false},
        {" / HTTP/1.1\r\n\r\n", NULL, NULL, false, 0, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = strlen(rows[i].text);
        struct head head;

        print_message("%.*s\n", (int)strcspn(rows[i].text, "\r"), rows[i].text);
        for (size_t n = 0; n < len; n++)
            assert_int_equal(head_read(rows[i].text, n, &head), 0);
        assert_int_equal(head_read(rows[i].text, len, &head), rows[i].method ? (long)len : -1);
        if (!rows[i].method)
            continue;
        assert_true(is_text(head.method, rows[i].method));
        assert_true(is_text(head.url, rows[i].url));
        assert_int_equal(head.keep_alive, rows[i].keep_alive);
        assert_int_equal(head.body_bytes, rows[i].body);
        assert_int_equal(head.chunked, rows[i].chunked);
        assert_int_equal(head.upgrade, rows[i].upgrade);
    }
}

static void test_what_a_handshake_says(void **state)
{
    static const char text[] = "GET /ws HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                               "Sec-WebSocket-Protocol: bokeh, TOKEN\r\nExpect: 100-continue\r\n"
                               "Cookie: a=1; parrot_3=7; parrot_30=8\r\n\r\n";
    struct head head;

    (void)state;
    assert_int_equal(head_read(text, sizeof(text) - 1, &head), sizeof(text) - 1);
    assert_true(is_text(head.key, "dGhlIHNhbXBsZSBub25jZQ=="));
    assert_true(is_text(head.protocol, "bokeh"));
    assert_true(head.expects);
    assert_int_equal(head_cookie(&head, "parrot_3"), 7);
    assert_int_equal(head_cookie(&head, "parrot_30"), 8);
    assert_int_equal(head_cookie(&head, "parrot_"), 0);
    assert_int_equal(head_cookie(&head, "b"), 0);
}

/* A frame as a client sends it. */
static size_t masked(char *out, unsigned opcode, bool last, const char *payload, size_t bytes)
{
    static const char mask[4] = {1, 2, 3, 4};
    size_t at = 2;

    out[0] = (char)((last ? 0x80 : 0) | opcode);
    out[1] = (char)(0x80 | (bytes < 126 ? bytes : 126));
    if (bytes >= 126) {
        out[at++] = (char)(bytes >> 8);
        out[at++] = (char)bytes;
    }
    memcpy(out + at, mask, 4);
    for (size_t i = 0; i < bytes; i++)
        out[at + 4 + i] = (char)(payload[i] ^ mask[i % 4]);
    return at + 4 + bytes;
}

static void test_frames_that_come(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 125, 126, 1000};
    char payload[1000];
    char data[1100];

    (void)state;
    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = (char)(i * 7);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t len = masked(data, OPCODE_BINARY, i % 2, payload, sizes[i]);
        struct frame frame;

        for (size_t n = 0; n < len; n++)
            assert_int_equal(frame_read(data, n, &frame), 0);
        assert_int_equal(frame_read(data, len, &frame), len);
        assert_int_equal(frame.opcode, OPCODE_BINARY);
        assert_int_equal(frame.last, i % 2);
        assert_int_equal(frame.bytes, sizes[i]);
        assert_memory_equal(frame.payload, payload, sizes[i]);
    }
    assert_int_equal(frame_read((char[]){(char)0x81, 1, 'x'}, 3, &(struct frame){0}), -1);
    assert_int_equal(
        frame_read((char[]){(char)0xc1, (char)0x80, 0, 0, 0, 0}, 6, &(struct frame){0}), -1);
    memset(data, 0xff, 20);
    assert_int_equal(frame_read(data + 1, 19, &(struct frame){0}), -1);
}

static void test_frames_that_go(void **state)
{
    static const struct {
        size_t bytes;
        size_t pieces;
        size_t frames;
        size_t length; /* on the wire */
    } rows[] = {
        {0, 1, 1, 2},         {125, 1, 1, 127},     {126, 1, 1, 130},
        {65535, 1, 1, 65539}, {65536, 1, 1, 65546}, {9, 3, 3, 15},
        {10, 3, 3, 16},       {2, 3, 1, 4},         {0, 3, 1, 2},
    };
    char *payload = calloc(1, 65536);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out;
        size_t frames = 0;

        buf_init(&out, 1 << 20);
        assert_int_equal(frames_add(&out, OPCODE_TEXT, payload, rows[i].bytes, rows[i].pieces), 0);
        assert_int_equal(out.len, rows[i].length);
        assert_int_equal(out.data[0] & 0x0f, OPCODE_TEXT);
        for (size_t at = 0; rows[i].bytes < 126 && at < out.len; frames++) {
            bool last = out.data[at] & 0x80;

            assert_int_equal(out.data[at] & 0x0f, at ? OPCODE_MORE : OPCODE_TEXT);
            at += 2 + (size_t)out.data[at + 1];
            assert_int_equal(last, at == out.len);
        }
        if (rows[i].bytes < 126)
            assert_int_equal(frames, rows[i].frames);
        buf_release(&out);
    }
    free(payload);
}

static void test_closes(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(frame_add_close(&out, 4001, "bye"), 0);
    assert_memory_equal(out.data,
                        "\x88\x05\x0f\xa1"
                        "bye",
                        7);
    buf_clear(&out);
    assert_int_equal(frame_add_close(&out, 0, NULL), 0);
    assert_int_equal(out.len, 2);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_what_a_handshake_says),
        cmocka_unit_test(test_frames_that_come),
        cmocka_unit_test(test_frames_that_go),
        cmocka_unit_test(test_closes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
