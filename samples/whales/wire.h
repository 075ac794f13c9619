/* Shiny's messages, as bytes. Each function returns a new string (free()), or NULL when memory is
 * short. */
#ifndef STRETTO_SAMPLES_WIRE_H
#define STRETTO_SAMPLES_WIRE_H

#include <jansson.h>

#define SESSION_ID_TEXT 33 /* 32 hex digits and the terminator */

char *wire_config(const char *session_id);
char *wire_busy(const char *state);                               /* "busy" or "idle" */
char *wire_recalculating(const char *output, const char *status); /* or "recalculated" */
char *wire_progress(const char *type, const char *message);       /* "open", "update" or "close" */
char *wire_unknown_method(const json_t *tag, const char *method);

/* Takes the three containers over, whatever comes of it. */
char *wire_values_take(json_t *errors, json_t *values, json_t *messages);

/* Random, from the kernel: 0 or -1 with errno set. */
int wire_session_id(char out[SESSION_ID_TEXT]);

#endif
