#include "recorder/front.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/units.h"
#include "recorder/limits.h"

/* How long the accept loop rests when the system has no descriptor or thread to give. */
#define REST_MS 50

struct connection {
    struct front *front;
    struct client client;
    struct connection *next;
    int64_t rests_since_us; /* 0: it does not rest */
    bool dismissed;         /* its place is another's already */
};

struct front {
    int listen_fd;
    int stop_fd;
    struct front_handler handler;
    pthread_t acceptor;
    pthread_attr_t thread;
    pthread_mutex_t lock;
    pthread_cond_t left;    /* a connection's thread is about to end */
    struct connection *all; /* those dismissed too */
    unsigned count;         /* those not dismissed */
};

static struct connection *connection_of(struct client *client)
{
    return (struct connection *)((char *)client - offsetof(struct connection, client));
}

void front_rests(struct client *client)
{
    struct connection *c = connection_of(client);

    pthread_mutex_lock(&c->front->lock);
    c->rests_since_us = clock_monotonic_us();
    pthread_mutex_unlock(&c->front->lock);
}

bool front_wakes(struct client *client)
{
    struct connection *c = connection_of(client);
    bool stays;

    pthread_mutex_lock(&c->front->lock);
    c->rests_since_us = 0;
    stays = !c->dismissed;
    pthread_mutex_unlock(&c->front->lock);
    return stays;
}

/* The one that rested longest hears an end of stream; false: all are busy. */
static bool dismiss_one(struct front *f)
{
    struct connection *oldest = NULL;

    for (struct connection *c = f->all; c; c = c->next) {
        if (c->rests_since_us && !c->dismissed &&
            (!oldest || c->rests_since_us < oldest->rests_since_us))
            oldest = c;
    }
    if (!oldest)
        return false;
    oldest->dismissed = true;
    f->count--;
    shutdown(oldest->client.fd, SHUT_RD);
    return true;
}

/* False: there is no place. */
static bool enter(struct connection *c)
{
    struct front *f = c->front;
    bool has_place;

    pthread_mutex_lock(&f->lock);
    has_place = f->count < CONNECTIONS_MAX || dismiss_one(f);
    if (has_place) {
        f->count++;
        c->rests_since_us = clock_monotonic_us();
        c->next = f->all;
        f->all = c;
    }
    pthread_mutex_unlock(&f->lock);
    return has_place;
}

/* The descriptor is open until nobody finds the connection any more. */
static void leave(struct connection *c)
{
    struct front *f = c->front;
    struct connection **at = &f->all;

    pthread_mutex_lock(&f->lock);
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    f->count -= !c->dismissed;
    client_close(&c->client);
    pthread_cond_signal(&f->left);
    pthread_mutex_unlock(&f->lock);
}

static void *run_connection(void *user)
{
    struct connection *c = user;

    c->front->handler.on_connection(c->front->handler.user, &c->client);
    OPENSSL_thread_stop(); /* this thread may end behind the program's last clean-up */
    leave(c);
    free(c);
    return NULL;
}

static void turn_away(struct front *f, struct client *client)
{
    f->handler.on_crowd(f->handler.user, client);
    client_flush(client);
    client_close(client);
}

static void welcome(struct front *f, int fd)
{
    struct connection *c = calloc(1, sizeof(*c));
    pthread_t thread;

    if (!c) {
        close(fd);
        return;
    }
    c->front = f;
    client_open(&c->client, fd, f->stop_fd);
    if (!enter(c)) {
        turn_away(f, &c->client);
        free(c);
    } else if (pthread_create(&thread, &f->thread, run_connection, c) != 0) {
        turn_away(f, &c->client);
        leave(c);
        free(c);
    }
}

static void *accept_all(void *user)
{
    struct front *f = user;

    for (;;) {
        struct pollfd fds[2] = {{f->listen_fd, POLLIN, 0}, {f->stop_fd, POLLIN, 0}};
        int fd;

        poll(fds, 2, -1);
        if (fds[1].revents)
            return NULL;
        fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            welcome(f, fd);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            poll(&fds[1], 1, REST_MS);
    }
}

static struct front *front_new(int listen_fd, int stop_fd, const struct front_handler *handler)
{
    struct front *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->listen_fd = listen_fd;
    f->stop_fd = stop_fd;
    f->handler = *handler;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->left, NULL);
    pthread_attr_init(&f->thread);
    pthread_attr_setstacksize(&f->thread, CONNECTION_STACK);
    pthread_attr_setdetachstate(&f->thread, PTHREAD_CREATE_DETACHED);
    return f;
}

static void front_free(struct front *f)
{
    pthread_attr_destroy(&f->thread);
    pthread_cond_destroy(&f->left);
    pthread_mutex_destroy(&f->lock);
    close(f->listen_fd);
    free(f);
}

int front_start(struct front **out, int listen_fd, int stop_fd, const struct front_handler *handler,
                struct error *err)
{
    struct front *f = front_new(listen_fd, stop_fd, handler);

    *out = NULL;
    if (!f) {
        close(listen_fd);
        return error_nomem(err);
    }
    /* A browser that gave up between poll() and accept() must not block the loop. */
    fcntl(listen_fd, F_SETFL, fcntl(listen_fd, F_GETFL) | O_NONBLOCK);
    if (pthread_create(&f->acceptor, NULL, accept_all, f) != 0) {
        front_free(f);
        return error_set(err, E_NET, "the system gives no thread to take connections with");
    }
    *out = f;
    return 0;
}

void front_stop(struct front *f)
{
    if (!f)
        return;
    pthread_join(f->acceptor, NULL);
    pthread_mutex_lock(&f->lock);
    while (f->all)
        pthread_cond_wait(&f->left, &f->lock);
    pthread_mutex_unlock(&f->lock);
    front_free(f);
}
