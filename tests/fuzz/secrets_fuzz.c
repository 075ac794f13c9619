/* Secrets: what is masked is not in the text any more, and what is found comes from the text.
 * Lines of NAME=VALUE, an empty line, a content type, the body. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/secrets.h"
#include "fuzz.h"

static char *copy(const char *text, size_t len)
{
    char *line = strndup(text, len);

    PROMISE(line);
    return line;
}

/* Of these no placeholder is made, so none may be left. */
static bool is_unlike_placeholders(const char *value)
{
    size_t n = 0;

    while (value[n] && strchr("0123456789?!;,", value[n]))
        n++;
    return n >= SECRET_BYTES_MIN && !value[n];
}

static void check_masked(const struct secrets *s, const char *text, size_t len, enum coding context)
{
    struct makers makers = {0};
    struct buf out;
    int rc;

    buf_init(&out, 1u << 30);
    rc = secrets_mask(s, text, len, context, &makers, &out);
    PROMISE(rc == 0 || rc == 1);
    PROMISE(rc == 1 || (out.len == len && (!len || memcmp(out.data, text, len) == 0)));
    for (size_t i = 0; i < s->count; i++) {
        const char *value = s->items[i].value;

        if (!s->items[i].is_found && is_unlike_placeholders(value) && !memchr(text, '$', len))
            PROMISE(!out.len || !memmem(out.data, out.len, value, strlen(value)));
    }
    buf_release(&out);
    makers_release(&makers);
}

static void clean(struct secrets *s, const char *type, const char *text, size_t len)
{
    struct makers makers = {0};
    char *url = copy(text, len);
    struct buf out;
    int rc;

    buf_init(&out, 1u << 30);
    rc = secrets_clean_body(s, type, text, len, &makers, &out);
    PROMISE(rc == 0 || rc == 1);
    PROMISE(rc == 1 || (out.len == len && (!len || memcmp(out.data, text, len) == 0)));
    PROMISE(secrets_clean_url(s, url, &makers, &out) >= 0);
    PROMISE(secrets_clean_header(s, url, &makers, &out) >= 0);
    buf_release(&out);
    makers_release(&makers);
    free(url);
}

/* The line that begins at *text, without its newline; *text moves behind it. */
static char *next_line(const char **text, const char *end)
{
    const char *newline = memchr(*text, '\n', (size_t)(end - *text));
    char *line = copy(*text, (size_t)((newline ? newline : end) - *text));

    *text = newline ? newline + 1 : end;
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    const char *end = text + len;
    struct secrets s = {0};
    bool given = true;
    char *type;

    for (int i = 0; i < 20 && given && text < end; i++) {
        char *line = next_line(&text, end);
        char *value = strchr(line, '=');

        given = *line;
        if (value && secret_name_ok(line, (size_t)(value - line))) {
            *value = 0;
            PROMISE(secrets_set(&s, line, value + 1) == 0);
        }
        free(line);
    }
    type = next_line(&text, end);
    check_masked(&s, text, (size_t)(end - text), CODING_NONE);
    check_masked(&s, text, (size_t)(end - text), CODING_URL);
    clean(&s, type, text, (size_t)(end - text));
    free(type);
    secrets_release(&s);
    return 0;
}
