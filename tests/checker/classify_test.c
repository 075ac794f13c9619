#include "tests/core/testing.h"

#include "checker/classify.h"
#include "core/error.h"

#define NOW INT64_C(1795216474000000) /* 2026-11-20T22:34:34Z */

static const struct {
    const char *value;
    bool random;
} looks[] = {
    {"b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31", true},
    {"9f86d081884c7d65", true},
    {"k3j9x2p7q4zz", true},
    {"aGVsbG8gd29ybGQ5NzE=", true},
    {"0.8472361937462", true},
    {"k3j9x2", false}, /* too short to be no accident */
    {"p_top_rows_current", false},
    {"getUserProfile2", false},
    {"1920x1080x24", false},
    {"2026-11-20", false},
    {"1795216474783", false},
    {"jquery-3.6.0.min.js", false},
    {"application/json", false},
    {"ABCDEFGHIJKL", false},
};

static void test_random(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(looks); i++) {
        if (look_random(looks[i].value, strlen(looks[i].value)) != looks[i].random)
            fail_msg("%s", looks[i].value);
    }
}

static const struct {
    const char *value;
    const char *alphabet; /* NULL: is not minted */
    const char *shape;
} minted[] = {
    {"b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31", "0-9a-f", "???????\?-???\?-4??\?-9??\?-????????????"},
    {"B8F1D0C4-3C55-4E0B-9A9E-5D6C1F2E7A31", "0-9A-F", "???????\?-???\?-4??\?-9??\?-????????????"},
    {"9f86d081884c7d65", "0-9a-f", "????????????????"},
    {"k3j9x2p7q4zz", "0-9a-z", "????????????"},
    {"aGVsbG8gd29ybGQ5NzE=", "0-9A-Za-z", "??????????????????\?="},
    {"0.8472361937462", "0-9", "0.?????????????"},
    {"hello", NULL, NULL},
};

static void test_minted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(minted); i++) {
        struct buf alphabet;
        struct buf shape;
        int rc;

        buf_init(&alphabet, 128);
        buf_init(&shape, 128);
        rc = look_minted(minted[i].value, strlen(minted[i].value), &alphabet, &shape);
        assert_int_equal(rc, minted[i].shape ? 0 : -E_MISMATCH);
        if (minted[i].shape) {
            assert_string_equal(alphabet.data, minted[i].alphabet);
            assert_string_equal(shape.data, minted[i].shape);
        }
        buf_release(&alphabet);
        buf_release(&shape);
    }
}

static const struct {
    const char *value;
    const char *unit; /* NULL: is no clock */
} clocks[] = {
    {"1795216474", "s"},        {"1795216474783", "ms"},
    {"1795216474783123", "us"}, {"2026-11-20T23:14:34.783Z", "iso"},
    {"1700000000", NULL}, /* long ago */
    {"2026-11-20", NULL}, /* a day, as a person types it */
    {"179521647", NULL},
};

static void test_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clocks); i++) {
        const char *unit = look_clock(clocks[i].value, strlen(clocks[i].value),
                                      NOW - CLOCK_SLACK_US, NOW + CLOCK_SLACK_US);

        if (!unit != !clocks[i].unit || (unit && strcmp(unit, clocks[i].unit) != 0))
            fail_msg("%s: %s", clocks[i].value, unit ? unit : "no clock");
    }
}

static const struct {
    const char *value;
    const char *hash; /* NULL: is no digest */
    const char *coding;
} digests[] = {
    {"d41d8cd98f00b204e9800998ecf8427e", "md5", "hex"},
    {"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "sha1", "HEX"},
    {"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256", "base64"},
    {"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "sha256", "base64url"},
    {"d41d8cd98f00b204", NULL, NULL},
    {"hello", NULL, NULL},
};

static void test_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(digests); i++) {
        struct digest_look look = {NULL, NULL};

        assert_int_equal(look_digest(digests[i].value, strlen(digests[i].value), &look),
                         digests[i].hash != NULL);
        if (digests[i].hash) {
            assert_string_equal(look.hash, digests[i].hash);
            assert_string_equal(look.coding, digests[i].coding);
        }
    }
}

static void test_counters(void **state)
{
    int64_t step;

    (void)state;
    assert_true(look_counter((int64_t[]){4, 5, 6}, 3, &step));
    assert_int_equal(step, 1);
    assert_true(look_counter((int64_t[]){9, 7}, 2, &step));
    assert_int_equal(step, -2);
    assert_false(look_counter((int64_t[]){4, 4, 4}, 3, &step));
    assert_false(look_counter((int64_t[]){4, 5, 7}, 3, &step));
    assert_false(look_counter((int64_t[]){4}, 1, &step));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),   cmocka_unit_test(test_minted),
        cmocka_unit_test(test_clocks),   cmocka_unit_test(test_digests),
        cmocka_unit_test(test_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
