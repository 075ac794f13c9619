/* Paths into JSON; json_at() itself is in core/extract.h. */
#ifndef STRETTO_CORE_JSON_PATH_H
#define STRETTO_CORE_JSON_PATH_H

#include <stdbool.h>

/* Is it a path, wherever it leads? */
bool json_path_ok(const char *path);

#endif
