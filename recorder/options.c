#include "recorder/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(field) offsetof(struct record_options, field)

static const struct opt record_options[] = {
    SCRIPT_FILE_ROWS(AT),
    {OPT_TEXT, 'l', "listen", AT(listen), "HOST:PORT",
     "where the browser finds it (127.0.0.1:8600); port 0 takes any free one"},
    {OPT_FLAG, 0, "open", AT(open), NULL, "open the address in a browser ($BROWSER or xdg-open)"},
    {OPT_FLAG, 0, "browser", AT(browser), NULL,
     "open it in a Chromium with a clean profile; closing that ends the recording"},
    {OPT_DURATION, 0, "until-idle", AT(until_idle_us), "TIME",
     "end when nothing was asked for TIME: for apps without a WebSocket"},
    {OPT_DURATION, 0, "for", AT(for_us), "TIME", "end after TIME"},
    SCRIPT_CONTENT_ROWS(AT),
    TARGET_OPTION_ROWS(AT(target)),
    {0},
};

static const struct opt_program program = {
    .name = "stretto record",
    .synopsis = "URL [options]",
    .summary = "Records one session of a web app, in your browser, through a proxy, into a script.",
    .options = record_options,
    .footer =
        "It ends when the page is closed, or at Ctrl-C; the script is complete at any moment.\n"
        "While it records in a terminal, a name and Enter begin a phase: login, filter, ...\n"
        "Passwords and keys are written as ${env:NAME}; it tells which names a replay wants.\n"
        "\n"
        "  stretto record http://127.0.0.1:3838/ -o session.log --open\n"
        "  stretto record https://app.example/ --browser --verify\n"
        "  stretto record https://api.example/v1/ --until-idle 10s --secret API_KEY",
};

static int check(const struct record_options *o, int operands, struct error *err)
{
    if (operands != 1)
        return error_set(err, E_USAGE,
                         "give one URL, as in: stretto record http://127.0.0.1:3838/");
    if (o->verify && o->no_trace)
        return error_set(err, E_USAGE, "--verify compares with the trace: leave --no-trace out");
    return OPTS_RUN;
}

int record_options_parse(struct record_options *o, int argc, char **argv, struct error *err)
{
    int operands = 0;
    int rc;

    *o = (struct record_options){.file = "session.log", .listen = "127.0.0.1:8600"};
    rc = opts_parse(&program, o, argc, argv, &operands, err);
    return rc == OPTS_RUN ? check(o, operands, err) : rc;
}

void record_options_release(struct record_options *o)
{
    opts_release(&program, o);
}

int secrets_of_names(struct secrets *secrets, const struct opt_list *names, struct error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        const char *value = secret_name_ok(name, strlen(name)) ? getenv(name) : NULL;

        if (!secret_name_ok(name, strlen(name)))
            return error_set(err, E_USAGE,
                             "--secret takes the name of an environment variable, never a value");
        if (!value || strlen(value) < SECRET_BYTES_MIN)
            return error_set(err, E_USAGE,
                             "--secret %s: no environment variable of this name has %d bytes or "
                             "more; set it: export %s=...",
                             name, SECRET_BYTES_MIN, name);
        if (secrets_set(secrets, name, value) < 0)
            return error_nomem(err);
    }
    return 0;
}

int dialect_of_option(const struct dialect **out, const char *given, struct error *err)
{
    int rc;

    *out = given ? dialect_find(given) : NULL;
    if (!given || *out)
        return 0;
    if (access(given, F_OK) < 0 && !strchr(given, '/') && !strchr(given, '.'))
        return error_set(err, E_USAGE, "there is no dialect '%s', and no file of this name", given);
    rc = dialects_add(given, err);
    if (rc == 0)
        *out = dialects_at(0); /* a person's own is asked first */
    return rc;
}
