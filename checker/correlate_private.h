/* The engine's insides, shared by correlate*.c. */
#ifndef STRETTO_CHECKER_CORRELATE_PRIVATE_H
#define STRETTO_CHECKER_CORRELATE_PRIVATE_H

#include "checker/correlate.h"
#include "checker/places.h"

#define POOL_MAX 400   /* values that a digest may have been computed of */
#define DIGESTS_MAX 20 /* that are tried: each costs up to a second or two */

#define REPLAYED_MAX ((size_t)1 << 14) /* bytes of a value in the replay: of buffers for it */

/* An answer or a message that told something, in both runs. */
struct telling {
    const struct step *step;
    const struct trace_entry *a;
    const struct trace_entry *b; /* NULL: the replay did not get it */
    struct leaves leaves;
    bool is_cut;
};

enum verdict_is { UNTOLD, LITERAL, FOUND, OPEN };

struct verdict {
    enum verdict_is is;
    size_t finding;
    enum open_why why;
    long source;
};

/* What was decided of a long value holds for all that are equal. */
struct decided {
    const char *value;
    struct verdict verdict;
};

/* An atom that is to be explained. */
struct question {
    const struct atom *atom;
    const struct sent_text *sent;
    const struct step *step;
    size_t sent_index;
    size_t index; /* of the atom */
    bool as_told; /* it is a part of what is sent: named as where it was told, and once is enough */
};

enum atom_state {
    ASKED_FOR = 0,
    DONE,   /* with all its pieces */
    BROKEN, /* one of its pieces is a value */
};

struct engine {
    const struct correlate_input *in;
    struct findings *out;
    struct telling *tellings;
    size_t telling_count;
    struct decided *decided;
    size_t decided_count;
    size_t decided_capacity;
    unsigned char **done; /* [sent][atom]: enum atom_state */
    unsigned digests_tried;
    struct error *err;
};

/* correlate.c */
bool is_done(const struct engine *e, const struct question *q);
void set_done(struct engine *e, const struct question *q);
int add_use(struct engine *e, size_t finding, const struct question *q);
int add_open(struct engine *e, const struct question *q, enum open_why why, long source);
/* A new finding, named for this question; *index is its place. */
int add_finding(struct engine *e, const struct finding *finding, const struct question *q,
                const char *told, size_t *index);
bool in_a_path(const struct question *q);
/* Might a link of a page have told it: "/orders/17", "order=17"? */
bool in_a_link(const struct question *q);

/* correlate_told.c: did the server tell it? */
int told(struct engine *e, const struct question *q, struct verdict *verdict);
int telling_leaves(struct telling *t);
bool is_before(const struct telling *t, const struct step *step);
/* The leaf's value in the replay, by the first way that works: 0, -E_MISMATCH, -E_NOMEM. */
int replayed(struct engine *e, const struct telling *t, const struct leaf *leaf,
             struct extraction *way, struct buf *out);
/* The leaf as a finding, or the one that it is already. */
int find_issued(struct engine *e, const struct question *q, const struct telling *t,
                const struct leaf *leaf, const struct extraction *way, size_t *index);

/* correlate_made.c: did the page make it? */
int made(struct engine *e, const struct question *q);
int made_by_rule(struct engine *e, const struct question *q, const struct rule *rule);
/* correlate_digest.c */
int computed(struct engine *e, const struct question *q);
/* correlate_count.c: all texts at once. */
int counters(struct engine *e);

#endif
