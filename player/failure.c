#include "player/failure.h"

static const struct {
    const char *name;
    const char *advice;
} failures[FAILURES] = {
    [FAILURE_CONNECT] = {"connect", "is the app there, and are its backlog and its limit of "
                                    "connections large enough?"},
    [FAILURE_OPEN] = {"open", "does the app, or a proxy before it, take that many WebSockets?"},
    [FAILURE_STATUS] = {"status", "the app's log at that time tells why it answered so"},
    [FAILURE_TIMEOUT] = {"timeout", "the app is overloaded or hangs; --timeout says how long a "
                                    "session waits"},
    [FAILURE_MISSING] = {"missing", "has the app changed since the recording?  'stretto check "
                                    "--against URL' tells; or it is overloaded"},
    [FAILURE_VALUE] = {"value", "'stretto check --against URL --fix' finds values that change "
                                "with each session"},
    [FAILURE_CLOSED] = {"closed", "the app's log tells whether it ended or was ended: memory, "
                                  "time limits, a proxy's idle timeout"},
    [FAILURE_GONE] = {"gone", "the app's log tells why it ended the session"},
    [FAILURE_MEMORY] = {"memory", "play fewer sessions, or give this machine more memory"},
    [FAILURE_STOPPED] = {"stopped", "somebody stopped the run"},
};

const char *failure_name(enum failure kind)
{
    return failures[kind].name;
}

const char *failure_advice(enum failure kind)
{
    return failures[kind].advice;
}
