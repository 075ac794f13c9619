#include "tests/core/testing.h"

#include "checker/naming.h"

static const struct {
    const char *field;
    bool is_segment;
    const char *told;
    const char *want;
} names[] = {
    {"csrf_token", false, "", "CSRF_TOKEN"},
    {"csrfToken", false, "", "CSRF_TOKEN"},
    {"X-XSRF-Token", false, "XSRF-TOKEN", "XSRF_TOKEN"},
    {"Authorization", false, "access_token", "ACCESS_TOKEN"},
    {"orders", true, "id", "ORDER_ID"},
    {"categories", true, "id", "CATEGORY_ID"},
    {"id", false, "jobId", "JOB_ID"},
    {"id", false, "id", "ID"},
    {"", false, "", "VALUE"},
    {"7", false, "", "V7"},
    {"data[user][key]", false, "", "USER_KEY"},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct buf out;

        buf_init(&out, 256);
        assert_int_equal(name_value(names[i].field, names[i].is_segment, names[i].told, &out), 0);
        if (strcmp(out.data, names[i].want) != 0)
            fail_msg("%s from %s: %s", names[i].field, names[i].told, out.data);
        buf_release(&out);
    }
}

static const struct {
    const char *what;
    const char *field;
    bool is_segment;
    const char *told;
    const char *path;
    const char *url;
    bool want;
} pairs[] = {
    {"an id below its list", "orders", true, "id", "id", "/orders", true},
    {"the same key", "cart_id", false, "cartId", "cart.cartId", "/x", true},
    {"a key of the object that it names", "orderId", false, "id", "order.id", "/x", true},
    {"a number of things", "orders", true, "count", "count", "/orders", false},
    {"another thing's id", "orders", true, "id", "user.id", "/login", false},
    {"two ids", "id", false, "id", "a.id", "/x", true},
    {"a limit", "limit", false, "items", "items", "/limits", false},
};

static void test_agreement(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (names_agree(pairs[i].field, pairs[i].is_segment, pairs[i].told, pairs[i].path,
                        pairs[i].url) != pairs[i].want)
            fail_msg("%s", pairs[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_agreement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
