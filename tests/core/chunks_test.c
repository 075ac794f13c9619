/* Chunked bodies: whole and byte by byte. */
#include "core/chunks.h"

#include <string.h>

#include "core/units.h"
#include "tests/core/refusal.h"
#include "tests/core/testing.h"

static const struct {
    const char *name;
    const char *in;
    const char *want;   /* body|name=value... of trailers; NULL: broken */
    const char *behind; /* what is left of the input */
} cases[] = {
    {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde|", ""},
    {"nothing", "0\r\n\r\n", "|", ""},
    {"hexadecimal, with an extension", "A;x=1\r\n0123456789\r\n000;y\r\n\r\n", "0123456789|", ""},
    {"a blank before the extension", "2 ;x\r\nab\r\n0\r\n\r\n", "ab|", ""},
    {"a line end inside", "2\r\n\r\n\r\n0\r\n\r\n", "\r\n|", ""},
    {"trailers", "1\r\na\r\n0\r\nX-Sum: 1\r\n\ty\r\nx-two:\r\n\r\n", "a|X-Sum=1 y|x-two=|", ""},
    {"the next request", "1\r\na\r\n0\r\n\r\nGET /", "a|", "GET /"},
    {"torn in a chunk", "3\r\nab", "ab|torn", ""},
    {"torn in a size", "3", "|torn", ""},
    {"torn in the trailers", "0\r\nX: 1\r\n", "|X=1|torn", ""},
    {"no size", "\r\n", NULL, NULL},
    {"a word", "xyz\r\n", NULL, NULL},
    {"a sign", "+3\r\nabc\r\n", NULL, NULL},
    {"a size beyond everything", "ffffffffffffffff\r\nx", NULL, NULL},
    {"a chunk that is longer", "2\r\nabc\r\n0\r\n\r\n", NULL, NULL},
    {"bare line feeds", "2\nab\n0\n\n", NULL, NULL},
    {"a bare line feed behind an extension", "2;x\nab\r\n0\r\n\r\n", NULL, NULL},
    {"a trailer without a colon", "0\r\nX\r\n\r\n", NULL, NULL},
    {"a trailer without a name", "0\r\n: x\r\n\r\n", NULL, NULL},
    {"a trailer's bare line feed", "0\r\nX: 1\n\r\n", NULL, NULL},
    {"a trailer's carriage return", "0\r\nX: 1\rY: 2\r\n\r\n", NULL, NULL},
};

/* All of the input, `piece` bytes at a time; how much was left, or -1. */
static long decode(const char *in, size_t len, size_t piece, struct buf *out)
{
    struct error err = ERROR_NONE;
    struct chunks c;
    size_t at = 0;
    ssize_t n = 1;

    chunks_init(&c);
    while (at < len && n > 0) {
        const char *data;
        size_t data_len;

        n = chunks_take(&c, in + at, piece < len - at ? piece : len - at, &data, &data_len, &err);
        buf_add(out, data, data_len);
        at += n > 0 ? (size_t)n : 0;
    }
    buf_addc(out, '|');
    for (size_t i = 0; i < c.trailers.count; i++)
        buf_addf(out, "%s=%s|", c.trailers.items[i].name, c.trailers.items[i].value);
    if (n >= 0 && !chunks_done(&c))
        buf_adds(out, "torn");
    assert_true(n >= 0 || err.code == E_PROTOCOL);
    chunks_release(&c);
    return n < 0 ? -1 : (long)(len - at);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            struct buf out;
            long left;

            buf_init(&out, 1000);
            left = decode(cases[i].in, strlen(cases[i].in), piece, &out);
            if (!cases[i].want)
                assert_int_equal(left, -1);
            else if (left != (long)strlen(cases[i].behind) || strcmp(out.data, cases[i].want) != 0)
                fail_msg("%s, by %zu: '%s', %ld left", cases[i].name, piece, out.data, left);
            buf_release(&out);
        }
    }
}

static void test_bounds(void **state)
{
    static char in[2 * CHUNKS_TRAILER_MAX];
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    memset(in, 'x', sizeof(in));
    memcpy(in, "0\r\nX: ", 6);
    assert_int_equal(decode(in, sizeof(in), sizeof(in), &out), -1);
    memcpy(in, "1;    ", 6);
    assert_int_equal(decode(in, sizeof(in), sizeof(in), &out), -1);
    buf_release(&out);
}

static int decode_one(void *user)
{
    static const char in[] = "1\r\na\r\n0\r\nX-Sum: 1\r\n 2\r\nY: 3\r\n\r\n";
    struct chunks c;
    size_t at = 0;
    ssize_t n = 0;

    (void)user;
    chunks_init(&c);
    while (at < sizeof(in) - 1 && n >= 0) {
        const char *data;
        size_t len;

        n = chunks_take(&c, in + at, sizeof(in) - 1 - at, &data, &len, NULL);
        at += n > 0 ? (size_t)n : 0;
    }
    chunks_release(&c);
    return n < 0 ? (int)n : 0;
}

static void test_memory(void **state)
{
    (void)state;
    refuse_in_turn("chunks", decode_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
