/* The three builds as their users see them: the page, the conversation, the way in and out. */
#include "tests/samples/test.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "tests/samples/peer.h"

static const char *const builds[] = {"whales-sync", "whales-async", "whales-async2"};
#define BUILDS 3

#define INIT                                                                                       \
    "{\"method\":\"init\",\"data\":{\"pane\":\"traffic\",\"who\":\"\","                            \
    "\"day:shiny.date\":\"2024-05-14\",\"top_n:shiny.number\":6,"                                  \
    "\".clientdata_output_p_all_width\":640,\".clientdata_output_p_all_height\":300,"              \
    "\".clientdata_output_vb_bytes_hidden\":false,\".clientdata_output_vb_files_hidden\":false,"   \
    "\".clientdata_output_vb_ips_hidden\":false,\".clientdata_output_p_all_hidden\":false}}"
#define UPDATE(data) "{\"method\":\"update\",\"data\":{" data "}}"
#define SHOW(output) "\".clientdata_output_" output "_hidden\":false"

/* One conversation through all panes: each line is answered by one values message. */
static const char *const conversation[] = {
    INIT,
    UPDATE(SHOW("p_top")),
    UPDATE("\"pane\":\"byhour\"," SHOW("p_top_h")),
    UPDATE("\"top_n:shiny.number\":12"),
    UPDATE("\"top_n:shiny.number\":99"),
    UPDATE(SHOW("vd_bytes") "," SHOW("vd_pkgs") "," SHOW("p_one") "," SHOW("t_one")),
    UPDATE("\"who\":\"${SECOND}\""),
    UPDATE("\".clientdata_output_p_one_width\":700"),
    UPDATE("\"day:shiny.date\":\"2024-05-15\""),
    UPDATE("\"day:shiny.date\":\"2024-02-30\""),
};
#define TURNS (sizeof(conversation) / sizeof(*conversation))

/* The second choice of `who` in a values message. */
static void find_second(const json_t *message, char second[64])
{
    const json_t *choice = json_array_get(json_object_get(message, "inputMessages"), 0);
    const char *options =
        json_string_value(json_object_get(json_object_get(choice, "message"), "options"));
    const char *at = options ? strchr(options, '\n') : NULL;

    if (at)
        assert_int_equal(sscanf(at, "\n<option value=\"%63[^\"]", second), 1);
}

static char *with_second(const char *line, const char *second)
{
    const char *hole = strstr(line, "${SECOND}");
    char *out = NULL;

    if (!hole)
        return strdup(line);
    assert_true(asprintf(&out, "%.*s%s%s", (int)(hole - line), line, second, hole + 9) > 0);
    return out;
}

/* All values messages of the conversation, one a line. */
static struct buf talk(const char *build)
{
    struct app_process app = app_start_plain(build);
    struct peer *p = peer_open(&app);
    char second[64] = "";
    struct buf said;

    buf_init(&said, 16 << 20);
    for (size_t i = 0; i < TURNS; i++) {
        char *line = with_second(conversation[i], second);
        json_t *message;
        char *text;

        peer_say(p, line);
        message = peer_next_with(p, "values");
        find_second(message, second);
        text = json_dumps(message, JSON_COMPACT);
        buf_addf(&said, "%s\n", text);
        free(text);
        free(line);
        json_decref(message);
    }
    peer_close(p);
    assert_int_equal(app_stop(&app), 0);
    return said;
}

static void all_builds_give_the_same_values(void **state)
{
    struct buf first = talk(builds[0]);

    (void)state;
    assert_non_null(strstr(first.data, "\"p_all\":{\"src\":\"data:image/png;base64,iVBORw0KGgo"));
    assert_non_null(strstr(first.data, "\"width\":640,\"height\":300"));
    assert_non_null(strstr(first.data, "\"vb_files\":\"20,000\""));
    assert_non_null(strstr(first.data, "\"t_one\":{\"columns\":[\"package\",\"files\",\"size\"]"));
    assert_non_null(strstr(first.data, "There is no log of 2024-02-30"));
    for (int i = 1; i < BUILDS; i++) {
        struct buf other = talk(builds[i]);

        assert_string_equal(other.data, first.data);
        buf_release(&other);
    }
    buf_release(&first);
}

