/* Frames as a script holds them: placeholders stand inside their strings, and lengths inside binary
 * frames fit them. */
#include <stdlib.h>
#include <string.h>

#include "core/dialect_read.h"

struct documents {
    json_t *list;
    bool unread; /* something came that the codec could not read */
};

static int keep(void *user, json_t *json, const char *channel)
{
    struct documents *d = user;

    (void)channel;
    if (!json)
        d->unread = true;
    return !json || json_array_append(d->list, json) == 0 ? 0 : -E_NOMEM;
}

static int decode_all(const struct dialect *dialect, const struct codec_frame *frame,
                      struct documents *d)
{
    const struct codec_sink sink = {keep, d};

    *d = (struct documents){.list = json_array()};
    return d->list ? dialect->rules->codec->decode(frame, NULL, &sink) : -E_NOMEM;
}

static int encode_all(const struct dialect *dialect, const json_t *list, struct buf *out)
{
    bool binary;
    int rc = 0;

    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++)
        rc = dialect->rules->codec->encode(json_array_get(list, i), out, &binary);
    return rc;
}

/* Text filled in (values) or taken out (known) of strings. */
struct change {
    struct values *values;
    struct values *known;
    bool failed; /* memory was refused where it could not be said */
};

static int change_text(const struct change *change, const char *text, size_t len, struct buf *out)
{
    struct buf typed;
    int rc;

    if (change->values)
        return values_expand(change->values, text, len, out);
    buf_init(&typed, CODEC_BYTES_MAX);
    rc = values_escape(change->known, text, len, &typed);
    if (rc == 0 && typed.len)
        rc = values_templatize(change->known, typed.data, typed.len, out);
    buf_release(&typed);
    return rc;
}

static bool is_same(const struct buf *text, const char *data, size_t len)
{
    return text->len == len && (!len || memcmp(text->data, data, len) == 0);
}

static bool is_changed(void *user, const char *data, size_t len)
{
    struct change *change = user;
    struct buf out;
    bool changed;

    if (change->values)
        return memmem(data, len, "${", 2) != NULL;
    buf_init(&out, CODEC_BYTES_MAX);
    change->failed = values_templatize(change->known, data, len, &out) < 0 || change->failed;
    changed = !is_same(&out, data, len);
    buf_release(&out);
    return changed;
}

static json_t *change_json(const struct change *change, json_t *json);

static json_t *change_string(const struct change *change, json_t *json)
{
    json_t *changed = NULL;
    struct buf out;

    buf_init(&out, CODEC_BYTES_MAX);
    if (change_text(change, json_string_value(json), json_string_length(json), &out) == 0)
        changed = json_stringn(out.len ? out.data : "", out.len);
    buf_release(&out);
    return changed;
}

static json_t *change_object(const struct change *change, json_t *json)
{
    json_t *changed = json_object();
    const char *key;
    json_t *value;

    json_object_foreach(json, key, value)
    {
        if (json_object_set_new(changed, key, change_json(change, value)) < 0) {
            json_decref(changed);
            return NULL;
        }
    }
    return changed;
}

/* A copy of it with its strings changed; NULL when memory is refused. */
static json_t *change_json(const struct change *change, json_t *json)
{
    json_t *changed;

    if (json_is_string(json))
        return change_string(change, json);
    if (json_is_object(json))
        return change_object(change, json);
    if (!json_is_array(json))
        return json_incref(json);
    changed = json_array();
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (json_array_append_new(changed, change_json(change, json_array_get(json, i))) < 0) {
            json_decref(changed);
            return NULL;
        }
    }
    return changed;
}

/* Would the codec make the same bytes of what it read?  Else nothing may be changed in them.
 * 1, 0 or -E_NOMEM. */
static int is_same_again(const struct dialect *dialect, const struct documents *d, const char *data,
                         size_t len)
{
    struct buf again;
    int rc;

    if (d->unread || !json_array_size(d->list))
        return 0;
    buf_init(&again, CODEC_BYTES_MAX);
    rc = encode_all(dialect, d->list, &again);
    if (rc == 0)
        rc = is_same(&again, data, len);
    buf_release(&again);
    return rc == -E_NOMEM ? rc : rc > 0;
}

