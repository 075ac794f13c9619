/* Helpers of the dialects, private to dialect*.c. */
#ifndef STRETTO_CORE_DIALECT_PARTS_H
#define STRETTO_CORE_DIALECT_PARTS_H

#include <jansson.h>

#include "core/dialect.h"

/* Adds "prefix name" (or "prefix" when name is NULL) unless it is there.  0 or -E_NOMEM. */
int message_add_part(struct message *m, const char *prefix, const char *name);

/* What a message of Shiny's carries.  `channel` is put in front of the parts of sub-apps ("" for
 * the app itself).  0 or -E_NOMEM. */
int shiny_read_json(struct message *m, json_t *json, const char *channel);

#endif
