#include "core/condition.h"

#include <string.h>

#include "core/dialect_match.h"

static bool are_all_sound(const json_t *conditions)
{
    const char *path;
    json_t *want;

    json_object_foreach((json_t *)conditions, path, want)
    {
        if (json_is_object(want) || json_is_array(want) || json_is_null(want))
            return false;
    }
    return json_object_size(conditions) > 0;
}

bool condition_is_sound(const json_t *condition)
{
    size_t n = json_array_size(condition);

    if (json_is_object(condition))
        return are_all_sound(condition);
    for (size_t i = 0; i < n; i++) {
        if (!are_all_sound(json_array_get(condition, i)))
            return false;
    }
    return n > 0;
}

int condition_fits(const char *condition, const char *text, size_t len)
{
    json_error_t why;
    json_t *when = json_loads(condition, 0, NULL);
    json_t *json;
    bool fits;

    if (!when)
        return -E_NOMEM;
    json = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
    fits = json && when_fits(when, &(struct scene){.json = json, .channel = ""});
    json_decref(when);
    json_decref(json);
    if (!json && json_error_code(&why) == json_error_out_of_memory)
        return -E_NOMEM;
    return fits;
}
