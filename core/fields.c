#include "core/fields.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/error.h"

void fields_release(struct fields *fields)
{
    free(fields->items);
    *fields = (struct fields){0};
}

static int add(struct fields *fields, const struct field *field)
{
    if (fields->count == FIELDS_MAX)
        return 0;
    if (fields->count == fields->capacity) {
        size_t capacity = fields->capacity ? fields->capacity * 2 : 16;
        struct field *items = realloc(fields->items, capacity * sizeof(*items));

        if (!items)
            return -E_NOMEM;
        fields->items = items;
        fields->capacity = capacity;
    }
    fields->items[fields->count++] = *field;
    return 0;
}

/* --- name=value&name=value --- */

static int add_pairs(struct fields *fields, const char *text, size_t at, size_t end,
                     enum coding coding)
{
    while (at < end) {
        const char *amp = memchr(text + at, '&', end - at);
        size_t stop = amp ? (size_t)(amp - text) : end;
        const char *equals = memchr(text + at, '=', stop - at);
        struct field field = {.name = text + at, .coding = coding};

        if (equals) {
            field.name_len = (size_t)(equals - field.name);
            field.at = (size_t)(equals + 1 - text);
            field.len = stop - field.at;
            if (add(fields, &field) < 0)
                return -E_NOMEM;
        }
        at = stop + 1;
    }
    return 0;
}

int fields_of_url(struct fields *fields, const char *url, size_t len)
{
    const char *hash = memchr(url, '#', len);
    size_t end = hash ? (size_t)(hash - url) : len;
    const char *query = memchr(url, '?', end);

    return query ? add_pairs(fields, url, (size_t)(query + 1 - url), end, CODING_URL) : 0;
}

/* --- multipart/form-data (RFC 7578) --- */

/* The boundary, with the dashes that go before it; 0: there is none, or no room for it. */
static size_t read_boundary(const char *content_type, char *out, size_t size)
{
    const char *at = strcasestr(content_type, "boundary=");
    size_t n;

    if (!at)
        return 0;
    at += strlen("boundary=");
    n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
    if (!n || n + 3 > size)
        return 0;
    memcpy(out, "--", 2);
    memcpy(out + 2, at, n);
    out[n + 2] = 0;
    return n + 2;
}

/* The name in `Content-Disposition: form-data; name="..."`; false: a file, or something else. */
static bool read_part_name(const char *head, size_t len, struct field *field)
{
    static const char mark[] = "; name=\"";
    const char *name = memmem(head, len, mark, sizeof(mark) - 1);
    const char *end;

    if (!name || memmem(head, len, "; filename", strlen("; filename")))
        return false;
    field->name = name + sizeof(mark) - 1;
    end = memchr(field->name, '"', len - (size_t)(field->name - head));
    field->name_len = end ? (size_t)(end - field->name) : 0;
    return end;
}

static int add_part(struct fields *fields, const char *body, size_t at, size_t end)
{
    const char *blank = memmem(body + at, end - at, "\r\n\r\n", 4);
    struct field field = {.coding = CODING_NONE};

    if (!blank || !read_part_name(body + at, (size_t)(blank - body) - at, &field))
        return 0;
    field.at = (size_t)(blank + 4 - body);
    if (end < field.at + 2)
        return 0;
    field.len = end - 2 - field.at; /* the newline belongs to the boundary */
    return add(fields, &field);
}

static int add_parts(struct fields *fields, const char *content_type, const char *body, size_t len)
{
    char boundary[256];
    size_t n = read_boundary(content_type, boundary, sizeof(boundary));
    const char *mark = n ? memmem(body, len, boundary, n) : NULL;
    int rc = 0;

    while (mark && rc == 0) {
        size_t at = (size_t)(mark - body) + n;
        const char *next = memmem(body + at, len - at, boundary, n);

        if (next)
            rc = add_part(fields, body, at, (size_t)(next - body));
        mark = next;
    }
    return rc;
}

/* --- JSON --- */

/* A scan, not a parser: it needs to know where strings are, and what object they belong to. */
struct scan {
    struct fields *fields;
    const char *text;
    size_t len;
    size_t at;
    unsigned groups;                 /* objects so far */
    unsigned group[FIELD_DEPTH_MAX]; /* of the objects and lists around */
    bool is_object[FIELD_DEPTH_MAX];
    int depth;
    struct field key; /* the key whose value comes next */
    bool has_key;
    bool is_inner; /* the text is that of a string: its strings are not looked into */
};

/* The text between quotes; scan->at is behind the closing one.  false: it never closes. */
static bool scan_string(struct scan *scan, size_t *begin, size_t *len)
{
    *begin = ++scan->at;
    while (scan->at < scan->len && scan->text[scan->at] != '"')
        scan->at += scan->text[scan->at] == '\\' ? 2 : 1;
    if (scan->at >= scan->len)
        return false;
    *len = scan->at++ - *begin;
    return true;
}

static bool is_in_object(const struct scan *scan)
{
    return scan->depth > 0 && scan->is_object[scan->depth - 1];
}

static int add_value(struct scan *scan, size_t at, size_t len, enum coding coding)
{
    struct field field = scan->key;

    if (!scan->has_key)
        return 0;
    scan->has_key = false;
    field.at = at;
    field.len = len;
    field.coding = coding;
    field.group = scan->group[scan->depth - 1];
    return add(scan->fields, &field);
}

