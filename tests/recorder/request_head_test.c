/* Heads of requests: what is kept, what is refused, whole and byte by byte. */
#include "recorder/request_head.h"

#include <string.h>

#include "recorder/limits.h"
#include "tests/core/refusal.h"
#include "tests/core/testing.h"

#define HOST "Host: h\r\n"

static const struct {
    const char *name;
    const char *in;
    int status; /* 0: taken */
    const char *want;
} cases[] = {
    {"the least", "GET / HTTP/1.1\r\n" HOST "\r\n", 0, "GET / 1 body -1 keeps\nHost: h\n"},
    {"any method", "M-SEARCH!# * HTTP/1.1\r\n" HOST "\r\n", 0,
     "M-SEARCH!# * 1 body -1 keeps\nHost: h\n"},
    {"a whole URL", "GET http://h/x?y HTTP/1.1\r\n" HOST "\r\n", 0,
     "GET http://h/x?y 1 body -1 keeps\nHost: h\n"},
    {"an awkward target", "GET //a/../%2f?..&&e='\"|\xe9 HTTP/1.1\r\n" HOST "\r\n", 0,
     "GET //a/../%2f?..&&e='\"|\xe9 1 body -1 keeps\nHost: h\n"},
    {"order, case, repeats, empty, latin-1",
     "GET / HTTP/1.1\r\nB: 1\r\nhost:h\r\na:\r\nb:  2\t \r\nC: \xe9\r\n\r\n", 0,
     "GET / 1 body -1 keeps\nB: 1\nhost: h\na: \nb: 2\nC: \xe9\n"},
    {"a folded header", "GET / HTTP/1.1\r\n" HOST "A: 1\r\n  2\r\n\t3\r\n \r\nB:\r\n 4\r\n\r\n", 0,
     "GET / 1 body -1 keeps\nHost: h\nA: 1 2 3\nB: 4\n"},
    {"empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0,
     "GET / 1 body -1 keeps\nHost: h\n"},
    {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 0, "GET / 0 body -1\n"},
    {"HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 0,
     "GET / 0 body -1 keeps\nConnection: Keep-Alive\n"},
    {"a later minor version", "GET / HTTP/1.7\r\n" HOST "\r\n", 0,
     "GET / 1 body -1 keeps\nHost: h\n"},
    {"the last request", "GET / HTTP/1.1\r\n" HOST "Connection: x, close\r\n\r\n", 0,
     "GET / 1 body -1\nHost: h\nConnection: x, close\n"},
    {"a length", "PUT / HTTP/1.1\r\n" HOST "Content-Length: 00123\r\n\r\n", 0,
     "PUT / 1 body 123 keeps\nHost: h\nContent-Length: 00123\n"},
    {"the same length twice",
     "PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\ncontent-length: 5\r\n\r\n", 0,
     "PUT / 1 body 5 keeps\nHost: h\nContent-Length: 5\ncontent-length: 5\n"},
    {"chunks", "PUT / HTTP/1.1\r\n" HOST "transfer-encoding: Chunked\r\n\r\n", 0,
     "PUT / 1 body -2 keeps\nHost: h\ntransfer-encoding: Chunked\n"},

    {"no version", "GET /\r\n" HOST "\r\n", 400, NULL},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a space in the target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"no path", "GET x HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"an authority", "CONNECT h:443 HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a method that is no token", "G/T / HTTP/1.1\r\n" HOST "\r\n", 400, NULL},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505, NULL},
    {"a strange version", "GET / HTTP/1.x\r\n" HOST "\r\n", 505, NULL},
    {"a small http", "GET / http/1.1\r\n" HOST "\r\n", 400, NULL},
    {"a blank before the colon", "GET / HTTP/1.1\r\n" HOST "A : 1\r\n\r\n", 400, NULL},
    {"no colon", "GET / HTTP/1.1\r\n" HOST "A\r\n\r\n", 400, NULL},
    {"no name", "GET / HTTP/1.1\r\n" HOST ": 1\r\n\r\n", 400, NULL},
    {"folded at once", "GET / HTTP/1.1\r\n A: 1\r\n" HOST "\r\n", 400, NULL},
    {"a bare carriage return", "GET / HTTP/1.1\r\n" HOST "A: 1\rB: 2\r\n\r\n", 400, NULL},
    {"a bare line feed", "GET / HTTP/1.1\r\n" HOST "A: 1\nB: 2\r\n\r\n", 400, NULL},
    {"a control character", "GET / HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n", 400, NULL},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, NULL},
    {"two Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, NULL},
    {"two lengths", "PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400,
     NULL},
    {"a list of lengths", "PUT / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n", 400, NULL},
    {"a length with a sign", "PUT / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n", 400, NULL},
    {"a negative length", "PUT / HTTP/1.1\r\n" HOST "Content-Length: -5\r\n\r\n", 400, NULL},
    {"a hexadecimal length", "PUT / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 400, NULL},
    {"an empty length", "PUT / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400, NULL},
    {"a length beyond all numbers",
     "PUT / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400, NULL},
    {"length and chunks",
     "PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     NULL},
    {"chunks in HTTP/1.0", "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, NULL},
    {"another coding", "PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501,
     NULL},
    {"chunked twice",
     "PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     501, NULL},
    {"chunked, folded", "PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n xchunked\r\n\r\n", 501,
     NULL},
};

static void describe(const struct request_head *head, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s %s %d body %d%s\n", head->method, head->target,
                                head->minor, (int)head->body_bytes, head->keeps ? " keeps" : "");

    for (size_t i = 0; i < head->headers.count; i++)
        n += (size_t)snprintf(text + n, size - n, "%s: %s\n", head->headers.items[i].name,
                              head->headers.items[i].value);
}

static void check(size_t i, const struct request_head *head, ssize_t n, struct error *err)
{
    char text[1024];

    if (cases[i].status) {
        if (n != -E_PROTOCOL || head->status != cases[i].status || !err->code)
            fail_msg("%s: %zd, status %d: %s", cases[i].name, n, head->status, err->text);
        return;
    }
    if (n != (ssize_t)strlen(cases[i].in))
        fail_msg("%s: %zd: %s", cases[i].name, n, err->text);
    describe(head, text, sizeof(text));
    if (strcmp(text, cases[i].want) != 0)
        fail_msg("%s: '%s'", cases[i].name, text);
}

static void test_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = ERROR_NONE;
        struct request_head head;
        ssize_t n = request_head_parse(&head, cases[i].in, strlen(cases[i].in), &err);

        check(i, &head, n, &err);
        request_head_release(&head);
    }
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].in);

        for (size_t have = 0; have < len; have++) {
            struct error err = ERROR_NONE;
            struct request_head head;

            if (request_head_parse(&head, cases[i].in, have, &err) != 0)
                fail_msg("%s: %zu bytes are enough", cases[i].name, have);
            request_head_release(&head);
        }
    }
}

