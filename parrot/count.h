/* What the parrot saw and said. */
#ifndef STRETTO_PARROT_COUNT_H
#define STRETTO_PARROT_COUNT_H

#include <stdint.h>

#include "core/error.h"

/* Of things that begin and end. */
struct tide {
    uint64_t all;
    uint64_t now;
    uint64_t most; /* at once */
};

struct count {
    struct tide connections;
    struct tide sockets;
    struct tide requests;
    uint64_t sends;
    uint64_t duties; /* what clients said beside the script: ACKs, heartbeats */
    uint64_t messages;
    uint64_t message_bytes;
    uint64_t bytes_out; /* all of them, as they went */
    uint64_t dropped;
    uint64_t unknown;
};

void tide_in(struct tide *tide);
void tide_out(struct tide *tide);

/* A few lines on stderr. */
void count_say(const struct count *count);
/* The same as JSON.  0, -E_IO or -E_NOMEM. */
int count_write(const struct count *count, const char *path, struct error *err);

#endif
