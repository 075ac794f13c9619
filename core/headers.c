#include "core/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"

static int add(struct headers *list, char *name, char *value)
{
    struct header *items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (items)
        list->items = items;
    if (!items || !name || !value) {
        free(name);
        free(value);
        return -E_NOMEM;
    }
    items[list->count++] = (struct header){name, value};
    return 0;
}

int headers_add(struct headers *list, const char *name, const char *value)
{
    return add(list, strdup(name), strdup(value));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void copy_plain(char *to, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = text[i] && text[i] != '\r' && text[i] != '\n' ? text[i] : ' ';
    to[len] = 0;
}

char *header_dup(const char *text, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy)
        copy_plain(copy, text, len);
    return copy;
}

int headers_add_line(struct headers *list, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    const char *name_end = colon;
    const char *value;

    while (name_end && name_end > line && is_blank(name_end[-1]))
        name_end--; /* some write "Name : value": whoever reads that must not see another name */
    if (!name_end || name_end == line)
        return 0;
    while (len && is_blank(line[len - 1]))
        len--;
    value = colon + 1;
    while (value < line + len && is_blank(*value))
        value++;
    len = value < line + len ? (size_t)(line + len - value) : 0;
    return add(list, header_dup(line, (size_t)(name_end - line)), header_dup(value, len));
}

int headers_fold(struct headers *list, const char *line, size_t len)
{
    struct header *last = list->count ? &list->items[list->count - 1] : NULL;
    size_t old = last ? strlen(last->value) : 0;
    char *value;

    while (len && is_blank(line[len - 1]))
        len--;
    while (len && is_blank(*line)) {
        line++;
        len--;
    }
    if (!last || !len)
        return 0;
    value = realloc(last->value, old + len + 2);
    if (!value)
        return -E_NOMEM;
    last->value = value;
    if (old)
        value[old++] = ' ';
    copy_plain(value + old, line, len);
    return 0;
}

size_t headers_count(const struct headers *list, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += strcasecmp(list->items[i].name, name) == 0;
    return count;
}

const char *headers_get(const struct headers *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcasecmp(list->items[i].name, name) == 0)
            return list->items[i].value;
    }
    return NULL;
}

void headers_release(struct headers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].value);
    }
    free(list->items);
    *list = (struct headers){0};
}

bool header_has_word(const char *value, const char *word)
{
    size_t len = strlen(word);

    while (*value) {
        size_t span;

        value += strspn(value, ", \t");
        span = strcspn(value, ", \t");
        if (span == len && strncasecmp(value, word, len) == 0)
            return true;
        value += span;
    }
    return false;
}

bool headers_have_word(const struct headers *list, const char *name, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcasecmp(list->items[i].name, name) == 0 &&
            header_has_word(list->items[i].value, word))
            return true;
    }
    return false;
}
