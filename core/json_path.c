/* A path is read as it is walked: "key", ".key", "[3]", "[-1]" (the last), "[\"any key\"]", and
 * "|" where a string is JSON once more. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/extract.h"
#include "core/json_path.h"

#define KEY_MAX 512

struct path_part {
    enum { PART_KEY, PART_ITEM, PART_PARSE } kind;
    char key[KEY_MAX];
    long item;
};

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
        if (n == KEY_MAX - 1)
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
    if (!n || n >= KEY_MAX)
        return NULL;
    memcpy(part->key, at, n);
    part->key[n] = 0;
    return at + n;
}

/* The next part, and what follows it; NULL: that is no path.  `first`: a key needs no dot. */
static const char *next_part(const char *at, bool first, struct path_part *part)
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
        path = next_part(path, first, &part);
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
        path = next_part(path, first, &part);
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
