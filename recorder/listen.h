/* Where the browser finds the proxy: a listening socket and its name. */
#ifndef STRETTO_RECORDER_LISTEN_H
#define STRETTO_RECORDER_LISTEN_H

#include <stdbool.h>

#include "core/error.h"

#define LISTEN_AUTHORITY_TEXT 64

struct listener {
    int fd;
    bool loopback;
    char authority[LISTEN_AUTHORITY_TEXT]; /* "127.0.0.1:8600" */
};

/* where: "HOST:PORT", "[::1]:PORT" or "PORT"; port 0 takes any free one.
 * 0, -E_USAGE or -E_NET; the caller closes fd, or hands it to who does. */
int listen_on(struct listener *l, const char *where, struct error *err);

#endif
