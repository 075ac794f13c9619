#include "tests/core/testing.h"

#include "core/maker.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define WALL_US INT64_C(1795221212723456)

static void add(struct makers *makers, const char *json)
{
    struct error err = ERROR_NONE;

    if (makers_add(makers, json, strlen(json), &err) < 0)
        fail_msg("%s: %s", json, err.text);
}

static const struct {
    const char *name;
    const char *json;
    const char *want; /* what is written of it; NULL: refused */
    const char *error;
} readings[] = {
    {"minted", "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"a-c\",\"shape\":\"?\?-?\"}",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"abc\",\"shape\":\"?\?-?\"}", NULL},
    {"a dash in the alphabet",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"-a-cb_\",\"shape\":\"?\",\"sent\":"
     "\"path\"}",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"abc_-\",\"shape\":\"?\"}", NULL},
    {"a dash at its end",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"0-1-\",\"shape\":\"?\"}",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"01-\",\"shape\":\"?\"}", NULL},
    {"a clock", "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"ms\"}",
     "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"ms\"}", NULL},
    {"a kept one", "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"iso\",\"keep\":true}",
     "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"iso\",\"keep\":true}", NULL},
    {"a counter", "{\"name\":\"A\",\"kind\":\"counter\"}",
     "{\"name\":\"A\",\"kind\":\"counter\",\"from\":1,\"step\":1}", NULL},
    {"a counter that runs back", "{\"name\":\"A\",\"kind\":\"counter\",\"from\":0,\"step\":-2}",
     "{\"name\":\"A\",\"kind\":\"counter\",\"from\":0,\"step\":-2}", NULL},
    {"a counter that counts on", "{\"name\":\"A\",\"kind\":\"counter\",\"start\":\"${LAST}\"}",
     "{\"name\":\"A\",\"kind\":\"counter\",\"start\":\"${LAST}\",\"from\":1,\"step\":1}", NULL},
    {"computed",
     "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}:\\\"\",\"hash\":\"sha1\",\"coding\":"
     "\"hex\"}",
     "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}:\\\"\",\"hash\":\"sha1\",\"coding\":"
     "\"hex\"}",
     NULL},
    {"computed of one", "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}\"}",
     "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}\"}", NULL},
    {"no JSON", "{", NULL, "a value is not a JSON object: string or '}' expected near end of file"},
    {"a list", "[]", NULL, "a value is not a JSON object: it is something else"},
    {"no name", "{\"kind\":\"counter\"}", NULL,
     "a value's \"name\" is not 1 to 120 letters, digits and _ . : -"},
    {"a name that no placeholder has", "{\"name\":\"A B\",\"kind\":\"counter\"}", NULL,
     "a value's \"name\" is not 1 to 120 letters, digits and _ . : -"},
    {"no kind", "{\"name\":\"A\"}", NULL,
     "value A: \"kind\" is not minted, clock, counter or computed"},
    {"another kind", "{\"name\":\"A\",\"kind\":\"echo\"}", NULL,
     "value A: \"kind\" is not minted, clock, counter or computed"},
    {"no alphabet", "{\"name\":\"A\",\"kind\":\"minted\",\"shape\":\"?\"}", NULL,
     "value A: \"alphabet\" is missing"},
    {"an empty alphabet", "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"\",\"shape\":\"?\"}",
     NULL, "value A: \"alphabet\" is not like 0-9A-Za-z_"},
    {"a range that runs backwards",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"z-a\",\"shape\":\"?\"}", NULL,
     "value A: \"alphabet\" is not like 0-9A-Za-z_"},
    {"a letter beyond ASCII",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"\\u00e9\",\"shape\":\"?\"}", NULL,
     "value A: \"alphabet\" is not like 0-9A-Za-z_"},
    {"a shape of nothing",
     "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"a\",\"shape\":\"x\"}", NULL,
     "value A: \"shape\" has no ? for a letter, or is longer than 1024"},
    {"another unit", "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"hours\"}", NULL,
     "value A: \"unit\" is none of the words that docs/script-format.md lists"},
    {"keep what", "{\"name\":\"A\",\"kind\":\"clock\",\"unit\":\"s\",\"keep\":1}", NULL,
     "value A: \"keep\" is neither true nor false"},
    {"half a step", "{\"name\":\"A\",\"kind\":\"counter\",\"step\":0.5}", NULL,
     "value A: \"step\" is not a whole number"},
    {"computed of nothing", "{\"name\":\"A\",\"kind\":\"computed\"}", NULL,
     "value A: \"of\" is missing"},
    {"another hash", "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"x\",\"hash\":\"crc\"}", NULL,
     "value A: \"hash\" is none of the words that docs/script-format.md lists"},
    {"a number for a text", "{\"name\":\"A\",\"kind\":\"computed\",\"of\":7}", NULL,
     "value A: \"of\" is not a string"},
};

