/* One error idiom for the whole tree: a code to branch on and a sentence to show.
 *
 * A function that can fail returns 0 or a negative code and fills the caller's struct error.
 * The lowest layer that knows the reason writes the sentence; the first cause wins, so a caller
 * that adds context uses error_prefix() instead of setting a second one.
 * The sentence says what, where, why and what to do; it has no full stop and no newline. */
#ifndef STRETTO_CORE_ERROR_H
#define STRETTO_CORE_ERROR_H

#include <stdio.h>

enum {
    E_USAGE = 1, /* the command line is wrong */
    E_FORMAT,    /* a file or a message is not what it should be */
    E_NOMEM,     /* memory was refused */
    E_IO,        /* a file could not be read or written */
    E_EXISTS,    /* refused to overwrite */
    E_NET,       /* a connection failed or was lost */
    E_TIMEOUT,   /* nothing came in time */
    E_PROTOCOL,  /* the peer broke its protocol */
    E_MISMATCH,  /* the peer answered something else than expected */
};

struct error {
    int code;       /* 0: none */
    char text[480]; /* always terminated */
};

#define ERROR_NONE ((struct error){0})

/* Sets err unless it is set already or NULL; returns -code, so `return error_set(...)` reads well.
 */
int error_set(struct error *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts context in front of the sentence: "session 17: " + text. */
void error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

int error_nomem(struct error *err);

/* What a program exits with: 0 for none, 2 for a wrong command line, 1 for everything else. */
int error_exit_code(const struct error *err);

/* "PROGRAM: SENTENCE\n" on stderr, control characters made harmless. */
void error_print(const char *program, const struct error *err);

#endif
