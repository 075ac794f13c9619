/* Templates: texts with {PATH} and the like in them, made into parts, labels and duties.
 *
 * They are read where they stand, each time: a template has two or three pieces, and a player
 * reads thousands of messages a second with no memory asked for but the parts themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dialect_match.h"
#include "core/error.h"
#include "core/extract.h"

/* --- pieces --- */

/* Moves " word X" from the end of text into out; false when it does not fit there. */
static bool take_option(char *text, const char *word, char *out, size_t size)
{
    char *at = strstr(text, word);

    out[0] = 0;
    if (!at)
        return true;
    if ((size_t)snprintf(out, size, "%s", at + strlen(word)) >= size)
        return false;
    *at = 0;
    return *out != 0;
}

static bool read_options(struct piece *piece, char *text)
{
    char until[2];

    if (!strchr(text, ' ')) /* most have none, and a player reads thousands a second */
        return true;
    if (!take_option(text, " until ", until, sizeof(until)) ||
        !take_option(text, " without ", piece->without, sizeof(piece->without)) ||
        !take_option(text, " showing ", piece->showing, sizeof(piece->showing)) ||
        !take_option(text, " lacking ", piece->lacking, sizeof(piece->lacking)) ||
        !take_option(text, " having ", piece->having, sizeof(piece->having)))
        return false;
    piece->until = until[0];
    return true;
}

/* "a.b.field" or "a.b[].field" */
static bool split_field(struct piece *piece)
{
    char *items = strstr(piece->path, "[]");
    char *dot = items ? items : strrchr(piece->path, '.');

    if (!dot)
        return false;
    snprintf(piece->field, sizeof(piece->field), "%s", dot + (items ? 2 : 0));
    *dot = 0;
    if (piece->field[0] == '.')
        memmove(piece->field, piece->field + 1, strlen(piece->field));
    return true;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void read_braces(struct piece *piece, char *text)
{
    static const struct {
        const char *word;
        enum piece_kind kind;
    } words[] = {{"keys:", PIECE_KEYS}, {"each:", PIECE_EACH}, {"parts:", PIECE_PARTS}};
    const char *path = text;

    piece->kind = PIECE_BROKEN;
    if (!read_options(piece, text))
        return;
    if (strcmp(text, "key") == 0)
        piece->kind = PIECE_KEY;
    else if (strcmp(text, "n") == 0)
        piece->kind = PIECE_COUNT;
    else if (strcmp(text, "parts") == 0)
        piece->kind = PIECE_PARTS;
    else
        piece->kind = PIECE_VALUE;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!has_prefix(text, words[i].word))
            continue;
        piece->kind = words[i].kind;
        path = text + strlen(words[i].word);
    }
    if (piece->kind == PIECE_PARTS && path == text)
        path = "";
    memmove(piece->path, path, strlen(path) + 1);
    if (piece->kind == PIECE_EACH && !split_field(piece))
        piece->kind = PIECE_BROKEN;
    if (piece->kind != PIECE_KEYS && (piece->showing[0] || piece->lacking[0] || piece->having[0]))
        piece->kind = PIECE_BROKEN;
}

/* Where the literal text ends: at the end, or at a `{` that opens a piece.  Session values
 * (${NAME}) are not ours. */
static const char *literal_end(const char *at)
{
    while (*at && *at != '{') {
        if (at[0] == '$' && at[1] == '{')
            at += strcspn(at, "}");
        else
            at++;
    }
    return at;
}

bool piece_next(const char **at, struct piece *piece)
{
    const char *from = *at;
    const char *end;
    char text[sizeof(piece->path)];

    if (!*from)
        return false;
    *piece = (struct piece){.kind = PIECE_TEXT, .text = from};
    if (*from != '{' || from[1] == '{') {
        if (*from == '{') { /* "{{" is a brace */
            piece->len = 1;
            *at = from + 2;
            return true;
        }
        *at = literal_end(from);
        piece->len = (size_t)(*at - from);
        return true;
    }
    end = strchr(from, '}');
    if (!end || (size_t)(end - from - 1) >= sizeof(text)) {
        piece->kind = PIECE_BROKEN;
        *at = from + strlen(from);
        return true;
    }
    memcpy(text, from + 1, (size_t)(end - from - 1));
    text[end - from - 1] = 0;
    read_braces(piece, text);
    *at = end + 1;
    return true;
}

/* --- values --- */

static int add_text(struct buf *out, const char *text, size_t len)
{
    return buf_add(out, text, len < TEMPLATE_VALUE_MAX ? len : TEMPLATE_VALUE_MAX);
}

static int add_json(struct buf *out, json_t *json)
{
    char *text;
    int rc;

    if (json_is_string(json))
        return add_text(out, json_string_value(json), strlen(json_string_value(json)));
    text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    rc = text ? add_text(out, text, strlen(text)) : -E_NOMEM;
    free(text);
    return rc;
}