static void test_reading_and_writing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(readings); i++) {
        struct error err = ERROR_NONE;
        struct makers makers = {0};
        struct buf out;
        int rc = makers_add(&makers, readings[i].json, strlen(readings[i].json), &err);

        buf_init(&out, 10000);
        if (readings[i].want) {
            if (rc < 0)
                fail_msg("%s: %s", readings[i].name, err.text);
            assert_int_equal(maker_write(&makers.items[0], &out), 0);
            assert_string_equal(out.data, readings[i].want);
            /* what is written reads the same */
            add(&makers, out.data);
            assert_int_equal(makers.count, 1);
            buf_clear(&out);
            maker_write(&makers.items[0], &out);
            assert_string_equal(out.data, readings[i].want);
        } else {
            assert_int_equal(rc, -E_FORMAT);
            assert_int_equal(makers.count, 0);
            if (strcmp(err.text, readings[i].error) != 0)
                fail_msg("%s: %s", readings[i].name, err.text);
        }
        buf_release(&out);
        makers_release(&makers);
    }
}

static const char many[] = "${ID} ${SEQ} ${ID} ${SEQ} ${CODE} ${SUM}";

static void fill(struct makers *makers)
{
    add(makers,
        "{\"name\":\"ID\",\"kind\":\"minted\",\"alphabet\":\"0-9a-f\",\"shape\":\"???\?-4???\"}");
    add(makers, "{\"name\":\"SEQ\",\"kind\":\"counter\",\"from\":9,\"step\":2}");
    add(makers, "{\"name\":\"CODE\",\"kind\":\"minted\",\"alphabet\":\"xyz\",\"shape\":\"??????????"
                "?????\"}");
    add(makers,
        "{\"name\":\"SUM\",\"kind\":\"computed\",\"of\":\"${ID}+${NONCE}\",\"hash\":\"sha256\","
        "\"coding\":\"hex\"}");
}

static char *play(const struct makers *makers, uint64_t seed)
{
    struct values values = {.makers = makers, .random = seed};
    struct buf out;

    buf_init(&out, 10000);
    assert_int_equal(values_set(&values, "NONCE", "0123456789"), 0);
    assert_int_equal(values_expand(&values, TEXT(many), &out), 0);
    values_release(&values);
    return buf_take(&out);
}

static void test_counting_on(void **state)
{
    struct makers makers = {0};
    struct values values = {.makers = &makers};
    struct buf out;

    (void)state;
    add(&makers,
        "{\"name\":\"SEQ\",\"kind\":\"counter\",\"start\":\"${LAST}\",\"from\":2,\"step\":2}");
    assert_int_equal(values_set(&values, "LAST", "4700"), 0);
    buf_init(&out, 1000);
    assert_int_equal(values_expand(&values, TEXT("${SEQ} ${SEQ}"), &out), 0);
    assert_string_equal(out.data, "4702 4704");
    buf_release(&out);
    values_release(&values);
    makers_release(&makers);
}

/* The same seed makes the same session, another one another. */
static void test_seeds(void **state)
{
    struct makers makers = {0};
    char *a;
    char *b;
    char *c;

    (void)state;
    fill(&makers);
    a = play(&makers, 7);
    b = play(&makers, 7);
    c = play(&makers, 8);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    free(a);
    free(b);
    free(c);
    makers_release(&makers);
}

/* Minted ones are made once a session; of their shape and alphabet; counters go on. */
static void test_a_session(void **state)
{
    struct makers makers = {0};
    char id[2][64];
    char seq[2][64];
    char code[64];
    char sum[128];
    char *text;

    (void)state;
    fill(&makers);
    text = play(&makers, 7);
    assert_int_equal(
        sscanf(text, "%63s %63s %63s %63s %63s %127s", id[0], seq[0], id[1], seq[1], code, sum), 6);
    assert_string_equal(id[0], id[1]);
    assert_int_equal(strlen(id[0]), 9);
    assert_int_equal(strspn(id[0], "0123456789abcdef-"), 9);
    assert_memory_equal(id[0] + 4, "-4", 2);
    assert_string_equal(seq[0], "9");
    assert_string_equal(seq[1], "11");
    assert_int_equal(strspn(code, "xyz"), 15);
    assert_int_equal(strspn(sum, "0123456789abcdef"), 64);
    free(text);
    makers_release(&makers);
}

/* Every letter comes, and none much more often than the others. */
static void test_letters_are_even(void **state)
{
    struct makers makers = {0};
    unsigned seen[256] = {0};

    (void)state;
    add(&makers,
        "{\"name\":\"A\",\"kind\":\"minted\",\"alphabet\":\"a-j\",\"shape\":\"??????????\"}");
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct values values = {.random = seed};
        struct buf out;

        buf_init(&out, 100);
        maker_make(&makers.items[0], &values, 0, &out);
        for (size_t i = 0; i < out.len; i++)
            seen[(unsigned char)out.data[i]]++;
        buf_release(&out);
        values_release(&values);
    }
    for (int c = 'a'; c <= 'j'; c++)
        assert_in_range(seen[c], 850, 1150);
    makers_release(&makers);
}

