/* Which headers of a request are worth recording: all that an app could depend on and a replay
 * would not send by itself.  Pure. */
#ifndef STRETTO_RECORDER_RECORDED_H
#define STRETTO_RECORDER_RECORDED_H

#include <stdbool.h>

/* Cookies and a WebSocket's subprotocols are not among them: they have rules of their own. */
bool header_is_recorded(const char *name, const char *value);
/* The same for a script, style or picture, which no app negotiates. */
bool header_is_recorded_for_file(const char *name, const char *value);

#endif
