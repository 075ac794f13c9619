/* A layer is a text and, where it was decoded from another, the way back: for each of its bytes the
 * place in the text as it was written.  Cutting goes down: a layer's range is an atom, and what it
 * looks like decides how it is cut further. */
#include "checker/atoms.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checker/atoms_private.h"
#include "checker/classify.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/fields.h"
#include "core/json_text.h"
#include "core/placeholder.h"

#define SHELL_LEAST 12

void atoms_release(struct atoms *atoms)
{
    free(atoms->items);
    arena_release(&atoms->owned);
    *atoms = (struct atoms){0};
}

static size_t written_at(const struct layer *layer, size_t i)
{
    return layer->back ? layer->back[i] : layer->base + i;
}

static struct atom *new_atom(struct atoms *atoms)
{
    if (atoms->count == atoms->capacity) {
        size_t capacity = atoms->capacity ? atoms->capacity * 2 : 32;
        struct atom *items = realloc(atoms->items, capacity * sizeof(*items));

        if (!items)
            return NULL;
        atoms->items = items;
        atoms->capacity = capacity;
    }
    atoms->items[atoms->count] = (struct atom){0};
    return &atoms->items[atoms->count];
}

/* Appends the atom of a range; *index is 0 when there is no room for more. */
static int add(struct cutter *c, const struct layer *layer, size_t from, size_t to,
               const struct site *site, size_t *index)
{
    struct atoms *atoms = c->atoms;
    struct placeholder p;
    struct atom *atom;

    *index = 0;
    if (atoms->count >= ATOMS_MAX)
        return 0;
    atom = new_atom(atoms);
    if (!atom)
        return -E_NOMEM;
    atom->kind = site->kind;
    atom->at = written_at(layer, from);
    atom->len = written_at(layer, to) - atom->at;
    atom->value = arena_copy(&atoms->owned, layer->text + from, to - from);
    atom->bytes = to - from;
    atom->name = arena_copy(&atoms->owned, site->name, strlen(site->name));
    atom->coding = layer->coding;
    atom->has_placeholder = placeholder_find(layer->text + from, to - from, &p);
    atom->parent = site->parent;
    atom->shell = layer->shell;
    if (!atom->value || !atom->name)
        return -E_NOMEM;
    *index = ++atoms->count;
    return 0;
}

/* --- layers --- */

/* Decodes a range into a layer of its own. */
int atoms_decode(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                 enum coding coding, struct layer *out, size_t *bytes)
{
    size_t room = (to - from) * CODED_CHARACTER_MAX + 1;
    char *text = arena_alloc(&c->atoms->owned, room);
    size_t *back = arena_alloc(&c->atoms->owned, room * sizeof(*back));
    size_t n = 0;

    if (!text || !back)
        return -E_NOMEM;
    for (size_t i = from; i < to;) {
        char character[CODED_CHARACTER_MAX];
        size_t used;
        size_t got = coding_character(coding, layer->text + i, to - i, character, &used);

        for (size_t k = 0; k < got; k++) {
            text[n] = character[k];
            back[n++] = written_at(layer, i);
        }
        i += used;
    }
    back[n] = written_at(layer, to);
    *out = (struct layer){text, back, 0, layer->coding ? layer->coding : coding, layer->shell};
    *bytes = n;
    return 0;
}

int atoms_cut_coded(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                    enum coding coding, const struct site *site)
{
    struct layer inner;
    size_t bytes;

    if (coding == CODING_NONE)
        return atoms_cut(c, layer, from, to, site);
    if (atoms_decode(c, layer, from, to, coding, &inner, &bytes) < 0)
        return -E_NOMEM;
    return atoms_cut(c, &inner, 0, bytes, site);
}

/* --- pieces --- */

#define ENDS_PIECE " \t\r\n/?&=,;:|#@()[]{}<>\"'`!$*\\^"
#define JOINS_PIECE "-_.+~%"

/* The next piece of a range from *at on: [*from, *at).  Placeholders separate. */
static bool next_piece(const struct layer *layer, size_t to, const char *separators, size_t *at,
                       size_t *from)
{
    const char *text = layer->text;
    struct placeholder p;

    while (*at < to) {
        if (text[*at] == '$' && placeholder_find(text + *at, to - *at, &p) && p.begin == text + *at)
            *at += p.bytes;
        else if (text[*at] && strchr(separators, text[*at]))
            ++*at;
        else
            break;
    }
    *from = *at;
    while (*at < to && (!text[*at] || !strchr(separators, text[*at])))
        ++*at;
    return *at > *from;
}

