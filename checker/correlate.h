/* Finds the session values of a script by comparing what really passed twice: when it was recorded
 * (trace A) and when it was replayed (trace B).
 *
 * What differs between the two and is sent back is the server's: it becomes an extraction at the
 * place where it first stood.  What stands there unchanged is a literal, whatever it looks like.
 * What no answer told was made by the page: an id, a clock, a counter, a digest of known values.
 * A value that the replay did not get far enough to tell is open; replay again with what was found.
 *
 * Short values ("17") stand in many places by accident: they count only as whole leaves, and only
 * where names agree (an order's id in /orders/17), or in one place alone.
 * Pure.  Owner: zeroed is empty; findings_release(). */
#ifndef STRETTO_CHECKER_CORRELATE_H
#define STRETTO_CHECKER_CORRELATE_H

#include "checker/rules.h"
#include "checker/sent.h"
#include "core/arena.h"
#include "core/error.h"
#include "core/extract.h"
#include "core/maker.h"
#include "core/script.h"
#include "core/trace.h"

enum value_kind { VALUE_ISSUED, VALUE_MINTED, VALUE_CLOCK, VALUE_COUNTER, VALUE_COMPUTED };
enum sureness { SURE_GUESS, SURE_LIKELY, SURE_CERTAIN };

/* One place in a text that is sent, to be replaced by ${NAME}. */
struct use {
    size_t sent; /* index in sents */
    long step;   /* ordinal of the step */
    size_t at;
    size_t len;
    enum coding coding; /* of the placeholder */
    const struct atom_shell *shell;
};

struct finding {
    const char *name;
    enum value_kind kind;
    enum sureness sure;
    const char *literal; /* as recorded */
    long source;         /* ISSUED: ordinal of the step that tells it; else -1 */
    struct extraction extraction;
    struct maker maker; /* all others; its strings belong to the findings */
    struct use *uses;
    size_t use_count;
};

/* A literal that deserves a word: it looks like a session value, and nothing explains it. */
enum open_why {
    OPEN_LOOKS, /* it looks like an id, a token or a time (no trace to ask) */
    OPEN_TOLD,  /* an answer told it, and no replay says whether it changes */
    OPEN_AWAY,  /* the answer that told it came, but the value is not found in it any more */
};

struct open_value {
    enum open_why why;
    size_t step; /* index of the step that sends it */
    enum sent_in in;
    const char *field;
    const char *literal;
    long source; /* ordinal of the step that told it, or -1 */
    unsigned uses;
};

struct findings {
    struct finding *items;
    size_t count;
    struct open_value *open;
    size_t open_count;
    struct arena owned;
};

struct correlate_input {
    const struct script *script;  /* with bodies */
    const struct sents *sents;    /* of this script */
    const struct trace *a;        /* NULL: only looks can be judged */
    const struct trace *b;        /* NULL: nothing is compared */
    const struct rules *rules;    /* or NULL */
    const struct findings *known; /* of earlier rounds: their names stand in the script already */
    const char *const *literals;  /* values that must stay, NULL-ended, or NULL */
};

int correlate(struct findings *out, const struct correlate_input *in, struct error *err);
void findings_release(struct findings *findings);

const char *value_kind_name(enum value_kind kind); /* "issued", ... */
const char *sureness_name(enum sureness sure);

#endif
