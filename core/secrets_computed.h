/* A value that is computed of secrets.  Private to secrets_*.c. */
#ifndef STRETTO_CORE_SECRETS_COMPUTED_H
#define STRETTO_CORE_SECRETS_COMPUTED_H

#include "core/secrets.h"

#define BASIC_CREDENTIAL "BASIC_AUTH"
#define COMPUTED_NAME_MAX 64

/* Appends the placeholder of a maker of `of` in this coding: one that is in makers already, or a
 * new one with the next free name after base; makers NULL: base, and nobody makes it.
 * 0 or -E_NOMEM. */
int secrets_add_computed(struct makers *makers, const char *base, const char *of,
                         enum coding coding, struct buf *out);

#endif
