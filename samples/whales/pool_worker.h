/* What a worker process and the pool say to each other. */
#ifndef STRETTO_SAMPLES_POOL_WORKER_H
#define STRETTO_SAMPLES_POOL_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "samples/whales/pool.h"

#define REQUEST_BYTES 4096
#define REPLY_BYTES_MAX ((size_t)1 << 31)

/* Before the bytes of a reply; with an error they are its sentence. */
struct reply_header {
    uint64_t len;
    int32_t error_code;
};

/* Forks a worker that answers requests of REQUEST_BYTES each until the other end is closed.
 * Returns its process id, *out_fd being our end, or -1 with errno set. */
pid_t worker_start(pool_work *work, int *out_fd);

#endif
