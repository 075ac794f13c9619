#include "player/failure.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

static const struct {
    const char *name;
    const char *advice;
} failures[FAILURES + 1] = {
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
    [FAILURE_STOPPED] = {"stopped", "nothing: the run was stopped"},
    [FAILURES] = {"other", "the rows of the run say each session's reason"},
};

const char *failure_name(enum failure kind)
{
    return failures[kind].name;
}

const char *failure_advice(enum failure kind)
{
    return failures[kind].advice;
}

/* --- which are alike --- */

#define OWN_BYTES 5 /* of a word that is a session's own: statuses and close codes are shorter */
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t mix(uint64_t key, unsigned char c)
{
    return (key ^ c) * FNV_PRIME;
}

static uint64_t mix_word(uint64_t key, const char *word, size_t len, bool digit)
{
    if (digit && len >= OWN_BYTES)
        return mix(key, '#');
    while (len--)
        key = mix(key, (unsigned char)*word++);
    return key;
}

uint64_t failure_key(const char *text)
{
    uint64_t key = FNV_START;

    for (int words = 0; *text && *text != ';' && words < FAILURE_WORDS;) {
        const char *word = text;
        bool digit = false;

        for (; isalnum((unsigned char)*text); text++)
            digit |= isdigit((unsigned char)*text) != 0;
        key = mix_word(key, word, (size_t)(text - word), digit);
        if (!*text || *text == ';')
            break;
        words += *text == ' ';
        key = mix(key, (unsigned char)*text++);
    }
    return key;
}