/* The first flush, message by message; a name stands for its key and its state. */
static void a_flush_has_shinys_order(void **state)
{
    static const char *const order[] = {
        "{\"busy\":\"busy\"}",
        "{\"recalculating\":{\"name\":\"p_all\",\"status\":\"recalculating\"}}",
        "{\"progress\":{\"type\":\"open\"",
        "{\"progress\":{\"type\":\"update\"",
        "{\"progress\":{\"type\":\"close\"",
        "{\"recalculating\":{\"name\":\"p_all\",\"status\":\"recalculated\"}}",
        "{\"busy\":\"idle\"}",
        "{\"errors\":{},\"values\":{\"p_all\"",
    };

    (void)state;
    for (int i = 0; i < BUILDS; i++) {
        struct app_process app = app_start_plain(builds[i]);
        struct peer *p = peer_open(&app);

        json_decref(peer_next_with(p, "config"));
        peer_say(p, "{\"method\":\"init\",\"data\":{\"day:shiny.date\":\"2024-05-14\"," SHOW(
                        "p_all") "}}");
        for (size_t at = 0; at < sizeof(order) / sizeof(*order); at++) {
            json_t *message = peer_next(p);
            char *text = json_dumps(message, JSON_COMPACT);

            if (strncmp(text, order[at], strlen(order[at])) != 0)
                fail_msg("%s: %.100s instead of %s", builds[i], text, order[at]);
            free(text);
            json_decref(message);
        }
        peer_close(p);
        assert_int_equal(app_stop(&app), 0);
    }
}

static void config_has_a_fresh_id(void **state)
{
    struct app_process app = app_start_plain("whales-sync");
    struct peer *a = peer_open(&app);
    struct peer *b = peer_open(&app);
    json_t *first = peer_next(a);
    json_t *second = peer_next(b);
    const char *id =
        json_string_value(json_object_get(json_object_get(first, "config"), "sessionId"));

    (void)state;
    assert_int_equal(strlen(id), 32);
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    assert_false(json_equal(first, second));
    json_decref(first);
    json_decref(second);
    peer_close(a);
    peer_close(b);
    assert_int_equal(app_stop(&app), 0);
}

/* Silence cannot be waited for; but the answer to the next input comes first if it is one. */
static void what_nothing_depends_on_gets_no_answer(void **state)
{
    struct app_process app = app_start_plain("whales-sync");
    struct peer *p = peer_open(&app);
    json_t *message;

    (void)state;
    peer_say(p, INIT);
    json_decref(peer_next_with(p, "values"));
    peer_say(p, UPDATE("\"pane\":\"whales\""));
    peer_say(p, UPDATE("\"who\":\"ip 1 [XX]\""));
    peer_say(p, UPDATE("\"top_n:shiny.number\":6"));
    peer_say(p, UPDATE("\".clientdata_output_p_all_hidden\":true"));
    peer_say(p, UPDATE("\".clientdata_output_p_all_hidden\":false"));
    peer_say(p, UPDATE(SHOW("p_top")));
    message = peer_next(p);
    assert_non_null(json_object_get(message, "busy"));
    json_decref(message);
    message = peer_next_with(p, "values");
    assert_int_equal(json_object_size(json_object_get(message, "values")), 1);
    assert_int_equal(json_object_size(json_object_get(message, "errors")), 0);
    json_decref(message);
    peer_close(p);
    assert_int_equal(app_stop(&app), 0);
}

static void odd_messages_are_answered_as_shiny_does(void **state)
{
    struct app_process app = app_start_plain("whales-sync");
    struct peer *p = peer_open(&app);
    json_t *message;

    (void)state;
    peer_say(p, UPDATE("\"who\":\"x\""));
    message = peer_next_with(p, "values");
    assert_int_equal(json_object_size(json_object_get(message, "values")), 0);
    json_decref(message);
    peer_say(p, "{\"method\":\"fly\",\"args\":[],\"tag\":7}");
    message = peer_next_with(p, "response");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(message, "response"), "tag")), 7);
    json_decref(message);
    peer_say(p, "this is not JSON");
    assert_int_equal(peer_closed(p), 1011);
    peer_close(p);
    assert_int_equal(app_stop(&app), 0);
}

static void check_file(const struct app_process *app, const char *name, size_t len)
{
    char path[64];
    char *answer;

    snprintf(path, sizeof(path), "/%.*s", (int)len, name);
    answer = http_get(app, path);
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
        fail_msg("%s: %.60s", path, answer);
    free(answer);
}

