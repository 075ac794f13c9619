#include "samples/whales/outputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "samples/whales/choices.h"

#define SIDE_MIN 100
#define SIDE_MAX 4000

void outputs_init(struct outputs *o)
{
    memset(o, 0, sizeof(*o));
    o->top_n = 6;
    o->data_stale = true;
    for (int i = 0; i < OUTPUTS; i++)
        o->states[i] = (struct output_state){.hidden = true, .size = {800, 400}};
}

void outputs_release(struct outputs *o)
{
    server_data_free(o->data);
    o->data = NULL;
}

static void make_stale(struct outputs *o, enum need need)
{
    bool *known[] = {&o->overview_known, &o->whales_known, &o->detail_known};

    *known[need] = false;
    for (int i = 0; i < OUTPUTS; i++)
        o->states[i].stale = o->states[i].stale || output_table[i].need == need;
    o->choices_stale = o->choices_stale || need == NEED_WHALES;
}

static void make_all_stale(struct outputs *o)
{
    make_stale(o, NEED_OVERVIEW);
    make_stale(o, NEED_WHALES);
    make_stale(o, NEED_DETAIL);
}

void outputs_start(struct outputs *o)
{
    make_all_stale(o);
}

static void set_day(struct outputs *o, const json_t *value)
{
    const char *day = json_string_value(value) ? json_string_value(value) : "";

    if (strcmp(day, o->day) == 0)
        return;
    snprintf(o->day, sizeof(o->day), "%s", day);
    /* Two days in memory would be twice the memory; the old one has no reader any more. */
    server_data_free(o->data);
    o->data = NULL;
    o->data_stale = true;
    make_all_stale(o);
}

static void set_top_n(struct outputs *o, const json_t *value)
{
    double n = json_number_value(value);
    uint32_t top_n = n >= WHALES_MAX ? WHALES_MAX : n >= 1 ? (uint32_t)n : 1;

    if (top_n == o->top_n)
        return;
    o->top_n = top_n;
    make_stale(o, NEED_WHALES);
}

static void set_who(struct outputs *o, const json_t *value)
{
    const char *who = json_string_value(value) ? json_string_value(value) : "";

    if (strcmp(who, o->who) == 0)
        return;
    snprintf(o->who, sizeof(o->who), "%s", who);
    make_stale(o, NEED_DETAIL);
}

static void set_side(struct output_state *s, int *side, const json_t *value)
{
    double n = round(json_number_value(value));
    int clamped = n < SIDE_MIN ? SIDE_MIN : n > SIDE_MAX ? SIDE_MAX : (int)n;

    /* A hidden element measures 0: that is no size to draw for. */
    if (!(n > 0) || clamped == *side)
        return;
    *side = clamped;
    s->stale = true;
}

/* ".clientdata_output_p_all_width": what the browser tells of an output. */
static void set_client_data(struct outputs *o, const char *rest, const json_t *value)
{
    for (int i = 0; i < OUTPUTS; i++) {
        size_t len = strlen(output_table[i].name);
        struct output_state *s = &o->states[i];

        if (strncmp(rest, output_table[i].name, len) != 0)
            continue;
        if (strcmp(rest + len, "_hidden") == 0)
            s->hidden = json_is_true(value);
        else if (output_table[i].name[0] == 'p' && strcmp(rest + len, "_width") == 0)
            set_side(s, &s->size.width, value);
        else if (output_table[i].name[0] == 'p' && strcmp(rest + len, "_height") == 0)
            set_side(s, &s->size.height, value);
    }
}

void outputs_set_inputs(struct outputs *o, const json_t *data)
{
    static const char client_data[] = ".clientdata_output_";
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)data, name, value)
    {
        if (strcmp(name, "day:shiny.date") == 0)
            set_day(o, value);
        else if (strcmp(name, "top_n:shiny.number") == 0)
            set_top_n(o, value);
        else if (strcmp(name, "who") == 0)
            set_who(o, value);
        else if (strncmp(name, client_data, strlen(client_data)) == 0)
            set_client_data(o, name + strlen(client_data), value);
    }
}

