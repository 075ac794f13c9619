#include "core/secrets.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)
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

const char *secrets_get(const struct secrets *secrets, const char *name)
{
    const struct secret *s = find(secrets, name);

    return s ? s->value : NULL;
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

/* --- a file of them --- */

struct parser {
    struct secrets *secrets;
    const char *file;
    unsigned line;
    struct error *err;
};

static char *trim(char *text)
{
    char *end;

    text += strspn(text, " \t");
    end = text + strlen(text);
    while (end > text && strchr(" \t\r", end[-1]))
        *--end = 0;
    return text;
}

static char *unquote(char *text)
{
    size_t n = strlen(text);

    if (n < 2 || (text[0] != '"' && text[0] != '\'') || text[n - 1] != text[0])
        return text;
    text[n - 1] = 0;
    return text + 1;
}

static int read_line(struct parser *p, char *line)
{
    char *name = trim(line);
    char *equals;

    if (!*name || *name == '#')
        return 0;
    if (strncmp(name, "export ", 7) == 0)
        name = trim(name + 7);
    equals = strchr(name, '=');
    if (equals)
        *equals = 0;
    name = trim(name);
    if (!equals || !secret_name_ok(name, strlen(name)))
        return error_set(p->err, E_FORMAT, "%s:%u: not a line like APP_PASSWORD=value", p->file,
                         p->line);
    return secrets_set(p->secrets, name, unquote(trim(equals + 1))) < 0 ? error_nomem(p->err) : 0;
}

int secrets_parse(struct secrets *secrets, const char *file, const char *text, size_t len,
                  struct error *err)
{
    struct parser p = {secrets, file, 0, err};
    const char *end = text + len;
    int rc = 0;

    while (text < end && rc == 0) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((newline ? newline : end) - text);
        char *line = strndup(text, n);

        p.line++;
        rc = line ? read_line(&p, line) : error_nomem(err);
        free(line);
        text += n + 1;
    }
    return rc;
}

int secrets_load(struct secrets *secrets, const char *path, struct error *err)
{
    struct buf text;
    int rc;

    buf_init(&text, FILE_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -1)
        rc = error_set(err, E_IO, "cannot read the secrets in '%s': %s", path, strerror(errno));
    else if (rc < 0)
        rc = error_set(err, E_NOMEM, "the file of secrets '%s' is larger than %zu bytes", path,
                       FILE_MAX);
    else
        rc = secrets_parse(secrets, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    return rc;
}
