/* The choices of the select `who`: the biggest downloaders of the day. */
#ifndef STRETTO_SAMPLES_CHOICES_H
#define STRETTO_SAMPLES_CHOICES_H

#include <jansson.h>
#include <stdbool.h>

#include "samples/whales/summary.h"

bool choices_have(const struct whales *w, const char *who);

/* {"options": html, "value": who when it is still there, else the first}; a new object. */
json_t *choices_message(const struct whales *w, const char *who);

#endif
