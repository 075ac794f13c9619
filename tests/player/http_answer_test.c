/* Answers of HTTP/1.1: whole and byte by byte. */
#include "player/http_answer.h"

#include <string.h>

#include "tests/core/refusal.h"
#include "tests/core/testing.h"

/* want: status|body|, then what is told of the connection: "keeps", "closes"; "torn": not all has
 * come; and how many bytes are left behind the answer.  closed: the server closes then. */
static const struct {
    const char *name;
    const char *in;
    const char *want; /* NULL: refused, with `why` */
    const char *why;
    bool closed;
    bool head;
} cases[] = {
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200|abc|keeps", 0, 0, 0},
    {"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200||keeps", 0, 0, 0},
    {"blanks in the status line", "HTTP/1.1   404  No\r\nContent-Length: 0\r\n\r\n", "404||keeps",
     0, 0, 0},
    {"nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200||keeps", 0, 0, 0},
    {"behind it", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1", "200|a|keeps 8", 0, 0,
     0},
    {"chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
     "200|abcde|keeps", 0, 0, 0},
    {"chunks with trailers",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX: 1\r\n\r\nrest",
     "200|a|keeps 4", 0, 0, 0},
    {"chunks and a length",
     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: "
     "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
     "200|a|keeps", 0, 0, 0},
    {"chunks torn", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "200|ab|torn",
     0, 0, 0},
    {"chunks broken off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", NULL,
     "the server closed the connection before the answer's end", true, 0},
    {"chunks of nonsense", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NULL,
     "the chunked body is broken: a chunk has no size", 0, 0},
    {"until the end", "HTTP/1.1 200 OK\r\n\r\nabc", "200|abc|closes", 0, true, 0},
    {"not yet the end", "HTTP/1.1 200 OK\r\n\r\nabc", "200|abc|torn", 0, 0, 0},
    {"closes", "HTTP/1.1 200 OK\r\nconnection: Close\r\nContent-Length: 1\r\n\r\na", "200|a|closes",
     0, 0, 0},
    {"closes, in a list", "HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 1\r\n\r\na",
     "200|a|closes", 0, 0, 0},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200|a|closes", 0, 0, 0},
    {"HTTP/1.0 that stays",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", "200|a|keeps", 0, 0,
     0},
    {"HTTP/1.0 knows no chunks", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "200|0\r\n\r\n|closes", 0, true, 0},
    {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", "200||keeps", 0, 0, true},
    {"204", "HTTP/1.1 204 No\r\n\r\n", "204||keeps", 0, 0, 0},
    {"304", "HTTP/1.1 304 No\r\nContent-Length: 30\r\n\r\n", "304||keeps", 0, 0, 0},
    {"100 before it", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
     "200|a|keeps", 0, 0, 0},
    {"103 with a length before it",
     "HTTP/1.1 103 Early\r\nContent-Length: 9\r\nSet-Cookie: a=1\r\n\r\n"
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
     "200|a|keeps", 0, 0, 0},
    {"101", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", NULL,
     "the server switched to another protocol without being asked", 0, 0},
    {"empty lines before it", "\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200||keeps", 0,
     0, 0},
    {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 1\n\na", "200|a|keeps", 0, 0, 0},
    {"folded", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 1\r\n\r\na", "200|a|keeps", 0, 0, 0},
    {"a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na", "200|a|keeps", 0,
     0, 0},
    {"a line that is no header", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 1\r\n\r\na",
     "200|a|keeps", 0, 0, 0},
    {"a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\na", "200|a|closes",
     0, true, 0},
    {"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
     "200|a|keeps", 0, 0, 0},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", NULL,
     "the answer says several lengths", 0, 0},
    {"too short", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", NULL,
     "the server closed the connection before the answer's end", true, 0},
    {"torn in the head", "HTTP/1.1 200 OK\r\nConte", NULL,
     "the server closed the connection within the answer's head", true, 0},
    {"closed at once", "", NULL, "the server closed the connection without an answer", true, 0},
    {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", NULL, "what the server sent is no HTTP/1.1 answer", 0,
     0},
    {"no status", "HTTP/1.1\r\nServer: 200 \r\n\r\n", NULL,
     "what the server sent is no HTTP/1.1 answer", 0, 0},
    {"a status too long", "HTTP/1.1 2000 OK\r\n\r\n", NULL,
     "what the server sent is no HTTP/1.1 answer", 0, 0},
};

/* All of the input, `piece` bytes at a time. */
static int read_answer(const char *in, size_t len, size_t piece, bool closed, bool head,
                       struct buf *out, struct error *err)
{
    struct http_answer a;
    struct http_piece met;
    size_t at = 0;
    ssize_t n = 0;
    bool heads = false;

    http_answer_init(&a, head);
    buf_clear(out);
    while (at < len && n >= 0 && a.at != HTTP_AT_END) {
        n = http_answer_take(&a, in + at, piece < len - at ? piece : len - at, &met, err);
        at += n > 0 ? (size_t)n : 0;
        if (n >= 0 && met.head) {
            assert_false(heads);
            assert_memory_equal(met.head, "HTTP/", 5);
            heads = true;
            buf_addf(out, "%d|", a.status);
        }
        if (n >= 0)
            buf_add(out, met.data, met.data_bytes);
    }
    if (n >= 0 && closed)
        n = http_answer_closed(&a, err);
    buf_addf(out, "|%s", a.at != HTTP_AT_END ? "torn" : a.keeps ? "keeps" : "closes");
    if (at < len)
        buf_addf(out, " %zu", len - at);
    http_answer_release(&a);
    return n < 0 ? (int)n : 0;
}

static void check(size_t i, size_t piece)
{
    struct error err = ERROR_NONE;
    struct buf out;
    int rc;

    buf_init(&out, 1000);
    rc = read_answer(cases[i].in, strlen(cases[i].in), piece, cases[i].closed, cases[i].head, &out,
                     &err);
    if (!cases[i].want && (rc != -E_PROTOCOL || strcmp(err.text, cases[i].why) != 0))
        fail_msg("%s, by %zu: %d '%s'", cases[i].name, piece, rc, err.text);
    if (cases[i].want && (rc != 0 || strcmp(out.data, cases[i].want) != 0))
        fail_msg("%s, by %zu: %d '%s' '%s'", cases[i].name, piece, rc, out.data, err.text);
    buf_release(&out);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t piece = 1; piece < 30; piece++)
            check(i, piece);
        check(i, 10000);
    }
}

