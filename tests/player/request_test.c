/* What a request sends, its values filled in. */
#include "tests/core/testing.h"

#include "player/jar.h"
#include "player/request.h"
#include "tests/core/refusal.h"

static const char *const given[] = {"X-Key: ${env:KEY}", "Cookie: mine=1"};

static struct play play_of(bool with_given)
{
    struct play play = {.target = {.url = (char *)"http://app.example/base",
                                   .base = (char *)"/base",
                                   .authority = (char *)"app.example",
                                   .host = (char *)"app.example"}};

    if (with_given)
        play.options.headers = (struct opt_list){(const char **)given, COUNT(given)};
    return play;
}

static void set_values(struct values *values)
{
    *values = (struct values){0};
    values_set(values, "ID", "a b&c");
    values_set(values, "env:KEY", "k1");
    values_set(values, "LINES", "one\r\nEvil: yes");
}

static const struct {
    const char *name;
    struct step step;
    const char *headers[4];
    bool given;
    const char *url;  /* NULL: refused */
    const char *sent; /* headers, joined by | */
    const char *body;
    const char *cookies;
} requests[] = {
    {"as it is", {.method = "GET", .url = "/x?a=1"}, {NULL}, false, "/base/x?a=1", "", NULL, ""},
    {"values",
     {.method = "GET", .url = "/x/${ID|url}?no=${NO}"},
     {"X-Id: <${ID}>"},
     false,
     "/base/x/a%20b%26c?no=${NO}",
     "X-Id: <a b&c>",
     NULL,
     ""},
    {"what is given goes first, but for cookies",
     {.method = "GET", .url = "/"},
     {"Accept: */*"},
     true,
     "/base/",
     "X-Key: k1|Accept: */*",
     NULL,
     ""},
    {"what is given takes the place of what was recorded",
     {.method = "GET", .url = "/"},
     {"x-key: k0", "X-Key-Two: 2"},
     true,
     "/base/",
     "X-Key: k1|X-Key-Two: 2",
     NULL,
     ""},
    {"cookies go into the jar",
     {.method = "GET", .url = "/"},
     {"Cookie: a=${ID|url}; b=2", "Accept: */*"},
     false,
     "/base/",
     "Accept: */*",
     NULL,
     "a=a%20b%26c; b=2"},
    {"a body is filled in where the script says so",
     {.method = "POST", .url = "/", .body = "id=${ID|url}", .body_bytes = 12, .body_expand = true},
     {"Content-Type: text/x"},
     false,
     "/base/",
     "Content-Type: text/x|Origin: http://app.example",
     "id=a%20b%26c",
     ""},
    {"and only there",
     {.method = "POST", .url = "/", .body = "id=${ID|url}", .body_bytes = 12},
     {"Content-Type: text/x"},
     false,
     "/base/",
     "Content-Type: text/x|Origin: http://app.example",
     "id=${ID|url}",
     ""},
    {"a form without a type",
     {.method = "POST", .url = "/", .body = "id=${ID|url}", .body_bytes = 12, .body_expand = true},
     {NULL},
     false,
     "/base/",
     "Content-Type: application/x-www-form-urlencoded|Origin: http://app.example",
     "id=a%20b%26c",
     ""},
    {"JSON without a type",
     {.method = "POST", .url = "/", .body = "{}", .body_bytes = 2},
     {NULL},
     false,
     "/base/",
     "Content-Type: application/json|Origin: http://app.example",
     "{}",
     ""},
    {"an origin that is given",
     {.method = "DELETE", .url = "/"},
     {"Origin: https://else.example"},
     false,
     "/base/",
     "Origin: https://else.example",
     NULL,
     ""},
    {"a line break in a header",
     {.method = "GET", .url = "/"},
     {"X-Id: ${LINES}"},
     false,
     NULL,
     "a session value with a line break cannot stand in the header 'X-Id: ${LINES}'",
     NULL,
     ""},
};

/* What the step and the options ask for, joined. */
static void join_headers(const struct request *r, char *out, size_t size)
{
    size_t used = 0;
    struct buf list;

    buf_init(&list, 10000);
    assert_int_equal(request_given_headers(r, &list), 0);
    *out = 0;
    for (size_t at = 0; at < list.len; at += strlen(list.data + at) + 1)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? "|" : "", list.data + at);
    buf_release(&list);
}

