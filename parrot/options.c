#include "parrot/options.h"

#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct parrot_options, field)

static const struct opt parrot_table[] = {
    {OPT_TEXT, 'l', "listen", AT(listen), "HOST:PORT",
     "where to listen (default 127.0.0.1:0, any free port)"},
    {OPT_NUMBER, 0, "delay", AT(delay), "X",
     "stretch the recorded times by X (default 1; 0: answer at once)"},
    {OPT_FLAG, 0, "reorder", AT(reorder), NULL,
     "say the messages that answer one send in another order"},
    {OPT_FLAG, 0, "split", AT(split), NULL, "say a message in several, or in several frames"},
    {OPT_NUMBER, 0, "drop", AT(drop), "P", "leave each message and answer out with probability P"},
    {OPT_COUNT, 0, "seed", AT(seed), "N", "what is up to chance is the same for the same N"},
    {OPT_TEXT, 0, "count", AT(count), "FILE", "write what it saw into FILE (JSON) when it ends"},
    {OPT_FLAG, 0, "calibrate", AT(calibrate), NULL,
     "find out how many of the script can be played on this machine, and end"},
    {OPT_TEXT, 0, "dialect", AT(dialect), "FILE",
     "a dialect of your own, beside those that docs/dialects.md lists"},
    {OPT_TEXT, 0, "cert", AT(cert), "FILE", "serve https with this certificate (PEM)"},
    {OPT_TEXT, 0, "key", AT(key), "FILE", "its private key (PEM)"},
    {0},
};

static const struct opt_program parrot_program = {
    .name = "stretto parrot",
    .synopsis = "SCRIPT [options]",
    .summary = "Serves what a script heard: each request and send is answered as it was recorded.\n"
               "It prints its address; Ctrl-C ends it, and it says what it saw.",
    .options = parrot_table,
    .footer = "example: stretto parrot session.log --listen 127.0.0.1:4000",
};

/* "HOST:PORT", "[::1]:PORT" */
static int parse_listen(struct parrot_options *o, struct error *err)
{
    const char *colon = strrchr(o->listen, ':');
    const char *host = o->listen;
    size_t n = colon ? (size_t)(colon - host) : 0;
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;

    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    }
    if (!n || n >= sizeof(o->host) || end == colon + 1 || *end || port < 0 || port > 65535)
        return error_set(err, E_USAGE,
                         "--listen takes an address and a port as 127.0.0.1:0, not '%.60s'",
                         o->listen);
    memcpy(o->host, host, n);
    o->port = (int)port;
    return 0;
}

static int check(struct parrot_options *o, int operands, struct error *err)
{
    if (operands != 1)
        return error_set(err, E_USAGE, "name one script; 'stretto parrot --help' tells the rest");
    if (o->drop > 1)
        return error_set(err, E_USAGE, "--drop takes a probability, 0 to 1, not %g", o->drop);
    if (o->calibrate && o->cert)
        return error_set(err, E_USAGE, "--calibrate plays without TLS");
    if (!o->cert != !o->key)
        return error_set(err, E_USAGE, "--cert FILE and --key FILE go together");
    return parse_listen(o, err);
}

int parrot_options_parse(struct parrot_options *options, int argc, char **argv, struct error *err)
{
    int operands;
    int rc;

    *options = (struct parrot_options){.listen = "127.0.0.1:0", .delay = 1};
    rc = opts_parse(&parrot_program, options, argc, argv, &operands, err);
    if (rc != OPTS_RUN)
        return rc;
    options->script = argv[1];
    rc = check(options, operands, err);
    return rc < 0 ? rc : OPTS_RUN;
}
