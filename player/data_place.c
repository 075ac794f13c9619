/* Which coding a ${data:NAME} wants where it stands.
 *
 * Messages are looked at as text and not as JSON: frames have words in front of their JSON
 * ("1#0|m|{...}", "42[...]"), and a placeholder may stand for a number, which is no JSON yet.  So
 * only quotes are counted: a bare one opens a string, an escaped one inside it opens a string of
 * the JSON that the string holds, as in SockJS' frames. */
#include <string.h>
#include <strings.h>

#include "core/placeholder.h"
#include "player/data.h"

#define TEXT_MAX ((size_t)64 << 20)

typedef enum coding place_fn(const char *text, size_t at);

static enum coding in_url(const char *text, size_t at)
{
    (void)text;
    (void)at;
    return CODING_URL;
}

static enum coding in_form(const char *text, size_t at)
{
    (void)text;
    (void)at;
    return CODING_FORM;
}

static enum coding in_json(const char *text, size_t at)
{
    bool structured = false;
    int depth = 0; /* of strings in strings */
    size_t escapes = 0;

    for (size_t i = 0; i < at; i++) {
        char c = text[i];

        if (c == '"' && structured) {
            if (escapes % 2 == 0)
                depth = depth ? 0 : 1;
            else if (depth && escapes / 2 % 2 == 0)
                depth = 3 - depth;
        }
        structured |= c == '{' || c == '[';
        escapes = c == '\\' ? escapes + 1 : 0;
    }
    return depth == 0 ? CODING_NONE : depth == 1 ? CODING_JSON : CODING_JSON2;
}

static bool wants_coding(const struct placeholder *p)
{
    size_t n = strlen(DATA_PREFIX);

    return p->coding == CODING_NONE && p->name_bytes > n && memcmp(p->name, DATA_PREFIX, n) == 0;
}

static int add_placeholder(struct buf *out, const struct placeholder *p, enum coding coding)
{
    if (coding == CODING_NONE)
        return buf_add(out, p->begin, p->bytes);
    return buf_addf(out, "${%.*s|%s}", (int)p->name_bytes, p->name, coding_word(coding));
}

/* *text and *len become the same text with codings, in the script's memory. */
static int place(struct script *script, const char **text, size_t *len, place_fn *coding_at)
{
    const char *at = *text;
    const char *end = *text + *len;
    struct placeholder p;
    struct buf out;
    char *copy = NULL;

    if (!memmem(at, *len, "${" DATA_PREFIX, strlen("${" DATA_PREFIX)))
        return 0;
    buf_init(&out, TEXT_MAX);
    while (placeholder_find(at, (size_t)(end - at), &p)) {
        enum coding coding = CODING_NONE;

        if (wants_coding(&p))
            coding = coding_at(*text, (size_t)(p.begin - *text));
        buf_add(&out, at, (size_t)(p.begin - at));
        add_placeholder(&out, &p, coding);
        at = p.begin + p.bytes;
    }
    if (buf_add(&out, at, (size_t)(end - at)) == 0)
        copy = arena_copy(&script->owned, out.data, out.len);
    if (copy) {
        *text = copy;
        *len = out.len;
    }
    buf_release(&out);
    return copy ? 0 : -E_NOMEM;
}

static const char *content_type(const struct step *step)
{
    static const char name[] = "Content-Type:";

    for (const char *const *h = step->headers; h && *h; h++) {
        if (strncasecmp(*h, name, strlen(name)) == 0)
            return *h + strlen(name);
    }
    return NULL;
}

/* By its type, or as it looks where the recording does not say: shinyloadtest leaves it out. */
static place_fn *place_of_body(const struct step *step)
{
    const char *type = content_type(step);

    if (type && strcasestr(type, "multipart/"))
        return NULL;
    if (type ? strcasestr(type, "x-www-form-urlencoded") != NULL
             : !strchr("{[", step->body[0]) && memchr(step->body, '=', step->body_bytes))
        return in_form;
    return in_json;
}

static int place_body(struct script *script, struct step *step)
{
    place_fn *coding_at;

    if (!step->body || !step->body_expand || !step->body_bytes)
        return 0;
    coding_at = place_of_body(step);
    return coding_at ? place(script, &step->body, &step->body_bytes, coding_at) : 0;
}

static int place_step(struct script *script, struct step *step)
{
    size_t url_len = step->url ? strlen(step->url) : 0;
    int rc = url_len ? place(script, &step->url, &url_len, in_url) : 0;

    if (rc == 0 && step->type == STEP_WS_SEND && !step->binary)
        rc = place(script, &step->message, &step->message_bytes, in_json);
    return rc == 0 ? place_body(script, step) : rc;
}

int data_place(struct script *script)
{
    int rc = 0;

    for (size_t i = 0; i < script->count && rc == 0; i++)
        rc = place_step(script, &script->steps[i]);
    return rc;
}