/* One name, as the piece's options want it.  1, 0: it is left out, or -E_NOMEM. */
static int add_name(const struct piece *piece, const char *name, struct buf *out)
{
    size_t len = strlen(name);

    if (piece->without[0] && glob_fits(piece->without, name))
        return 0;
    if (piece->until && memchr(name, piece->until, len))
        len = (size_t)((char *)memchr(name, piece->until, len) - name);
    return add_text(out, name, len) < 0 ? -E_NOMEM : 1;
}

static int add_value(const struct piece *piece, json_t *json, struct buf *out)
{
    if (json_is_string(json))
        return add_name(piece, json_string_value(json), out);
    return add_json(out, json) < 0 ? -E_NOMEM : 1;
}

/* --- the several values of {keys:}, {each:} and {parts:} --- */

static bool is_several(const struct piece *piece)
{
    return piece->kind == PIECE_KEYS || piece->kind == PIECE_EACH || piece->kind == PIECE_PARTS;
}

/* What one value of several is added by: 1 (added), 0 (left out) or -E_NOMEM. */
struct several {
    int (*add)(void *user, const struct piece *piece, const char *name, json_t *json);
    void *user;
    int rc;
};

static void take_one(struct several *s, const struct piece *piece, const char *name, json_t *json)
{
    if (s->rc >= 0)
        s->rc = s->add(s->user, piece, name, json);
}

static void take_parts(struct several *s, const struct piece *piece, const struct scene *scene)
{
    size_t n = strlen(piece->path);

    for (size_t i = 0; scene->message && i < scene->message->part_count; i++) {
        if (strncmp(scene->message->parts[i], piece->path, n) == 0)
            take_one(s, piece, scene->message->parts[i] + n, NULL);
    }
}

/* The text in a field of a key's value; NULL: there is none, or it is empty. */
static const char *text_in(const json_t *value, const char *field)
{
    const char *text = json_string_value(json_object_get(value, field));

    return text && *text ? text : NULL;
}

static void take_key(struct several *s, const struct piece *piece, const char *key,
                     const json_t *value)
{
    const char *shown = piece->showing[0] ? text_in(value, piece->showing) : NULL;
    struct buf name;

    if ((piece->having[0] && !text_in(value, piece->having)) ||
        (piece->lacking[0] && text_in(value, piece->lacking)))
        return;
    if (!shown) {
        take_one(s, piece, key, NULL);
        return;
    }
    buf_init(&name, TEMPLATE_TEXT_MAX);
    if (buf_addf(&name, "%.*s[%.100s]", TEMPLATE_VALUE_MAX, key, shown) < 0)
        s->rc = -E_NOMEM;
    else
        take_one(s, piece, name.data, NULL);
    buf_release(&name);
}

static void take_keys(struct several *s, const struct piece *piece, json_t *at)
{
    const char *key;
    json_t *value;

    json_object_foreach(at, key, value)
    {
        take_key(s, piece, key, value);
    }
}

static void take_items(struct several *s, const struct piece *piece, json_t *at)
{
    for (size_t i = 0; i < json_array_size(at); i++) {
        json_t *parsed = NULL;
        json_t *value = json_at(json_array_get(at, i), piece->field, &parsed);

        if (value && !json_is_null(value))
            take_one(s, piece, NULL, value);
        json_decref(parsed);
    }
}

static int take_all(struct several *s, const struct piece *piece, const struct scene *scene)
{
    json_t *parsed = NULL;
    json_t *at;

    s->rc = 0;
    if (piece->kind == PIECE_PARTS) {
        take_parts(s, piece, scene);
        return s->rc;
    }
    at = scene->json ? json_at(scene->json, piece->path, &parsed) : NULL;
    if (piece->kind == PIECE_KEYS)
        take_keys(s, piece, at);
    else
        take_items(s, piece, at);
    json_decref(parsed);
    return s->rc;
}

/* --- texts --- */

static int add_literal(const struct piece *piece, const struct scene *scene, struct buf *out)
{
    if (scene->values)
        return values_expand(scene->values, piece->text, piece->len, out);
    return buf_add(out, piece->text, piece->len);
}

/* One piece that has one value.  1, 0 (there is none) or -E_NOMEM. */
static int add_single(const struct piece *piece, const struct scene *scene, struct buf *out)
{
    json_t *parsed = NULL;
    json_t *at;
    int rc;

    switch (piece->kind) {
    case PIECE_TEXT:
        return add_literal(piece, scene, out) < 0 ? -E_NOMEM : 1;
    case PIECE_KEY:
        return scene->key ? add_name(piece, scene->key, out) : 0;
    case PIECE_COUNT:
        return buf_addf(out, "%lu", scene->count) < 0 ? -E_NOMEM : 1;
    case PIECE_VALUE:
        break;
    case PIECE_KEYS:
    case PIECE_EACH:
    case PIECE_PARTS:
    case PIECE_BROKEN:
        return 0;
    }
    if (strcmp(piece->path, "@channel") == 0)
        return *scene->channel ? add_name(piece, scene->channel, out) : 0;
    at = scene->json ? json_at(scene->json, piece->path, &parsed) : NULL;
    rc = at ? add_value(piece, at, out) : 0;
    json_decref(parsed);
    return rc;
}

