/* What is asked for, found by its method and URL: text that stands for itself at once, then the
 * URLs with placeholders, the most literal first, then those once more loosely (parrot/pattern.h).
 *
 * Owner   zeroed is empty; routes_release().  Methods and URLs are lent by the script. */
#ifndef STRETTO_PARROT_ROUTES_H
#define STRETTO_PARROT_ROUTES_H

#include "parrot/pattern.h"

/* Not a method of HTTP: the handshake of a WebSocket. */
#define ROUTE_WEBSOCKET "websocket"

struct route {
    const char *method;
    const char *url;
    size_t url_bytes;
    size_t literal_bytes; /* == url_bytes: no placeholders */
    size_t order;         /* in which it was added first */
    size_t *items;        /* what was recorded there, in its order */
    size_t count;
    bool varies; /* which of them it is matters to a replay: set by whoever knows the items */
};

struct routes {
    struct route *items;
    size_t count;
    size_t *table; /* hash of the literal ones: index + 1, 0: free */
    size_t table_size;
};

/* The k-th call for the same method and URL adds its k-th item.  0 or -E_NOMEM. */
int routes_add(struct routes *routes, const char *method, const char *url, size_t item);
/* After the last one, before the first is looked for.  0 or -E_NOMEM. */
int routes_ready(struct routes *routes);
void routes_release(struct routes *routes);

/* NULL: nothing of the kind is known. */
const struct route *routes_find(const struct routes *routes, const char *method,
                                size_t method_bytes, const char *url, size_t url_bytes,
                                struct captures *captures);

#endif
