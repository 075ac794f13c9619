/* --verify: goes on as stretto check. */
#ifndef STRETTO_RECORDER_VERIFY_H
#define STRETTO_RECORDER_VERIFY_H

#include "core/secrets.h"
#include "core/target_options.h"

struct verify {
    const char *script;
    const char *url;
    const char *dialect; /* as given, or NULL */
    const struct target_options *target;
};

/* The values of these secrets as environment variables, for the replay; those of the person stay.
 * 0 or -E_NOMEM. */
int verify_export(const struct secrets *secrets, struct error *err);

/* Becomes stretto-check: it returns only when there is none.  -E_IO or -E_NOMEM. */
int verify_exec(const struct verify *v, struct error *err);

#endif
