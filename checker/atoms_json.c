/* JSON, cut into its leaves.  A scan, not a parser: it takes templates too, where a placeholder may
 * stand for a number. */
#include <ctype.h>
#include <string.h>

#include "checker/atoms_private.h"
#include "checker/classify.h"
#include "core/error.h"
#include "core/fields.h"
#include "core/placeholder.h"

#define PREFIX_MAX 64 /* of `42["event",{..}]` */

struct json_cut {
    struct cutter *c;
    const struct layer *layer;
    size_t at;
    size_t to;
    size_t parent;
    int depth;
};

static void skip_space(struct json_cut *j)
{
    while (j->at < j->to && isspace((unsigned char)j->layer->text[j->at]))
        j->at++;
}

static char peek(const struct json_cut *j)
{
    return j->at < j->to ? j->layer->text[j->at] : 0;
}

/* Steps over a quoted string; its inside is [*from, *end).  false: it never closes. */
static bool scan_string(struct json_cut *j, size_t *from, size_t *end)
{
    *from = ++j->at;
    while (j->at < j->to && j->layer->text[j->at] != '"')
        j->at += j->layer->text[j->at] == '\\' ? 2 : 1;
    if (j->at >= j->to) {
        j->at = j->to;
        return false;
    }
    *end = j->at++;
    return true;
}

/* A number, a word, or a placeholder that stands for one. */
static void scan_bare(struct json_cut *j)
{
    struct placeholder p;

    while (j->at < j->to && !strchr(",]}\"[{: \t\r\n", j->layer->text[j->at])) {
        const char *text = j->layer->text + j->at;

        if (*text == '$' && placeholder_find(text, j->to - j->at, &p) && p.begin == text)
            j->at += p.bytes;
        else
            j->at++;
    }
}

static int cut_json_value(struct json_cut *j, const char *name);

static int decode_key(struct json_cut *j, size_t from, size_t end, const char **out)
{
    struct layer inner;
    size_t bytes;

    if (atoms_decode(j->c, j->layer, from, end, CODING_JSON, &inner, &bytes) < 0)
        return -E_NOMEM;
    *out = inner.text;
    return 0;
}

/* A member's key, and its colon; an id may stand there too. */
static int cut_key(struct json_cut *j, const char **name)
{
    size_t from;
    size_t end;

    skip_space(j);
    if (peek(j) != '"' || !scan_string(j, &from, &end)) {
        j->at += j->at < j->to;
        *name = "";
        return 0;
    }
    if (decode_key(j, from, end, name) < 0)
        return -E_NOMEM;
    skip_space(j);
    if (peek(j) == ':')
        j->at++;
    if (!value_is_long(*name, strlen(*name)) || !look_random(*name, strlen(*name)))
        return 0;
    return atoms_cut_coded(j->c, j->layer, from, end, CODING_JSON,
                           &(struct site){ATOM_JSON, "", j->parent});
}

static int cut_members(struct json_cut *j, const char *name, char close)
{
    int rc = 0;

    j->at++;
    j->depth++;
    while (j->at < j->to && rc == 0) {
        const char *key = name;
        size_t before = j->at;

        skip_space(j);
        if (peek(j) == close || j->at >= j->to)
            break;
        if (close == '}')
            rc = cut_key(j, &key);
        if (rc == 0)
            rc = cut_json_value(j, key);
        skip_space(j);
        j->at += peek(j) == ',' || j->at == before;
    }
    j->at += j->at < j->to;
    j->depth--;
    return rc;
}

static int cut_json_value(struct json_cut *j, const char *name)
{
    struct site site = {ATOM_JSON, name, j->parent};
    size_t from;
    size_t end;

    skip_space(j);
    if ((peek(j) == '{' || peek(j) == '[') && j->depth < FIELD_DEPTH_MAX)
        return cut_members(j, name, peek(j) == '{' ? '}' : ']');
    if (peek(j) == '"')
        return scan_string(j, &from, &end)
                   ? atoms_cut_coded(j->c, j->layer, from, end, CODING_JSON, &site)
                   : 0;
    from = j->at;
    scan_bare(j);
    if (j->at == from || !isdigit((unsigned char)j->layer->text[j->at - 1]))
        return 0;
    return atoms_cut(j->c, j->layer, from, j->at, &site);
}

/* From the first bracket on, if only a short prefix stands before it and the last closes it. */
bool atoms_find_json(const char *text, size_t len, size_t *at)
{
    size_t end = len;

    while (end && isspace((unsigned char)text[end - 1]))
        end--;
    for (*at = 0; *at < len && *at <= PREFIX_MAX; ++*at) {
        char c = text[*at];

        if (c == '$' && *at + 1 < len && text[*at + 1] == '{')
            ++*at;
        else if (c == '{' || c == '[')
            return end > *at + 1 && text[end - 1] == (c == '{' ? '}' : ']');
    }
    return false;
}

int atoms_cut_json(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                   const struct site *site)
{
    struct json_cut j = {c, layer, from, to, site->parent, 0};

    return cut_json_value(&j, site->name);
}
