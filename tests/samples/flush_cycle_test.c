/* The flush cycle of whales-async, as Shiny has it with promises. The worker is stopped (SIGSTOP)
 * while the test looks, so "while async work is under way" is a fact, not a race. */
#include "tests/samples/test.h"

#include <signal.h>
#include <string.h>

#include "tests/samples/peer.h"

#define INIT                                                                                       \
    "{\"method\":\"init\",\"data\":{\"day:shiny.date\":\"2024-05-14\",\"top_n:shiny.number\":6,"   \
    "\"who\":\"\",\".clientdata_output_vb_files_hidden\":false,"                                   \
    "\".clientdata_output_p_all_hidden\":false}}"
#define NEXT_DAY "{\"method\":\"update\",\"data\":{\"day:shiny.date\":\"2024-05-15\"}}"
#define SHOW_TOP "{\"method\":\"update\",\"data\":{\".clientdata_output_p_top_hidden\":false}}"

static struct peer *open_session(const struct app_process *app)
{
    struct peer *p = peer_open(app);

    peer_say(p, INIT);
    json_decref(peer_next_with(p, "values"));
    return p;
}

/* Its last word before the load is the progress message. */
static void change_day(struct peer *p)
{
    bool update = false;

    peer_say(p, NEXT_DAY);
    while (!update) {
        json_t *message = peer_next_with(p, "progress");
        const json_t *type = json_object_get(json_object_get(message, "progress"), "type");

        update = strcmp(json_string_value(type), "update") == 0;
        json_decref(message);
    }
}

static bool has_value(const json_t *message, const char *output)
{
    return json_object_get(json_object_get(message, "values"), output) != NULL;
}

static void expect_busy(struct peer *p, const char *state)
{
    json_t *message = peer_next_with(p, "busy");

    assert_string_equal(json_string_value(json_object_get(message, "busy")), state);
    json_decref(message);
}

static void other_sessions_go_on(struct peer *b)
{
    json_t *message;

    peer_say(b, SHOW_TOP);
    message = peer_next_with(b, "values");
    assert_true(has_value(message, "p_top"));
    json_decref(message);
    peer_say(b, "{\"method\":\"update\",\"data\":{\"top_n:shiny.number\":9}}");
    message = peer_next_with(b, "values");
    assert_true(has_value(message, "p_top"));
    json_decref(message);
}

static void inputs_are_held_and_outputs_come_together(void **state)
{
    struct app_process app = app_start_plain("whales-async");
    struct peer *a = open_session(&app);
    struct peer *b = open_session(&app);
    json_t *message;

    (void)state;
    assert_int_equal(app_signal_workers(&app, SIGSTOP), 1);
    change_day(a);
    peer_say(a, SHOW_TOP);
    other_sessions_go_on(b);
    assert_true(peer_nothing(a)); /* its input waits, although p_top needs no work of its own */

    assert_int_equal(app_signal_workers(&app, SIGCONT), 1);
    expect_busy(a, "idle"); /* no second "busy" before it */
    message = peer_next(a);
    assert_true(has_value(message, "vb_files") && has_value(message, "p_all"));
    assert_false(has_value(message, "p_top"));
    json_decref(message);
    expect_busy(a, "busy"); /* now the held input has its turn */
    expect_busy(a, "idle");
    message = peer_next(a);
    assert_true(has_value(message, "p_top"));
    assert_false(has_value(message, "p_all"));
    json_decref(message);
    peer_close(a);
    peer_close(b);
    assert_int_equal(app_stop(&app), 0);
}

static void a_session_that_leaves_is_forgotten(void **state)
{
    struct app_process app = app_start_plain("whales-async");
    struct peer *running = open_session(&app);
    struct peer *queued = open_session(&app);
    struct peer *stays = open_session(&app);
    json_t *message;

    (void)state;
    assert_int_equal(app_signal_workers(&app, SIGSTOP), 1);
    change_day(running);
    change_day(queued);
    change_day(stays);
    peer_close(running);
    peer_close(queued);
    app_signal_workers(&app, SIGCONT);
    message = peer_next_with(stays, "values");
    assert_true(has_value(message, "p_all"));
    json_decref(message);
    peer_close(stays);
    assert_int_equal(app_stop(&app), 0);
}

static void a_dead_worker_is_an_error_and_is_replaced(void **state)
{
    struct app_process app = app_start_plain("whales-async");
    struct peer *p = open_session(&app);
    struct peer *other = open_session(&app);
    json_t *message;
    const json_t *error;

    (void)state;
    app_signal_workers(&app, SIGSTOP);
    change_day(p);
    other_sessions_go_on(other); /* by now the worker has the job */
    assert_int_equal(app_signal_workers(&app, SIGKILL), 1);
    message = peer_next_with(p, "values");
    error = json_object_get(json_object_get(message, "errors"), "p_all");
    assert_non_null(error);
    assert_non_null(
        strstr(json_string_value(json_object_get(error, "message")), "died while loading"));
    json_decref(message);
    peer_say(p, "{\"method\":\"update\",\"data\":{\"day:shiny.date\":\"2024-05-14\"}}");
    message = peer_next_with(p, "values");
    assert_true(has_value(message, "p_all"));
    json_decref(message);
    peer_close(p);
    peer_close(other);
    assert_int_equal(app_stop(&app), 0);
}

static void a_signal_ends_it_in_the_middle_of_a_load(void **state)
{
    struct app_process app = app_start_plain("whales-async");
    struct peer *p = open_session(&app);

    (void)state;
    app_signal_workers(&app, SIGSTOP);
    change_day(p);
    assert_int_equal(app_stop(&app), 0);
    peer_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_held_and_outputs_come_together),
        cmocka_unit_test(a_session_that_leaves_is_forgotten),
        cmocka_unit_test(a_dead_worker_is_an_error_and_is_replaced),
        cmocka_unit_test(a_signal_ends_it_in_the_middle_of_a_load),
    };

    return cmocka_run_group_tests(tests, logs_make, logs_remove);
}
