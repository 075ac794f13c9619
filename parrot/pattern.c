/* Like a glob: each piece of text between two placeholders is looked for behind the one before, and
 * the last one at the end.  The least text a placeholder may stand for is always enough to try: a
 * longer one can only meet more of what a value may not have. */
#include "parrot/pattern.h"

#include <string.h>

#include "core/placeholder.h"

struct text {
    const char *at;
    size_t bytes;
};

static bool is_value(const char *value, size_t bytes, bool loose)
{
    static const char stops[] = "/&?#\"'<>\\ ";

    for (size_t i = 0; i < bytes && !loose; i++) {
        if (memchr(stops, value[i], sizeof(stops) - 1))
            return false;
    }
    return bytes > 0;
}

static struct text behind(struct text text, size_t bytes)
{
    return (struct text){text.at + bytes, text.bytes - bytes};
}

/* The next piece that stands for itself, up to a placeholder or the end. */
static struct text next_literal(struct text pattern, struct placeholder *p, bool *more)
{
    *more = placeholder_find(pattern.at, pattern.bytes, p);
    return (struct text){pattern.at, *more ? (size_t)(p->begin - pattern.at) : pattern.bytes};
}

/* Where the piece stands, at least one byte on; the last one ends the text.  NULL: nowhere. */
static const char *find(struct text literal, struct text text, bool last)
{
    if (text.bytes < literal.bytes + 1)
        return NULL;
    if (last) {
        const char *at = text.at + text.bytes - literal.bytes;

        return memcmp(at, literal.at, literal.bytes) == 0 ? at : NULL;
    }
    return literal.bytes ? memmem(text.at + 1, text.bytes - 1, literal.at, literal.bytes)
                         : text.at + 1;
}

static void keep(struct captures *out, const struct placeholder *p, const char *value, size_t bytes)
{
    if (out->count < CAPTURES_MAX)
        out->items[out->count++] =
            (struct capture){p->name, p->name_bytes, p->coding, value, bytes};
}

bool pattern_fits(const char *pattern, size_t pattern_bytes, const char *text, size_t bytes,
                  bool loose, struct captures *out)
{
    struct text p = {pattern, pattern_bytes};
    struct text t = {text, bytes};
    struct placeholder holder;
    bool more;
    struct text literal = next_literal(p, &holder, &more);

    out->count = 0;
    if (t.bytes < literal.bytes || memcmp(t.at, literal.at, literal.bytes) != 0)
        return false;
    t = behind(t, literal.bytes);
    while (more) {
        struct placeholder here = holder;
        const char *at;

        p = behind(p, literal.bytes + holder.bytes);
        literal = next_literal(p, &holder, &more);
        at = find(literal, t, !more);
        if (!at || !is_value(t.at, (size_t)(at - t.at), loose))
            return false;
        keep(out, &here, t.at, (size_t)(at - t.at));
        t = behind(t, (size_t)(at - t.at) + literal.bytes);
    }
    return t.bytes == 0;
}

size_t pattern_literal_bytes(const char *pattern, size_t bytes)
{
    struct text p = {pattern, bytes};
    struct placeholder holder;
    size_t total = 0;
    bool more = true;

    while (more) {
        struct text literal = next_literal(p, &holder, &more);

        total += literal.bytes;
        if (more)
            p = behind(p, literal.bytes + holder.bytes);
    }
    return total;
}
