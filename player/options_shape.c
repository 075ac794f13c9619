#include "player/options_shape.h"

#include <stdlib.h>
#include <string.h>

#include "player/mix.h"

static int read_mix(struct play_options *o, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < o->script_texts.count && rc == 0; i++) {
        rc = mix_parse(o->script_texts.items[i], &o->scripts[i].path, &o->scripts[i].weight, err);
        o->script_count += rc == 0;
    }
    return rc;
}

int options_read_scripts(struct play_options *o, char **operands, int count, struct error *err)
{
    size_t mix = o->script_texts.count;

    if (!mix && (count < 1 || count > 2))
        return error_set(err, E_USAGE,
                         "name one script, and if need be the app's URL; 'stretto play --help' "
                         "tells the rest");
    if (mix && count > 1)
        return error_set(err, E_USAGE,
                         "with --script only the app's URL stands alone, not '%s' and '%s'",
                         operands[0], operands[1]);
    if (mix > MIX_SCRIPTS_MAX)
        return error_set(err, E_USAGE, "a mix has at most %d scripts", MIX_SCRIPTS_MAX);
    o->url = count == (mix ? 1 : 2) ? operands[count - 1] : NULL;
    o->scripts = calloc(mix + 1, sizeof(*o->scripts));
    if (!o->scripts)
        return error_nomem(err);
    if (mix)
        return read_mix(o, err);
    o->scripts[0] = (struct script_choice){strdup(operands[0]), 1};
    o->script_count = 1;
    return o->scripts[0].path ? 0 : error_nomem(err);
}

static int check_amount(const struct play_options *o, struct error *err)
{
    if (!!o->sessions + !!o->users + !!o->stages.count != 1)
        return error_set(err, E_USAGE,
                         "say how many, in one way: --sessions N (each once), --users N --for "
                         "TIME, or --stage TIME:TARGET");
    if (!o->users && o->for_us >= 0)
        return error_set(err, E_USAGE, "--for goes with --users; %s",
                         o->sessions ? "--sessions ends with its last session"
                                     : "stages say themselves how long they last");
    if (o->stages.count && o->every_us >= 0)
        return error_set(err, E_USAGE,
                         "--every goes with --sessions or --users; stages say "
                         "themselves when sessions start");
    return 0;
}

static int read_arrivals(struct play_options *o, struct error *err)
{
    if (!o->arrivals)
        return 0;
    o->poisson = strcmp(o->arrivals, "poisson") == 0;
    if (!o->poisson && strcmp(o->arrivals, "regular") != 0)
        return error_set(err, E_USAGE, "--arrivals takes regular or poisson, not '%.40s'",
                         o->arrivals);
    if (o->poisson && o->stages.count && !o->stages.by_rate)
        return error_set(err, E_USAGE,
                         "--arrivals poisson goes with stages of sessions per time (20/s): a stage "
                         "of users says itself how many play at once");
    return 0;
}

static int read_data_by(struct play_options *o, struct error *err)
{
    if (!o->data_by)
        return 0;
    o->data_by_session = strcmp(o->data_by, "session") == 0;
    if (!o->data_by_session && strcmp(o->data_by, "user") != 0)
        return error_set(err, E_USAGE, "--data-by takes user or session, not '%.40s'", o->data_by);
    if (!o->data.count)
        return error_set(err, E_USAGE, "--data-by deals the rows of --data FILE: name one");
    return 0;
}

static int read_think(struct play_options *o, struct error *err)
{
    int rc = think_parse(&o->thinking, o->think_text ? o->think_text : "1", err);

    o->think = o->thinking.factor;
    return rc;
}

static int check_rate(struct play_options *o, struct error *err)
{
    if (o->max_rate == 0)
        return error_set(err, E_USAGE, "--max-rate must be more than 0");
    if (o->max_rate < 0)
        o->max_rate = 0;
    if (o->for_us < 0)
        o->for_us = 0;
    return 0;
}

static int check_trace(const struct play_options *o, struct error *err)
{
    if (o->trace && o->script_count > 1)
        return error_set(err, E_USAGE, "--trace writes down one session of one script, not a mix");
    return 0;
}

int options_read_shape(struct play_options *o, struct error *err)
{
    int rc = stages_parse(&o->stages, &o->stage_texts, err);

    if (rc == 0)
        rc = check_amount(o, err);
    if (rc == 0)
        rc = read_arrivals(o, err);
    if (rc == 0)
        rc = read_data_by(o, err);
    if (rc == 0)
        rc = read_think(o, err);
    if (rc == 0)
        rc = abort_parse(&o->abort, o->abort_text, err);
    if (rc == 0)
        rc = check_rate(o, err);
    return rc == 0 ? check_trace(o, err) : rc;
}

void options_release_shape(struct play_options *o)
{
    for (size_t i = 0; i < o->script_count; i++)
        free(o->scripts[i].path);
    free(o->scripts);
    o->scripts = NULL;
    o->script_count = 0;
    stages_release(&o->stages);
}