static void test_long_head(void **state)
{
    static char in[HTTP_HEAD_MAX + 100];
    static const char end[] = "\r\nContent-Length: 0\r\n\r\n";
    struct error err = ERROR_NONE;
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    memset(in, 'x', sizeof(in));
    memcpy(in, "HTTP/1.1 200 OK\r\nX: ", 20);
    memcpy(in + HTTP_HEAD_MAX - sizeof(end) + 1, end, sizeof(end) - 1);
    assert_int_equal(read_answer(in, HTTP_HEAD_MAX, 60000, false, false, &out, &err), 0);
    assert_string_equal(out.data, "200||keeps");
    memset(in + 20, 'x', sizeof(in) - 20);
    assert_int_equal(read_answer(in, sizeof(in), 60000, false, false, &out, &err), -E_PROTOCOL);
    assert_string_equal(err.text, "the answer's head is too long");
    buf_release(&out);
}

static void test_lines(void **state)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nA: 1\r\nnonsense\r\n: x\r\nB : \r\nC: 1\r\n\t2 \r\n\r\n";
    const char *at = head;
    struct http_line line;
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    while (http_next_line(&at, head + sizeof(head) - 1, &line))
        buf_addf(&out, "%.*s=%.*s|", (int)line.name_bytes, line.name, (int)line.value_bytes,
                 line.value);
    assert_string_equal(out.data, "A=1|B=|C=1\r\n\t2|");
    buf_release(&out);
}

static int read_one(void *user)
{
    static const char in[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "1\r\na\r\n0\r\nX: 1\r\n\r\n";
    struct http_answer a;
    struct http_piece met;
    ssize_t n = 0;

    (void)user;
    http_answer_init(&a, false);
    for (size_t at = 0; at < sizeof(in) - 1 && n >= 0; at++)
        n = http_answer_take(&a, in + at, 1, &met, NULL);
    http_answer_release(&a);
    return n < 0 ? (int)n : 0;
}

static void test_refused_memory(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("http_answer", read_one, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_long_head),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
