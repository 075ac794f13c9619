/* A server's answer to the handshake: it is decided by its last byte and not before. */
#include <string.h>

#include "core/ws.h"
#include "fuzz.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static long read_answer(const uint8_t *data, size_t len, int *status, struct error *err)
{
    char *copy = malloc(len ? len : 1);
    long rc;

    PROMISE(copy);
    memcpy(copy, data, len);
    rc = ws_read_response(copy, len, KEY, status, err);
    free(copy);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    int status = 0;
    long rc = read_answer(data, len, &status, &err);

    PROMISE(rc <= (long)len);
    PROMISE((rc < 0) == (err.code != 0));
    PROMISE(status >= 0 && status <= 999);
    if (rc <= 0)
        return 0;
    PROMISE(status == 101);
    PROMISE(read_answer(data, (size_t)rc - 1, &status, &err) == 0);
    PROMISE(read_answer(data, (size_t)rc, &status, &err) == rc);
    return 0;
}
