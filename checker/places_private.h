/* Shared by places.c, places_html.c and places_ways.c. */
#ifndef STRETTO_CHECKER_PLACES_PRIVATE_H
#define STRETTO_CHECKER_PLACES_PRIVATE_H

#include "checker/places.h"

int leaf_add(struct leaves *leaves, const struct leaf *leaf);
/* The leaves of a JSON text that was decoded from root's cut; no JSON: none. */
int leaves_add_json(struct leaves *leaves, const struct leaf *root, const char *json, size_t len);
int leaves_add_html(struct leaves *leaves, const char *body, size_t len);

#endif
