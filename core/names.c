#include "core/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/values.h"

/* Where the name is, or belongs. */
static size_t place(const struct names *names, const char *name)
{
    size_t low = 0;
    size_t high = names->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(names->items[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct names *names, size_t at, const char *name)
{
    return at < names->count && strcmp(names->items[at], name) == 0;
}

bool names_has(const struct names *names, const char *name)
{
    return is_at(names, place(names, name), name);
}

static int insert(struct names *names, size_t at, char *name)
{
    char **items = realloc(names->items, (names->count + 1) * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    names->items = items;
    memmove(items + at + 1, items + at, (names->count - at) * sizeof(*items));
    items[at] = name;
    names->count++;
    return 0;
}

int names_add(struct names *names, const char *name, size_t len)
{
    char *copy = strndup(name, len);
    size_t at = copy ? place(names, copy) : 0;
    int rc = copy ? 0 : -E_NOMEM;

    if (rc == 0 && !is_at(names, at, copy)) {
        rc = insert(names, at, copy);
        if (rc == 0)
            return 0;
    }
    free(copy);
    return rc;
}

void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct names){0};
}

int names_add_placeholders(struct names *names, const char *text, size_t len)
{
    size_t at = 0;
    size_t name_len;
    const char *name;

    while ((name = placeholder_next(text, len, &at, &name_len))) {
        if (names_add(names, name, name_len) < 0)
            return -E_NOMEM;
    }
    return 0;
}

static int add_text(struct names *names, const char *text)
{
    return text ? names_add_placeholders(names, text, strlen(text)) : 0;
}

static int step_needs(const struct step *step, struct names *names)
{
    int rc = add_text(names, step->url);

    for (size_t i = 0; step->headers && step->headers[i] && rc == 0; i++)
        rc = add_text(names, step->headers[i]);
    if (rc == 0 && step->type == STEP_WS_SEND)
        rc = names_add_placeholders(names, step->message, step->message_bytes);
    if (rc == 0 && step->body_expand && step->body)
        rc = names_add_placeholders(names, step->body, step->body_bytes);
    return rc;
}

int names_add_makers(struct names *names, const struct makers *makers)
{
    int rc = 0;

    for (size_t i = 0; i < makers->count && rc == 0; i++) {
        rc = add_text(names, makers->items[i].of);
        if (rc == 0)
            rc = add_text(names, makers->items[i].start);
    }
    return rc;
}

int script_needs(const struct script *script, struct names *names)
{
    int rc = 0;

    for (size_t i = 0; i < script->count && rc == 0; i++)
        rc = step_needs(&script->steps[i], names);
    return rc == 0 ? names_add_makers(names, &script->makers) : rc;
}
