/* The command line of stretto record. */
#ifndef STRETTO_RECORDER_OPTIONS_H
#define STRETTO_RECORDER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dialect.h"
#include "core/opts.h"
#include "core/secrets.h"
#include "core/target_options.h"

/* Rows of the option tables of both programs that write a script; FIELD(x) is the offset of x. */
#define SCRIPT_FILE_ROWS(FIELD)                                                                    \
    {OPT_TEXT, 'o', "output", FIELD(file), "FILE", "the script to write (session.log)"},           \
    {                                                                                              \
        OPT_FLAG, 0, "overwrite", FIELD(overwrite), NULL,                                          \
            "replace an existing script and its bodies"                                            \
    }

#define SCRIPT_CONTENT_ROWS(FIELD)                                                                 \
    {OPT_TEXT,  0,                                                                                 \
     "dialect", FIELD(dialect),                                                                    \
     "NAME",    "the app's framework, or FILE with a dialect of your own; else it is recognised"}, \
        {OPT_LIST,                                                                                 \
         0,                                                                                        \
         "secret",                                                                                 \
         FIELD(secrets),                                                                           \
         "NAME",                                                                                   \
         "keep the value of the environment variable NAME out of all files; may be repeated"},     \
        {OPT_FLAG,   0,                                                                            \
         "no-trace", FIELD(no_trace),                                                              \
         NULL,       "do not keep what really passed in FILE.trace, which check learns from"},     \
    {                                                                                              \
        OPT_FLAG, 0, "verify", FIELD(verify), NULL,                                                \
            "then replay it once and repair it: stretto check FILE --against URL --fix"            \
    }

struct record_options {
    const char *file;
    const char *listen;
    bool open;
    bool browser;
    bool overwrite;
    bool no_trace;
    bool verify;
    int64_t until_idle_us;
    int64_t for_us;
    const char *dialect;
    struct opt_list secrets;
    struct target_options target;
};

/* The URL is argv[1] afterwards.  OPTS_RUN, OPTS_DONE, or -E_USAGE. */
int record_options_parse(struct record_options *options, int argc, char **argv, struct error *err);
void record_options_release(struct record_options *options);

/* --secret NAME ...: their values, from the environment.  0, -E_USAGE or -E_NOMEM. */
int secrets_of_names(struct secrets *secrets, const struct opt_list *names, struct error *err);
/* --dialect NAME or FILE; NULL gives NULL.  0, -E_USAGE, or as dialects_add(). */
int dialect_of_option(const struct dialect **out, const char *given, struct error *err);

#endif
