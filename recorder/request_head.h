/* The head of an HTTP/1.1 request (RFC 9112), read strictly: what two readers could frame
 * differently is refused, or a request could be smuggled past one of them.  Pure.
 *
 * Kept as sent: the method (any token), the target, the headers' order, case, repeats, empty
 * values and bytes above 127.  A folded header is joined with one space.
 * Owner   request_head_parse() .. request_head_release(), after a refusal too. */
#ifndef STRETTO_RECORDER_REQUEST_HEAD_H
#define STRETTO_RECORDER_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "core/headers.h"

#define BODY_NONE (-1)
#define BODY_CHUNKED (-2)

struct request_head {
    char *method;
    char *target; /* "/path?query", "http://host/path" or "*" */
    int minor;    /* of HTTP/1.minor */
    struct headers headers;
    int64_t body_bytes; /* or a BODY_ word */
    bool keeps;         /* the connection stays for another request */
    int status;         /* what to answer when it was refused: 400, 413, 431, 501 or 505 */
};

/* How many bytes the head takes, 0 when it is not all there yet, -E_PROTOCOL with a sentence and
 * head->status, or -E_NOMEM. */
ssize_t request_head_parse(struct request_head *head, const char *data, size_t len,
                           struct error *err);
void request_head_release(struct request_head *head);

#endif
