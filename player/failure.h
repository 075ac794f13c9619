/* The ways in which a session fails: one word in run.json and one piece of advice each.  What
 * failed, where, and what was expected and got stands in the sentence that session_fail() makes. */
#ifndef STRETTO_PLAYER_FAILURE_H
#define STRETTO_PLAYER_FAILURE_H

#include <stdint.h>

enum failure {
    FAILURE_CONNECT, /* there was no connection, or it broke before any answer */
    FAILURE_OPEN,    /* a WebSocket's handshake was refused */
    FAILURE_STATUS,  /* an answer had another status than the recorded one */
    FAILURE_TIMEOUT, /* an answer did not come, or not whole, in time */
    FAILURE_MISSING, /* a message that the script waits for did not come in time */
    FAILURE_VALUE,   /* a session value was not told, or cannot be sent where the script wants it */
    FAILURE_CLOSED,  /* the server closed the WebSocket before the script's end */
    FAILURE_GONE,    /* the framework ended the session in its own words */
    FAILURE_MEMORY,  /* this machine's memory is out */
    FAILURE_STOPPED, /* the run was stopped */
    FAILURES
};

/* "connect", "status", ...: as run.json has it; "other" for FAILURES: several together. */
const char *failure_name(enum failure kind);
/* What to look at, in one clause. */
const char *failure_advice(enum failure kind);

/* The same for sentences that differ only in what is each session's own: compared are the first
 * FAILURE_WORDS words, up to a semicolon (bodies stand behind it), and of words with a digit in
 * five or more letters and digits (ids, ports, times) only that they are there. */
#define FAILURE_WORDS 16
uint64_t failure_key(const char *text);

#endif
