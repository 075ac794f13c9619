#include "player/logins.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Shorter ones are looked for as whole words only: they stand in other words by accident. */
#define SHORT_SECRET 6
#define NAMES_TOLD 300

static bool is_secret(const char *name)
{
    return strncmp(name, SECRET_PREFIX, strlen(SECRET_PREFIX)) == 0;
}

static const char *plain_name(const struct login *l)
{
    return l->name + strlen(SECRET_PREFIX);
}

static bool find_value(struct login *l, const struct users *users)
{
    l->column = LOGIN_NO_COLUMN;
    if (users->rows && users_column(users, plain_name(l), &l->column))
        return true;
    l->value = getenv(plain_name(l));
    return l->value != NULL;
}

static int say_missing(const struct buf *names, size_t count, struct error *err)
{
    return error_set(err, E_USAGE,
                     "the script needs %.*s, and nothing says %s: set %s in the environment, or "
                     "give --users-file with %s",
                     NAMES_TOLD, names->data, count == 1 ? "its value" : "their values",
                     count == 1 ? "it" : "them",
                     count == 1 ? "a column of that name" : "columns of these names");
}

static int find_all(struct logins *logins, const struct names *names, struct error *err)
{
    struct buf missing;
    size_t count = 0;
    int rc = 0;

    buf_init(&missing, 65536);
    for (size_t i = 0; i < names->count; i++) {
        struct login *l = &logins->items[logins->count];

        if (!is_secret(names->items[i]))
            continue;
        l->name = names->items[i];
        logins->count++;
        if (!find_value(l, &logins->users))
            buf_addf(&missing, "%s%s", count++ ? ", " : "", plain_name(l));
    }
    if (missing.failed)
        rc = error_nomem(err);
    else if (count)
        rc = say_missing(&missing, count, err);
    buf_release(&missing);
    return rc;
}

int logins_init(struct logins *logins, const struct names *names, const char *users,
                struct error *err)
{
    int rc = 0;

    *logins = (struct logins){0};
    logins->items = calloc(names->count + 1, sizeof(*logins->items));
    if (!logins->items)
        return error_nomem(err);
    if (users)
        rc = users_load(&logins->users, users, err);
    if (rc == 0)
        rc = find_all(logins, names, err);
    if (rc < 0)
        logins_release(logins);
    return rc;
}

void logins_release(struct logins *logins)
{
    free(logins->items);
    users_release(&logins->users);
    *logins = (struct logins){0};
}

int logins_fill(const struct logins *logins, long n, struct values *values)
{
    for (size_t i = 0; i < logins->count; i++) {
        const struct login *l = &logins->items[i];
        const char *value =
            l->column == LOGIN_NO_COLUMN ? l->value : users_cell(&logins->users, n, l->column);

        if (values_set(values, l->name, value) < 0)
            return -E_NOMEM;
    }
    return 0;
}

int logins_mask(const struct logins *logins, const struct values *values, const char *text,
                size_t len, struct buf *out)
{
    struct values known = {0};
    int rc = 0;

    for (size_t i = 0; i < logins->count && rc == 0; i++) {
        const char *name = logins->items[i].name;
        const char *value = values_get(values, name);

        if (!value || !*value)
            continue;
        rc = strlen(value) < SHORT_SECRET ? values_set_word(&known, name, value)
                                          : values_set(&known, name, value);
    }
    if (rc == 0)
        rc = values_templatize(&known, text, len, out);
    values_release(&known);
    return rc;
}
