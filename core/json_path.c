/* A path is read as it is walked: "key", ".key", "[3]", "[-1]" (the last), "[\"any key\"]", and
 * "|" where a string is JSON once more. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/extract.h"
#include "core/json_path.h"

/* [3], [-1] */
static const char *read_item(const char *at, struct path_part *part)
{
    char *end;

    part->kind = PART_ITEM;
    part->item = strtol(at + 1, &end, 10);
    if (end == at + 1 || *end != ']')
        return NULL;
    return end + 1;
}

/* ["a.b"], with \" and \\ inside */
static const char *read_quoted(const char *at, struct path_part *part)
{
    size_t n = 0;

    part->kind = PART_KEY;
    for (at += 2; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        if (n == JSON_PATH_KEY_MAX - 1)
            return NULL;
        part->key[n++] = *at;
    }
    part->key[n] = 0;
    return at[0] == '"' && at[1] == ']' ? at + 2 : NULL;
}

static const char *read_key(const char *at, struct path_part *part)
{
    size_t n = strcspn(at, ".[|");

    part->kind = PART_KEY;
    if (!n || n >= JSON_PATH_KEY_MAX)
        return NULL;
    memcpy(part->key, at, n);
    part->key[n] = 0;
    return at + n;
}

const char *json_path_part(const char *at, bool first, struct path_part *part)
{
    if (*at == '|') {
        part->kind = PART_PARSE;
        return at + 1;
    }
    if (*at == '[')
        return at[1] == '"' ? read_quoted(at, part) : read_item(at, part);
    if (*at == '.')
        return first ? NULL : read_key(at + 1, part);
    return first ? read_key(at, part) : NULL;
}

bool json_path_ok(const char *path)
{
    struct path_part part;
    bool first = true;

    while (path && *path) {
        path = json_path_part(path, first, &part);
        first = path && part.kind == PART_PARSE;
    }
    return path;
}

static json_t *item_at(json_t *array, long item)
{
    if (item < 0)
        item += (long)json_array_size(array);
    return item < 0 ? NULL : json_array_get(array, (size_t)item);
}

/* The JSON that a string holds takes the place of what was parsed before. */
static json_t *parse_string(json_t *json, json_t **parsed)
{
    json_t *inner = NULL;

    if (json_is_string(json))
        inner = json_loadb(json_string_value(json), json_string_length(json),
                           JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_decref(*parsed);
    *parsed = inner;
    return inner;
}

json_t *json_at(json_t *json, const char *path, json_t **parsed)
{
    struct path_part part;
    bool first = true;

    *parsed = NULL;
    while (json && *path) {
        path = json_path_part(path, first, &part);
        if (!path)
            return NULL;
        if (part.kind == PART_KEY)
            json = json_object_get(json, part.key);
        else if (part.kind == PART_ITEM)
            json = item_at(json, part.item);
        else
            json = parse_string(json, parsed);
        first = part.kind == PART_PARSE;
    }
    return json;
}

/* --- the way back --- */

static json_t *put(json_t *json, const char *path, bool first, json_t *value);

static json_t *put_key(json_t *json, const struct path_part *part, const char *rest, json_t *value)
{
    json_t *inner;

    if (!json_is_object(json)) {
        json_decref(json);
        json = json_object();
    }
    inner = put(json_incref(json_object_get(json, part->key)), rest, false, value);
    if (json && json_object_set_new(json, part->key, inner) == 0)
        return json;
    if (!json)
        json_decref(inner);
    json_decref(json);
    return NULL;
}

/* So many items in front of one are made, at most. */
#define PUT_ITEMS_MAX 10000

static json_t *put_item(json_t *json, const struct path_part *part, const char *rest, json_t *value)
{
    size_t at = part->item < 0 ? 0 : (size_t)part->item;
    json_t *inner;

    if (!json_is_array(json)) {
        json_decref(json);
        json = json_array();
    }
    if (part->item < 0 && json_array_size(json))
        at = json_array_size(json) - 1;
    while (json && at < PUT_ITEMS_MAX && json_array_size(json) <= at) {
        if (json_array_append_new(json, json_null()) < 0)
            break;
    }
    inner = put(json_incref(json_array_get(json, at)), rest, false, value);
    if (json && json_array_set_new(json, at, inner) == 0)
        return json;
    if (!json)
        json_decref(inner);
    json_decref(json);
    return NULL;
}

static json_t *put_inside(json_t *json, const char *rest, json_t *value)
{
    json_t *parsed = NULL;
    json_t *inner = put(json_incref(parse_string(json, &parsed)), rest, true, value);
    char *text = inner ? json_dumps(inner, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_t *string = text ? json_string(text) : NULL;

    free(text);
    json_decref(inner);
    json_decref(parsed);
    json_decref(json);
    return string;
}

static json_t *put(json_t *json, const char *path, bool first, json_t *value)
{
    struct path_part part;

    if (!*path) {
        json_decref(json);
        return value;
    }
    path = json_path_part(path, first, &part);
    if (path && part.kind == PART_KEY)
        return put_key(json, &part, path, value);
    if (path && part.kind == PART_ITEM)
        return put_item(json, &part, path, value);
    if (path)
        return put_inside(json, path, value);
    json_decref(json);
    json_decref(value);
    return NULL;
}

json_t *json_put(json_t *json, const char *path, json_t *value)
{
    return put(json, path, true, value);
}
