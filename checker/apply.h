/* Writes what was found into a script: placeholders where values are sent, extractions where they
 * are told, makers in the header.
 * Owner  applied_release(); the new script lends from the old one and from the findings. */
#ifndef STRETTO_CHECKER_APPLY_H
#define STRETTO_CHECKER_APPLY_H

#include "checker/correlate.h"

struct applied {
    struct script script; /* its steps and makers are new arrays; never script_free() it */
    struct arena owned;
};

/* 0 or -E_NOMEM. */
int apply(struct applied *out, const struct script *script, const struct sents *sents,
          const struct findings *findings);
void applied_release(struct applied *applied);

#endif