/* Texts that a template makes: the pieces before the several, one of these, the pieces behind. */
struct making {
    const char *before;
    const char *behind; /* NULL: no piece of the template has several values */
    const struct scene *scene;
    int (*tell)(void *user, const char *text);
    void *user;
};

/* All pieces of text up to `end`.  1, 0 or -E_NOMEM. */
static int add_pieces(const char *text, const char *end, const struct scene *scene, struct buf *out)
{
    struct piece piece;
    int rc = 1;

    while (rc > 0 && text != end && piece_next(&text, &piece)) {
        if (!is_several(&piece))
            rc = add_single(&piece, scene, out);
        else
            break;
    }
    return rc;
}

static int make_one(void *user, const struct piece *piece, const char *name, json_t *json)
{
    const struct making *m = user;
    struct buf out;
    int rc;

    buf_init(&out, TEMPLATE_TEXT_MAX);
    rc = add_pieces(m->before, NULL, m->scene, &out);
    if (rc > 0 && piece)
        rc = name ? add_name(piece, name, &out) : add_value(piece, json, &out);
    if (rc > 0 && m->behind)
        rc = add_pieces(m->behind, NULL, m->scene, &out);
    if (rc > 0)
        rc = m->tell(m->user, out.data ? out.data : "");
    buf_release(&out);
    return rc < 0 ? rc : 0;
}

/* The first piece with several values; what stands behind it. */
static const char *find_several(const char *text, struct piece *piece)
{
    while (piece_next(&text, piece)) {
        if (is_several(piece))
            return text;
    }
    return NULL;
}

int template_each(const char *text, const struct scene *scene,
                  int (*tell)(void *user, const char *text), void *user)
{
    struct piece piece;
    struct making making = {text, find_several(text, &piece), scene, tell, user};
    struct several several = {.add = make_one, .user = &making};

    if (!making.behind)
        return make_one(&making, NULL, NULL, NULL);
    return take_all(&several, &piece, scene);
}

struct joining {
    struct buf *out;
    bool any;
};

static int join_one(void *user, const struct piece *piece, const char *name, json_t *json)
{
    struct joining *j = user;
    size_t before = j->out->len;
    int rc = 0;

    if (j->any && buf_adds(j->out, ", ") < 0)
        return -E_NOMEM;
    rc = name ? add_name(piece, name, j->out) : add_value(piece, json, j->out);
    if (rc == 0 && j->out->data)
        j->out->data[j->out->len = before] = 0;
    j->any = j->any || rc > 0;
    return rc;
}

static int join_pieces(const char *text, const struct scene *scene, struct buf *out)
{
    struct piece piece;
    const char *behind = find_several(text, &piece);
    struct joining joining = {.out = out};
    struct several several = {.add = join_one, .user = &joining};
    int rc = add_pieces(text, NULL, scene, out);

    if (rc <= 0 || !behind)
        return rc;
    if (take_all(&several, &piece, scene) < 0)
        return -E_NOMEM;
    return joining.any ? add_pieces(behind, NULL, scene, out) : 0;
}

int template_join(const char *text, const struct scene *scene, struct buf *out)
{
    size_t before = out->len;
    int rc = join_pieces(text, scene, out);

    if (rc == 0 && out->data)
        out->data[out->len = before] = 0;
    return rc;
}

/* --- values of any type --- */

static json_t *string_template(const json_t *json, const struct scene *scene)
{
    const char *text = json_string_value(json);
    const char *at = text;
    struct piece piece;
    struct buf out;
    json_t *made = NULL;

    if (piece_next(&at, &piece) && piece.kind == PIECE_VALUE && !*at && scene->json) {
        json_t *parsed = NULL;
        json_t *there = json_at(scene->json, piece.path, &parsed);

        made = there ? json_incref(there) : json_null();
        json_decref(parsed);
        return made;
    }
    buf_init(&out, TEMPLATE_TEXT_MAX);
    if (template_join(text, scene, &out) >= 0)
        made = json_string(out.data ? out.data : "");
    buf_release(&out);
    return made;
}

static json_t *object_template(const json_t *json, const struct scene *scene)
{
    json_t *made = json_object();
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)json, key, value)
    {
        if (json_object_set_new(made, key, template_json(value, scene)) < 0) {
            json_decref(made);
            return NULL;
        }
    }
    return made;
}

json_t *template_json(const json_t *json, const struct scene *scene)
{
    json_t *made;

    if (json_is_string(json))
        return string_template(json, scene);
    if (json_is_object(json))
        return object_template(json, scene);
    if (!json_is_array(json))
        return json_incref((json_t *)json);
    made = json_array();
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (json_array_append_new(made, template_json(json_array_get(json, i), scene)) < 0) {
            json_decref(made);
            return NULL;
        }
    }
    return made;
}