static void test_what_comes_behind_stays(void **state)
{
    static const char in[] = "GET / HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n\r\n";
    struct error err = ERROR_NONE;
    struct request_head head;

    (void)state;
    assert_int_equal(request_head_parse(&head, in, sizeof(in) - 1, &err), 27);
    request_head_release(&head);
}

static void test_bounds(void **state)
{
    struct error err = ERROR_NONE;
    struct request_head head;
    char *in = malloc(HEAD_BYTES_MAX + 100);
    int n = sprintf(in, "GET / HTTP/1.1\r\n" HOST "Cookie: ");

    (void)state;
    memset(in + n, 'c', HEAD_BYTES_MAX);
    memcpy(in + HEAD_BYTES_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(request_head_parse(&head, in, HEAD_BYTES_MAX, &err), HEAD_BYTES_MAX);
    request_head_release(&head);
    memcpy(in + HEAD_BYTES_MAX - 4, "c\r\n\r\n", 5);
    assert_int_equal(request_head_parse(&head, in, HEAD_BYTES_MAX, &err), 0);
    assert_int_equal(request_head_parse(&head, in, HEAD_BYTES_MAX + 1, &err), -E_PROTOCOL);
    assert_int_equal(head.status, 431);
    request_head_release(&head);
    free(in);
}

static void test_zero_byte(void **state)
{
    static const char in[] = "GET / HTTP/1.1\r\n" HOST "A: x\0y\r\n\r\n";
    struct error err = ERROR_NONE;
    struct request_head head;

    (void)state;
    assert_int_equal(request_head_parse(&head, in, sizeof(in) - 1, &err), -E_PROTOCOL);
    assert_int_equal(head.status, 400);
    request_head_release(&head);
}

static int parse_one(void *user)
{
    static const char in[] = "GET / HTTP/1.1\r\n" HOST "A: 1\r\n 2\r\nB: 3\r\n\r\n";
    struct request_head head;
    ssize_t n = request_head_parse(&head, in, sizeof(in) - 1, NULL);

    (void)user;
    request_head_release(&head);
    return n < 0 ? (int)n : 0;
}

static void test_memory(void **state)
{
    (void)state;
    refuse_in_turn("a request's head", parse_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_what_comes_behind_stays),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_zero_byte),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
