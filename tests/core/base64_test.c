#include "tests/core/testing.h"

#include "core/base64.h"
#include "core/error.h"

static const struct {
    const char *name;
    const char *bytes;
    size_t len;
    const char *text;
} pairs[] = {
    /* RFC 4648, section 10 */
    {"nothing", "", 0, ""},
    {"one", "f", 1, "Zg=="},
    {"two", "fo", 2, "Zm8="},
    {"three", "foo", 3, "Zm9v"},
    {"four", "foob", 4, "Zm9vYg=="},
    {"five", "fooba", 5, "Zm9vYmE="},
    {"six", "foobar", 6, "Zm9vYmFy"},
    {"zeroes", "\0\0\0\0", 4, "AAAAAA=="},
    {"the last letters", "\xff\xff\xfe", 3, "///+"},
};

static void test_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct buf text;
        struct buf bytes;

        buf_init(&text, 100);
        buf_init(&bytes, 100);
        assert_int_equal(base64_encode(&text, pairs[i].bytes, pairs[i].len), 0);
        assert_int_equal(base64_decode(&bytes, pairs[i].text, strlen(pairs[i].text)), 0);
        if (strcmp(text.data ? text.data : "", pairs[i].text) != 0)
            fail_msg("%s: %s", pairs[i].name, text.data);
        if (bytes.len != pairs[i].len ||
            (bytes.len && memcmp(bytes.data, pairs[i].bytes, bytes.len) != 0))
            fail_msg("%s: back to %zu bytes", pairs[i].name, bytes.len);
        buf_release(&text);
        buf_release(&bytes);
    }
}

static void test_every_byte(void **state)
{
    unsigned char all[256];
    struct buf text;
    struct buf bytes;

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (unsigned char)i;
    buf_init(&text, 1000);
    buf_init(&bytes, 1000);
    assert_int_equal(base64_encode(&text, all, sizeof(all)), 0);
    assert_int_equal(base64_decode(&bytes, text.data, text.len), 0);
    assert_int_equal(bytes.len, sizeof(all));
    assert_memory_equal(bytes.data, all, sizeof(all));
    buf_release(&text);
    buf_release(&bytes);
}

static const struct {
    const char *name;
    const char *text;
    size_t len;
} bad[] = {
    {"a torn group", "Zm9", 3},          {"a foreign letter", "Zm9*", 4},
    {"a newline", "Zm9v\nZm9", 8},       {"padding in the middle", "Zg==Zg==", 8},
    {"three pads", "Z===", 4},           {"nothing but pads", "====", 4},
    {"a pad before the end", "Zm=v", 4}, {"a zero byte", "Zm\0v", 4},
    {"URL-safe letters", "__-_", 4},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf bytes;
        int rc;

        buf_init(&bytes, 100);
        rc = base64_decode(&bytes, bad[i].text, bad[i].len);
        if (rc != -E_FORMAT)
            fail_msg("%s: %d", bad[i].name, rc);
        buf_release(&bytes);
    }
}

static void test_a_full_buffer(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 5);
    assert_int_equal(base64_encode(&out, "foobar", 6), -E_NOMEM);
    buf_release(&out);
    buf_init(&out, 5);
    assert_int_equal(base64_decode(&out, "Zm9vYmFy", 8), -E_NOMEM);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_a_full_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
