#include "recorder/front.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "recorder/limits.h"

/* How long the accept loop rests when the system has no descriptor or thread to give. */
#define REST_MS 50

struct front {
    int listen_fd;
    int stop_fd;
    struct front_handler handler;
    pthread_t acceptor;
    pthread_attr_t thread;
    pthread_mutex_t lock;
    pthread_cond_t left; /* a connection's thread is about to end */
    unsigned connections;
};

struct connection {
    struct front *front;
    int fd;
};

static void enter(struct front *f)
{
    pthread_mutex_lock(&f->lock);
    f->connections++;
    pthread_mutex_unlock(&f->lock);
}

static void leave(struct front *f)
{
    pthread_mutex_lock(&f->lock);
    f->connections--;
    pthread_cond_signal(&f->left);
    pthread_mutex_unlock(&f->lock);
}

static bool is_full(struct front *f)
{
    bool full;

    pthread_mutex_lock(&f->lock);
    full = f->connections >= CONNECTIONS_MAX;
    pthread_mutex_unlock(&f->lock);
    return full;
}

static void *run_connection(void *user)
{
    struct connection c = *(struct connection *)user;
    struct client client;

    free(user);
    client_open(&client, c.fd, c.front->stop_fd);
    c.front->handler.on_connection(c.front->handler.user, &client);
    client_close(&client);
    OPENSSL_thread_stop(); /* this thread may end behind the program's last clean-up */
    leave(c.front);
    return NULL;
}

static void turn_away(struct front *f, int fd)
{
    struct client client;

    client_open(&client, fd, f->stop_fd);
    f->handler.on_crowd(f->handler.user, &client);
    client_flush(&client);
    client_close(&client);
}

static void welcome(struct front *f, int fd)
{
    struct connection *c = is_full(f) ? NULL : malloc(sizeof(*c));
    pthread_t thread;

    if (!c) {
        turn_away(f, fd);
        return;
    }
    *c = (struct connection){f, fd};
    enter(f);
    if (pthread_create(&thread, &f->thread, run_connection, c) == 0)
        return;
    leave(f);
    free(c);
    turn_away(f, fd);
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
    while (f->connections)
        pthread_cond_wait(&f->left, &f->lock);
    pthread_mutex_unlock(&f->lock);
    front_free(f);
}
