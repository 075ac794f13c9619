/* The opening handshake, client side; the key and its answer are RFC 6455's own (section 1.3). */
#include "tests/core/testing.h"

#include "core/error.h"
#include "core/ws.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define SWITCHED "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

#define WHOLE -1000 /* the length of the whole answer */

static const struct {
    const char *name;
    const char *answer;
    long want; /* WHOLE, 0, or a code */
    int status;
    const char *says;
} answers[] = {
    {"right", SWITCHED "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n", WHOLE, 101, ""},
    {"right, in small letters and with spaces",
     SWITCHED "sec-websocket-accept:   " ACCEPT "  \r\nX: y\r\n\r\n", WHOLE, 101, ""},
    {"right, without a reason phrase", "HTTP/1.1 101\r\nSec-WebSocket-Accept:" ACCEPT "\r\n\r\n",
     WHOLE, 101, ""},
    {"a word of the right name inside another header",
     SWITCHED "X-Sec-WebSocket-Accept: no\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", WHOLE, 101,
     ""},
    {"another key's answer", SWITCHED "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
     -E_PROTOCOL, 101, "Sec-WebSocket-Accept"},
    {"our own key back", SWITCHED "Sec-WebSocket-Accept: " KEY "\r\n\r\n", -E_PROTOCOL, 101,
     "Sec-WebSocket-Accept"},
    {"the beginning of the right key", SWITCHED "Sec-WebSocket-Accept: s3pPLMB\r\n\r\n",
     -E_PROTOCOL, 101, "Sec-WebSocket-Accept"},
    {"no key", SWITCHED "\r\n", -E_PROTOCOL, 101, "Sec-WebSocket-Accept"},
    {"forbidden", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", -E_MISMATCH, 403,
     "answered 403"},
    {"not found", "HTTP/1.1 404 Not Found\r\n\r\n", -E_MISMATCH, 404, "answered 404"},
    {"moved", "HTTP/1.0 302 Found\r\nLocation: /login\r\n\r\n", -E_MISMATCH, 302, "answered 302"},
    {"a page, as if nobody had asked", "HTTP/1.1 200 OK\r\n\r\n<html>", -E_MISMATCH, 200,
     "answered 200"},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", -E_PROTOCOL, 0, "not HTTP/1.1"},
    {"HTTP/2", "HTTP/2 101\r\n\r\n", -E_PROTOCOL, 0, "not HTTP/1.1"},
    {"only empty lines", "\r\n\r\n", -E_PROTOCOL, 0, "not HTTP/1.1"},
    {"a status line that ends before its status", "HTTP/1.1\r\n\r\n", -E_PROTOCOL, 0,
     "not HTTP/1.1"},
    {"a status in letters", "HTTP/1.1 abc\r\n\r\n", -E_PROTOCOL, 0, "not HTTP/1.1"},
    {"a status of one digit", "HTTP/1.1 1\r\n\r\n", -E_PROTOCOL, 0, "not HTTP/1.1"},
};

/* An allocation of its own, so that a sanitizer sees a byte read too far. */
static long answer(const char *text, size_t len, int *status, struct error *err)
{
    char *copy = malloc(len ? len : 1);
    long rc;

    memcpy(copy, text, len);
    rc = ws_read_response(copy, len, KEY, status, err);
    free(copy);
    return rc;
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *text = answers[i].answer;
        struct error err = ERROR_NONE;
        int status = 0;
        long rc = answer(text, strlen(text), &status, &err);

        if (rc != (answers[i].want == WHOLE ? (long)strlen(text) : answers[i].want))
            fail_msg("%s: %ld", answers[i].name, rc);
        if (status != answers[i].status)
            fail_msg("%s: status %d", answers[i].name, status);
        if (!strstr(err.text, answers[i].says))
            fail_msg("%s: says '%s'", answers[i].name, err.text);
    }
}

/* Whatever the answer: up to its last byte nothing is decided. */
static void test_answers_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *text = answers[i].answer;
        size_t head = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;

        for (size_t len = 0; len < head; len++) {
            struct error err = ERROR_NONE;
            int status = 0;

            if (answer(text, len, &status, &err) != 0)
                fail_msg("%s: after %zu bytes: %s", answers[i].name, len, err.text);
        }
    }
}

/* A fast server's first frame comes in the same packet. */
static void test_frames_may_follow_at_once(void **state)
{
    static const char text[] = SWITCHED "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n\x81\x02hi";
    struct error err = ERROR_NONE;
    int status = 0;

    (void)state;
    assert_int_equal(answer(text, sizeof(text) - 1, &status, &err), sizeof(text) - 1 - 4);
}

static void test_a_head_without_end(void **state)
{
    struct error err = ERROR_NONE;
    int status = 0;
    size_t len = 1 << 20;
    char *text = malloc(len);

    (void)state;
    memset(text, 'x', len);
    memcpy(text, "HTTP/1.1 101 ", 13);
    assert_int_equal(ws_read_response(text, 1000, KEY, &status, &err), 0);
    assert_int_equal(ws_read_response(text, len, KEY, &status, &err), -E_PROTOCOL);
    assert_non_null(strstr(err.text, "no end"));
    free(text);
}

static void test_the_request(void **state)
{
    static const char *const headers[] = {"Origin: http://a.example", "Cookie: a=1; b=2", NULL};
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    assert_int_equal(ws_write_request(&out, "a.example:8080", "/websocket/?x=1", KEY, headers), 0);
    assert_string_equal(out.data, "GET /websocket/?x=1 HTTP/1.1\r\n"
                                  "Host: a.example:8080\r\n"
                                  "Connection: Upgrade\r\n"
                                  "Upgrade: websocket\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: " KEY "\r\n"
                                  "Origin: http://a.example\r\n"
                                  "Cookie: a=1; b=2\r\n"
                                  "\r\n");
    buf_clear(&out);
    assert_int_equal(ws_write_request(&out, "a", "/", KEY, NULL), 0);
    assert_non_null(strstr(out.data, "Key: " KEY "\r\n\r\n"));
    buf_release(&out);

    buf_init(&out, 100);
    assert_int_equal(ws_write_request(&out, "a", "/", KEY, headers), -E_NOMEM);
    buf_release(&out);
}

static void test_keys_are_fresh(void **state)
{
    char before[WS_KEY_TEXT] = "";
    char key[WS_KEY_TEXT];

    (void)state;
    for (int i = 0; i < 100; i++) {
        ws_make_key(key);
        assert_int_equal(strlen(key), 24);
        assert_string_equal(key + 22, "==");
        assert_string_not_equal(key, before);
        memcpy(before, key, sizeof(key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answers_byte_by_byte),
        cmocka_unit_test(test_frames_may_follow_at_once),
        cmocka_unit_test(test_a_head_without_end),
        cmocka_unit_test(test_the_request),
        cmocka_unit_test(test_keys_are_fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
