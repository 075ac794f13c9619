/* Cuts what a browser sends into atoms: the smallest things that a person would name.
 *
 * Path segments, the values of queries and forms, parts of multipart bodies, leaves of JSON (also
 * of JSON inside strings, and behind a prefix as in `42["event",{..}]`), header values; then their
 * pieces ("item-123" has "item" and "123").  Placeholders are never part of an atom's pieces.
 *
 * Shape   a parent comes before its pieces; pieces lie inside it, in order, and never overlap.
 * Spans   at and len are of the text as it is written there: what text[at..at+len) means, decoded,
 *         is the value.  Atoms inside base64 have a shell, and count in its decoded text.
 * Bounds  ATOM_TEXT_MAX bytes of text, ATOMS_MAX atoms, ATOM_DEPTH_MAX layers; what lies beyond is
 *         left out.  Text that is no UTF-8 has no atoms.
 * Owner   zeroed is empty and ready; atoms_release(). */
#ifndef STRETTO_CHECKER_ATOMS_H
#define STRETTO_CHECKER_ATOMS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/coding.h"

#define ATOM_TEXT_MAX ((size_t)1 << 20)
#define ATOMS_MAX 20000
#define ATOM_DEPTH_MAX 8

enum atom_kind {
    ATOM_SEGMENT, /* of a path; its name is the segment before it */
    ATOM_QUERY,
    ATOM_HEADER,
    ATOM_FIELD, /* of a form */
    ATOM_JSON,  /* a leaf */
    ATOM_TEXT,  /* all of a text that has no structure */
    ATOM_PIECE, /* of the parent */
};

/* A base64 text that says something: its place, and what it says. */
struct atom_shell {
    size_t at;
    size_t len;
    const char *text;
    size_t bytes;
    enum coding outside; /* how the base64 text itself stands there */
};

struct atom {
    enum atom_kind kind;
    size_t at;
    size_t len;
    const char *value; /* decoded, terminated */
    size_t bytes;
    const char *name;   /* of its field, or "" */
    enum coding coding; /* the outermost around it */
    bool has_placeholder;
    size_t parent;                  /* its index, counted from 1; 0: none */
    const struct atom_shell *shell; /* or NULL */
};

struct atoms {
    struct atom *items;
    size_t count;
    size_t capacity;
    struct arena owned;
};

/* All append; 0 or -E_NOMEM. */
int atoms_of_url(struct atoms *atoms, const char *url, size_t len);
/* "Name: value"; at counts from the beginning of the line. */
int atoms_of_header(struct atoms *atoms, const char *line);
/* content_type may be NULL: it is guessed. */
int atoms_of_body(struct atoms *atoms, const char *content_type, const char *body, size_t len);
int atoms_of_message(struct atoms *atoms, const char *text, size_t len);
void atoms_release(struct atoms *atoms);

#endif
