/* Addresses of this machine that connections start from, in turn: towards one server, one address
 * has no more connections at once than there are ephemeral ports, some 28,000.
 *
 * Owner   sources_init() .. sources_release(); zeroed is none: the kernel chooses. */
#ifndef STRETTO_PLAYER_SOURCES_H
#define STRETTO_PLAYER_SOURCES_H

#include <stddef.h>
#include <sys/socket.h>

#include "core/error.h"
#include "core/stream.h"

#define SOURCES_MAX 4096

struct sources {
    struct sockaddr_storage *at;
    size_t count;
};

/* Reads "127.0.0.2-127.0.0.9,10.0.0.1" or "::1,fd00::2-fd00::9": addresses and ranges of them, all
 * of the target's family, all of this machine.
 * 0, -E_USAGE with a sentence that names the address, or -E_NOMEM. */
int sources_init(struct sources *sources, const char *text, const struct target *target,
                 struct error *err);
void sources_release(struct sources *sources);

/* Where this session's connections start; NULL: wherever the kernel likes. */
const struct sockaddr_storage *sources_of(const struct sources *sources, long session);

#endif
