/* The command line of stretto parrot. */
#ifndef STRETTO_PARROT_OPTIONS_H
#define STRETTO_PARROT_OPTIONS_H

#include <stdbool.h>

#include "core/opts.h"

struct parrot_options {
    const char *script;
    const char *listen;
    const char *cert; /* with a key: TLS */
    const char *key;
    const char *dialect;
    const char *count; /* a file for what it saw */
    double delay;
    double drop;
    long seed;
    bool reorder;
    bool split;
    bool calibrate;
    char host[256]; /* of listen, without brackets */
    int port;
};

/* OPTS_RUN, OPTS_DONE or -E_USAGE. */
int parrot_options_parse(struct parrot_options *options, int argc, char **argv, struct error *err);

#endif
