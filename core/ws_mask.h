/* The masks of a client's frames (RFC 6455 5.3).  Private to core/ws*.c. */
#ifndef STRETTO_CORE_WS_MASK_H
#define STRETTO_CORE_WS_MASK_H

#include <stddef.h>
#include <stdint.h>

#define WS_MASK_BYTES 4

/* Bytes that no peer can foresee, drawn from the kernel many at a time: one call a frame costs more
 * than the frame.  Each thread has its own; a process should not fork between two draws.
 * 0, or -1 when the kernel has none. */
int ws_mask_bytes(uint8_t *out, size_t len);
/* Masks data or takes the mask off. */
void ws_mask(char *data, size_t len, const uint8_t mask[WS_MASK_BYTES]);

#endif
