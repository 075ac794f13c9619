/* Every allocation that the player makes before its first session refused in turn. */
#include "tests/core/testing.h"

#include "core/error.h"
#include "player/expect.h"
#include "player/plan.h"
#include "tests/core/refusal.h"
#include "tests/core/dialects.h"

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

static const char text[] =
    "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/websocket/\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message\":\"{\\\"values\\\":{\\\"a\\\":1,\\\"b\\\":2}}\"}\n"
    "{\"type\":\"WS_SEND\"," BEGIN ",\"message\":\"{}\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message\":\"{\\\"values\\\":{\\\"a\\\":1,\\\"b\\\":2}}\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message\":\"{\\\"values\\\":{\\\"a\\\":1,\\\"c\\\":2}}\"}\n";

static struct script *script;

static int make_sets(void *user)
{
    struct expect_sets sets;
    int rc = expect_sets_init(&sets, script, 0, shipped("shiny"));

    (void)user;
    assert_true(rc == 0 || !sets.sets); /* failure leaves nothing behind */
    expect_sets_release(&sets);
    return rc;
}

static void test_expect_sets(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("expect_sets_init", make_sets, NULL) > 20);
}

static int make_plan(void *user)
{
    struct plan plan;
    int rc = plan_init(&plan, script, false);

    (void)user;
    assert_true(rc == 0 || !plan.steps);
    plan_release(&plan);
    return rc;
}

static void test_plan(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("plan_init", make_plan, NULL) >= 2);
}

/* A conversation; `user` is the sets.  A message that comes early is kept, one of its parts until
 * it is wanted: an allocation for each set, and one for each kind of parts. */
static int converse(void *user)
{
    /* the first "output a" is wanted at once */
    char *early[] = {(char *)"output c", (char *)"output a", (char *)"output a"};
    char *rest[] = {(char *)"output a", (char *)"output b"};
    struct message first = {.kind = MESSAGE_DATA, .parts = early, .part_count = 3, .lasting = 1};
    struct message second = {.kind = MESSAGE_DATA, .parts = rest, .part_count = 2};
    struct expect expect;
    int rc;

    expect_init(&expect, user);
    rc = expect_open(&expect);
    if (rc == 0)
        rc = expect_message(&expect, &first);
    if (rc == 0)
        rc = expect_open(&expect);
    if (rc == 0)
        rc = expect_message(&expect, &second);
    expect_release(&expect);
    return rc;
}

static void test_expect(void **state)
{
    struct expect_sets sets;

    (void)state;
    assert_int_equal(expect_sets_init(&sets, script, 0, shipped("shiny")), 0);
    assert_true(refuse_in_turn("expect", converse, &sets) == 4);
    expect_sets_release(&sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect_sets),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_expect),
    };
    struct error err = ERROR_NONE;
    int failed;

    if (script_parse(&script, "s.log", text, sizeof(text) - 1, &err) < 0)
        return 1;
    shipped("plain"); /* read before anything is refused */
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    script_free(script);
    return failed;
}
