#include "core/wait.h"

#include <jansson.h>

#include <string.h>
#include <strings.h>

/* A browser that asks for nothing for this long has finished its page. */
#define BURST_GAP_US INT64_C(1000000)

const char *wait_kind_name(enum wait_kind kind)
{
    static const char *const names[] = {
        [WAIT_HOME] = "homepage",       [WAIT_ASSET] = "scripts and styles",
        [WAIT_START] = "session start", [WAIT_CALC] = "calculation",
        [WAIT_NONE] = "none",
    };

    return names[kind];
}

static bool has_asset_name(const char *url)
{
    static const char *const endings[] = {".js",  ".css",  ".png",  ".jpg",  ".jpeg",
                                          ".gif", ".svg",  ".ico",  ".woff", ".woff2",
                                          ".ttf", ".webp", ".wasm", ".mjs",  ".eot"};
    size_t len = strcspn(url, "?");

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);

        if (len > n && strncasecmp(url + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

/* Without a WebSocket the app computes in its answers: what comes after the page, and is no file,
 * is a calculation. */
static enum wait_kind wait_of_request(const struct script *script, size_t i)
{
    const struct step *step = script_at(script, i);
    bool only_last;

    if (script->sockets || has_asset_name(step->url) ||
        i <= script_page_load_last(script, &only_last))
        return WAIT_ASSET;
    return WAIT_CALC;
}

enum wait_kind wait_of_step(const struct script *script, size_t i)
{
    const struct step *step = script_at(script, i);

    switch (step->type) {
    case STEP_REQ_HOME:
        return WAIT_HOME;
    case STEP_REQ_SINF:
    case STEP_REQ_TOK:
    case STEP_WS_OPEN:
    case STEP_WS_RECV_INIT:
        return WAIT_START;
    case STEP_REQ_GET:
    case STEP_REQ_POST:
    case STEP_REQ:
        return wait_of_request(script, i);
    case STEP_WS_RECV: /* SockJS says "o" before anything was asked */
        return step->message_bytes == 1 && step->message[0] == 'o' ? WAIT_START : WAIT_CALC;
    case STEP_WS_RECV_BEGIN_UPLOAD:
        return WAIT_CALC;
    case STEP_WS_SEND:
    case STEP_WS_CLOSE:
    case STEP_TYPES:
        break;
    }
    return WAIT_NONE;
}

size_t script_page_load_last(const struct script *script, bool *only_last)
{
    int64_t end_us = 0;
    size_t last = 0;

    *only_last = script->sockets > 0;
    for (size_t i = 0; i < script->count && *only_last; i++) {
        if (script_at(script, i)->type == STEP_WS_OPEN)
            return i;
    }
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        if (i > 0 && step->begin_us - end_us > BURST_GAP_US)
            break;
        if (step->end_us > end_us)
            end_us = step->end_us;
        last = i;
    }
    return last;
}

size_t script_calculations(const struct script *script, int *out)
{
    int current[1001]; /* per socket: the group that is growing, or -1 */
    int groups = 0;

    for (size_t k = 0; k < sizeof(current) / sizeof(current[0]); k++)
        current[k] = -1;
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        out[i] = -1;
        if (step->type == STEP_WS_SEND) {
            current[step->socket] = -1;
        } else if (wait_of_step(script, i) == WAIT_CALC) {
            if (step_is_request(step)) {
                out[i] = groups++;
                continue;
            }
            if (current[step->socket] < 0)
                current[step->socket] = groups++;
            out[i] = current[step->socket];
        }
    }
    return (size_t)groups;
}

static int label_names(struct buf *out, const char *verb, char **parts, size_t count,
                       const char *prefix)
{
    size_t n = strlen(prefix);
    bool first = true;

    for (size_t i = 0; i < count; i++) {
        if (strncmp(parts[i], prefix, n) != 0)
            continue;
        buf_addf(out, "%s%.80s", first ? verb : ", ", parts[i] + n);
        first = false;
    }
    return first ? 0 : 1;
}

