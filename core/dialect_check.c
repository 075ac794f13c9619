/* Checks what rules are made of: fields, conditions, templates, requests. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/dialect_match.h"
#include "core/dialect_rules.h"
#include "core/units.h"

int load_refuse(struct loader *l, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return error_set(l->err, E_FORMAT, "%s", text);
}

static bool is_known(const char *known, const char *key)
{
    size_t n = strlen(key);

    for (const char *at = known; *at; at += strspn(at, ", ")) {
        size_t word = strcspn(at, ", ");

        if (word == n && strncmp(at, key, n) == 0)
            return true;
        at += word;
    }
    return strcmp(key, "note") == 0;
}

int load_fields(struct loader *l, json_t *json, const char *known)
{
    const char *key;
    json_t *value;

    if (!json_is_object(json))
        return load_refuse(l, "an object is wanted here");
    json_object_foreach(json, key, value)
    {
        if (!is_known(known, key))
            return load_refuse(l, "there is no field '%.40s' here; there are: %s, note", key,
                               known);
    }
    return 0;
}

int load_string(struct loader *l, json_t *json, const char *key, const char **out)
{
    json_t *value = json_object_get(json, key);

    *out = json_string_value(value);
    return value && !*out ? load_refuse(l, "'%s' has to be a string", key) : 0;
}

int load_duration(struct loader *l, json_t *json, const char *key, int64_t *out)
{
    const char *text;

    if (load_string(l, json, key, &text) < 0)
        return -E_FORMAT;
    if (text && duration_parse(text, out) < 0)
        return load_refuse(l, "'%s': '%.40s' is not a duration such as 500ms, 30s, 5m", key, text);
    return 0;
}

/* Each part of a path that something is looked for below: "4.6.1" makes "4" and "4.6". */
static int note_inner(struct loader *l, const char *path)
{
    char plain[RULE_PATH_MAX];
    size_t n = 0;

    for (; *path && n + 1 < sizeof(plain); path++) {
        if (*path == '[') {
            path += strcspn(path, "]");
            if (!*path)
                break;
            continue;
        }
        plain[n] = 0;
        if (*path == '.' && json_object_set_new(l->dialect->rules->inner, plain, json_true()) < 0)
            return error_nomem(l->err);
        plain[n++] = *path;
    }
    return 0;
}

int load_path(struct loader *l, const char *path)
{
    if (strlen(path) >= RULE_PATH_MAX)
        return load_refuse(l, "'%.40s...' is longer than %d bytes", path, RULE_PATH_MAX - 1);
    return note_inner(l, path);
}

static int check_conditions(struct loader *l, json_t *conditions)
{
    const char *path;
    json_t *want;
    int rc = 0;

    json_object_foreach(conditions, path, want)
    {
        if (json_is_object(want) || json_is_array(want) || json_is_null(want))
            return load_refuse(l,
                               "'%.60s': true (there), false (not there), a text or a number "
                               "is wanted",
                               path);
        rc = load_path(l, path);
        if (rc < 0)
            return rc;
    }
    return rc;
}

int load_when(struct loader *l, json_t *json, const char *key, json_t **out)
{
    json_t *when = json_object_get(json, key);
    size_t n = json_array_size(when);
    int rc = 0;

    *out = when;
    if (!when)
        return 0;
    if (json_is_object(when))
        return check_conditions(l, when);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!json_is_object(json_array_get(when, i)))
            n = 0;
        else
            rc = check_conditions(l, json_array_get(when, i));
    }
    return n || rc < 0 ? rc
                       : load_refuse(l, "'%s': an object of conditions, or a list of those", key);
}

static int check_piece(struct loader *l, const struct piece *piece, const char *text, bool in_send,
                       int *several)
{
    bool is_several =
        piece->kind == PIECE_KEYS || piece->kind == PIECE_EACH || piece->kind == PIECE_PARTS;

    if (piece->kind == PIECE_BROKEN)
        return load_refuse(l, "'%.80s': a {...} here is not closed or cannot be read", text);
    if (piece->kind == PIECE_COUNT && !in_send)
        return load_refuse(l, "'%.80s': only what a duty sends has {n}", text);
    *several += is_several;
    if (*several > 1)
        return load_refuse(l, "'%.80s': one {keys:}, {each:} or {parts:} is all it may have", text);
    if (piece->kind == PIECE_TEXT || piece->kind == PIECE_PARTS)
        return 0;
    return load_path(l, piece->path);
}

int load_template(struct loader *l, const char *text, bool in_send)
{
    const char *at = text;
    struct piece piece;
    int several = 0;
    int rc = 0;

    while (rc == 0 && piece_next(&at, &piece))
        rc = check_piece(l, &piece, text, in_send, &several);
    return rc;
}

static int check_templates(struct loader *l, json_t *value, const char *key)
{
    size_t n = json_array_size(value);
    int rc = 0;

    if (json_is_string(value))
        return load_template(l, json_string_value(value), false);
    if (!n)
        return load_refuse(l, "'%s': a template, or a list of them, is wanted", key);
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *text = json_string_value(json_array_get(value, i));

        rc = text ? load_template(l, text, false)
                  : load_refuse(l, "'%s': a list of templates is wanted", key);
    }
    return rc;
}

int load_templates(struct loader *l, json_t *json, const char *key, json_t **out)
{
    *out = json_object_get(json, key);
    return *out ? check_templates(l, *out, key) : 0;
}

int load_labels(struct loader *l, json_t *json, const char *key, json_t **out)
{
    size_t n;
    int rc = 0;

    *out = json_object_get(json, key);
    n = json_array_size(*out);
    if (!n)
        return *out ? check_templates(l, *out, key) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = check_templates(l, json_array_get(*out, i), key);
    return rc;
}

static int check_request(struct loader *l, json_t *json)
{
    const char *text = json_string_value(json);

    if (text && text[0] != ' ' && strchr(text, ' '))
        return 0;
    return load_refuse(l, "a request is a method and a path: \"GET */api/*\"");
}

int load_request(struct loader *l, json_t *json, const char *key, json_t **out)
{
    json_t *value = json_object_get(json, key);
    size_t n = json_array_size(value);
    int rc = 0;

    *out = value;
    if (!n)
        return value ? check_request(l, value) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = check_request(l, json_array_get(value, i));
    return rc;
}

int load_texts(struct loader *l, json_t *json, const char *key, json_t **out)
{
    json_t *value = json_object_get(json, key);
    size_t n = json_array_size(value);

    *out = value;
    for (size_t i = 0; i < n; i++) {
        if (!json_is_string(json_array_get(value, i)))
            n = 0;
    }
    return n || !value ? 0 : load_refuse(l, "'%s': a list of texts is wanted", key);
}
