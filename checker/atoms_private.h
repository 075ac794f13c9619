/* Shared by atoms.c and atoms_json.c. */
#ifndef STRETTO_CHECKER_ATOMS_PRIVATE_H
#define STRETTO_CHECKER_ATOMS_PRIVATE_H

#include "checker/atoms.h"

/* A text, and for one that was decoded the place of each of its bytes as it is written. */
struct layer {
    const char *text;
    const size_t *back; /* NULL: the text as it is written, from base on */
    size_t base;
    enum coding coding;
    const struct atom_shell *shell;
};

/* What an atom will be called, and whose piece it is. */
struct site {
    enum atom_kind kind;
    const char *name;
    size_t parent;
};

struct cutter {
    struct atoms *atoms;
    unsigned depth;
};

/* The atom of a range, and what is in it. */
int atoms_cut(struct cutter *c, const struct layer *layer, size_t from, size_t to,
              const struct site *site);
/* The same of a range that is coded. */
int atoms_cut_coded(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                    enum coding coding, const struct site *site);
/* Decodes a range into a layer of its own. */
int atoms_decode(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                 enum coding coding, struct layer *out, size_t *bytes);

/* Is there JSON to the end of the text, from *at on, behind nothing or a short prefix? */
bool atoms_find_json(const char *text, size_t len, size_t *at);
int atoms_cut_json(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                   const struct site *site);

#endif