static int change_documents(const struct dialect *dialect, const struct change *change,
                            json_t *list, struct buf *out)
{
    json_t *changed = change_json(change, list);
    int rc = changed ? encode_all(dialect, changed, out) : -E_NOMEM;

    json_decref(changed);
    return rc == 0 ? 0 : -E_NOMEM;
}

static int change_binary(const struct dialect *dialect, struct change *change, const char *data,
                         size_t len, struct buf *out)
{
    const struct codec_frame frame = {.data = data,
                                      .len = len,
                                      .binary = true,
                                      .from_client = true,
                                      .inner = dialect->rules->inner,
                                      .is_changed = is_changed,
                                      .user = change};
    struct documents d;
    int rc = decode_all(dialect, &frame, &d);

    if (rc == 0)
        rc = change->failed ? -E_NOMEM : is_same_again(dialect, &d, data, len);
    if (rc == 0)
        rc = buf_add(out, data, len);
    else if (rc > 0)
        rc = change_documents(dialect, change, d.list, out);
    json_decref(d.list);
    return rc;
}

static int change_frame(const struct dialect *dialect, struct change *change, const char *data,
                        size_t len, struct buf *out)
{
    const struct codec *codec = dialect->rules->codec;

    if (!codec->binary || !codec->encode)
        return buf_add(out, data, len);
    return change_binary(dialect, change, data, len, out);
}

/* Nothing is taken out that could not be put in again.  1, 0 or -E_NOMEM. */
static int comes_back(const struct dialect *dialect, struct values *values, const struct buf *held,
                      const char *data, size_t len)
{
    struct buf back;
    int rc;

    buf_init(&back, CODEC_BYTES_MAX);
    rc = dialect_expand(dialect, values, held->data ? held->data : "", held->len, true, &back);
    if (rc == 0)
        rc = is_same(&back, data, len);
    buf_release(&back);
    return rc;
}

int dialect_templatize(const struct dialect *dialect, struct values *values, const char *data,
                       size_t len, bool binary, struct buf *out)
{
    struct change change = {.known = values};
    struct buf held;
    int rc;

    if (!binary)
        return values_templatize(values, data, len, out);
    buf_init(&held, CODEC_BYTES_MAX);
    rc = change_frame(dialect, &change, data, len, &held);
    if (rc == 0)
        rc = comes_back(dialect, values, &held, data, len);
    if (rc > 0)
        rc = held.len ? buf_add(out, held.data, held.len) : 0;
    else if (rc == 0)
        rc = buf_add(out, data, len);
    buf_release(&held);
    return rc;
}

int dialect_expand(const struct dialect *dialect, struct values *values, const char *data,
                   size_t len, bool binary, struct buf *out)
{
    struct change change = {.values = values};

    if (!binary)
        return values_expand(values, data, len, out);
    if (!memmem(data, len, "${", 2))
        return buf_add(out, data, len);
    return change_frame(dialect, &change, data, len, out);
}

int dialect_documents(const struct dialect *dialect, const char *data, size_t len, bool binary,
                      bool from_client, struct buf *out)
{
    const struct codec *codec = dialect->rules->codec;
    const struct codec_frame frame = {.data = data,
                                      .len = len,
                                      .binary = binary,
                                      .from_client = from_client,
                                      .inner = dialect->rules->inner};
    struct documents d = {0};
    int rc;

    if (codec == &codec_json || codec == &codec_text || !(binary ? codec->binary : codec->text))
        return binary ? 0 : buf_add(out, data, len);
    rc = decode_all(dialect, &frame, &d);
    for (size_t i = 0; i < json_array_size(d.list) && rc == 0; i++) {
        char *text = json_dumps(json_array_get(d.list, i), JSON_COMPACT | JSON_ENCODE_ANY);

        rc = text ? buf_addf(out, "%s%s", i ? "\n" : "", text) : -E_NOMEM;
        free(text);
    }
    json_decref(d.list);
    return rc;
}

/* --- a message of several frames --- */

int dialect_frames(const struct dialect *dialect, const char *text, size_t len, bool binary,
                   int (*frame)(void *user, const char *data, size_t len, bool binary), void *user)
{
    const struct codec *codec = dialect->rules->codec;
    json_t *json = codec->cut && !binary ? json_loadb(text, len, JSON_ALLOW_NUL, NULL) : NULL;
    int rc = json ? codec->cut(json, frame, user) : frame(user, text, len, binary);

    json_decref(json);
    return rc;
}