static void check(size_t i, const struct request *r, int rc, const struct error *err)
{
    char sent[400];

    if (!requests[i].url) {
        if (rc != -E_MISMATCH || strcmp(err->text, requests[i].sent) != 0)
            fail_msg("%s: %d '%s'", requests[i].name, rc, err->text);
        return;
    }
    join_headers(r, sent, sizeof(sent));
    if (rc != 0 || strcmp(r->path, requests[i].url) != 0)
        fail_msg("%s: %d '%s'", requests[i].name, rc, r->path);
    assert_string_equal(request_path(r), requests[i].url + strlen("/base"));
    if (strcmp(sent, requests[i].sent) != 0)
        fail_msg("%s: '%s'", requests[i].name, sent);
    if (!requests[i].body != !r->body ||
        (r->body && (r->body_bytes != strlen(requests[i].body) ||
                     memcmp(r->body, requests[i].body, r->body_bytes) != 0)))
        fail_msg("%s: body '%s'", requests[i].name, r->body);
}

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct play play = play_of(requests[i].given);
        struct step step = requests[i].step;
        struct role role = {.dialect = dialect_find("plain")};
        struct error err = ERROR_NONE;
        struct jar *jar = jar_new();
        struct values values;
        struct request r;
        struct buf cookies;
        int rc;

        step.headers = requests[i].headers;
        set_values(&values);
        buf_init(&cookies, 1000);
        buf_adds(&cookies, "");
        rc = request_of_step(&r, &play, &role, &step, &values, jar, &err);
        check(i, &r, rc, &err);
        assert_int_equal(jar_header(jar, &play.target, "/", &cookies), 0);
        if (strcmp(cookies.data, requests[i].cookies) != 0)
            fail_msg("%s: cookies '%s'", requests[i].name, cookies.data);
        request_release(&r);
        request_release(&r);
        buf_release(&cookies);
        values_release(&values);
        jar_free(jar);
    }
}

static void test_duties(void **state)
{
    struct play play = play_of(true);
    struct error err = ERROR_NONE;
    struct duty duty = {.method = "POST"};
    struct values values;
    struct request r;

    (void)state;
    set_values(&values);
    buf_init(&duty.data, 100);
    buf_adds(&duty.data, "beat");
    assert_int_equal(request_of_duty(&r, &play, &duty, "/app/keep", &values, &err), 0);
    assert_string_equal(r.path, "/base/app/keep");
    assert_string_equal(r.method, "POST");
    assert_int_equal(r.body_bytes, 4);
    assert_string_equal(r.head, "POST /base/app/keep HTTP/1.1\r\nHost: app.example\r\n"
                                "Connection: keep-alive\r\nContent-Length: 4\r\n"
                                "User-Agent: " PLAY_USER_AGENT "\r\nAccept: */*\r\n"
                                "Accept-Encoding: gzip, deflate\r\nX-Key: k1\r\n"
                                "Content-Type: text/plain;charset=UTF-8\r\n"
                                "Origin: http://app.example\r\n");
    request_release(&r);
    buf_release(&duty.data);
    values_release(&values);
}

static const struct {
    const char *host;
    bool tls;
    const char *codings;
} codings[] = {
    {"app.example", false, "gzip, deflate"},
    {"app.example", true, "gzip, deflate, br, zstd"},
    {"127.0.0.1", false, "gzip, deflate, br, zstd"},
    {"::1", false, "gzip, deflate, br, zstd"},
    {"localhost", false, "gzip, deflate, br, zstd"},
    {"app.LocalHost", false, "gzip, deflate, br, zstd"},
    {"notlocalhost", false, "gzip, deflate"},
    {".localhost", false, "gzip, deflate"},
};

static void test_codings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codings); i++) {
        char host[40];
        struct target target = {.host = host, .tls = codings[i].tls};

        snprintf(host, sizeof(host), "%s", codings[i].host);
        assert_string_equal(request_codings(&target), codings[i].codings);
    }
}

struct attempt {
    struct play play;
    struct role role;
    struct step step;
    struct jar *jar;
};

static int make_one(void *user)
{
    struct attempt *a = user;
    struct error err = ERROR_NONE;
    struct values values = {0};
    struct request r;
    int rc = values_set(&values, "ID", "a b&c");

    if (rc == 0)
        rc = request_of_step(&r, &a->play, &a->role, &a->step, &values, a->jar, &err);
    if (rc == 0)
        request_release(&r);
    values_release(&values);
    return rc;
}

static void test_refused_memory(void **state)
{
    static const char *const headers[] = {"X-Id: ${ID}", "Cookie: a=${ID|url}", NULL};
    struct attempt a = {.play = play_of(false),
                        .role = {.dialect = dialect_find("plain")},
                        .step = {.method = "POST",
                                 .url = "/${ID|url}",
                                 .body = "id=${ID|url}",
                                 .body_bytes = 12,
                                 .body_expand = true,
                                 .headers = headers},
                        .jar = jar_new()};

    (void)state;
    assert_true(refuse_in_turn("request_of_step", make_one, &a) >= 5);
    jar_free(a.jar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_duties),
        cmocka_unit_test(test_codings),
        cmocka_unit_test(test_refused_memory),
    };
    struct error err = ERROR_NONE;
    int failed;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (dialects_init(&err) < 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    dialects_release();
    curl_global_cleanup();
    return failed;
}
