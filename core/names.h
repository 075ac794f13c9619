/* A set of names, sorted, each once.
 * Owner   zeroed is empty and ready; names_release(). */
#ifndef STRETTO_CORE_NAMES_H
#define STRETTO_CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/script.h"

struct names {
    char **items;
    size_t count;
};

/* 0 or -E_NOMEM. */
int names_add(struct names *names, const char *name, size_t len);
bool names_has(const struct names *names, const char *name);
void names_release(struct names *names);

/* Adds the names of all placeholders that this text has. */
int names_add_placeholders(struct names *names, const char *text, size_t len);

/* Adds the names that values are computed of, or counted on from.  0 or -E_NOMEM. */
int names_add_makers(struct names *names, const struct makers *makers);

/* Adds the names that a script needs: of the placeholders in what a session sends (URLs, headers,
 * messages, bodies that are expanded and were loaded) and in what its values are computed of.
 * 0 or -E_NOMEM. */
int script_needs(const struct script *script, struct names *names);

#endif
