#include "core/secrets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 99u
#define NUMBERED_NAME_MAX (SECRET_NAME_MAX + 12)

bool secret_name_ok(const char *name, size_t len)
{
    if (!len || len >= SECRET_NAME_MAX || isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c >= 0x80 || (!isalnum(c) && c != '_'))
            return false;
    }
    return true;
}

/* The last one: of several of a name it is the whole value. */
static struct secret *find(const struct secrets *secrets, const char *name)
{
    for (size_t i = secrets->count; i > 0; i--) {
        if (strcmp(secrets->items[i - 1].name, name) == 0)
            return &secrets->items[i - 1];
    }
    return NULL;
}

static struct secret *add(struct secrets *secrets, const char *name, const char *value)
{
    struct secret *items = realloc(secrets->items, (secrets->count + 1) * sizeof(*items));
    struct secret *s;

    if (!items)
        return NULL;
    secrets->items = items;
    s = &items[secrets->count];
    *s = (struct secret){.name = strdup(name), .value = strdup(value)};
    if (s->name && s->value) {
        secrets->count++;
        return s;
    }
    free(s->name);
    free(s->value);
    return NULL;
}

int secrets_set(struct secrets *secrets, const char *name, const char *value)
{
    struct secret *old = find(secrets, name);
    char *copy;

    if (!old)
        return add(secrets, name, value) ? 0 : -E_NOMEM;
    copy = strdup(value);
    if (!copy)
        return -E_NOMEM;
    free(old->value);
    old->value = copy;
    return 0;
}

void secrets_release(struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        free(secrets->items[i].name);
        free(secrets->items[i].value);
    }
    free(secrets->items);
    *secrets = (struct secrets){0};
}

/* --- learning --- */

/* How well a known secret fits: its name too, its kind, or only what was given. */
static int fit(const struct secret *s, const char *base, const char *value, bool is_user)
{
    if (strcmp(s->value, value) != 0)
        return 0;
    if (strcmp(s->name, base) == 0)
        return 3;
    if (s->is_found)
        return s->is_user == is_user ? 2 : 0;
    return 1;
}

static const struct secret *find_value(const struct secrets *secrets, const char *base,
                                       const char *value, bool is_user)
{
    const struct secret *best = NULL;
    int best_fit = 0;

    for (size_t i = 0; i < secrets->count; i++) {
        int how = fit(&secrets->items[i], base, value, is_user);

        if (how > best_fit) {
            best = &secrets->items[i];
            best_fit = how;
        }
    }
    return best;
}

static bool is_typed_on(const struct secret *s, const char *value)
{
    size_t a = strlen(s->value);
    size_t b = strlen(value);

    return s->is_found && memcmp(s->value, value, a < b ? a : b) == 0;
}

/* A name that has no other value yet. */
static void free_name(const struct secrets *secrets, const char *base, const char *value,
                      char out[NUMBERED_NAME_MAX])
{
    snprintf(out, NUMBERED_NAME_MAX, "%s", base);
    for (unsigned i = 2; i <= NUMBER_MAX; i++) {
        const struct secret *taken = find(secrets, out);

        if (!taken || is_typed_on(taken, value))
            return;
        snprintf(out, NUMBERED_NAME_MAX, "%.*s_%u", SECRET_NAME_MAX - 1, base, i);
    }
}

int secrets_learn(struct secrets *secrets, const char *base, const char *value, bool is_user,
                  const char **name)
{
    const struct secret *known = find_value(secrets, base, value, is_user);
    char fresh[NUMBERED_NAME_MAX];
    struct secret *s;

    if (known) {
        *name = known->name;
        return 0;
    }
    free_name(secrets, base, value, fresh);
    s = add(secrets, fresh, value);
    if (!s)
        return -E_NOMEM;
    s->is_user = is_user;
    s->is_found = true;
    *name = s->name;
    return 0;
}