static int cut_shell(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                     const struct site *site);
static int cut_pieces(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                      const struct site *site, bool fine);

/* A piece may be base64 (its padding is behind it, for = separates), or be made of finer ones. */
static int cut_piece(struct cutter *c, const struct layer *layer, size_t from, size_t end,
                     size_t to, const struct site *site)
{
    size_t padded = end;
    int rc;

    if (look_whole(layer->text + from, end - from))
        return 0;
    while (padded < to && padded < end + 2 && layer->text[padded] == '=')
        padded++;
    rc = cut_shell(c, layer, from, padded, site);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return cut_pieces(c, layer, from, end, site, true);
}

static int cut_pieces(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                      const struct site *site, bool fine)
{
    size_t at = from;
    size_t begin;
    const char *separators = fine ? JOINS_PIECE ENDS_PIECE : ENDS_PIECE;

    while (next_piece(layer, to, separators, &at, &begin)) {
        struct site piece = {ATOM_PIECE, site->name, site->parent};
        size_t index = site->parent;

        if (at - begin == to - from) /* it is whole: try the finer cut */
            return fine ? 0 : cut_pieces(c, layer, from, to, site, true);
        if (add(c, layer, begin, at, &piece, &index) < 0)
            return -E_NOMEM;
        piece.parent = index;
        if (!fine && index && cut_piece(c, layer, begin, at, to, &piece) < 0)
            return -E_NOMEM;
    }
    return 0;
}

/* --- base64 --- */

static bool is_readable(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->data[i];

        if ((c < 0x20 && !strchr("\t\r\n", c)) || c >= 0x7f)
            return false;
    }
    return b->len > 0;
}

/* What a base64 text says, if it says something readable: 1; 0: it does not; -E_NOMEM. */
static int cut_shell(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                     const struct site *site)
{
    struct atom_shell *shell;
    struct layer inner;
    struct buf said;
    int rc;

    if (layer->shell || to - from < SHELL_LEAST || look_whole(layer->text + from, to - from))
        return 0;
    buf_init(&said, ATOM_TEXT_MAX);
    rc = coding_decode(CODING_BASE64, layer->text + from, to - from, &said);
    if (rc < 0 || !is_readable(&said)) {
        buf_release(&said);
        return rc == -E_NOMEM ? rc : 0;
    }
    shell = arena_alloc(&c->atoms->owned, sizeof(*shell));
    if (shell) {
        shell->at = written_at(layer, from);
        shell->len = written_at(layer, to) - shell->at;
        shell->text = arena_copy(&c->atoms->owned, said.data, said.len);
        shell->bytes = said.len;
        shell->outside = layer->coding;
        inner = (struct layer){shell->text, NULL, 0, CODING_NONE, shell};
    }
    buf_release(&said);
    if (!shell || !shell->text || atoms_cut(c, &inner, 0, shell->bytes, site) < 0)
        return -E_NOMEM;
    return 1;
}

/* --- one value --- */

static bool has_percents(const char *text, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++) {
        if (text[i] == '%' && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2]))
            return true;
    }
    return false;
}

static int cut_inside(struct cutter *c, const struct layer *layer, size_t from, size_t to,
                      const struct site *site)
{
    const char *text = layer->text + from;
    size_t len = to - from;
    size_t at;
    int rc;

    if (len > 5 && memcmp(text, "data:", 5) == 0) /* a file, whatever it looks like */
        return 0;
    if (atoms_find_json(text, len, &at)) {
        rc = at ? cut_pieces(c, layer, from, from + at, site, false) : 0;
        return rc == 0 ? atoms_cut_json(c, layer, from + at, to, site) : rc;
    }
    if (has_percents(text, len) && layer->coding != CODING_NONE)
        return atoms_cut_coded(c, layer, from, to, CODING_URL,
                               &(struct site){ATOM_PIECE, site->name, site->parent});
    rc = cut_shell(c, layer, from, to, &(struct site){ATOM_PIECE, site->name, site->parent});
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return look_whole(text, len) ? 0 : cut_pieces(c, layer, from, to, site, false);
}

/* The atom of a range, and what is in it. */
int atoms_cut(struct cutter *c, const struct layer *layer, size_t from, size_t to,
              const struct site *site)
{
    struct site inside = *site;
    int rc;

    if (to <= from || c->depth >= ATOM_DEPTH_MAX)
        return 0;
    rc = add(c, layer, from, to, site, &inside.parent);
    if (rc < 0 || !inside.parent)
        return rc;
    c->depth++;
    rc = cut_inside(c, layer, from, to, &inside);
    c->depth--;
    return rc;
}

