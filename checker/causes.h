/* Why a replay failed at a step: the likely cause in one sentence, and what to do.  One table;
 * pure. */
#ifndef STRETTO_CHECKER_CAUSES_H
#define STRETTO_CHECKER_CAUSES_H

#include <stdbool.h>

#include "core/script.h"

struct mismatch {
    const struct step *step; /* NULL: it got to no step */
    int status;              /* what came; 0: no answer */
    const char *location;    /* its Location header, or NULL */
    const char *reason;      /* the player's sentence */
    bool sends_token;        /* it sends something called csrf, token, nonce, ... */
    bool sends_value;        /* it sends a session value, or a literal that looks like one */
    bool is_page;            /* an HTML page came where the recording has something else */
};

struct cause {
    const char *name;   /* "csrf": for tests and tables */
    const char *cause;  /* one sentence */
    const char *advice; /* what to do */
};

/* Always one: the last of the table fits all. */
const struct cause *cause_of(const struct mismatch *mismatch);

#endif
