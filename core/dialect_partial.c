/* Which sends of a script only begin a message.
 *
 * A script holds what a browser sent frame by frame, so that it can be sent again as it was.  Where
 * a codec's messages come in several frames, the codec itself says which frame completes one: it is
 * shown each socket's sends in their order. */
#include <stdlib.h>

#include "core/dialect_read.h"

static int note_document(void *user, json_t *json, const char *channel)
{
    bool *complete = user;

    (void)json; /* NULL too: what cannot be read is waited for no longer */
    (void)channel;
    *complete = true;
    return 0;
}

static int mark(const struct codec *codec, struct step *step, void *state)
{
    bool complete = false;
    const struct codec_sink sink = {note_document, &complete};
    const struct codec_frame frame = {.data = step->message,
                                      .len = step->message_bytes,
                                      .binary = step->binary,
                                      .from_client = true};
    int rc = codec->decode(&frame, state, &sink);

    step->partial = rc == 0 && !complete;
    return rc;
}

static int mark_socket(const struct codec *codec, struct script *script, unsigned socket)
{
    void *state = calloc(1, codec->state_bytes);
    int rc = state ? 0 : -E_NOMEM;

    for (size_t i = 0; i < script->count && rc == 0; i++) {
        struct step *step = &script->steps[i];

        if (step->type == STEP_WS_SEND && step->socket == socket)
            rc = mark(codec, step, state);
    }
    if (state)
        codec->release(state);
    free(state);
    return rc;
}

int dialect_mark_partial(const struct dialect *dialect, struct script *script)
{
    const struct codec *codec = dialect->rules->codec;
    int rc = 0;

    for (unsigned i = 0; i < script->sockets && rc == 0 && codec->joins; i++)
        rc = mark_socket(codec, script, i);
    return rc;
}
