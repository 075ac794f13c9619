#include "tests/samples/peer.h"

#include "tests/samples/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/units.h"
#include "core/ws.h"

#define PATIENCE_US (30 * US_PER_S)
#define MESSAGES_MAX 256

static char logs[] = "/tmp/whales-logs-XXXXXX";

const char *logs_dir(void)
{
    return logs;
}

static const char *program(const char *name, char path[512])
{
    const char *bin = getenv("STRETTO_BIN");

    snprintf(path, 512, "%s/%s", bin ? bin : "bin", name);
    return path;
}

static pid_t spawn(const char *name, const char *const *arguments, int out, int fd)
{
    const char *argv[32] = {name};
    char path[512];
    pid_t pid;
    int n = 0;

    program(name, path);
    for (; arguments[n]; n++)
        argv[n + 1] = arguments[n];
    argv[n + 1] = NULL;
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails must leave nothing behind */
        dup2(fd, out);
        execv(path, (char *const *)argv);
        _exit(127);
    }
    return pid;
}

static int make_day(const char *date)
{
    char file[64];
    int status;
    pid_t pid;

    snprintf(file, sizeof(file), "%s/%s.csv.gz", logs, date);
    pid = spawn("make_log", (const char *[]){"--rows", "20000", "--date", date, "-o", file, NULL},
                STDOUT_FILENO, STDOUT_FILENO);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int logs_make(void **state)
{
    (void)state;
    if (!mkdtemp(logs))
        return -1;
    return make_day("2024-05-14") || make_day("2024-05-15") ? -1 : 0;
}

int logs_remove(void **state)
{
    static const char *const days[] = {"2024-05-14", "2024-05-15"};
    char file[64];

    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof(file), "%s/%s.csv.gz", logs, days[i]);
        unlink(file);
    }
    return rmdir(logs);
}

/* Reads until the peer has ended or text holds the word. */
static void read_until(int fd, const char *word, char *text, size_t size)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;
    size_t len = 0;

    text[0] = 0;
    while (len + 1 < size && clock_monotonic_us() < end_us) {
        struct pollfd ready = {fd, POLLIN, 0};
        ssize_t n = poll(&ready, 1, 1000) > 0 ? read(fd, text + len, size - len - 1) : -1;

        if (n == 0)
            return;
        len += n > 0 ? (size_t)n : 0;
        text[len] = 0;
        if (word && strstr(text, word))
            return;
    }
}

struct app_process app_start(const char *build, const char *const *arguments)
{
    struct app_process app = {0};
    char line[256];
    int out[2];

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    app.pid = spawn(build, arguments, STDOUT_FILENO, out[1]);
    close(out[1]);
    read_until(out[0], "\n", line, sizeof(line));
    close(out[0]);
    if (!strstr(line, "127.0.0.1:") || strncmp(line, build, strlen(build)) != 0)
        fail_msg("%s said: %s", build, line);
    app.port = atoi(strstr(line, "127.0.0.1:") + strlen("127.0.0.1:"));
    return app;
}

struct app_process app_start_plain(const char *build)
{
    return app_start(build, (const char *[]){"--logs", logs, "--pool", "1", NULL});
}

/* Waits for a process without sleeping blindly: its end closes nothing that we could poll, so
 * this asks again every millisecond until the limit. */
static int wait_for(pid_t pid, int64_t limit_us)
{
    int64_t end_us = clock_monotonic_us() + limit_us;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_monotonic_us() > end_us) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            fail_msg("process %d had to be killed", (int)pid);
        }
        poll(NULL, 0, 1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int app_stop(struct app_process *app)
{
    kill(app->pid, SIGTERM);
    return wait_for(app->pid, US_PER_S);
}

int app_refuses(const char *build, const char *const *arguments, char *said, size_t size)
{
    int out[2];
    pid_t pid;

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    pid = spawn(build, arguments, STDERR_FILENO, out[1]);
    close(out[1]);
    read_until(out[0], NULL, said, size);
    close(out[0]);
    return wait_for(pid, PATIENCE_US);
}

int app_signal_workers(const struct app_process *app, int number)
{
    char path[64];
    FILE *children;
    int pid;
    int count = 0;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)app->pid, (int)app->pid);
    children = fopen(path, "r");
    assert_non_null(children);
    for (; fscanf(children, "%d", &pid) == 1; count++)
        kill(pid, number);
    fclose(children);
    return count;
}

