#include "samples/whales/session.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "samples/whales/outputs.h"
#include "samples/whales/wire.h"

enum stage { STAGE_IDLE, STAGE_ANNOUNCED, STAGE_LOADING };

struct held {
    struct held *next;
    json_t *message;
};

struct session {
    struct app *app;
    session_send *send;
    void *peer;
    enum stage stage;
    bool started; /* its init has come */
    struct held *first;
    struct held **last;
    struct outputs outputs;
};

static void say(struct session *s, char *text)
{
    s->send(s->peer, text);
}

int session_new(struct session **out, struct app *app, session_send *send, void *peer,
                struct error *err)
{
    char id[SESSION_ID_TEXT];
    struct session *s;

    *out = NULL;
    if (wire_session_id(id) < 0)
        return error_set(err, E_IO, "the kernel gives no random bytes");
    s = calloc(1, sizeof(*s));
    if (!s)
        return error_nomem(err);
    s->app = app;
    s->send = send;
    s->peer = peer;
    s->last = &s->first;
    outputs_init(&s->outputs);
    *out = s;
    say(s, wire_config(id));
    return 0;
}

static json_t *take_held(struct session *s)
{
    struct held *held = s->first;
    json_t *message = held->message;

    s->first = held->next;
    if (!s->first)
        s->last = &s->first;
    free(held);
    return message;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    server_cancel(s->app->server, s);
    while (s->first)
        json_decref(take_held(s));
    outputs_release(&s->outputs);
    free(s);
}

static void say_of_due(struct session *s, const char *status)
{
    const char *name;

    for (int i = 0; (name = outputs_next_due(&s->outputs, &i));)
        say(s, wire_recalculating(name, status));
}

static void end_flush(struct session *s)
{
    json_t *values = json_object();
    json_t *errors = json_object();
    json_t *messages = json_array();

    say_of_due(s, "recalculated");
    outputs_make(&s->outputs, values, errors, messages);
    say(s, wire_busy("idle"));
    say(s, wire_values_take(errors, values, messages));
    s->stage = STAGE_IDLE;
}

static void begin_flush(struct session *s)
{
    say(s, wire_busy("busy"));
    say_of_due(s, "recalculating");
    if (!outputs_need_data(&s->outputs)) {
        end_flush(s);
        return;
    }
    say(s, wire_progress("open", ""));
    say(s, wire_progress("update", "Loading the log"));
    s->stage = STAGE_ANNOUNCED;
}

static const char *method_of(const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));

    return method ? method : "";
}

static void apply(struct session *s, const json_t *message)
{
    const char *method = method_of(message);
    const json_t *data = json_object_get(message, "data");
    bool init = strcmp(method, "init") == 0;

    if (!init && strcmp(method, "update") != 0) {
        say(s, wire_unknown_method(json_object_get(message, "tag"), method));
        return;
    }
    outputs_set_inputs(&s->outputs, data);
    if (init && !s->started) {
        s->started = true;
        outputs_start(&s->outputs);
    }
    if (!s->started) /* as Shiny answers an update that comes before its init */
        say(s, wire_values_take(json_object(), json_object(), json_array()));
    else if (outputs_due(&s->outputs))
        begin_flush(s);
}

static void apply_held(struct session *s)
{
    while (s->stage == STAGE_IDLE && s->first) {
        json_t *message = take_held(s);

        apply(s, message);
        json_decref(message);
    }
}

int session_receive(struct session *s, const char *text, size_t len)
{
    json_t *message = json_loadb(text, len, 0, NULL);
    struct held *held = calloc(1, sizeof(*held));

    if (!json_is_object(message) || !held) {
        int rc = held ? -E_PROTOCOL : -E_NOMEM;

        json_decref(message);
        free(held);
        return rc;
    }
    held->message = message;
    *s->last = held;
    s->last = &held->next;
    apply_held(s);
    return 0;
}

static void on_loaded(void *context, struct data *data, const struct error *err)
{
    struct session *s = context;

    outputs_loaded_take(&s->outputs, data, err);
    say(s, wire_progress("close", ""));
    end_flush(s);
    apply_held(s);
}

void session_drained(struct session *s)
{
    char path[PATH_MAX];
    struct error err = ERROR_NONE;

    if (s->stage != STAGE_ANNOUNCED || s->app->stopping)
        return;
    s->stage = STAGE_LOADING;
    if (days_path(&s->app->days, s->outputs.day, path, sizeof(path), &err) < 0)
        on_loaded(s, NULL, &err);
    else
        server_load(s->app->server, path, on_loaded, s);
}
