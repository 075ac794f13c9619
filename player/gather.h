/* Session values told by answers and messages: the script's extractions, and what is said when a
 * value does not come.  Pure. */
#ifndef STRETTO_PLAYER_GATHER_H
#define STRETTO_PLAYER_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/extract.h"
#include "core/names.h"
#include "core/script.h"
#include "core/values.h"

/* A value is a session's id, a token, a form's hidden state: not a page. */
#define GATHER_VALUE_MAX ((size_t)16 << 20)
/* How much of what came instead is shown, in characters. */
#define GATHER_SHOWN 60

/* An answer, decoded. */
struct answer {
    int status;
    const char *const *headers; /* NULL-ended, or NULL */
    const char *body;
    size_t body_bytes;
};

/* Takes what a step's extractions find in its answer.  0, -E_NOMEM, or -E_MISMATCH: one that is not
 * optional finds nothing, and err says which, where it was looked for and what came. */
int gather_answer(const struct step *step, const struct answer *answer, struct values *values,
                  struct error *err);

/* Takes one value from what a message says, one document a line: 0, -E_MISMATCH (it is not in
 * there) or -E_NOMEM. */
int gather_message(const struct extraction *e, const char *text, size_t len, struct values *values);
/* The sentence for a value that no message told; text is the last one that came, NULL: none. */
int gather_message_missing(const struct extraction *e, const char *text, size_t len,
                           struct error *err);

/* Copies what was learnt as far as the script needs it: a session stays small.  0 or -E_NOMEM. */
int gather_needed(const struct values *learnt, const struct names *needs, struct values *values);

/* The first GATHER_SHOWN characters on one line, anything unprintable as a dot. */
#define GATHER_SHOWN_TEXT (GATHER_SHOWN * 4 + 1)
const char *gather_show(const char *text, size_t len, char out[GATHER_SHOWN_TEXT]);

#endif