static void label_recv(const struct step *step, const struct dialect *dialect, struct buf *out)
{
    struct message m = {0};

    if (dialect_read(dialect, &m, step->message, step->message_bytes, step->binary) < 0)
        out->failed = true;
    else if (!m.part_count)
        buf_adds(out, "Message");
    else if (!label_names(out, "Updated: ", m.parts, m.part_count, "output ") &&
             !label_names(out, "Inputs changed: ", m.parts, m.part_count, "input "))
        label_names(out, "Message: ", m.parts, m.part_count, "");
    message_release(&m);
}

/* "Set: a, b" from {"method":"update","data":{"a":1,"b:shiny.date":2,".clientdata_x":3}}. */
static bool label_inputs(json_t *json, struct buf *out)
{
    json_t *data = json_object_get(json, "data");
    const char *method = json_string_value(json_object_get(json, "method"));
    const char *name;
    json_t *value;
    bool first = true;

    if (!method)
        return false;
    if (strcmp(method, "init") == 0)
        return buf_adds(out, "Initialize inputs") == 0;
    if (strcmp(method, "update") != 0)
        return buf_addf(out, "Call: %.80s", method) == 0;
    json_object_foreach(data, name, value)
    {
        if (name[0] == '.')
            continue; /* sizes and visibility, which nobody typed */
        buf_addf(out, "%s%.*s", first ? "Set: " : ", ", (int)strcspn(name, ":"), name);
        first = false;
    }
    if (first)
        buf_adds(out, "Client state");
    return true;
}

/* A send as JSON; SockJS' envelope ["2#0|m|..."] is opened. */
static json_t *send_json(const struct step *step)
{
    json_t *json = json_loadb(step->message, step->message_bytes, JSON_ALLOW_NUL, NULL);
    const char *inner = json_string_value(json_array_get(json, 0));
    const char *brace = inner ? strchr(inner, '{') : NULL;

    if (brace) {
        json_t *opened = json_loads(brace, JSON_ALLOW_NUL, NULL);

        json_decref(json);
        return opened;
    }
    return json;
}

static void label_send(const struct step *step, struct buf *out)
{
    json_t *json = step->binary ? NULL : send_json(step);

    if (!label_inputs(json, out))
        buf_adds(out, "Send");
    json_decref(json);
}

static void label_url(const char *kind, const char *url, struct buf *out)
{
    size_t len = strcspn(url, "?");
    size_t from = len;

    while (from && url[from - 1] != '/')
        from--;
    buf_addf(out, "%s: %.*s", kind, (int)(len - from), url + from);
}

int step_label(const struct step *step, const struct dialect *dialect, struct buf *out)
{
    switch (step->type) {
    case STEP_REQ_HOME:
        buf_adds(out, "Homepage");
        break;
    case STEP_REQ_GET:
        label_url("Get", step->url, out);
        break;
    case STEP_REQ_SINF:
        buf_adds(out, "SockJS info");
        break;
    case STEP_REQ_TOK:
        buf_adds(out, "Token");
        break;
    case STEP_REQ_POST:
    case STEP_REQ:
        label_url(step->type == STEP_REQ_POST ? "Post" : step->method, step->url, out);
        break;
    case STEP_WS_OPEN:
        buf_adds(out, "Start session");
        break;
    case STEP_WS_RECV_INIT:
        buf_adds(out, "Initialize session");
        break;
    case STEP_WS_RECV:
    case STEP_WS_RECV_BEGIN_UPLOAD:
        label_recv(step, dialect, out);
        break;
    case STEP_WS_SEND:
        label_send(step, out);
        break;
    case STEP_WS_CLOSE:
        buf_adds(out, "Stop session");
        break;
    case STEP_TYPES:
        break;
    }
    return out->failed ? -E_NOMEM : 0;
}