static int scan_all(struct scan *scan);

/* A decoded string, and from where in the text each of its bytes comes. */
struct inner {
    struct buf text;
    size_t *origin;
};

static int decode_inner(const char *text, size_t begin, size_t len, struct inner *inner)
{
    size_t end = begin + len;

    buf_init(&inner->text, len + CODED_CHARACTER_MAX);
    inner->origin = malloc((len + CODED_CHARACTER_MAX + 1) * sizeof(*inner->origin));
    while (inner->origin && begin < end) {
        char character[CODED_CHARACTER_MAX];
        size_t used;
        size_t n = coding_character(CODING_JSON, text + begin, end - begin, character, &used);

        for (size_t i = 0; i < n; i++)
            inner->origin[inner->text.len + i] = begin;
        if (buf_add(&inner->text, character, n) < 0)
            return -E_NOMEM;
        begin += used;
    }
    if (!inner->origin)
        return -E_NOMEM;
    inner->origin[inner->text.len] = end;
    return 0;
}

/* Where the fields of a string stand in the text around it. */
static void place_inner(struct scan *scan, size_t first, const struct inner *inner)
{
    for (size_t i = first; i < scan->fields->count; i++) {
        struct field *field = &scan->fields->items[i];
        size_t name = (size_t)(field->name - inner->text.data);

        field->name = scan->text + inner->origin[name];
        field->name_len = inner->origin[name + field->name_len] - inner->origin[name];
        field->len = inner->origin[field->at + field->len] - inner->origin[field->at];
        field->at = inner->origin[field->at];
        field->coding = field->coding == CODING_JSON ? CODING_JSON2 : field->coding;
    }
}

/* SockJS' messages are JSON in the strings of a list. */
static int scan_inner(struct scan *scan, size_t begin, size_t len)
{
    size_t first = scan->fields->count;
    struct inner inner = {0};
    int rc;

    if (scan->is_inner || !memchr(scan->text + begin, '{', len) ||
        !memchr(scan->text + begin, '\\', len))
        return 0;
    rc = decode_inner(scan->text, begin, len, &inner);
    if (rc == 0) {
        struct scan within = {.fields = scan->fields,
                              .text = inner.text.data,
                              .len = inner.text.len,
                              .groups = scan->groups,
                              .is_inner = true};

        rc = scan_all(&within);
        scan->groups = within.groups;
        place_inner(scan, first, &inner);
    }
    buf_release(&inner.text);
    free(inner.origin);
    return rc;
}

/* A string is a key when a colon follows; else it is a value. */
static int string_seen(struct scan *scan)
{
    size_t begin;
    size_t len;
    size_t next;

    if (!scan_string(scan, &begin, &len)) {
        scan->at = scan->len;
        return 0;
    }
    next = scan->at;
    while (next < scan->len && isspace((unsigned char)scan->text[next]))
        next++;
    if (is_in_object(scan) && !scan->has_key && next < scan->len && scan->text[next] == ':') {
        scan->key = (struct field){.name = scan->text + begin, .name_len = len};
        scan->has_key = true;
        scan->at = next + 1;
        return 0;
    }
    if (add_value(scan, begin, len, CODING_JSON) < 0)
        return -E_NOMEM;
    return scan_inner(scan, begin, len);
}

static int number_seen(struct scan *scan)
{
    size_t begin = scan->at;

    while (scan->at < scan->len && strchr("+-.eE0123456789", scan->text[scan->at]) &&
           scan->text[scan->at])
        scan->at++;
    return add_value(scan, begin, scan->at - begin, CODING_NONE);
}

static void open_seen(struct scan *scan, bool is_object)
{
    scan->has_key = false;
    if (scan->depth == FIELD_DEPTH_MAX) {
        scan->at = scan->len;
        return;
    }
    scan->group[scan->depth] = ++scan->groups;
    scan->is_object[scan->depth++] = is_object;
    scan->at++;
}

static int scan_one(struct scan *scan)
{
    char c = scan->text[scan->at];

    if (c == '"')
        return string_seen(scan);
    if (c == '-' || isdigit((unsigned char)c))
        return number_seen(scan);
    if (c == '{' || c == '[') {
        open_seen(scan, c == '{');
        return 0;
    }
    if ((c == '}' || c == ']') && scan->depth > 0)
        scan->depth--;
    if (c == ',' || c == '}' || c == ']')
        scan->has_key = false;
    scan->at++;
    return 0;
}

static int scan_all(struct scan *scan)
{
    int rc = 0;

    while (scan->at < scan->len && rc == 0)
        rc = scan_one(scan);
    return rc;
}

static int add_json(struct fields *fields, const char *body, size_t len)
{
    struct scan scan = {.fields = fields, .text = body, .len = len};

    return scan_all(&scan);
}

static bool has_type(const char *content_type, const char *word)
{
    return strcasestr(content_type, word);
}

int fields_of_body(struct fields *fields, const char *content_type, const char *body, size_t len)
{
    if (!content_type)
        return 0;
    if (has_type(content_type, "x-www-form-urlencoded"))
        return add_pairs(fields, body, 0, len, CODING_FORM);
    if (has_type(content_type, "multipart/form-data"))
        return add_parts(fields, content_type, body, len);
    return has_type(content_type, "json") ? add_json(fields, body, len) : 0;
}
