/* Both ends of a relay, held by a test: it is the browser and the target. */
#ifndef STRETTO_TESTS_RELAY_WORLD_H
#define STRETTO_TESTS_RELAY_WORLD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/relay.h"

struct world {
    int browser;
    int target;
    int stop_fd;
    int hold_fd; /* >= 0: the tap takes its time until this is written to */
    struct stream stream;
    struct relay relay;
    struct relay_tap tap;
    pthread_t thread;
    int64_t last_us; /* of the last message */
    atomic_int messages;
    char seen[8192];
};

#define BYTES(literal) literal, sizeof(literal) - 1

void prepare(struct world *w, const char *from_target);
/* Of the tap: what could not be read is in w->seen. */
void on_unreadable(void *user, const char *what, const char *why);
void begin(struct world *w);
void start(struct world *w, const char *from_target);
void leave(int *fd);
/* The next bytes, once there are some. */
size_t take(int fd, char *into, size_t max);
void expect_bytes(int fd, const char *want, size_t len);
/* What passes, as it stands. */
void pass(int from, int to, const char *bytes, size_t len);
/* 0: an end of stream, or the error. */
int end_of(int fd);
/* Both ends go, the target when it has heard of the browser's end. */
void finish(struct world *w);

#endif
