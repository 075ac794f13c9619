/* Leaves of answers and messages: JSON, headers and cookies here, pages in places_html.c. */
#include "checker/places.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checker/places_private.h"
#include "core/coding.h"
#include "core/error.h"
#include "core/json_text.h"

#define JSON_DEPTH_MAX 64
#define PATH_MAX_BYTES 1024
#define PREFIX_MAX 64

void leaves_release(struct leaves *leaves)
{
    free(leaves->items);
    arena_release(&leaves->owned);
    *leaves = (struct leaves){0};
}

int leaf_add(struct leaves *leaves, const struct leaf *leaf)
{
    if (leaves->count >= LEAVES_MAX)
        return 0;
    if (leaves->count == leaves->capacity) {
        size_t capacity = leaves->capacity ? leaves->capacity * 2 : 64;
        struct leaf *items = realloc(leaves->items, capacity * sizeof(*items));

        if (!items)
            return -E_NOMEM;
        leaves->items = items;
        leaves->capacity = capacity;
    }
    leaves->items[leaves->count++] = *leaf;
    return 0;
}

/* --- JSON --- */

struct walk {
    struct leaves *leaves;
    const struct leaf *root;
    struct buf path;
    const char *field;
    int depth;
};

static int walk_json(struct walk *w, json_t *json);

static int add_json_leaf(struct walk *w, const char *value, size_t len)
{
    struct leaf leaf = *w->root;

    leaf.json = arena_copy(&w->leaves->owned, w->path.data ? w->path.data : "", w->path.len);
    leaf.value = arena_copy(&w->leaves->owned, value, len);
    leaf.bytes = len;
    leaf.field = arena_copy(&w->leaves->owned, w->field, strlen(w->field));
    return leaf.json && leaf.value && leaf.field ? leaf_add(w->leaves, &leaf) : -E_NOMEM;
}

/* Goes on below a step of the path, and takes the step back. */
static int walk_below(struct walk *w, size_t mark, json_t *json)
{
    int rc = 0;

    if (w->path.failed) /* too long a path to write down: left out */
        buf_clear(&w->path);
    else
        rc = walk_json(w, json);
    if (w->path.len > mark)
        w->path.data[w->path.len = mark] = 0;
    w->path.failed = false;
    return rc;
}

/* Keys with characters of the path language cannot be named in a path. */
static bool can_name(const char *key)
{
    return *key && !strpbrk(key, ".[]|");
}

static int walk_object(struct walk *w, json_t *json)
{
    const char *field = w->field;
    size_t mark = w->path.len;
    const char *key;
    json_t *value;
    int rc = 0;

    json_object_foreach(json, key, value)
    {
        if (rc < 0 || !can_name(key))
            continue;
        if (mark && w->path.data[mark - 1] != '|')
            buf_addc(&w->path, '.');
        buf_adds(&w->path, key);
        w->field = key;
        rc = walk_below(w, mark, value);
    }
    w->field = field;
    return rc;
}

static int walk_array(struct walk *w, json_t *json)
{
    size_t mark = w->path.len;
    size_t i;
    json_t *value;
    int rc = 0;

    json_array_foreach(json, i, value)
    {
        if (rc < 0)
            break;
        buf_addf(&w->path, "[%zu]", i);
        rc = walk_below(w, mark, value);
    }
    return rc;
}

/* A string that is JSON itself is walked too. */
static int walk_string(struct walk *w, const char *text, size_t len)
{
    size_t mark = w->path.len;
    json_t *inner;
    int rc;

    if (add_json_leaf(w, text, len) < 0)
        return -E_NOMEM;
    if (len < 2 || (text[0] != '{' && text[0] != '['))
        return 0;
    inner = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
    if (!inner)
        return 0;
    buf_addc(&w->path, '|');
    rc = walk_below(w, mark, inner);
    json_decref(inner);
    return rc;
}

static int walk_number(struct walk *w, json_t *json)
{
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    int rc = text ? add_json_leaf(w, text, strlen(text)) : -E_NOMEM;

    free(text);
    return rc;
}

