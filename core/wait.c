#include "core/wait.h"

#include <string.h>
#include <strings.h>

const char *wait_kind_name(enum wait_kind kind)
{
    static const char *const names[] = {
        [WAIT_HOME] = "homepage",       [WAIT_ASSET] = "scripts and styles",
        [WAIT_START] = "session start", [WAIT_CALC] = "calculation",
        [WAIT_NONE] = "none",
    };

    return names[kind];
}

static bool ends_with_any(const char *url, const char *const *endings, size_t count)
{
    size_t len = strcspn(url, "?");

    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(endings[i]);

        if (len > n && strncasecmp(url + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

static bool has_picture_name(const char *url)
{
    static const char *const endings[] = {".png",  ".jpg",   ".jpeg", ".gif", ".svg",  ".ico",
                                          ".woff", ".woff2", ".ttf",  ".eot", ".webp", ".avif"};

    return ends_with_any(url, endings, sizeof(endings) / sizeof(endings[0]));
}

bool url_names_asset(const char *url)
{
    static const char *const endings[] = {".js", ".mjs", ".css", ".wasm"};

    return has_picture_name(url) ||
           ends_with_any(url, endings, sizeof(endings) / sizeof(endings[0]));
}

bool step_is_picture(const struct step *step)
{
    return step_is_request(step) && step->type != STEP_REQ_HOME && has_picture_name(step->url);
}

bool step_is_in_background(const struct step *step)
{
    return step->left && !step->until;
}

/* Without a WebSocket the app computes in its answers: what comes after the page, and is no file,
 * is a calculation. */
static enum wait_kind wait_of_request(const struct script *script, size_t i)
{
    const struct step *step = script_at(script, i);
    bool only_last;

    if (script->sockets || url_names_asset(step->url) ||
        i <= script_page_load_last(script, &only_last))
        return WAIT_ASSET;
    return WAIT_CALC;
}

enum wait_kind wait_of_step(const struct script *script, size_t i)
{
    const struct step *step = script_at(script, i);

    if (step_is_in_background(step))
        return WAIT_NONE;
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

        if (i > 0 && step->begin_us - end_us > WAIT_BURST_GAP_US)
            break;
        if (!step_is_in_background(step) && step->end_us > end_us)
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
        if (step->type == STEP_WS_SEND && !step->partial) {
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
