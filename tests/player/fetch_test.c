/* Requests on connections of their own, against a server in a thread: what is told of them, and
 * that every refused allocation is told too. */
#include "player/fetch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "player/poller.h"
#include "core/timers.h"
#include "tests/core/refusal.h"
#include "tests/core/testing.h"

#define REQUESTS 4
#define CONNECTIONS 2
#define CLIENTS_MAX 16

/* --- the server: allocates nothing --- */

static const char answer_text[] = "HTTP/1.1 200 OK\r\nSet-Cookie: id=7\r\nX: 1\r\n\t2\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

struct server {
    int listener;
    int stop[2];
    pthread_t thread;
};

/* Requests come whole and one at a time; false: the client has gone. */
static bool serve(int fd)
{
    char text[4096];
    ssize_t n = recv(fd, text, sizeof(text), 0);

    if (n <= 0)
        return false;
    return send(fd, answer_text, sizeof(answer_text) - 1, MSG_NOSIGNAL) > 0;
}

static void *run_server(void *user)
{
    struct server *s = user;
    struct pollfd fds[CLIENTS_MAX + 2] = {{.fd = s->stop[0], .events = POLLIN},
                                          {.fd = s->listener, .events = POLLIN}};

    for (size_t i = 2; i < COUNT(fds); i++)
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    while (poll(fds, COUNT(fds), -1) > 0 && !fds[0].revents) {
        for (size_t i = 2; i < COUNT(fds); i++) {
            if (fds[i].fd >= 0 && fds[i].revents && !serve(fds[i].fd)) {
                close(fds[i].fd);
                fds[i].fd = -1;
            } else if (fds[i].fd < 0 && fds[1].revents) {
                fds[i].fd = accept(s->listener, NULL, NULL);
                fds[i].revents = fds[1].revents = 0;
            }
        }
    }
    for (size_t i = 2; i < COUNT(fds); i++) {
        if (fds[i].fd >= 0)
            close(fds[i].fd);
    }
    return NULL;
}

static void start_server(struct server *s, char *url, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);

    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(s->listener, CLIENTS_MAX), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(pipe(s->stop), 0);
    snprintf(url, size, "http://127.0.0.1:%d/base", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&s->thread, NULL, run_server, s), 0);
}

static void stop_server(struct server *s)
{
    close(s->stop[1]);
    pthread_join(s->thread, NULL);
    close(s->stop[0]);
    close(s->listener);
}

/* --- one fetch --- */

struct attempt {
    struct play play;
    struct tally tally;
    const char *paths[REQUESTS + 1];
    int left;
    int failed; /* for want of memory */
    char said[400];
};

static void on_done(void *user, const struct fetch_result *result)
{
    struct attempt *a = user;
    size_t used = strlen(a->said);

    a->left--;
    if (result->kind == FAILURE_MEMORY && result->failure)
        a->failed = -E_NOMEM;
    snprintf(a->said + used, sizeof(a->said) - used, "%s %d %s%s%s|", request_path(result->request),
             result->status, result->body, result->failure ? " " : "",
             result->failure ? result->failure : "");
    for (size_t i = 0; result->kept && result->headers[i]; i++) {
        if (strncmp(result->headers[i], "X:", 2) == 0)
            assert_string_equal(result->headers[i], "X: 1 2");
    }
}

static int start_one(struct attempt *a, struct fetch *f, const char *path)
{
    struct duty duty = {.method = "GET"};
    struct values none = {0};
    struct error err = ERROR_NONE;
    struct request request;
    int rc = request_of_duty(&request, &a->play, &duty, path, &none, &err);

    if (rc == 0)
        rc = fetch_start(f, FETCH_NO_STEP, &request, 0);
    if (rc == 0)
        a->left++;
    values_release(&none);
    return rc;
}

static int fetch_all(struct attempt *a, struct stage *stage, struct jar *jar)
{
    static const struct role role;
    struct fetch *f = jar ? fetch_new(stage, &role, jar, CONNECTIONS, on_done, a) : NULL;
    int rc = f ? 0 : -E_NOMEM;

    for (size_t i = 0; a->paths[i] && rc == 0; i++)
        rc = start_one(a, f, a->paths[i]);
    while (a->left && rc == 0)
        uv_run(stage->loop, UV_RUN_ONCE);
    fetch_free(f);
    return rc < 0 ? rc : a->failed;
}

static int attempt(void *user)
{
    struct attempt *a = user;
    struct error err = ERROR_NONE;
    uv_loop_t loop;
    struct timers timers;
    struct poller poller;
    struct jar *jar = jar_new();
    struct stage stage = {
        .loop = &loop, .timers = &timers, .poller = &poller, .play = &a->play, .tally = &a->tally};
    int rc;

    a->left = a->failed = 0;
    a->said[0] = 0;
    uv_loop_init(&loop);
    assert_int_equal(timers_init(&timers, &loop, &err), 0);
    assert_int_equal(poller_init(&poller, &loop, &err), 0);
    rc = fetch_all(a, &stage, jar);
    jar_free(jar);
    timers_close(&timers);
    poller_close(&poller);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return rc;
}

static void aim(struct attempt *a, const char *url)
{
    struct error err = ERROR_NONE;

    *a = (struct attempt){.play.options = {.timeout_us = 20000000, .trace = "all"}};
    assert_int_equal(target_parse(&a->play.target, url, true, &err), 0);
}

static void test_side_by_side(void **state)
{
    static const char *const want[] = {"/a 200 abc|", "/b 200 abc|", "/c 200 abc|", "/d 200 abc|"};
    struct server server;
    struct attempt a;
    char url[100];

    (void)state;
    start_server(&server, url, sizeof(url));
    aim(&a, url);
    a.paths[0] = "/a";
    a.paths[1] = "/b";
    a.paths[2] = "/c";
    a.paths[3] = "/d";
    assert_int_equal(attempt(&a), 0);
    for (size_t i = 0; i < COUNT(want); i++)
        assert_non_null(strstr(a.said, want[i]));
    assert_int_equal(a.tally.connections, CONNECTIONS);
    stop_server(&server);
    target_release(&a.play.target);
}

static void test_refused_memory(void **state)
{
    struct server server;
    struct attempt a;
    char url[100];

    (void)state;
    start_server(&server, url, sizeof(url));
    aim(&a, url);
    a.paths[0] = "/a";
    a.paths[1] = "/b";
    a.paths[2] = "/c";
    assert_true(refuse_in_turn("fetch", attempt, &a) >= 10);
    stop_server(&server);
    target_release(&a.play.target);
}

static void test_nobody_there(void **state)
{
    struct server server;
    struct attempt a;
    char url[100];

    (void)state;
    start_server(&server, url, sizeof(url));
    stop_server(&server);
    aim(&a, url);
    a.paths[0] = "/a";
    a.paths[1] = "/b";
    a.paths[2] = "/c";
    assert_int_equal(attempt(&a), 0);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(a.said, (const char *[]){"/a 0  cannot connect to 127.0.0.1:",
                                                        "/b 0  cannot connect to 127.0.0.1:",
                                                        "/c 0  cannot connect to 127.0.0.1:"}[i]));
    assert_non_null(strstr(a.said, ": Connection refused"));
    target_release(&a.play.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
