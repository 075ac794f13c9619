#include "crowd.h"

#include <stdlib.h>
#include <string.h>

#define SCRIPT_MOST ((size_t)64 << 20)

/* What a person does once the page is there: behind the first answer, before the socket closes. */
static void find_clicks(const struct script *script, size_t *from, size_t *to)
{
    *from = 0;
    *to = script->count;
    for (size_t i = script->count; i-- > 0;) {
        if (script_at(script, i)->type == STEP_WS_RECV)
            *from = i + 1;
        if (script_at(script, i)->type == STEP_WS_CLOSE && *to == script->count)
            *to = i;
    }
    if (*from >= *to)
        *from = 0;
}

static size_t repeat(struct step *out, const struct script *script, size_t wanted)
{
    size_t from;
    size_t to;
    size_t count;
    int64_t shift_us = 0;
    int64_t length_us;

    find_clicks(script, &from, &to);
    length_us = (to < script->count ? script_at(script, to)->begin_us : script->length_us) -
                script_at(script, from)->begin_us;
    memcpy(out, script->steps, to * sizeof(*out));
    for (count = to; count + script->count - to < wanted;) {
        shift_us += length_us;
        for (size_t i = from; i < to; i++, count++) {
            out[count] = *script_at(script, i);
            out[count].begin_us += shift_us;
            out[count].end_us += shift_us;
        }
    }
    for (size_t i = to; i < script->count; i++, count++) {
        out[count] = *script_at(script, i);
        out[count].begin_us += shift_us;
        out[count].end_us += shift_us;
    }
    for (size_t i = 0; i < count; i++)
        out[i].ordinal = (unsigned)i;
    return count;
}

int crowd_script(struct script **out, const char *path, long steps, struct error *err)
{
    struct script *script;
    struct script longer;
    struct buf text;
    int rc = script_load(&script, path, false, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    buf_init(&text, SCRIPT_MOST);
    longer = *script;
    longer.steps = calloc((size_t)steps + 2 * script->count, sizeof(*longer.steps));
    if (longer.steps) {
        longer.count = repeat(longer.steps, script, (size_t)steps);
        rc = script_write(&longer, &text);
    }
    rc = !longer.steps || rc < 0 ? error_nomem(err)
                                 : script_parse(out, path, text.data, text.len, err);
    free(longer.steps);
    buf_release(&text);
    script_free(script);
    return rc;
}
