#include "parrot/split.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void pieces_release(struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        free(pieces->items[i]);
    *pieces = (struct pieces){0};
}

/* --- the envelope: a["6#0|m|{...}"] --- */

struct envelope {
    json_t *list;   /* NULL: there is none */
    char *prefix;   /* "6#0|m|" */
    json_t *object; /* what is inside */
};

/* 0 or -E_NOMEM; a list with something else in it stays without an object. */
static int open_list(struct envelope *e)
{
    const char *inner =
        json_array_size(e->list) == 1 ? json_string_value(json_array_get(e->list, 0)) : NULL;
    const char *brace = inner ? strchr(inner, '{') : NULL;

    if (!brace)
        return 0;
    e->prefix = strndup(inner, (size_t)(brace - inner));
    e->object = json_loads(brace, 0, NULL);
    return e->prefix ? 0 : -E_NOMEM;
}

static int envelope_open(struct envelope *e, const char *text, size_t len)
{
    *e = (struct envelope){0};
    if (len > 1 && text[0] == 'a')
        e->list = json_loadb(text + 1, len - 1, 0, NULL);
    if (e->list)
        return open_list(e);
    e->object = json_loadb(text, len, 0, NULL);
    return 0;
}

static void envelope_release(struct envelope *e)
{
    json_decref(e->list);
    json_decref(e->object);
    free(e->prefix);
}

/* The frame that has this in place of what the envelope had.  NULL: memory was refused. */
static char *envelope_close(const struct envelope *e, const json_t *object)
{
    char *inner = json_dumps(object, JSON_COMPACT);
    struct buf text;
    json_t *list;
    char *dumped;

    if (!e->list || !inner)
        return inner;
    buf_init(&text, SIZE_MAX / 4);
    buf_adds(&text, e->prefix);
    buf_adds(&text, inner);
    list = text.failed ? NULL : json_pack("[s]", text.data);
    dumped = list ? json_dumps(list, JSON_COMPACT) : NULL;
    buf_clear(&text);
    if (dumped) {
        buf_addc(&text, 'a');
        buf_adds(&text, dumped);
    }
    free(dumped);
    free(inner);
    json_decref(list);
    dumped = text.len && !text.failed ? buf_take(&text) : NULL;
    buf_release(&text);
    return dumped;
}

/* --- the cutting --- */

/* A copy whose objects and lists are empty. */
static json_t *empty_of(const json_t *object)
{
    json_t *copy = json_object();
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        json_object_set_new(copy, key,
                            json_is_object(value)  ? json_object()
                            : json_is_array(value) ? json_array()
                                                   : json_incref(value));
    }
    return copy;
}

/* What is no object goes with the last piece. */
static void add_lists(json_t *piece, const json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_array(value))
            json_object_set(piece, key, value);
    }
}

static size_t count_members(const json_t *object)
{
    const char *key;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)object, key, value) n += json_object_size(value);
    return n;
}

static int add_piece(struct pieces *pieces, const struct envelope *e, json_t *piece)
{
    char *text = envelope_close(e, piece);

    json_decref(piece);
    if (!text)
        return -E_NOMEM;
    pieces->items[pieces->count++] = text;
    return 0;
}

static int cut_member(struct pieces *pieces, const struct envelope *e, const char *member,
                      json_t *group, size_t total)
{
    const char *key;
    json_t *value;
    int rc = 0;

    json_object_foreach(group, key, value)
    {
        json_t *piece = empty_of(e->object);

        json_object_set(json_object_get(piece, member), key, value);
        if (pieces->count + 1 == total)
            add_lists(piece, e->object);
        rc = add_piece(pieces, e, piece);
        if (rc < 0)
            break;
    }
    return rc;
}

static int cut(struct pieces *pieces, const struct envelope *e)
{
    size_t total = count_members(e->object);
    const char *key;
    json_t *value;
    int rc = 0;

    if (total < 2 || total > PIECES_MAX)
        return 0;
    json_object_foreach(e->object, key, value)
    {
        if (json_is_object(value))
            rc = cut_member(pieces, e, key, value, total);
        if (rc < 0)
            break;
    }
    return rc;
}

/* --- is it the same to a reader? --- */

static bool has_part(const struct message *m, const char *part)
{
    for (size_t i = 0; i < m->part_count; i++) {
        if (strcmp(m->parts[i], part) == 0)
            return true;
    }
    return false;
}

/* 1, 0 or -E_NOMEM. */
static int pieces_say(const struct dialect *dialect, const struct message *whole,
                      const struct pieces *pieces)
{
    size_t parts = 0;
    bool same = true;

    for (size_t i = 0; i < pieces->count && same; i++) {
        struct message m = {0};

        if (dialect_read(dialect, &m, pieces->items[i], strlen(pieces->items[i]), false) < 0) {
            message_release(&m);
            return -E_NOMEM;
        }
        same = m.kind == whole->kind;
        for (size_t k = 0; k < m.part_count && same; k++)
            same = has_part(whole, m.parts[k]);
        parts += m.part_count;
        message_release(&m);
    }
    return same && parts == whole->part_count;
}

int split_message(const struct dialect *dialect, const char *text, size_t len,
                  struct pieces *pieces)
{
    struct message whole = {0};
    struct envelope e;
    int rc = dialect_read(dialect, &whole, text, len, false);
    int same = 0;

    *pieces = (struct pieces){0};
    if (envelope_open(&e, text, len) < 0)
        rc = -E_NOMEM;
    if (rc == 0 && whole.kind == MESSAGE_DATA && json_is_object(e.object))
        rc = cut(pieces, &e);
    if (rc == 0)
        same = pieces_say(dialect, &whole, pieces);
    if (same <= 0)
        pieces_release(pieces);
    envelope_release(&e);
    message_release(&whole);
    return same < 0 ? same : rc;
}
