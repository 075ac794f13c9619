/* Leaves of a page.  A scan, not a parser: it knows where tags, their attributes and the contents
 * of elements are, which is what a browser sends things back from. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "checker/places_private.h"
#include "core/coding.h"
#include "core/error.h"

struct page {
    struct leaves *leaves;
    const char *text;
    size_t len;
};

struct attribute {
    size_t name;
    size_t name_len;
    size_t at; /* of its value, without quotes */
    size_t len;
};

#define ATTRIBUTES_MAX 64

struct tag {
    const char *name;
    size_t name_len;
    struct attribute attributes[ATTRIBUTES_MAX];
    size_t count;
    size_t end; /* behind its ">" */
};

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

static size_t skip_space(const struct page *p, size_t at)
{
    while (at < p->len && isspace((unsigned char)p->text[at]))
        at++;
    return at;
}

static size_t skip_until(const struct page *p, size_t at, const char *ends)
{
    while (at < p->len && (!p->text[at] || !strchr(ends, p->text[at])))
        at++;
    return at;
}

static size_t read_value(const struct page *p, size_t at, struct attribute *a)
{
    char quote = at < p->len ? p->text[at] : 0;
    const char ends[2] = {quote, 0};

    if (quote != '"' && quote != '\'') {
        a->at = at;
        at = skip_until(p, at, " \t\r\n>");
        a->len = at - a->at;
        return at;
    }
    a->at = at + 1;
    at = skip_until(p, at + 1, ends);
    a->len = at - a->at;
    return at + (at < p->len);
}

/* The attributes of the tag whose name was read; tag->end is behind it. */
static void read_attributes(const struct page *p, size_t at, struct tag *tag)
{
    at = skip_space(p, at);
    while (at < p->len && p->text[at] != '>') {
        struct attribute a = {.name = at};

        at = skip_until(p, at, "= \t\r\n>/");
        a.name_len = at - a.name;
        at = skip_space(p, at);
        if (at < p->len && p->text[at] == '=')
            at = read_value(p, skip_space(p, at + 1), &a);
        else if (!a.name_len)
            at++;
        if (a.len && tag->count < ATTRIBUTES_MAX)
            tag->attributes[tag->count++] = a;
        at = skip_space(p, at);
    }
    tag->end = at + (at < p->len);
}

static const struct attribute *attribute(const struct page *p, const struct tag *tag,
                                         const char *name)
{
    for (size_t i = 0; i < tag->count; i++) {
        const struct attribute *a = &tag->attributes[i];

        if (is_word(p->text + a->name, a->name_len, name))
            return a;
    }
    return NULL;
}

/* What people call an attribute's value: the name of the input, the meta, or its own. */
static const char *field_of(const struct page *p, const struct tag *tag, const struct attribute *a)
{
    const struct attribute *named = attribute(p, tag, "name");

    if (!named)
        named = attribute(p, tag, "property");
    if (named && named != a &&
        (is_word(p->text + a->name, a->name_len, "value") ||
         is_word(p->text + a->name, a->name_len, "content")))
        return arena_copy(&p->leaves->owned, p->text + named->at, named->len);
    return arena_copy(&p->leaves->owned, p->text + a->name, a->name_len);
}

static int decode(const char *coding, const char *text, size_t len, struct buf *out)
{
    buf_init(out, len + 1);
    return coding_decode((enum coding)coding_find(coding, strlen(coding)), text, len, out);
}

/* JSON that is the root's cut, decoded. */
static int add_decoded_json(struct leaves *leaves, struct leaf *root, const char *coding)
{
    struct buf decoded;
    int rc = decode(coding, root->text + root->at, root->len, &decoded);

    root->decode = coding;
    if (rc == 0 && decoded.len)
        rc = leaves_add_json(leaves, root, decoded.data, decoded.len);
    buf_release(&decoded);
    return rc == -E_FORMAT ? 0 : rc;
}