static int walk_json(struct walk *w, json_t *json)
{
    int rc = 0;

    if (w->depth >= JSON_DEPTH_MAX)
        return 0;
    w->depth++;
    if (json_is_object(json))
        rc = walk_object(w, json);
    else if (json_is_array(json))
        rc = walk_array(w, json);
    else if (json_is_string(json))
        rc = walk_string(w, json_string_value(json), json_string_length(json));
    else if (json_is_number(json))
        rc = walk_number(w, json);
    w->depth--;
    return rc;
}

int leaves_add_json(struct leaves *leaves, const struct leaf *root, const char *json, size_t len)
{
    struct walk w = {.leaves = leaves, .root = root, .field = root->field ? root->field : ""};
    json_t *parsed = json_loadb(json, len, JSON_ALLOW_NUL, NULL);
    int rc;

    if (!parsed)
        return 0;
    buf_init(&w.path, PATH_MAX_BYTES);
    rc = buf_room(&w.path, PATH_MAX_BYTES) ? walk_json(&w, parsed) : -E_NOMEM;
    buf_release(&w.path);
    json_decref(parsed);
    return rc;
}

/* A text that is JSON, if need be behind a short prefix: `42["event",{..}]`. */
static int add_json_text(struct leaves *leaves, enum extract_from from, const char *text,
                         size_t len)
{
    struct leaf root = {.from = from, .text = text, .text_bytes = len, .field = ""};
    size_t at = 0;

    while (at < len && at <= PREFIX_MAX && text[at] != '{' && text[at] != '[')
        at++;
    if (at >= len || at > PREFIX_MAX)
        return 0;
    while (root.at < at && isspace((unsigned char)text[root.at]))
        root.at++;
    root.at = root.at == at ? 0 : at;
    root.len = len - root.at;
    return leaves_add_json(leaves, &root, text + root.at, root.len);
}

/* --- headers and cookies --- */

static int add_whole(struct leaves *leaves, enum extract_from from, const char *name,
                     size_t name_len, const char *value, size_t len)
{
    char *header = arena_copy(&leaves->owned, name, name_len);
    char *text = arena_copy(&leaves->owned, value, len);
    struct leaf leaf = {from, header, text, len, 0, len, NULL, NULL, text, len, header};
    struct buf decoded;
    int rc;

    if (!header || !text || leaf_add(leaves, &leaf) < 0)
        return -E_NOMEM;
    if (!memchr(value, '%', len))
        return 0;
    buf_init(&decoded, len + 1);
    rc = coding_decode(CODING_URL, value, len, &decoded);
    leaf.decode = "url";
    leaf.value = arena_copy(&leaves->owned, decoded.data ? decoded.data : "", decoded.len);
    leaf.bytes = decoded.len;
    buf_release(&decoded);
    return rc == 0 && leaf.value ? leaf_add(leaves, &leaf) : -E_NOMEM;
}

static int add_header(struct leaves *leaves, const char *line)
{
    size_t name = strcspn(line, ":");
    const char *value = line + name + (line[name] == ':');
    size_t equals;

    value += strspn(value, " \t");
    if (name != strlen("Set-Cookie") || strncasecmp(line, "Set-Cookie", name) != 0)
        return add_whole(leaves, EXTRACT_HEADER, line, name, value, strlen(value));
    equals = strcspn(value, "=;");
    if (value[equals] != '=')
        return 0;
    return add_whole(leaves, EXTRACT_COOKIE, value, equals, value + equals + 1,
                     strcspn(value + equals + 1, ";"));
}

int leaves_of_answer(struct leaves *leaves, const char *const *headers, const char *body,
                     size_t len)
{
    int rc = 0;

    for (size_t i = 0; headers && headers[i] && rc == 0; i++)
        rc = add_header(leaves, headers[i]);
    if (rc < 0 || !body || !len || !is_utf8(body, len))
        return rc;
    if (body[strspn(body, " \t\r\n")] == '<')
        return leaves_add_html(leaves, body, len);
    return add_json_text(leaves, EXTRACT_BODY, body, len);
}

