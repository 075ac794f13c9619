/* WebSocket frames: whole or in pieces, the same is heard and the same comes of it; and the same
 * by wslay alone.
 * The first byte chooses the reader's role and whether it inflates, the second the size of the
 * pieces. */
#include <string.h>

#include "core/ws_inner.h"
#include "fuzz.h"

static void on_message(void *user, const char *data, size_t len, bool binary)
{
    PROMISE(buf_addf(user, "\n%s %zu:", binary ? "binary" : "text", len) == 0);
    PROMISE(buf_add(user, data, len) == 0);
}

static void on_close(void *user, unsigned code, const char *reason, size_t len)
{
    PROMISE(code >= 1000 && code < 5000);
    PROMISE(buf_addf(user, "\nclose %u %zu:", code, len) == 0);
    PROMISE(buf_add(user, reason, len) == 0);
}

#define BY_WSLAY 0 /* a byte at a time, and never a frame by our own code */

#define UNFINISHED 1 /* inside a message */

/* What is heard goes to log; the result is ws_feed()'s last, or UNFINISHED. */
static int hear(enum ws_role role, bool inflates, const uint8_t *data, size_t len, size_t piece,
                struct buf *log)
{
    static const struct ws_handler handler = {.on_message = on_message, .on_close = on_close};
    const struct deflate_terms terms = {inflates, {false, 15}, {false, 15}};
    struct ws *ws = ws_new(role, &handler, log);
    struct error err = ERROR_NONE;
    size_t step = piece == BY_WSLAY ? 1 : piece;
    int rc = 0;

    PROMISE(ws && ws_use_deflate(ws, &terms) == 0);
    for (size_t at = 0; at < len && rc == 0; at += step) {
        PROMISE(piece != BY_WSLAY || ws_rest_begin(ws) == 0);
        rc = ws_feed(ws, data + at, len - at < step ? len - at : step, &err);
    }
    PROMISE(rc == -err.code);
    PROMISE(rc != -E_PROTOCOL || ws_out(ws)->len >= 2); /* a close frame says so */
    if (rc == 0 && ws->part.len)
        rc = UNFINISHED;
    ws_free(ws);
    return rc;
}

/* May there be a close frame in it?  wslay 1.1.1 checks a close frame's reason chunk by chunk, two
 * bytes less each, so whether it takes one that is no UTF-8 depends on the pieces. */
static bool may_close(const uint8_t *data, size_t len)
{
    return memchr(data, 0x88, len) || memchr(data, 0x08, len);
}

/* Twice the same: heard, and come of it. */
static void compare(int rc, const struct buf *heard, int other_rc, const struct buf *other,
                    bool loosely)
{
    size_t both = heard->len < other->len ? heard->len : other->len;

    PROMISE((rc == other_rc && heard->len == other->len) || loosely);
    PROMISE(!both || memcmp(heard->data, other->data, both) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    enum ws_role role;
    struct buf whole;
    struct buf pieces;
    struct buf judged;
    bool inflates;
    int rc;

    if (len < 2)
        return 0;
    role = data[0] & 1 ? WS_SERVER : WS_CLIENT;
    inflates = data[0] & 2;
    buf_init(&whole, 1u << 30);
    buf_init(&pieces, 1u << 30);
    buf_init(&judged, 1u << 30);
    rc = hear(role, inflates, data + 2, len - 2, len, &whole);
    compare(rc, &whole, hear(role, inflates, data + 2, len - 2, (size_t)data[1] % 32 + 1, &pieces),
            &pieces, may_close(data + 2, len - 2));
    compare(rc, &whole, hear(role, inflates, data + 2, len - 2, BY_WSLAY, &judged), &judged,
            /* which judges a text before it is whole */
            rc == UNFINISHED || may_close(data + 2, len - 2));
    buf_release(&whole);
    buf_release(&pieces);
    buf_release(&judged);
    return 0;
}
