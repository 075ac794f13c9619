/* From a place to extractions.  The text before a value is taken word by word until it occurs only
 * once; where that needs too much of a page (equal rows), the nth of a short text is another way.
 */
#include <ctype.h>
#include <string.h>

#include "checker/classify.h"
#include "checker/places_private.h"
#include "core/error.h"

#define BEFORE_MAX 120
#define AFTER_MAX 12
#define WORDS_MAX 12

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* One word further back, with what stands between it and the place. */
static size_t word_before(const char *text, size_t at)
{
    while (at && !is_word(text[at - 1]))
        at--;
    while (at && is_word(text[at - 1]))
        at--;
    return at;
}

/* How often `what` stands in the text, and how often before `limit`. */
static unsigned occurrences(const struct leaf *leaf, const char *what, size_t len, size_t limit,
                            unsigned *earlier)
{
    unsigned n = 0;
    size_t at = 0;

    *earlier = 0;
    while (at < leaf->text_bytes) {
        const char *hit = memmem(leaf->text + at, leaf->text_bytes - at, what, len);

        if (!hit)
            break;
        n++;
        at = (size_t)(hit - leaf->text);
        *earlier += at < limit;
        at += len;
    }
    return n;
}

/* The shortest text behind the value that does not stand in it; NULL: the value is the last. */
static const char *text_after(const struct leaf *leaf, struct arena *arena, int *rc)
{
    const char *end = leaf->text + leaf->at + leaf->len;
    size_t rest = leaf->text_bytes - leaf->at - leaf->len;
    const char *after = NULL;

    for (size_t n = 1; n <= rest && n <= AFTER_MAX; n++) {
        if (memmem(leaf->text + leaf->at, leaf->len, end, n))
            continue;
        after = arena_copy(arena, end, n);
        if (!after)
            *rc = -E_NOMEM;
        break;
    }
    return after;
}

/* Does the extraction give the leaf's value on its own text? */
static int holds(const struct extraction *e, const struct leaf *leaf)
{
    struct buf got;
    int rc;

    buf_init(&got, (size_t)1 << 26);
    rc = extract_text(e, leaf->text, leaf->text_bytes, &got);
    if (rc == 0)
        rc = got.len == leaf->bytes && memcmp(got.data ? got.data : "", leaf->value, got.len) == 0;
    buf_release(&got);
    return rc == -E_NOMEM ? rc : rc == 1;
}

struct ways {
    const struct leaf *leaf;
    struct arena *arena;
    struct extraction *items;
    const char *after;
    int count;
};

static int add_way(struct ways *w, size_t from, unsigned nth)
{
    const struct leaf *leaf = w->leaf;
    struct extraction e = {.from = leaf->from,
                           .header = leaf->header,
                           .after = w->after,
                           .nth = nth,
                           .decode = leaf->decode,
                           .json = leaf->json};
    int rc;

    if (w->count == LEAF_WAYS)
        return 0;
    if (from < leaf->at) {
        e.before = arena_copy(w->arena, leaf->text + from, leaf->at - from);
        if (!e.before)
            return -E_NOMEM;
    }
    rc = holds(&e, leaf);
    if (rc == 1)
        w->items[w->count++] = e;
    return rc < 0 ? rc : 0;
}

/* A text with something random in it will not be there the next time. */
static bool is_steady(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t from = at;

        while (at < len && is_word(text[at]))
            at++;
        if (at > from && look_random(text + from, at - from))
            return false;
        at += at < len;
    }
    return !memchr(text, 0, len);
}

/* Where the name of the field stands in the same tag, before the value; else the value's place. */
static size_t field_before(const struct leaf *leaf)
{
    const char *tag = memrchr(leaf->text, '<', leaf->at);
    size_t from = tag ? (size_t)(tag - leaf->text) : leaf->at;
    const char *name =
        *leaf->field && leaf->at - from <= BEFORE_MAX
            ? memmem(tag ? tag : leaf->text, leaf->at - from, leaf->field, strlen(leaf->field))
            : NULL;

    return name ? (size_t)(name - leaf->text) : leaf->at;
}

static int add_cut_ways(struct ways *w)
{
    const struct leaf *leaf = w->leaf;
    size_t from = leaf->at;
    size_t first = leaf->at; /* the shortest */
    size_t named = field_before(leaf);
    unsigned earlier;
    int rc = 0;

    for (int words = 0; words < WORDS_MAX && from && rc == 0; words++) {
        size_t further = word_before(leaf->text, from);

        if (leaf->at - further > BEFORE_MAX || !is_steady(leaf->text + further, leaf->at - further))
            break;
        from = further;
        if (words == 0)
            first = from;
        if (from <= named &&
            occurrences(leaf, leaf->text + from, leaf->at - from, 0, &earlier) == 1) {
            rc = add_way(w, from, 0);
            break;
        }
    }
    if (first == leaf->at && leaf->at)
        first = leaf->at - (leaf->at < 8 ? leaf->at : 8);
    occurrences(leaf, leaf->text + first, leaf->at - first, first, &earlier);
    return rc == 0 ? add_way(w, first, earlier) : rc;
}

int leaf_ways(const struct leaf *leaf, struct arena *arena, struct extraction ways[LEAF_WAYS])
{
    struct ways w = {.leaf = leaf, .arena = arena, .items = ways};
    int rc = 0;

    if (leaf->at == 0 && leaf->len == leaf->text_bytes) {
        rc = add_way(&w, 0, 0);
    } else {
        w.after = text_after(leaf, arena, &rc);
        if (rc == 0 && leaf->at == 0)
            rc = add_way(&w, 0, 0);
        else if (rc == 0)
            rc = add_cut_ways(&w);
    }
    return rc < 0 ? rc : w.count;
}