const char *outputs_next_due(const struct outputs *o, int *i)
{
    for (; *i < OUTPUTS; (*i)++) {
        if (o->states[*i].stale && !o->states[*i].hidden)
            return output_table[(*i)++].name;
    }
    return NULL;
}

bool outputs_due(const struct outputs *o)
{
    int i = 0;

    return o->choices_stale || outputs_next_due(o, &i) != NULL;
}

bool outputs_need_data(const struct outputs *o)
{
    return o->data_stale;
}

void outputs_loaded_take(struct outputs *o, struct data *data, const struct error *err)
{
    server_data_free(o->data);
    o->data = data;
    o->data_error = *err;
    o->data_stale = false;
}

static int know_overview(struct outputs *o, struct error *err)
{
    return o->overview_known ? 0 : server_overview(o->data, &o->numbers.overview, err);
}

static int know_whales(struct outputs *o, struct error *err)
{
    return o->whales_known ? 0 : server_whales(o->data, o->top_n, &o->numbers.whales, err);
}

static int know_detail(struct outputs *o, struct error *err)
{
    uint32_t ip;

    if (o->detail_known)
        return 0;
    /* Until the client has taken over the new choices its `who` may be somebody of another day:
     * a silent error, as Shiny's req() gives, keeps the outputs empty until it has. */
    if (whale_ip(o->who, &ip) < 0 || !choices_have(&o->numbers.whales, o->who))
        return error_set(err, E_MISMATCH, "%s", "");
    return server_detail(o->data, ip, &o->numbers.detail, err);
}

static int know(struct outputs *o, enum need need, struct error *err)
{
    int rc;

    if (!o->data) {
        *err = o->data_error;
        return -err->code;
    }
    switch (need) {
    case NEED_OVERVIEW:
        rc = know_overview(o, err);
        o->overview_known = rc == 0;
        break;
    case NEED_WHALES:
        rc = know_whales(o, err);
        o->whales_known = rc == 0;
        break;
    default:
        rc = know_whales(o, err);
        o->whales_known = rc == 0;
        if (rc == 0)
            rc = know_detail(o, err);
        o->detail_known = rc == 0;
    }
    return rc;
}

static json_t *error_value(const struct error *err)
{
    return json_pack("{s:s, s:s, s:s?}", "message", err->text, "call", "NULL", "type",
                     err->text[0] ? NULL : "shiny.silent.error");
}

static void make_output(struct outputs *o, int i, json_t *values, json_t *errors)
{
    struct error err = ERROR_NONE;
    struct making m = {&o->numbers, o->states[i].size, &err};
    json_t *value = NULL;

    if (know(o, output_table[i].need, &err) == 0) {
        value = output_table[i].make(&m);
        if (!value)
            error_set(&err, E_FORMAT, "the value of %s could not be made", output_table[i].name);
    }
    if (value)
        json_object_set_new(values, output_table[i].name, value);
    else
        json_object_set_new(errors, output_table[i].name, error_value(&err));
    o->states[i].stale = false;
}

static void make_choices(struct outputs *o, json_t *messages)
{
    struct error err = ERROR_NONE;
    static const struct whales nobody;
    const struct whales *w = know(o, NEED_WHALES, &err) == 0 ? &o->numbers.whales : &nobody;

    json_array_append_new(
        messages, json_pack("{s:s, s:o}", "id", "who", "message", choices_message(w, o->who)));
    o->choices_stale = false;
}

int outputs_make(struct outputs *o, json_t *values, json_t *errors, json_t *messages)
{
    if (!values || !errors || !messages)
        return -E_NOMEM;
    for (int i = 0; i < OUTPUTS; i++) {
        if (o->states[i].stale && !o->states[i].hidden)
            make_output(o, i, values, errors);
    }
    if (o->choices_stale)
        make_choices(o, messages);
    return 0;
}
