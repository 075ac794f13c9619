/* A HAR file: what a browser's own tools, Playwright or mitmproxy recorded.
 *
 * Read as those programs write it: times with any offset and any number of digits, bodies in
 * base64, WebSocket messages in "_webSocketMessages" (Chrome, Playwright, mitmproxy), cookies
 * beside the headers, HTTP/2's pseudo headers, entries that never got an answer (status 0 or -1).
 * Bodies are decoded there already; so Content-Encoding is taken off.
 * Shape   entries in the order of their beginnings; times in microseconds, UTC.
 * Owner   har_release().  Bounds  HAR_BYTES_MAX, HAR_ENTRIES_MAX.
 * Errors  -E_FORMAT with a sentence that names the file and the entry, -E_IO, -E_NOMEM.
 * Sources the HAR 1.2 specification; Chrome DevTools' and Firefox's exports; Playwright's
 * recordHar; mitmproxy's save.har. */
#ifndef STRETTO_RECORDER_HAR_H
#define STRETTO_RECORDER_HAR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/units.h"
#include "core/headers.h"

#define HAR_BYTES_MAX ((size_t)1 << 30)
#define HAR_ENTRIES_MAX 1000000
/* Beyond this a time is no time: the year 2200. */
#define HAR_TIME_MAX_US (INT64_C(7258118400) * US_PER_S)

struct har_message {
    size_t place; /* in the file's list */
    int64_t at_us;
    bool sent;
    bool binary;
    const char *data;
    size_t len;
};

struct har_entry {
    size_t place; /* in the file, from 1 */
    int64_t begin_us;
    int64_t end_us;
    const char *method;
    const char *url; /* whole */
    int status;      /* 0: no answer came */
    struct headers request;
    struct headers answer;
    const char *kind; /* of the answer: its media type, or "" */
    bool has_body;
    bool lacks_body; /* it had one, and the file does not have it */
    const char *body;
    size_t body_bytes;
    const char *content; /* of the answer, decoded; NULL: the file does not have it */
    size_t content_bytes;
    uint64_t bytes; /* of the answer's body on the wire; 0: nobody tells */
    bool is_cached; /* the browser asked no server */
    bool is_socket;
    struct har_message *messages;
    size_t message_count;
};

struct har {
    const char *creator; /* "WebInspector", "Firefox", "Playwright", "mitmproxy", ... or "" */
    struct har_entry *entries;
    size_t count;
    struct arena owned;
};

int har_load(struct har *har, const char *path, struct error *err);
int har_parse(struct har *har, const char *name, const char *data, size_t len, struct error *err);
void har_release(struct har *har);

/* "2026-11-21T01:48:37.925+01:00" as UTC microseconds.  0 or -E_FORMAT. */
int har_time(const char *text, int64_t *out_us);

#endif
