#include "core/extract.h"

#include <string.h>
#include <strings.h>

#include "core/coding.h"
#include "core/json_path.h"
#include "core/values.h"

#define DECODED_MAX ((size_t)64 << 20)

static const char *const sources[] = {
    [EXTRACT_BODY] = "body",
    [EXTRACT_HEADER] = "header",
    [EXTRACT_COOKIE] = "cookie",
    [EXTRACT_MESSAGE] = "message",
};

/* --- reading and writing --- */

struct reading {
    json_t *json;
    struct arena *arena;
    struct error *err;
};

/* *out is NULL when there is no such key, or nothing in it. */
static int read_text(struct reading *r, const char *key, const char **out)
{
    json_t *value = json_object_get(r->json, key);
    const char *text = json_string_value(value);

    *out = NULL;
    if (!value)
        return 0;
    if (!text || strlen(text) != json_string_length(value))
        return error_set(r->err, E_FORMAT, "\"%s\" of an extraction is not a text", key);
    if (!*text)
        return 0;
    *out = arena_copy(r->arena, text, strlen(text));
    return *out ? 0 : error_nomem(r->err);
}

static int read_texts(struct reading *r, struct extraction *e)
{
    const struct {
        const char *key;
        const char **out;
    } fields[] = {
        {"name", &e->name},   {"header", &e->header}, {"before", &e->before},
        {"after", &e->after}, {"decode", &e->decode}, {"json", &e->json},
    };
    int rc = 0;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && rc == 0; i++)
        rc = read_text(r, fields[i].key, fields[i].out);
    /* "" is a path: all of it */
    if (rc == 0 && !e->json && json_object_get(r->json, "json"))
        e->json = "";
    return rc;
}

static int read_from(struct reading *r, struct extraction *e)
{
    json_t *value = json_object_get(r->json, "from");
    const char *word = value ? json_string_value(value) : "body";

    for (size_t i = 0; word && i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(word, sources[i]) == 0) {
            e->from = (enum extract_from)i;
            return 0;
        }
    }
    return error_set(r->err, E_FORMAT,
                     "\"from\" of an extraction is not body, header, cookie or message");
}

static int read_rest(struct reading *r, struct extraction *e)
{
    json_t *nth = json_object_get(r->json, "nth");
    json_t *optional = json_object_get(r->json, "optional");

    if (nth &&
        (!json_is_integer(nth) || json_integer_value(nth) < 0 || json_integer_value(nth) > 1000000))
        return error_set(r->err, E_FORMAT, "\"nth\" of an extraction is not a number from 0");
    if (optional && !json_is_boolean(optional))
        return error_set(r->err, E_FORMAT, "\"optional\" is neither true nor false");
    e->nth = (unsigned)json_integer_value(nth);
    e->optional = json_is_true(optional);
    return 0;
}

static int check(const struct extraction *e, struct error *err)
{
    int coding = e->decode ? coding_find(e->decode, strlen(e->decode)) : CODING_NONE;

    if (!e->name || !value_name_ok(e->name, strlen(e->name)))
        return error_set(err, E_FORMAT,
                         "\"name\" of an extraction is not 1 to %d letters, digits and _ . : -",
                         VALUE_NAME_MAX);
    if ((e->from == EXTRACT_HEADER || e->from == EXTRACT_COOKIE) && !e->header)
        return error_set(err, E_FORMAT,
                         "extraction of %s: \"header\", the name of the %s, is missing", e->name,
                         sources[e->from]);
    if (coding < 0 || !coding_decodes((enum coding)coding))
        return error_set(err, E_FORMAT,
                         "extraction of %s: \"decode\" is not url, form, html, json or base64",
                         e->name);
    if (e->json && !json_path_ok(e->json))
        return error_set(err, E_FORMAT, "extraction of %s: \"json\" is not a path like a.b[0].c",
                         e->name);
    if (e->nth && !e->before)
        return error_set(err, E_FORMAT, "extraction of %s: \"nth\" needs a \"before\" to count",
                         e->name);
    return 0;
}

int extraction_read(struct extraction *e, json_t *json, struct arena *arena, struct error *err)
{
    struct reading r = {json, arena, err};
    int rc;

    *e = (struct extraction){0};
    if (!json_is_object(json))
        return error_set(err, E_FORMAT, "an extraction is not a JSON object");
    rc = read_texts(&r, e);
    if (rc == 0)
        rc = read_from(&r, e);
    if (rc == 0)
        rc = read_rest(&r, e);
    return rc == 0 ? check(e, err) : rc;
}

static int set_text(json_t *json, const char *key, const char *text)
{
    return text ? json_object_set_new(json, key, json_string(text)) : 0;
}