static const struct {
    const char *json;
    const char *first;
    const char *second; /* one second later */
} clocks[] = {
    {"{\"name\":\"T\",\"kind\":\"clock\",\"unit\":\"s\"}", "1795221212", "1795221213"},
    {"{\"name\":\"T\",\"kind\":\"clock\",\"unit\":\"ms\"}", "1795221212723", "1795221213723"},
    {"{\"name\":\"T\",\"kind\":\"clock\",\"unit\":\"us\"}", "1795221212723456", "1795221213723456"},
    {"{\"name\":\"T\",\"kind\":\"clock\",\"unit\":\"iso\"}", "2026-11-21T00:33:32.723Z",
     "2026-11-21T00:33:33.723Z"},
};

static void test_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clocks); i++) {
        struct makers makers = {0};
        struct values values = {0};
        struct buf out;

        buf_init(&out, 100);
        add(&makers, clocks[i].json);
        assert_int_equal(maker_make(&makers.items[0], &values, WALL_US, &out), 0);
        assert_string_equal(out.data, clocks[i].first);
        buf_clear(&out);
        maker_make(&makers.items[0], &values, WALL_US + 1000000, &out);
        assert_string_equal(out.data, clocks[i].second);
        assert_null(values_get(&values, "T"));
        makers.items[0].keep = true;
        maker_make(&makers.items[0], &values, WALL_US, &out);
        assert_string_equal(values_get(&values, "T"), clocks[i].first);
        buf_release(&out);
        values_release(&values);
        makers_release(&makers);
    }
}

