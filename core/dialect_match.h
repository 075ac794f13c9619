/* Conditions, globs and templates; private to dialect*.c and conversation.c.  The language:
 * docs/dialects.md. */
#ifndef STRETTO_CORE_DIALECT_MATCH_H
#define STRETTO_CORE_DIALECT_MATCH_H

#include <jansson.h>

#include "core/buf.h"
#include "core/dialect.h"

/* The longest text that one value puts into a part or a label, and the longest of those. */
#define TEMPLATE_VALUE_MAX 1000
#define TEMPLATE_TEXT_MAX 4096

/* What conditions and templates speak of. */
struct scene {
    json_t *json; /* the document; NULL: none */
    const char *channel;
    const char *key;               /* {key}: of an object's parts */
    const struct message *message; /* {parts}; NULL: there are none */
    unsigned long count;           /* {n} */
    struct values *values;         /* fill in ${NAME}; NULL: it stays as it is */
};

/* `*` stands for any text, all else for itself. */
bool glob_fits(const char *glob, const char *text);
/* "METHOD GLOB", or any of a list of these. */
bool request_fits(const json_t *request, const char *method, const char *path);
bool when_fits(const json_t *when, const struct scene *scene);

/* Each text that the template makes, one for each key or item: tell returns 0 to go on.  Without
 * what a template speaks of it makes none.  0, -E_NOMEM or what tell said. */
int template_each(const char *text, const struct scene *scene,
                  int (*tell)(void *user, const char *text), void *user);
/* The text of the template, where several keys or items are joined by ", ".  1, 0 (it has not
 * what it speaks of; out is as before) or -E_NOMEM. */
int template_join(const char *text, const struct scene *scene, struct buf *out);
/* A copy of a value in which strings are templates; one that is {PATH} only becomes what stands
 * there, of its own type.  NULL when memory is refused. */
json_t *template_json(const json_t *json, const struct scene *scene);

/* A piece of a template: for the loader, which checks each. */
enum piece_kind {
    PIECE_TEXT,
    PIECE_VALUE, /* {PATH} */
    PIECE_KEYS,  /* {keys:PATH} */
    PIECE_EACH,  /* {each:PATH.field}, {each:PATH[].field} */
    PIECE_KEY,   /* {key} */
    PIECE_PARTS, /* {parts:PREFIX} */
    PIECE_COUNT, /* {n} */
    PIECE_BROKEN,
};

struct piece {
    enum piece_kind kind;
    const char *text; /* TEXT */
    size_t len;
    char path[256];
    char field[256];  /* EACH */
    char without[64]; /* " without GLOB": no values that fit */
    char until;       /* " until C": cut there; 0: not cut */
    /* KEYS, each a field of the key's value, in which there is a text that is not empty: */
    char having[32];  /* " having FIELD": no keys without it */
    char lacking[32]; /* " lacking FIELD": no keys with it */
    char showing[32]; /* " showing FIELD": it stands behind the key, in brackets */
};

/* false at the end. */
bool piece_next(const char **at, struct piece *piece);

#endif
