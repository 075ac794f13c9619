#include "checker/naming.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"

#define WORD_MAX 64
#define NAME_BYTES_MAX 40

static bool is_generic(const char *name)
{
    static const char *const words[] = {
        "",     "ID",   "VALUE", "KEY",           "DATA",    "CONTENT", "HREF", "SRC",
        "NAME", "ITEM", "ITEMS", "AUTHORIZATION", "MESSAGE", "BODY",    "TEXT", "PAYLOAD",
        "V",    "T",    "N",     "ACTION",        "URL",     "LOCATION"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], name) == 0)
            return true;
    }
    return false;
}

/* Upper case, words joined by _. */
static void spell(const char *field, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; field[i] && n + 2 < size && n < NAME_BYTES_MAX; i++) {
        unsigned char c = (unsigned char)field[i];
        bool hump = i && isupper(c) && islower((unsigned char)field[i - 1]);

        if ((hump || !isalnum(c) || c >= 0x80) && n && out[n - 1] != '_')
            out[n++] = '_';
        if (isalnum(c) && c < 0x80)
            out[n++] = (char)toupper(c);
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = 0;
}

static const char *without_prefix(const char *name)
{
    static const char *const prefixes[] = {"X_", "DATA_"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0 && name[strlen(prefixes[i])])
            return name + strlen(prefixes[i]);
    }
    return name;
}

static void drop_plural(char *name)
{
    size_t n = strlen(name);

    if (n > 4 && strcasecmp(name + n - 3, "ies") == 0) {
        name[n - 3] = isupper((unsigned char)name[n - 1]) ? 'Y' : 'y';
        name[n - 2] = 0;
    } else if (n > 2 && tolower((unsigned char)name[n - 1]) == 's' &&
               tolower((unsigned char)name[n - 2]) != 's') {
        name[n - 1] = 0;
    }
}

int name_value(const char *field, bool is_segment, const char *told, struct buf *out)
{
    char own[WORD_MAX];
    char other[WORD_MAX];
    const char *name;

    spell(field, own, sizeof(own));
    spell(told, other, sizeof(other));
    name = without_prefix(own);
    if (is_segment && *own && !isdigit((unsigned char)*own)) {
        drop_plural(own);
        return buf_addf(out, "%s_ID", own);
    }
    if (is_generic(name))
        name = without_prefix(other);
    if (is_generic(name))
        name = *name && strcmp(name, "AUTHORIZATION") != 0 ? name : "VALUE";
    return buf_addf(out, "%s%s", isdigit((unsigned char)*name) ? "V" : "", name);
}

/* --- agreement --- */

static void squeeze(const char *text, char *out, size_t size)
{
    size_t n = 0;

    for (; *text && n + 1 < size; text++) {
        if (isalnum((unsigned char)*text))
            out[n++] = (char)tolower((unsigned char)*text);
    }
    out[n] = 0;
}

static bool same_word(const char *a, const char *b)
{
    char x[WORD_MAX];
    char y[WORD_MAX];

    squeeze(a, x, sizeof(x));
    squeeze(b, y, sizeof(y));
    return *x && strcmp(x, y) == 0;
}

static bool is_id_word(const char *told)
{
    char word[WORD_MAX];
    size_t n;

    squeeze(told, word, sizeof(word));
    n = strlen(word);
    return (n >= 2 && strcmp(word + n - 2, "id") == 0) || strcmp(word, "key") == 0 ||
           strcmp(word, "number") == 0 || strcmp(word, "no") == 0;
}

bool names_agree(const char *field, bool is_segment, const char *told, const char *path,
                 const char *url)
{
    char word[WORD_MAX];
    char place[1024];
    size_t n;

    if (!is_segment && same_word(field, told))
        return true;
    squeeze(field, word, sizeof(word));
    n = strlen(word);
    if (is_segment)
        drop_plural(word);
    else if (n > 2 && strcmp(word + n - 2, "id") == 0)
        word[n - 2] = 0;
    if (strlen(word) < 2 || !is_id_word(told))
        return false;
    snprintf(place, sizeof(place), "%s %s", path ? path : told, url);
    return strcasestr(place, word) != NULL;
}