/* Every file that the page names is served: some two dozen. */
static void the_page_is_whole(void **state)
{
    struct app_process app = app_start_plain("whales-sync");
    char *page = http_get(&app, "/");
    char *missing = http_get(&app, "/../etc/passwd");
    int files = 0;

    (void)state;
    assert_non_null(strstr(page, "value=\"2024-05-14\" min=\"2024-05-14\" max=\"2024-05-15\""));
    for (char *at = page; (at = strpbrk(at, "hs")); at++) {
        size_t skip = strncmp(at, "href=\"", 6) == 0 ? 6 : strncmp(at, "src=\"", 5) == 0 ? 5 : 0;

        if (!skip)
            continue;
        check_file(&app, at + skip, strcspn(at + skip, "\""));
        files++;
    }
    assert_true(files >= 24);
    assert_true(strncmp(missing, "HTTP/1.1 404", 12) == 0 ||
                strncmp(missing, "HTTP/1.1 403", 12) == 0);
    free(page);
    free(missing);
    assert_int_equal(app_stop(&app), 0);
}

/* One clear sentence: no more than a line, and it says what. */
static void check_refusal(const char *build, const char *const *arguments, int code,
                          const char *says)
{
    char said[1024];

    assert_int_equal(app_refuses(build, arguments, said, sizeof(said)), code);
    if (!strstr(said, says) || strchr(said, '\n') != said + strlen(said) - 1)
        fail_msg("%s said: %s", build, said);
}

static void what_cannot_work_is_refused(void **state)
{
    const char *logs = logs_dir();
    struct app_process app = app_start_plain("whales-sync");
    char taken[32];

    (void)state;
    snprintf(taken, sizeof(taken), "127.0.0.1:%d", app.port);
    for (int i = 0; i < BUILDS; i++) {
        check_refusal(builds[i], (const char *[]){NULL}, 2, "needs --logs");
        check_refusal(builds[i], (const char *[]){"--logs", logs, "--pool", "0", NULL}, 2,
                      "--pool");
        check_refusal(builds[i], (const char *[]){"--logs", logs, "-l", "here", NULL}, 2,
                      "--listen takes");
        check_refusal(builds[i], (const char *[]){"--logs", "/nonexistent", NULL}, 1,
                      "/nonexistent: No such file");
        check_refusal(builds[i], (const char *[]){"--logs", "/proc/self/task", NULL}, 1,
                      "no logs in");
        check_refusal(builds[i], (const char *[]){"--logs", logs, "-l", taken, NULL}, 1,
                      "Address already in use");
    }
    check_refusal("make_log", (const char *[]){"--date", "2024-5-1", NULL}, 2, "--date takes");
    check_refusal("make_log", (const char *[]){"-o", "/nonexistent/x", NULL}, 1, "cannot create");
    check_refusal("make_log", (const char *[]){"-n", "9000", "-o", "/dev/full", NULL}, 1,
                  "No space left");
    assert_int_equal(app_stop(&app), 0);
}

/* Many loads asked for at once: the signal is not to wait for them. */
static void a_signal_ends_a_busy_server(void **state)
{
    struct peer *peers[20];

    (void)state;
    for (int i = 0; i < BUILDS; i++) {
        struct app_process app = app_start_plain(builds[i]);

        for (int at = 0; at < 20; at++) {
            peers[at] = peer_open(&app);
            peer_say(peers[at], INIT);
        }
        json_decref(peer_next_with(peers[0], "values"));
        assert_int_equal(app_stop(&app), 0);
        for (int at = 0; at < 20; at++)
            peer_close(peers[at]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_builds_give_the_same_values),
        cmocka_unit_test(a_flush_has_shinys_order),
        cmocka_unit_test(config_has_a_fresh_id),
        cmocka_unit_test(what_nothing_depends_on_gets_no_answer),
        cmocka_unit_test(odd_messages_are_answered_as_shiny_does),
        cmocka_unit_test(the_page_is_whole),
        cmocka_unit_test(what_cannot_work_is_refused),
        cmocka_unit_test(a_signal_ends_a_busy_server),
    };

    return cmocka_run_group_tests(tests, logs_make, logs_remove);
}