struct peer {
    int fd;
    struct ws *ws;
    json_t *messages[MESSAGES_MAX]; /* those that came and were not asked for yet */
    int count;
    bool ended;
    unsigned close_code;
};

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    struct peer *p = user;
    json_t *message = json_loadb(data, len, 0, NULL);

    assert_false(binary);
    assert_non_null(message);
    assert_true(p->count < MESSAGES_MAX);
    p->messages[p->count++] = message;
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    struct peer *p = user;

    (void)reason;
    (void)len;
    p->close_code = code;
}

static const struct ws_handler handler = {on_message, on_close};

static int connect_to(const struct app_process *app)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)app->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void write_out(struct peer *p)
{
    struct buf *out = ws_out(p->ws);

    while (out->len) {
        ssize_t n = send(p->fd, out->data, out->len, MSG_NOSIGNAL);

        assert_true(n > 0);
        buf_drop(out, (size_t)n);
    }
}

/* Takes what is there within the time: was there anything? */
static bool pump(struct peer *p, int timeout_ms)
{
    struct pollfd ready = {p->fd, POLLIN, 0};
    struct error err = ERROR_NONE;
    char data[65536];
    ssize_t n;

    if (p->ended || poll(&ready, 1, timeout_ms) <= 0)
        return false;
    n = recv(p->fd, data, sizeof(data), 0);
    p->ended = n <= 0;
    if (n > 0)
        assert_int_equal(ws_feed(p->ws, data, (size_t)n, &err), 0);
    return true;
}

static void shake_hands(struct peer *p)
{
    struct error err = ERROR_NONE;
    char key[WS_KEY_TEXT];
    struct buf head;
    char byte;
    int status;

    ws_make_key(key);
    buf_init(&head, 65536);
    ws_write_request(&head, "127.0.0.1", "/websocket/", key, NULL);
    assert_int_equal(send(p->fd, head.data, head.len, MSG_NOSIGNAL), head.len);
    buf_clear(&head);
    do { /* byte by byte, so that no frame behind the head is swallowed */
        assert_int_equal(recv(p->fd, &byte, 1, 0), 1);
        buf_addc(&head, byte);
    } while (!strstr(head.data, "\r\n\r\n"));
    assert_int_equal(ws_read_response(head.data, head.len, key, &status, &err), head.len);
    buf_release(&head);
}

struct peer *peer_open(const struct app_process *app)
{
    struct peer *p = calloc(1, sizeof(*p));

    p->fd = connect_to(app);
    p->ws = ws_new(WS_CLIENT, &handler, p);
    assert_non_null(p->ws);
    shake_hands(p);
    return p;
}

void peer_close(struct peer *p)
{
    close(p->fd);
    ws_free(p->ws);
    for (int i = 0; i < p->count; i++)
        json_decref(p->messages[i]);
    free(p);
}

void peer_say(struct peer *p, const char *text)
{
    struct error err = ERROR_NONE;

    assert_int_equal(ws_send(p->ws, text, strlen(text), false, &err), 0);
    write_out(p);
}

json_t *peer_next(struct peer *p)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;
    json_t *message;

    while (!p->count && !p->ended && clock_monotonic_us() < end_us)
        pump(p, 1000);
    if (!p->count)
        fail_msg("no message came%s", p->ended ? ": the server closed" : " in time");
    message = p->messages[0];
    p->count--;
    for (int i = 0; i < p->count; i++)
        p->messages[i] = p->messages[i + 1];
    return message;
}

json_t *peer_next_with(struct peer *p, const char *key)
{
    for (;;) {
        json_t *message = peer_next(p);

        if (json_object_get(message, key))
            return message;
        json_decref(message);
    }
}

bool peer_nothing(struct peer *p)
{
    while (pump(p, 0)) {
    }
    return p->count == 0;
}

unsigned peer_closed(struct peer *p)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;

    while (!p->ended && !p->close_code && clock_monotonic_us() < end_us)
        pump(p, 1000);
    return p->close_code;
}

char *http_get(const struct app_process *app, const char *path)
{
    size_t size = 1 << 20;
    char *text = malloc(size);
    char request[256];
    int fd = connect_to(app);
    int len = snprintf(request, sizeof(request),
                       "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);

    assert_non_null(text);
    assert_int_equal(send(fd, request, (size_t)len, MSG_NOSIGNAL), len);
    read_until(fd, NULL, text, size);
    close(fd);
    return text;
}
