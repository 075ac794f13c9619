/* Conditions by themselves, as a script holds them: what an answer has to say.  The language is
 * that of a dialect's "if" (docs/dialects.md). */
#ifndef STRETTO_CORE_CONDITION_H
#define STRETTO_CORE_CONDITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* May it be asked? */
bool condition_is_sound(const json_t *condition);

/* Is this text JSON that fits the condition, which is a text too?  1, 0 or -E_NOMEM. */
int condition_fits(const char *condition, const char *text, size_t len);

#endif
