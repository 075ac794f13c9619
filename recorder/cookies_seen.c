#include "recorder/cookies_seen.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

bool cookie_next(const char **at, struct cookie_pair *pair)
{
    for (;;) {
        const char *from = *at + strspn(*at, "; \t");
        size_t len = strcspn(from, ";");
        const char *equals;

        if (!len)
            return false;
        *at = from + len;
        while (len && strchr(" \t", from[len - 1]))
            len--;
        equals = memchr(from, '=', len);
        if (!equals || equals == from)
            continue; /* a cookie without a name: no jar takes it */
        *pair = (struct cookie_pair){from, (size_t)(equals - from), equals + 1,
                                     (size_t)(from + len - equals - 1)};
        return true;
    }
}

static struct cookie_seen *find(struct cookies_seen *seen, const char *name, size_t len)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (strncmp(seen->items[i].name, name, len) == 0 && !seen->items[i].name[len])
            return &seen->items[i];
    }
    return NULL;
}

/* value NULL: the app's own. */
static int keep(struct cookies_seen *seen, const char *name, size_t name_len, const char *value,
                size_t value_len)
{
    struct cookie_seen *item = find(seen, name, name_len);
    char *copy = value ? strndup(value, value_len) : NULL;
    struct cookie_seen *items;

    if (value && !copy)
        return -E_NOMEM;
    if (item) {
        free(item->value);
        item->value = copy;
        return 0;
    }
    items = realloc(seen->items, (seen->count + 1) * sizeof(*items));
    if (items)
        seen->items = items;
    item = items ? &items[seen->count] : NULL;
    if (item)
        *item = (struct cookie_seen){strndup(name, name_len), copy};
    if (!item || !item->name) {
        free(copy);
        return -E_NOMEM;
    }
    seen->count++;
    return 0;
}

int cookies_seen_set(struct cookies_seen *seen, const char *set_cookie)
{
    struct cookie_pair pair;
    const char *at = set_cookie;

    if (!cookie_next(&at, &pair))
        return 0;
    return keep(seen, pair.name, pair.name_len, NULL, 0);
}

/* Was something below this path's folder asked for before? */
static bool folder_was_asked(const struct cookies_seen *seen, const char *path)
{
    size_t len = strcspn(path, "?#");

    while (len && path[len - 1] != '/')
        len--;
    for (size_t i = 0; i < seen->paths.count; i++) {
        if (strncmp(seen->paths.items[i], path, len) == 0)
            return true;
    }
    return false;
}

int cookies_seen_sent(struct cookies_seen *seen, const char *path, const char *name,
                      size_t name_len, const char *value, size_t value_len)
{
    const struct cookie_seen *item = find(seen, name, name_len);
    enum cookie_origin origin = COOKIE_MADE;

    if (item &&
        (!item->value || (strncmp(item->value, value, value_len) == 0 && !item->value[value_len])))
        return COOKIE_KNOWN;
    if (!item && !folder_was_asked(seen, path))
        origin = COOKIE_BROUGHT;
    return keep(seen, name, name_len, value, value_len) < 0 ? -E_NOMEM : (int)origin;
}

int cookies_seen_path(struct cookies_seen *seen, const char *path)
{
    if (seen->paths.count >= SEEN_PATHS_MAX)
        return 0;
    return names_add(&seen->paths, path, strcspn(path, "?#"));
}

void cookies_seen_release(struct cookies_seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        free(seen->items[i].name);
        free(seen->items[i].value);
    }
    free(seen->items);
    names_release(&seen->paths);
    *seen = (struct cookies_seen){0};
}
