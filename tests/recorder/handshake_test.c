#include "recorder/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct {
    const char *name;
    const char *in;
    const char *want;
} cases[] = {
    {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
    {"nothing", "0\r\n\r\n", ""},
    {"hexadecimal, with an extension", "A;x=1\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
    {"a line end inside", "2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
    {"cut off in a chunk", "3\r\nabc\r\n9\r\nde", "abc"},
    {"cut off in a size", "3\r\nabc\r\n1", "abc"},
    {"no size", "\r\n", ""},
    {"a size beyond everything", "ffffffffffffffff\r\nx", ""},
    {"empty", "", ""},
};

static void test_unchunk(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf body;

        buf_init(&body, 1024);
        assert_int_equal(buf_adds(&body, cases[i].in), 0);
        unchunk(&body);
        if (strcmp(body.data, cases[i].want) != 0)
            fail_msg("%s: '%s'", cases[i].name, body.data);
        buf_release(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_unchunk)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
