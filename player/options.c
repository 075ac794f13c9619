#include "player/options.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "player/cpus.h"
#include "player/options_shape.h"

#define AT(field) offsetof(struct play_options, field)
#define DEFAULT_TIMEOUT_US INT64_C(300000000)
#define PROCESSES_MAX 256

static const struct opt play_table[] = {
    {OPT_POSITIVE, 'n', "sessions", AT(sessions), "N",
     "sessions to play, each the whole script once"},
    {OPT_POSITIVE, 'u', "users", AT(users), "N",
     "users who play session after session, until --for has passed"},
    {OPT_DURATION, 'e', "every", AT(every_us), "TIME",
     "start one every TIME: 500ms, 5s (default: the script's length / N)"},
    {OPT_DURATION, 'f', "for", AT(for_us), "TIME",
     "with --users: go on for TIME after all have started (default 0)"},
    {OPT_LIST, 0, "stage", AT(stage_texts), "TIME:TARGET",
     "within TIME go to TARGET users at once, or to sessions started per time (20/s, /m, /h); "
     "may be repeated"},
    {OPT_TEXT, 0, "arrivals", AT(arrivals), "HOW",
     "regular, or poisson: sessions start by chance, as often as --every or the stages say"},
    {OPT_LIST, 0, "script", AT(script_texts), "FILE:W",
     "one script of a mix, played with the weight W (default 1); may be repeated"},
    {OPT_LIST, 0, "data", AT(data), "FILE",
     "a CSV table: fills ${data:NAME} from its column NAME; may be repeated"},
    {OPT_TEXT, 0, "data-by", AT(data_by), "WHO",
     "a row of --data belongs to a user (default) or to a session"},
    {OPT_TEXT, 'o', "output", AT(dir), "DIR", "the run directory (default: run-DATE-TIME)"},
    {OPT_FLAG, 0, "overwrite", AT(overwrite), NULL, "replace a run that is there already"},
    {OPT_POSITIVE, 'p', "processes", AT(processes), "P", "worker processes (default: one a core)"},
    {OPT_TEXT, 0, "source", AT(source), "A-B",
     "connect from these addresses of this machine in turn; a list or ranges"},
    {OPT_TEXT, 0, "cpus", AT(cpus), "LIST",
     "run worker k on the k-th processor of LIST: 0,2 or 0-3"},
    {OPT_TEXT, 0, "progress", AT(progress), "HOW",
     "live (drawn in place), plain (a line every 5 s) or quiet (default: by the terminal)"},
    {OPT_FLAG, 'q', "quiet", AT(quiet), NULL, "as --progress quiet: only problems and the end"},
    {OPT_TEXT, 't', "think", AT(think_text), "X",
     "stretch the recorded think times by X (default 1), or draw them: lognormal:0.3, "
     "uniform:0.5, exponential, 0.5*lognormal:0.3"},
    {OPT_NUMBER, 0, "max-rate", AT(max_rate), "N",
     "at most N requests and sends a second: what would be more is held"},
    {OPT_TEXT, 0, "abort-after", AT(abort_text), "LIMIT",
     "end the run after so many failed sessions (20), such a share (10%) or a time (30m)"},
    {OPT_COUNT, 0, "seed", AT(seed), "N",
     "the same seed makes the same choices (default: by chance; run.json tells it)"},
    {OPT_FLAG, 0, "plan-only", AT(plan_only), NULL,
     "print the schedule and what it needs; play nothing"},
    {OPT_DURATION, 0, "timeout", AT(timeout_us), "TIME",
     "give a step up after TIME without an answer (default 5m)"},
    {OPT_FLAG, 0, "sequential", AT(sequential), NULL,
     "play one step after another, as shinycannon does"},
    {OPT_TEXT, 0, "leave", AT(leave), "HOW",
     "how sessions end: browser (gone, as a closed tab), clean (telling the server)"},
    {OPT_LIST, 'H', "header", AT(headers), "'Name: value'",
     "send this header with every request; may be repeated"},
    {OPT_TEXT, 0, "users-file", AT(users_file), "FILE",
     "a CSV table, a row a user: fills ${env:NAME} from its column NAME"},
    {OPT_TEXT, 0, "trace", AT(trace), "FILE",
     "with --sessions 1: write all that passed, but secrets, into FILE"},
    {OPT_TEXT, 0, "dialect", AT(dialect), "FILE",
     "a dialect of your own, beside those that docs/dialects.md lists"},
    TARGET_OPTION_ROWS(AT(target)),
    {0},
};

