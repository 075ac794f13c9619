#include "samples/whales/pool_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKER_FD 3

static int read_whole(int fd, void *into, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, (char *)into + done, len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -E_IO;
        done += (size_t)n;
    }
    return 0;
}

static int write_whole(int fd, const void *from, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = send(fd, (const char *)from + done, len - done, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -E_IO;
        done += (size_t)n;
    }
    return 0;
}

static int answer(int fd, const char *request, pool_work *work)
{
    struct reply_header header = {0};
    struct error err = ERROR_NONE;
    struct buf reply;
    int rc;

    buf_init(&reply, REPLY_BYTES_MAX);
    if (work(request, &reply, &err) < 0) {
        buf_clear(&reply);
        buf_adds(&reply, err.text);
        header.error_code = err.code;
    }
    header.len = reply.len;
    rc = write_whole(fd, &header, sizeof(header));
    if (rc == 0)
        rc = write_whole(fd, reply.data, reply.len);
    buf_release(&reply);
    return rc;
}

/* The server's signals and descriptors are not the worker's: a client's socket that a worker
 * kept would never be closed for the client. */
static void leave_the_server(int fd)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fd != WORKER_FD)
        dup2(fd, WORKER_FD);
    close_range(WORKER_FD + 1, ~0U, 0);
}

static _Noreturn void worker_main(int fd, pool_work *work)
{
    char request[REQUEST_BYTES];

    leave_the_server(fd);
    while (read_whole(WORKER_FD, request, sizeof(request)) == 0) {
        if (answer(WORKER_FD, request, work) < 0)
            break;
    }
    /* What was allocated before the fork is the server's to free. */
    _exit(0);
}

pid_t worker_start(pool_work *work, int *out_fd)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    pid = fork();
    if (pid == 0)
        worker_main(pair[1], work);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return -1;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    *out_fd = pair[0];
    return pid;
}
