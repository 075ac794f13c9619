#include "checker/options.h"

#include <stddef.h>
#include <string.h>

#include "core/units.h"

#define AT(field) offsetof(struct check_options, field)

static const struct opt table[] = {
    {OPT_TEXT, 'a', "against", AT(against), "URL", "replay it once against this app, and compare"},
    {OPT_FLAG, 'x', "explain", AT(explain), NULL, "tell all: every step, every session value"},
    {OPT_FLAG, 0, "fix", AT(fix), NULL,
     "with --against: write what was found into the script (the old one: SCRIPT.orig)"},
    {OPT_TEXT, 'o', "output", AT(output), "FILE", "with --fix: write the new script here instead"},
    {OPT_TEXT, 0, "rules", AT(rules), "FILE", "what you know better: names, kinds, vetoes"},
    {OPT_NUMBER, 't', "think", AT(think), "X", "stretch the recorded think times by X (0.2)"},
    {OPT_DURATION, 0, "timeout", AT(timeout_us), "TIME",
     "give a step up after TIME without an answer (30s)"},
    {OPT_LIST, 'H', "header", AT(headers), "'Name: value'",
     "send this header with every request; may be repeated"},
    {OPT_TEXT, 0, "users-file", AT(users_file), "FILE", "a CSV table of logins, a row a user"},
    {OPT_LIST, 0, "data", AT(data), "FILE", "a CSV table for ${data:NAME}; may be repeated"},
    {OPT_TEXT, 0, "dialect", AT(dialect), "FILE", "a dialect of your own"},
    TARGET_OPTION_ROWS(AT(target)),
    {0},
};

static const struct opt_program program = {
    .name = "stretto check",
    .synopsis = "SCRIPT [--explain] [--against URL [--fix [-o FILE]]] [options]",
    .summary = "Says what a script does and what in it is not resolved: values of the recorded\n"
               "session that would be sent again.  With --against, replays it once, explains what\n"
               "differs, and finds the session values by comparing with SCRIPT.trace.",
    .options = table,
    .footer =
        "Exit code: 0 nothing is unresolved (and the replay passed), 1 something is, 2 wrong\n"
        "usage.\n"
        "\n"
        "example: stretto check session.log --against http://127.0.0.1:3838 --fix",
};

static int check(const struct check_options *o, struct error *err)
{
    if (o->fix && !o->against)
        return error_set(err, E_USAGE,
                         "--fix needs --against URL: only a replay tells what differs");
    if (o->output && !o->fix)
        return error_set(err, E_USAGE, "-o says where --fix writes; give --fix too");
    if (o->output && strcmp(o->output, o->script) == 0)
        return error_set(err, E_USAGE,
                         "-o names the script itself; without -o --fix writes there "
                         "and keeps the old one as %s.orig",
                         o->script);
    if (!o->timeout_us)
        return error_set(err, E_USAGE, "--timeout must be longer than 0");
    return 0;
}

int check_options_parse(struct check_options *options, int argc, char **argv, struct error *err)
{
    int operands;
    int rc;

    *options = (struct check_options){.think = 0.2, .timeout_us = 30 * US_PER_S};
    rc = opts_parse(&program, options, argc, argv, &operands, err);
    if (rc != OPTS_RUN)
        return rc;
    if (operands != 1)
        return error_set(err, E_USAGE, "name one script; 'stretto check --help' tells the rest");
    options->script = argv[1];
    rc = check(options, err);
    return rc < 0 ? rc : OPTS_RUN;
}

void check_options_release(struct check_options *options)
{
    opts_release(&program, options);
}

void check_options_pass(const struct check_options *o, const char *out[PASSED_ON_MAX])
{
    const struct {
        const char *word;
        const char *value;
    } pairs[] = {{"--users-file", o->users_file},
                 {"--dialect", o->dialect},
                 {"--cacert", o->target.cacert},
                 {"--cert", o->target.cert},
                 {"--key", o->target.key}};
    size_t n = 0;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i].value) {
            out[n++] = pairs[i].word;
            out[n++] = pairs[i].value;
        }
    }
    if (o->target.insecure)
        out[n++] = "--insecure";
    for (size_t i = 0; i < o->headers.count && n + 3 < PASSED_ON_MAX; i++) {
        out[n++] = "-H";
        out[n++] = o->headers.items[i];
    }
    for (size_t i = 0; i < o->data.count && n + 3 < PASSED_ON_MAX; i++) {
        out[n++] = "--data";
        out[n++] = o->data.items[i];
    }
    out[n] = NULL;
}