/* FIPS 180-4 and RFC 1321: the digests of "abc"; RFC 4648. */
static const struct {
    const char *hash;
    const char *coding;
    const char *text;
    const char *want; /* NULL: refused */
} digests[] = {
    {"md5", "hex", "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"sha1", "hex", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"sha256", "hex", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"sha256", "HEX", "abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"},
    {"sha256", "base64", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
    {"sha256", "base64url", "abc", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"},
    {"sha512", "hex", "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd"
     "454d4423643ce80e2a9ac94fa54ca49f"},
    {"sha1", "hex", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {NULL, "base64", "foobar", "Zm9vYmFy"},
    {NULL, "hex", "foobar", "666f6f626172"},
    {NULL, NULL, "foobar", "foobar"},
    {"crc", "hex", "abc", NULL},
    {"md5", "digits", "abc", NULL},
};

static void test_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(digests); i++) {
        struct buf out;
        int rc;

        buf_init(&out, DIGEST_TEXT_MAX);
        rc = digest_add(digests[i].hash, digests[i].coding, digests[i].text,
                        strlen(digests[i].text), &out);
        assert_int_equal(rc, digests[i].want ? 0 : -E_FORMAT);
        if (digests[i].want)
            assert_string_equal(out.data, digests[i].want);
        buf_release(&out);
    }
}

static void test_computed_of_computed(void **state)
{
    struct makers makers = {0};
    struct values values = {.makers = &makers};
    struct buf out;

    (void)state;
    add(&makers, "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"<${B}>\"}");
    add(&makers, "{\"name\":\"B\",\"kind\":\"computed\",\"of\":\"${USER}:${PASSWORD}\","
                 "\"coding\":\"base64\"}");
    values_set(&values, "USER", "Aladdin");
    values_set(&values, "PASSWORD", "open sesame");
    buf_init(&out, 1000);
    assert_int_equal(values_expand(&values, TEXT("${A}"), &out), 0);
    assert_string_equal(out.data, "<QWxhZGRpbjpvcGVuIHNlc2FtZQ==>");
    /* of what is not there yet */
    buf_clear(&out);
    values_release(&values);
    values.makers = &makers;
    values_expand(&values, TEXT("${A|url}"), &out);
    assert_non_null(strstr(out.data, "%3CJHtVU0VSfTo"));
    buf_release(&out);
    values_release(&values);
    makers_release(&makers);
}

/* Unchecked, it ends all the same: by what is left of the placeholder. */
static void test_computed_of_itself(void **state)
{
    struct makers makers = {0};
    struct values values = {.makers = &makers};
    struct buf out;

    (void)state;
    add(&makers, "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\".${A}\"}");
    buf_init(&out, 1000);
    assert_int_equal(values_expand(&values, TEXT("${A}"), &out), 0);
    assert_string_equal(out.data, "........${A}");
    buf_release(&out);
    values_release(&values);
    makers_release(&makers);
}

static const struct {
    const char *name;
    const char *makers[4];
    const char *error; /* NULL: fine */
} orders[] = {
    {"none", {NULL}, NULL},
    {"one on another, named twice",
     {"{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}${C}${B}\"}",
      "{\"name\":\"B\",\"kind\":\"computed\",\"of\":\"${C|url}${D}\"}",
      "{\"name\":\"C\",\"kind\":\"clock\",\"unit\":\"s\"}"},
     NULL},
    {"of itself",
     {"{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"x${A|hex}\"}"},
     "value A is computed of itself: take a placeholder out of the texts that make this circle"},
    {"in a circle that a counter closes",
     {"{\"name\":\"X\",\"kind\":\"computed\",\"of\":\"${A}\"}",
      "{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${B}\"}",
      "{\"name\":\"B\",\"kind\":\"computed\",\"of\":\"${C}\"}",
      "{\"name\":\"C\",\"kind\":\"counter\",\"start\":\"${A}\"}"},
     "value A is computed of itself by way of B, C: take a placeholder out of the texts that make "
     "this circle"},
};

static void test_orders(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct makers makers = {0};
        struct error err = ERROR_NONE;
        int rc;

        for (size_t k = 0; k < COUNT(orders[i].makers) && orders[i].makers[k]; k++)
            add(&makers, orders[i].makers[k]);
        rc = makers_check(&makers, &err);
        if (rc != (orders[i].error ? -E_FORMAT : 0) ||
            strcmp(err.text, orders[i].error ? orders[i].error : "") != 0)
            fail_msg("%s: %d, %s", orders[i].name, rc, err.text);
        makers_release(&makers);
    }
}

/* A0 is a clock, each other is computed of the two before it. */
static void add_tower(struct makers *makers, int levels)
{
    char json[200];

    add(makers, "{\"name\":\"A0\",\"kind\":\"clock\",\"unit\":\"s\"}");
    for (int i = 1; i < levels; i++) {
        snprintf(json, sizeof(json),
                 "{\"name\":\"A%d\",\"kind\":\"computed\",\"of\":\"${A%d}${A%d}\"}", i, i - 1,
                 i > 1 ? i - 2 : 0);
        add(makers, json);
    }
}

static void test_towers(void **state)
{
    struct makers makers = {0};
    struct error err = ERROR_NONE;

    (void)state;
    add_tower(&makers, MAKER_DEPTH_MAX);
    assert_int_equal(makers_check(&makers, &err), 0);
    makers_release(&makers);
    add_tower(&makers, MAKER_DEPTH_MAX + 1);
    assert_int_equal(makers_check(&makers, &err), -E_FORMAT);
    assert_string_equal(err.text, "value A8 stands on more than 7 others that are computed of each "
                                  "other: compute it of fewer");
    makers_release(&makers);
}

static void test_there_is_a_bound(void **state)
{
    static const char again[] = "{\"name\":\"A7\",\"kind\":\"counter\"}";
    struct makers makers = {0};
    struct error err = ERROR_NONE;
    char json[100];

    (void)state;
    for (int i = 0; i < MAKERS_MAX; i++) {
        snprintf(json, sizeof(json), "{\"name\":\"A%d\",\"kind\":\"counter\"}", i);
        add(&makers, json);
    }
    assert_int_equal(makers_add(&makers, TEXT(again), &err), -E_FORMAT);
    assert_string_equal(err.text, "value A7: there are 10000 values already, which is the most");
    makers_release(&makers);
}

static void test_adding(void **state)
{
    struct makers ours = {0};
    struct makers theirs = {0};

    (void)state;
    add(&ours, "{\"name\":\"A\",\"kind\":\"counter\",\"from\":1}");
    add(&ours, "{\"name\":\"A\",\"kind\":\"counter\",\"from\":2}");
    assert_int_equal(ours.count, 1);
    add(&theirs, "{\"name\":\"A\",\"kind\":\"counter\",\"from\":3}");
    add(&theirs, "{\"name\":\"B\",\"kind\":\"clock\",\"unit\":\"s\"}");
    assert_int_equal(makers_add_all(&ours, &theirs), 0);
    makers_release(&theirs);
    assert_int_equal(ours.count, 2);
    assert_int_equal(makers_find(&ours, "A", 1)->from, 2);
    assert_string_equal(makers_find(&ours, "B", 1)->unit, "s");
    assert_null(makers_find(&ours, "AB", 2));
    makers_release(&ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_and_writing),
        cmocka_unit_test(test_counting_on),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_a_session),
        cmocka_unit_test(test_letters_are_even),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_computed_of_computed),
        cmocka_unit_test(test_computed_of_itself),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_towers),
        cmocka_unit_test(test_there_is_a_bound),
        cmocka_unit_test(test_adding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
