#include "samples/whales/wire.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* Dumps a message and drops it; a message that could not be built is NULL already. */
static char *dump(json_t *message)
{
    char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;

    json_decref(message);
    return text;
}

char *wire_config(const char *session_id)
{
    return dump(json_pack("{s:{s:s, s:s, s:n}}", "config", "workerId", "", "sessionId", session_id,
                          "user"));
}

char *wire_busy(const char *state)
{
    return dump(json_pack("{s:s}", "busy", state));
}

char *wire_recalculating(const char *output, const char *status)
{
    return dump(json_pack("{s:{s:s, s:s}}", "recalculating", "name", output, "status", status));
}

char *wire_progress(const char *type, const char *message)
{
    return dump(json_pack("{s:{s:s, s:{s:s, s:s}}}", "progress", "type", type, "message", "id",
                          "load", "message", message));
}

char *wire_unknown_method(const json_t *tag, const char *method)
{
    char text[128];

    snprintf(text, sizeof(text), "Unknown method '%.60s'", method);
    return dump(json_pack("{s:{s:O?, s:s}}", "response", "tag", tag, "error", text));
}

char *wire_values_take(json_t *errors, json_t *values, json_t *messages)
{
    return dump(json_pack("{s:o, s:o, s:o}", "errors", errors, "values", values, "inputMessages",
                          messages));
}

int wire_session_id(char out[SESSION_ID_TEXT])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return -1;
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}
