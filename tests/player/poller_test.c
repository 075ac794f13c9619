#include "tests/core/testing.h"

#include <sys/socket.h>
#include <unistd.h>

#include "player/poller.h"

/* Two connections; each watch counts, and may have something done about the other. */
struct end {
    struct watch watch;
    struct world *world;
    int fd;
    int peer;
    int told;
    uint32_t events;
};

struct world {
    uv_loop_t loop;
    struct poller poller;
    struct end ends[2];
    bool drop_other;
};

static void on_ready(struct watch *watch, uint32_t events)
{
    struct end *e = (struct end *)watch;
    struct world *w = e->world;

    e->told++;
    e->events = events;
    if (w->drop_other)
        poller_drop(&w->poller, &w->ends[e == w->ends].watch);
}

static void turn(struct world *w)
{
    uv_run(&w->loop, UV_RUN_NOWAIT);
}

static void init(struct world *w)
{
    struct error err = ERROR_NONE;

    memset(w, 0, sizeof(*w));
    uv_loop_init(&w->loop);
    assert_int_equal(poller_init(&w->poller, &w->loop, &err), 0);
    for (int i = 0; i < 2; i++) {
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        w->ends[i] = (struct end){{on_ready}, w, fds[0], fds[1], 0, 0};
        assert_int_equal(poller_watch(&w->poller, &w->ends[i].watch, fds[0]), 0);
    }
}

static void release(struct world *w)
{
    for (int i = 0; i < 2; i++) {
        close(w->ends[i].fd);
        close(w->ends[i].peer);
    }
    poller_close(&w->poller);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

static void test_edges(void **state)
{
    struct world w;

    (void)state;
    init(&w);
    turn(&w);
    assert_int_equal(w.ends[0].told, 1); /* it may write */
    assert_int_equal(w.ends[0].events, EPOLLOUT);
    turn(&w);
    assert_int_equal(w.ends[0].told, 1);
    assert_int_equal(write(w.ends[0].peer, "x", 1), 1);
    turn(&w);
    assert_int_equal(w.ends[0].told, 2);
    assert_true(w.ends[0].events & EPOLLIN);
    turn(&w); /* not read: not told again, but on request */
    assert_int_equal(w.ends[0].told, 2);
    poller_again(&w.poller, &w.ends[0].watch, w.ends[0].fd);
    turn(&w);
    assert_int_equal(w.ends[0].told, 3);
    assert_int_equal(w.ends[1].told, 1);
    release(&w);
}

static void test_the_peers_end(void **state)
{
    struct world w;

    (void)state;
    init(&w);
    turn(&w);
    shutdown(w.ends[0].peer, SHUT_WR);
    turn(&w);
    assert_true(w.ends[0].events & EPOLLRDHUP);
    release(&w);
}

/* Both are ready; whoever comes first ends the other. */
static void test_dropped_within_a_batch(void **state)
{
    struct world w;

    (void)state;
    init(&w);
    w.drop_other = true;
    turn(&w);
    assert_int_equal(w.ends[0].told + w.ends[1].told, 1);
    release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_the_peers_end),
        cmocka_unit_test(test_dropped_within_a_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