const struct opt_program play_program = {
    .name = "stretto play",
    .synopsis = "SCRIPT [URL] --sessions N --every TIME [-o DIR] [options]\n"
                "       stretto play SCRIPT [URL] --users N --for TIME [-o DIR] [options]\n"
                "       stretto play SCRIPT [URL] --stage TIME:TARGET ... [-o DIR] [options]\n"
                "       stretto play --script FILE:WEIGHT ... [URL] ...",
    .summary =
        "Plays a script as a crowd of staggered sessions and writes what happened into DIR.\n"
        "URL is the app to play against (default: where the script was recorded).",
    .options = play_table,
    .footer =
        "Exit code: 0 every session ended well, 1 some failed, the run was aborted, or nothing\n"
        "could be played, 2 wrong usage.  Ctrl-C once: no new sessions, the running ones end;\n"
        "twice: stop now.\n"
        "\n"
        "example: stretto play session.log http://127.0.0.1:3838 --sessions 50 --every 5s "
        "-o runs/sync",
};

static bool is_header(const char *text)
{
    const char *colon = strchr(text, ':');

    return colon && colon > text && !strpbrk(text, "\r\n") &&
           strcspn(text, " \t") > (size_t)(colon - text);
}

static int check(struct play_options *o, struct error *err)
{
    int rc = options_read_shape(o, err);

    if (rc < 0)
        return rc;
    if (o->processes > PROCESSES_MAX)
        return error_set(err, E_USAGE, "--processes takes 1 to %d", PROCESSES_MAX);
    if (o->trace && o->sessions != 1)
        return error_set(err, E_USAGE, "--trace writes down one session: use it with --sessions 1");
    if (strcmp(o->leave, "browser") != 0 && strcmp(o->leave, "clean") != 0)
        return error_set(err, E_USAGE, "--leave takes browser or clean, not '%.40s'", o->leave);
    if (o->progress && strcmp(o->progress, "live") != 0 && strcmp(o->progress, "plain") != 0 &&
        strcmp(o->progress, "quiet") != 0)
        return error_set(err, E_USAGE, "--progress takes live, plain or quiet, not '%.40s'",
                         o->progress);
    if (o->cpus && cpus_parse(&(struct cpus){0}, o->cpus, err) < 0)
        return -err->code;
    if (!o->timeout_us)
        return error_set(err, E_USAGE, "--timeout must be longer than 0");
    for (size_t i = 0; i < o->headers.count; i++) {
        if (!is_header(o->headers.items[i]))
            return error_set(err, E_USAGE, "-H takes 'Name: value', not '%s'", o->headers.items[i]);
    }
    return 0;
}

static long cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 && n <= PROCESSES_MAX ? n : 1;
}

int play_options_parse(struct play_options *options, int argc, char **argv, struct error *err)
{
    int operands;
    int rc;

    *options = (struct play_options){.every_us = -1,
                                     .for_us = -1,
                                     .max_rate = -1,
                                     .seed = -1,
                                     .leave = "browser",
                                     .think = 1,
                                     .timeout_us = DEFAULT_TIMEOUT_US};
    rc = opts_parse(&play_program, options, argc, argv, &operands, err);
    if (rc != OPTS_RUN)
        return rc;
    rc = options_read_scripts(options, argv + 1, operands, err);
    if (rc < 0)
        return rc;
    if (!options->processes)
        options->processes = cores();
    rc = check(options, err);
    return rc < 0 ? rc : OPTS_RUN;
}

void play_options_release(struct play_options *options)
{
    options_release_shape(options);
    opts_release(&play_program, options);
}
