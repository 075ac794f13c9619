/* Puts a new script into its place.
 *
 * In place the old script stays as PATH.orig (PATH.orig.2, ... where there is one), with its
 * bodies; bodies that changed get names of their own, so that nothing old changes.  Elsewhere the
 * bodies and the trace go with it.  A reader sees the old script or the new one, never a half. */
#ifndef STRETTO_CHECKER_PUBLISH_H
#define STRETTO_CHECKER_PUBLISH_H

#include "core/error.h"
#include "core/script.h"

/* given: as loaded from `path`; now: the new one, its steps' bodies loaded.  output: NULL for in
 * place.  kept: where the name of the old script goes, "" if it stayed.
 * 0, -E_IO or -E_NOMEM. */
int publish(const struct script *given, const char *path, struct script *now, const char *output,
            char *kept, size_t kept_size, struct error *err);

#endif
