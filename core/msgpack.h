/* MessagePack as JSON: the little of it that hubs speak.  msgpack.org, "Specification".
 *
 * Bytes and texts that are no UTF-8 are "base64:..." (core/codec.h), extensions are
 * {"ext":TYPE,"data":"base64:..."}; keys of maps that are no texts are written as JSON; what JSON
 * cannot hold (NaN, infinity) is null; integers above 2^63 are reals. */
#ifndef STRETTO_CORE_MSGPACK_H
#define STRETTO_CORE_MSGPACK_H

#include <jansson.h>
#include <stddef.h>

#include "core/buf.h"

/* One value from data[*at..len), *at moves behind it.  NULL: it is torn, wrong or too deep, or
 * memory was refused. */
json_t *msgpack_read(const char *data, size_t len, size_t *at);
/* 0, -E_FORMAT (too deep) or -E_NOMEM. */
int msgpack_write(const json_t *json, struct buf *out);

#endif