/* --- whole texts --- */

static int cut_path(struct cutter *c, const struct layer *layer, size_t len)
{
    const char *before = "";
    int rc = 0;

    for (size_t from = 0; from <= len && rc == 0;) {
        const char *slash = memchr(layer->text + from, '/', len - from);
        size_t to = slash ? (size_t)(slash - layer->text) : len;

        rc = atoms_cut_coded(c, layer, from, to, CODING_URL,
                             &(struct site){ATOM_SEGMENT, before, 0});
        if (to > from)
            before = arena_copy(&c->atoms->owned, layer->text + from, to - from);
        if (!before)
            return -E_NOMEM;
        from = to + 1;
    }
    return rc;
}

static int cut_fields(struct cutter *c, const struct layer *layer, const struct fields *fields,
                      enum atom_kind kind)
{
    int rc = 0;

    for (size_t i = 0; i < fields->count && rc == 0; i++) {
        const struct field *f = &fields->items[i];
        struct buf name;

        buf_init(&name, ATOM_TEXT_MAX);
        rc = coding_decode(f->coding, f->name, f->name_len, &name);
        if (rc == 0)
            rc = atoms_cut_coded(c, layer, f->at, f->at + f->len, f->coding,
                                 &(struct site){kind, name.data ? name.data : "", 0});
        buf_release(&name);
    }
    return rc;
}

static bool can_be_cut(const char *text, size_t len)
{
    return len > 0 && len <= ATOM_TEXT_MAX && is_utf8(text, len);
}

int atoms_of_url(struct atoms *atoms, const char *url, size_t len)
{
    struct cutter c = {atoms, 0};
    struct layer layer = {.text = url};
    struct fields fields = {0};
    size_t path = 0;
    int rc;

    if (!can_be_cut(url, len))
        return 0;
    while (path < len && url[path] != '?' && url[path] != '#')
        path++;
    rc = cut_path(&c, &layer, path);
    if (rc == 0)
        rc = fields_of_url(&fields, url, len);
    if (rc == 0)
        rc = cut_fields(&c, &layer, &fields, ATOM_QUERY);
    fields_release(&fields);
    return rc;
}

int atoms_of_header(struct atoms *atoms, const char *line)
{
    struct cutter c = {atoms, 0};
    size_t len = strlen(line);
    size_t colon = strcspn(line, ":");
    size_t at = colon + 1;
    char *name;

    if (colon == len || !can_be_cut(line, len))
        return 0;
    at += strspn(line + at, " \t");
    name = arena_copy(&atoms->owned, line, colon);
    if (!name)
        return -E_NOMEM;
    return atoms_cut(&c, &(struct layer){.text = line}, at, len,
                     &(struct site){ATOM_HEADER, name, 0});
}

static int cut_form(struct cutter *c, const char *type, const struct layer *layer, size_t len)
{
    struct fields fields = {0};
    int rc = fields_of_body(&fields, type, layer->text, len);

    if (rc == 0)
        rc = cut_fields(c, layer, &fields, ATOM_FIELD);
    fields_release(&fields);
    return rc;
}

/* name=value&name=value, by the look of it. */
static bool looks_like_form(const char *body, size_t len)
{
    const char *equals = memchr(body, '=', len);

    return equals && equals > body && !memchr(body, ' ', len) && !memchr(body, '\n', len);
}

int atoms_of_body(struct atoms *atoms, const char *content_type, const char *body, size_t len)
{
    struct cutter c = {atoms, 0};
    struct layer layer = {.text = body};
    size_t at;

    if (!can_be_cut(body, len))
        return 0;
    if (content_type && strcasestr(content_type, "multipart/form-data"))
        return cut_form(&c, content_type, &layer, len);
    if (atoms_find_json(body, len, &at) && at == 0)
        return atoms_of_message(atoms, body, len);
    if ((content_type && strcasestr(content_type, "urlencoded")) || looks_like_form(body, len))
        return cut_form(&c, "application/x-www-form-urlencoded", &layer, len);
    return atoms_of_message(atoms, body, len);
}

int atoms_of_message(struct atoms *atoms, const char *text, size_t len)
{
    struct cutter c = {atoms, 0};
    struct layer layer = {.text = text};
    size_t at;

    if (!can_be_cut(text, len))
        return 0;
    if (atoms_find_json(text, len, &at))
        return cut_inside(&c, &layer, 0, len, &(struct site){ATOM_JSON, "", 0});
    return atoms_cut(&c, &layer, 0, len, &(struct site){ATOM_TEXT, "", 0});
}
