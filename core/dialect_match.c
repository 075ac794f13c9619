/* Conditions and globs: does a rule fit? */
#include "core/dialect_match.h"

#include <string.h>

#include "core/extract.h"

/* The part of the glob behind the last `*` may move on; those before it need not, because they
 * matched as early as they could. */
bool glob_fits(const char *glob, const char *text)
{
    const char *star = NULL;
    const char *retry = NULL;

    while (*text) {
        if (*glob == '*') {
            star = ++glob;
            retry = text;
        } else if (*glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

static bool one_request_fits(const char *rule, const char *method, const char *path)
{
    size_t n = strlen(method);

    if (strncmp(rule, "* ", 2) == 0)
        return glob_fits(rule + 2, path);
    return strncmp(rule, method, n) == 0 && rule[n] == ' ' && glob_fits(rule + n + 1, path);
}

bool request_fits(const json_t *request, const char *method, const char *path)
{
    if (json_is_string(request))
        return one_request_fits(json_string_value(request), method, path);
    for (size_t i = 0; i < json_array_size(request); i++) {
        if (one_request_fits(json_string_value(json_array_get(request, i)), method, path))
            return true;
    }
    return false;
}

static bool value_fits(const json_t *want, const json_t *got)
{
    if (json_is_boolean(want))
        return json_is_true(want) == (got != NULL);
    if (json_is_string(want))
        return json_is_string(got) && glob_fits(json_string_value(want), json_string_value(got));
    return got && json_equal(want, got);
}

static bool condition_holds(const char *path, const json_t *want, const struct scene *scene)
{
    json_t *parsed = NULL;
    json_t *got;
    bool fits;

    if (strcmp(path, "@channel") == 0) {
        if (json_is_boolean(want))
            return json_is_true(want) == (*scene->channel != 0);
        return json_is_string(want) && glob_fits(json_string_value(want), scene->channel);
    }
    got = scene->json ? json_at(scene->json, path, &parsed) : NULL;
    fits = value_fits(want, got);
    json_decref(parsed);
    return fits;
}

static bool all_hold(const json_t *conditions, const struct scene *scene)
{
    const char *path;
    json_t *want;

    json_object_foreach((json_t *)conditions, path, want)
    {
        if (!condition_holds(path, want, scene))
            return false;
    }
    return true;
}

bool when_fits(const json_t *when, const struct scene *scene)
{
    if (!when)
        return true;
    if (json_is_object(when))
        return all_hold(when, scene);
    for (size_t i = 0; i < json_array_size(when); i++) {
        if (all_hold(json_array_get(when, i), scene))
            return true;
    }
    return false;
}
