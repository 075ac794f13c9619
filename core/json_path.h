/* Paths into JSON; json_at() itself is in core/extract.h. */
#ifndef STRETTO_CORE_JSON_PATH_H
#define STRETTO_CORE_JSON_PATH_H

#include <jansson.h>
#include <stdbool.h>

#define JSON_PATH_KEY_MAX 512

struct path_part {
    enum { PART_KEY, PART_ITEM, PART_PARSE } kind;
    char key[JSON_PATH_KEY_MAX];
    long item;
};

/* The next part of a path, and what follows it; NULL: that is no path.  `first`: a key needs no
 * dot, because the path begins here or behind a "|". */
const char *json_path_part(const char *at, bool first, struct path_part *part);

/* Is it a path, wherever it leads? */
bool json_path_ok(const char *path);

/* The way there made where it is not: json (NULL: nothing yet) with this value at the path, so that
 * json_at() finds it.  What stood in the way is replaced; items in front become null.  Takes both
 * references and gives the whole; NULL when memory is refused or that is no path. */
json_t *json_put(json_t *json, const char *path, json_t *value);

#endif
