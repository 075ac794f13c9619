/* A server process under test, and browsers' sockets to it. Everything has a time limit, and
 * everything that goes wrong fails the test at once. */
#ifndef STRETTO_TESTS_SAMPLES_PEER_H
#define STRETTO_TESTS_SAMPLES_PEER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* Two small days of logs in a fresh directory: a group's setup and teardown. */
int logs_make(void **state);
int logs_remove(void **state);
const char *logs_dir(void);

struct app_process {
    pid_t pid;
    int port;
};

/* Starts BIN/build with the arguments (NULL-ended) and reads where it listens. */
struct app_process app_start(const char *build, const char *const *arguments);

/* The same with the logs and one worker. */
struct app_process app_start_plain(const char *build);

/* SIGTERM; it must end within a second: its exit code. */
int app_stop(struct app_process *app);

/* Runs a program that is to fail: its exit code, what it said on stderr into said. */
int app_refuses(const char *build, const char *const *arguments, char *said, size_t size);

/* Sends a signal to every worker process of the app: how many. */
int app_signal_workers(const struct app_process *app, int number);

struct peer;

struct peer *peer_open(const struct app_process *app);
void peer_close(struct peer *p); /* no goodbye: as a browser that dies */
void peer_say(struct peer *p, const char *text);

/* The next message, or the next that has the key; peer_nothing(): is none there now? */
json_t *peer_next(struct peer *p);
json_t *peer_next_with(struct peer *p, const char *key);
bool peer_nothing(struct peer *p);

/* Waits for the server to close: the code of its close frame. */
unsigned peer_closed(struct peer *p);

/* Asks for a path over HTTP: the answer with its head (free()). */
char *http_get(const struct app_process *app, const char *path);

#endif
