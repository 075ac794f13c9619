#include "tests/core/testing.h"

#include "checker/causes.h"

static const struct step post = {.type = STEP_REQ_POST, .method = "POST", .url = "/save"};
static const struct step get = {.type = STEP_REQ_GET, .method = "GET", .url = "/orders/17"};
static const struct step open_socket = {.type = STEP_WS_OPEN, .url = "/ws"};
static const struct step recv_message = {.type = STEP_WS_RECV, .message = "{}"};

static const struct {
    const char *what;
    struct mismatch m;
    const char *cause;
} cases[] = {
    {"nobody there",
     {.step = &get, .reason = "GET /: cannot connect to 127.0.0.1:1"},
     "unreachable"},
    {"TLS", {.step = &get, .reason = "the certificate has expired"}, "certificate"},
    {"no secret", {.reason = "no value for ${env:APP_PASSWORD}"}, "secret"},
    {"an extraction",
     {.step = &get, .status = 200, .reason = "no value for ${CSRF} in the body"},
     "moved"},
    {"a login page",
     {.step = &get, .status = 302, .location = "/login?next=/", .reason = ""},
     "login"},
    {"CSRF", {.step = &post, .status = 403, .sends_token = true, .reason = ""}, "csrf"},
    {"Laravel's CSRF", {.step = &post, .status = 419, .sends_token = true, .reason = ""}, "csrf"},
    {"no login", {.step = &get, .status = 401, .sends_token = true, .reason = ""}, "unauthorized"},
    {"forbidden", {.step = &get, .status = 403, .reason = ""}, "forbidden"},
    {"an id of another session",
     {.step = &get, .status = 404, .sends_value = true, .reason = ""},
     "foreign-id"},
    {"gone", {.step = &get, .status = 404, .reason = ""}, "gone"},
    {"said twice", {.step = &post, .status = 409, .reason = ""}, "repeated"},
    {"too fast", {.step = &get, .status = 429, .reason = ""}, "too-many"},
    {"a crash", {.step = &post, .status = 500, .reason = ""}, "app-error"},
    {"nonsense", {.step = &post, .status = 400, .reason = ""}, "bad-request"},
    {"a handshake", {.step = &open_socket, .status = 403, .reason = "answered 403"}, "handshake"},
    {"silence", {.step = &recv_message, .reason = "no 'output plot' within 30 s"}, "silent"},
    {"hung up",
     {.step = &recv_message, .reason = "the server closed the WebSocket: code 1008"},
     "closed"},
    {"slow", {.step = &get, .reason = "no answer within 30 s"}, "late"},
    {"elsewhere", {.step = &get, .status = 301, .location = "/new", .reason = ""}, "redirect"},
    {"anything", {.step = &get, .status = 204, .reason = ""}, "other"},
};

static void test_causes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct cause *cause = cause_of(&cases[i].m);

        if (strcmp(cause->name, cases[i].cause) != 0)
            fail_msg("%s: %s", cases[i].what, cause->name);
        assert_true(*cause->cause && *cause->advice);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_causes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