int leaves_of_message(struct leaves *leaves, const char *text, size_t len)
{
    return text && len && is_utf8(text, len) ? add_json_text(leaves, EXTRACT_MESSAGE, text, len)
                                             : 0;
}

/* --- searching --- */

struct search {
    struct leaves *found;
    struct leaf leaf; /* but for its place */
    const char *what; /* as it is written there */
    size_t what_len;
    const char *before;
};

static bool stands_alone(const struct search *s, size_t at)
{
    const char *text = s->leaf.text;
    size_t end = at + s->what_len;

    if (at && isalnum((unsigned char)text[at - 1]) && isalnum((unsigned char)text[at]))
        return false;
    return end >= s->leaf.text_bytes || !isalnum((unsigned char)text[end]) ||
           !isalnum((unsigned char)text[end - 1]);
}

static bool is_behind(const struct search *s, size_t at)
{
    size_t n = s->before ? strlen(s->before) : 0;

    return at >= n && memcmp(s->leaf.text + at - n, s->before ? s->before : "", n) == 0;
}

static int search_text(struct search *s)
{
    const char *text = s->leaf.text;
    size_t at = 0;

    for (int n = 0; n < LEAF_FINDS && at < s->leaf.text_bytes;) {
        const char *hit = memmem(text + at, s->leaf.text_bytes - at, s->what, s->what_len);

        if (!hit)
            break;
        at = (size_t)(hit - text);
        if (stands_alone(s, at) && is_behind(s, at)) {
            s->leaf.at = at;
            s->leaf.len = s->what_len;
            n++;
            if (leaf_add(s->found, &s->leaf) < 0)
                return -E_NOMEM;
        }
        at += s->what_len;
    }
    return 0;
}

/* In one text, as it is and in the codings that a text may have. */
static int search_coded(struct search *s, const char *value)
{
    static const char *const codings[] = {NULL, "url", "html"};
    size_t len = strlen(value);
    int rc = 0;

    for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]) && rc == 0; i++) {
        struct buf coded;
        int coding = codings[i] ? coding_find(codings[i], strlen(codings[i])) : CODING_NONE;

        buf_init(&coded, len * 8 + 8);
        rc = coding_encode((enum coding)coding, value, len, &coded);
        s->leaf.decode = codings[i];
        s->what = coded.data;
        s->what_len = coded.len;
        if (rc == 0 && coded.len && (i == 0 || strcmp(coded.data, value) != 0))
            rc = search_text(s);
        buf_release(&coded);
    }
    return rc;
}

static int search_header(struct search *s, const char *line, const char *value)
{
    size_t name = strcspn(line, ":");
    const char *text = line + name + (line[name] == ':');

    text += strspn(text, " \t");
    if (strncasecmp(line, "Set-Cookie", name) == 0)
        return 0;
    s->leaf.from = EXTRACT_HEADER;
    s->leaf.header = arena_copy(&s->found->owned, line, name);
    s->leaf.field = s->leaf.header;
    s->leaf.text = text;
    s->leaf.text_bytes = strlen(text);
    return s->leaf.header ? search_coded(s, value) : -E_NOMEM;
}

int leaves_find(struct leaves *found, const char *const *headers, enum extract_from from,
                const char *text, size_t len, const char *value, const char *before)
{
    char *copy = arena_copy(&found->owned, value, strlen(value));
    struct search s = {.found = found, .before = before};
    int rc = 0;

    if (!copy)
        return -E_NOMEM;
    s.leaf = (struct leaf){.from = from,
                           .text = text,
                           .text_bytes = len,
                           .field = "",
                           .value = copy,
                           .bytes = strlen(value)};
    if (text && len)
        rc = search_coded(&s, value);
    for (size_t i = 0; headers && headers[i] && rc == 0; i++)
        rc = search_header(&s, headers[i], value);
    return rc;
}
