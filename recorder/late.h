/* Secrets that were recognised late: a password is one when its field has a name that says so, but
 * the app may have sent it back, or it may have been typed elsewhere, before.
 *
 * When the recording is over the files are read once more, and what holds such a secret is written
 * anew, script first: a file is the old one or the new one, never half of either.
 * Not looked into: bodies of more than BODY_KEPT_MAX, and compressed ones. */
#ifndef STRETTO_RECORDER_LATE_H
#define STRETTO_RECORDER_LATE_H

#include <stdbool.h>
#include <stddef.h>

#include "recorder/correlate.h"

/* path: the script's.  *places: how many steps, bodies and lines of the trace had one.
 * 0, -E_IO, -E_FORMAT or -E_NOMEM. */
int late_clean(struct correlation *c, const char *path, bool traces, size_t *places,
               struct error *err);

#endif