/* data:application/json;base64,eyJ... */
static int add_data_url(struct leaves *leaves, const struct leaf *whole)
{
    const char *text = whole->text + whole->at;
    const char *comma = memchr(text, ',', whole->len);
    struct leaf root = *whole;
    bool base64;

    if (!comma)
        return 0;
    base64 = memmem(text, (size_t)(comma - text), ";base64", 7);
    root.at = (size_t)(comma + 1 - whole->text);
    root.len = whole->len - (size_t)(comma + 1 - text);
    return add_decoded_json(leaves, &root, base64 ? "base64" : "url");
}

static int add_attribute(const struct page *p, const struct tag *tag, const struct attribute *a)
{
    struct leaf leaf = {.from = EXTRACT_BODY,
                        .text = p->text,
                        .text_bytes = p->len,
                        .at = a->at,
                        .len = a->len,
                        .field = field_of(p, tag, a)};
    const char *text = p->text + a->at;
    bool escaped = memchr(text, '&', a->len);
    struct buf decoded;
    int rc;

    if (!leaf.field)
        return -E_NOMEM;
    if (a->len > 5 && strncasecmp(text, "data:", 5) == 0 && add_data_url(p->leaves, &leaf) < 0)
        return -E_NOMEM;
    leaf.decode = escaped ? "html" : NULL;
    rc = decode("html", text, a->len, &decoded);
    if (rc == 0) {
        leaf.value = arena_copy(&p->leaves->owned, decoded.data ? decoded.data : "", decoded.len);
        leaf.bytes = decoded.len;
        rc = leaf.value ? leaf_add(p->leaves, &leaf) : -E_NOMEM;
    }
    if (rc == 0 && decoded.len > 1 && (decoded.data[0] == '{' || decoded.data[0] == '['))
        rc = leaves_add_json(p->leaves, &leaf, decoded.data, decoded.len);
    buf_release(&decoded);
    return rc;
}

/* What stands between a tag and the next: a text, or a script's JSON. */
static int add_content(const struct page *p, const struct tag *tag, size_t end)
{
    const struct attribute *id = attribute(p, tag, "id");
    struct leaf leaf = {.from = EXTRACT_BODY, .text = p->text, .text_bytes = p->len};
    size_t from = skip_space(p, tag->end);

    while (end > from && isspace((unsigned char)p->text[end - 1]))
        end--;
    if (end <= from)
        return 0;
    leaf.at = from;
    leaf.len = end - from;
    leaf.field = id ? arena_copy(&p->leaves->owned, p->text + id->at, id->len)
                    : arena_copy(&p->leaves->owned, tag->name, tag->name_len);
    leaf.value = arena_copy(&p->leaves->owned, p->text + from, leaf.len);
    leaf.bytes = leaf.len;
    if (!leaf.field || !leaf.value)
        return -E_NOMEM;
    if (p->text[from] == '{' || p->text[from] == '[')
        return leaves_add_json(p->leaves, &leaf, p->text + from, leaf.len);
    return leaf_add(p->leaves, &leaf);
}

static size_t content_end(const struct page *p, const struct tag *tag)
{
    const char *end;

    if (is_word(tag->name, tag->name_len, "script"))
        end = memmem(p->text + tag->end, p->len - tag->end, "</script", 8);
    else
        end = memchr(p->text + tag->end, '<', p->len - tag->end);
    return end ? (size_t)(end - p->text) : p->len;
}

static int add_tag(const struct page *p, size_t name, size_t *next)
{
    struct tag tag = {.name = p->text + name};
    size_t at = skip_until(p, name, " \t\r\n/>");
    int rc = 0;

    tag.name_len = at - name;
    read_attributes(p, at, &tag);
    for (size_t i = 0; i < tag.count && rc == 0; i++)
        rc = add_attribute(p, &tag, &tag.attributes[i]);
    *next = content_end(p, &tag);
    return rc == 0 ? add_content(p, &tag, *next) : rc;
}

int leaves_add_html(struct leaves *leaves, const char *body, size_t len)
{
    struct page p = {leaves, body, len};
    size_t at = 0;
    int rc = 0;

    while (rc == 0 && at < len) {
        const char *open = memchr(body + at, '<', len - at);

        if (!open)
            break;
        at = (size_t)(open - body) + 1;
        if (at < len && isalpha((unsigned char)body[at]))
            rc = add_tag(&p, at, &at);
    }
    return rc;
}