json_t *extraction_write(const struct extraction *e)
{
    json_t *json = json_object();
    int rc = set_text(json, "name", e->name);

    rc |= set_text(json, "from", sources[e->from]);
    rc |= set_text(json, "header", e->header);
    rc |= set_text(json, "before", e->before);
    rc |= set_text(json, "after", e->after);
    if (e->nth)
        rc |= json_object_set_new(json, "nth", json_integer(e->nth));
    rc |= set_text(json, "decode", e->decode);
    rc |= set_text(json, "json", e->json);
    if (e->optional)
        rc |= json_object_set_new(json, "optional", json_true());
    if (rc == 0)
        return json;
    json_decref(json);
    return NULL;
}

/* --- extracting --- */

struct piece {
    const char *text;
    size_t len;
};

static const char *find(struct piece in, const char *what)
{
    return memmem(in.text, in.len, what, strlen(what));
}

static struct piece from(struct piece in, const char *at)
{
    return (struct piece){at, in.len - (size_t)(at - in.text)};
}

/* What stands between before and after. */
static bool cut(const struct extraction *e, struct piece *piece)
{
    const char *end;

    for (unsigned i = 0; e->before && i <= e->nth; i++) {
        const char *at = find(*piece, e->before);

        if (!at)
            return false;
        *piece = from(*piece, at + strlen(e->before));
    }
    end = e->after ? find(*piece, e->after) : NULL;
    if (end)
        piece->len = (size_t)(end - piece->text);
    return true;
}

/* As short as it can be said: 0.1, not 0.10000000000000001. */
static char *dump(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_t *back = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    if (text && !json_equal(value, back)) {
        free(text);
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    }
    json_decref(back);
    return text;
}

static int add_json(const json_t *value, struct buf *out)
{
    char *text;
    int rc;

    if (!value || json_is_null(value))
        return -E_MISMATCH;
    if (json_is_string(value))
        return buf_add(out, json_string_value(value), json_string_length(value));
    text = dump(value);
    rc = text ? buf_adds(out, text) : -E_NOMEM;
    free(text);
    return rc;
}

static int add_at_path(const char *path, struct piece piece, struct buf *out)
{
    json_t *json = json_loadb(piece.text, piece.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *parsed = NULL;
    int rc = add_json(json ? json_at(json, path, &parsed) : NULL, out);

    json_decref(parsed);
    json_decref(json);
    return rc;
}

int extract_text(const struct extraction *e, const char *text, size_t len, struct buf *out)
{
    int coding = e->decode ? coding_find(e->decode, strlen(e->decode)) : CODING_NONE;
    struct piece piece = {len ? text : "", len};
    struct buf decoded;
    int rc = 0;

    if (coding < 0 || !cut(e, &piece))
        return -E_MISMATCH;
    buf_init(&decoded, DECODED_MAX);
    if (coding != CODING_NONE) {
        rc = coding_decode((enum coding)coding, piece.text, piece.len, &decoded);
        piece = (struct piece){decoded.data ? decoded.data : "", decoded.len};
    }
    if (rc == 0)
        rc = e->json ? add_at_path(e->json, piece, out) : buf_add(out, piece.text, piece.len);
    buf_release(&decoded);
    return rc == -E_FORMAT ? -E_MISMATCH : rc;
}

/* The value of a header line of this name; NULL: it is another. */
static const char *header_value(const char *line, const char *name)
{
    size_t n = strlen(name);

    if (strncasecmp(line, name, n) != 0 || line[n] != ':')
        return NULL;
    line += n + 1;
    return line + strspn(line, " \t");
}

static int extract_header(const struct extraction *e, const char *const *headers, struct buf *out)
{
    int rc = -E_MISMATCH;

    for (size_t i = 0; headers && headers[i] && rc == -E_MISMATCH; i++) {
        const char *value = header_value(headers[i], e->header);

        if (value)
            rc = extract_text(e, value, strlen(value), out);
    }
    return rc;
}

/* The last Set-Cookie of that name is the one that a browser keeps. */
static int extract_cookie(const struct extraction *e, const char *const *headers, struct buf *out)
{
    size_t n = strlen(e->header);
    const char *found = NULL;

    for (size_t i = 0; headers && headers[i]; i++) {
        const char *value = header_value(headers[i], "Set-Cookie");

        if (value && strncmp(value, e->header, n) == 0 && value[n] == '=')
            found = value + n + 1;
    }
    return found ? extract_text(e, found, strcspn(found, ";"), out) : -E_MISMATCH;
}

int extract_answer(const struct extraction *e, const char *const *headers, const char *body,
                   size_t len, struct buf *out)
{
    switch (e->from) {
    case EXTRACT_BODY:
        return extract_text(e, body, len, out);
    case EXTRACT_HEADER:
        return extract_header(e, headers, out);
    case EXTRACT_COOKIE:
        return extract_cookie(e, headers, out);
    case EXTRACT_MESSAGE:
        break;
    }
    return -E_MISMATCH;
}
