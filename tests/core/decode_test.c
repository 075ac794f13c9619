/* What was squeezed comes out again; what is cut, false or a bomb costs no more than its bound. */
#include "core/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <brotli/encode.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "core/error.h"
#include "tests/core/refusal.h"

#define PAGE_BYTES 100000
#define SQUEEZED_MAX 200000

static char page[PAGE_BYTES];

static void fill_page(void)
{
    for (size_t i = 0; i < sizeof(page); i++)
        page[i] = (char)('a' + i * i % 23);
}

static size_t deflated(char *out, int window_bits, const char *in, size_t len)
{
    z_stream z = {.next_in = (Bytef *)in,
                  .avail_in = (uInt)len,
                  .next_out = (Bytef *)out,
                  .avail_out = SQUEEZED_MAX};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return SQUEEZED_MAX - z.avail_out;
}

static size_t squeeze(char *out, const char *how, const char *in, size_t len)
{
    size_t n = SQUEEZED_MAX;

    if (strcmp(how, "gzip") == 0)
        return deflated(out, 31, in, len);
    if (strcmp(how, "zlib") == 0)
        return deflated(out, 15, in, len);
    if (strcmp(how, "raw") == 0)
        return deflated(out, -15, in, len);
    if (strcmp(how, "zstd") == 0)
        return ZSTD_compress(out, n, in, len, 3);
    if (strcmp(how, "br") == 0) {
        assert_true(BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, len, (const uint8_t *)in, &n,
                                          (uint8_t *)out));
        return n;
    }
    memcpy(out, in, len);
    return len;
}

static const struct {
    const char *how;
    const char *encoding;
} codings[] = {{"gzip", "gzip"},    {"gzip", "x-gzip"},   {"gzip", "GZIP"},
               {"zlib", "deflate"}, {"raw", "deflate"},   {"br", "br"},
               {"zstd", "zstd"},    {"none", NULL},       {"none", "identity"},
               {"none", ""},        {"gzip", " gzip , "}, {"zstd", "identity, zstd"}};

#define CODINGS (sizeof(codings) / sizeof(codings[0]))

static int decode(const char *encoding, const char *body, size_t len, size_t max, struct buf *out)
{
    buf_init(out, max);
    return decode_body(encoding, body, len, out);
}

static void test_whole(void **state)
{
    char *squeezed = malloc(SQUEEZED_MAX);
    struct buf out;

    (void)state;
    for (size_t i = 0; i < CODINGS; i++) {
        size_t n = squeeze(squeezed, codings[i].how, page, sizeof(page));

        assert_int_equal(decode(codings[i].encoding, squeezed, n, 2 * PAGE_BYTES, &out), 0);
        assert_int_equal(out.len, sizeof(page));
        assert_memory_equal(out.data, page, sizeof(page));
        buf_release(&out);
    }
    free(squeezed);
}

/* Every cut gives a beginning of the page. */
static void test_cut(void **state)
{
    char *squeezed = malloc(SQUEEZED_MAX);
    struct buf out;

    (void)state;
    for (size_t i = 0; i < CODINGS; i++) {
        size_t n = squeeze(squeezed, codings[i].how, page, sizeof(page));

        for (size_t cut = 0; cut < n; cut += 1 + n / 50) {
            assert_int_equal(decode(codings[i].encoding, squeezed, cut, 2 * PAGE_BYTES, &out), 0);
            assert_true(out.len <= sizeof(page));
            if (out.len)
                assert_memory_equal(out.data, page, out.len);
            buf_release(&out);
        }
    }
    free(squeezed);
}

/* More than fits is the part that fits. */
static void test_bounded(void **state)
{
    char *squeezed = malloc(SQUEEZED_MAX);
    struct buf out;

    (void)state;
    for (size_t i = 0; i < CODINGS; i++) {
        size_t n = squeeze(squeezed, codings[i].how, page, sizeof(page));

        assert_int_equal(decode(codings[i].encoding, squeezed, n, 1000, &out), 0);
        assert_int_equal(out.len, 1000);
        assert_memory_equal(out.data, page, 1000);
        buf_release(&out);
    }
    free(squeezed);
}

static void test_twice(void **state)
{
    char *once = malloc(SQUEEZED_MAX);
    char *twice = malloc(SQUEEZED_MAX);
    size_t n = squeeze(twice, "br", once, squeeze(once, "gzip", page, sizeof(page)));
    struct buf out;

    (void)state;
    assert_int_equal(decode("gzip, br", twice, n, 2 * PAGE_BYTES, &out), 0);
    assert_int_equal(out.len, sizeof(page));
    assert_memory_equal(out.data, page, sizeof(page));
    buf_release(&out);
    free(once);
    free(twice);
}

static void test_false(void **state)
{
    static const char *const encodings[] = {
        "gzip", "br", "zstd", "deflate", "compress", "gzip,rot13", "gzip,gzip,gzip,gzip,gzip"};
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        assert_int_equal(decode(encodings[i], "\xff\xff\xff\xffnothing like it", 19, 1000, &out),
                         -E_FORMAT);
        assert_int_equal(out.len, 0);
        buf_release(&out);
    }
}

static char small[1000];
static size_t small_len;

static int decode_small(void *user)
{
    struct buf out;
    int rc = decode(user, small, small_len, PAGE_BYTES, &out);

    buf_release(&out);
    return rc;
}

static void test_memory(void **state)
{
    (void)state;
    small_len = squeeze(small, "gzip", page, 100);
    refuse_in_turn("gzip", decode_small, (char *)"gzip");
    small_len = squeeze(small, "none", page, 100);
    refuse_in_turn("identity", decode_small, (char *)"identity");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole), cmocka_unit_test(test_cut),   cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_twice), cmocka_unit_test(test_false), cmocka_unit_test(test_memory),
    };

    fill_page();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
