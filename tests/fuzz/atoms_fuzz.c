/* What a browser sends, cut: atoms lie within the text, pieces within what they are a piece of, in
 * order and apart, and what is written there means the atom's value; putting every leaf's text back
 * gives the same text. */
#include <stdbool.h>
#include <string.h>

#include "checker/atoms.h"
#include "core/buf.h"
#include "fuzz.h"

static bool has_pieces(const struct atoms *atoms, size_t i)
{
    for (size_t k = i + 1; k < atoms->count; k++) {
        if (atoms->items[k].parent == i + 1)
            return true;
    }
    return false;
}

static const struct atom *parent_of(const struct atoms *atoms, const struct atom *a)
{
    return a->parent ? &atoms->items[a->parent - 1] : NULL;
}

static void check_places(const struct atoms *atoms, size_t len)
{
    for (size_t i = 0; i < atoms->count; i++) {
        const struct atom *a = &atoms->items[i];
        const struct atom *parent = parent_of(atoms, a);
        size_t whole = a->shell ? a->shell->bytes : len;

        PROMISE(a->parent <= i);
        PROMISE(a->at <= whole && a->len <= whole - a->at && a->len > 0);
        PROMISE(!a->shell || (a->shell->at + a->shell->len <= len && a->shell->len > 0));
        PROMISE(!parent || parent->shell != a->shell ||
                (a->at >= parent->at && a->at + a->len <= parent->at + parent->len));
    }
}

/* An atom that nothing decoded is what stands there. */
static void check_values(const struct atoms *atoms, const char *text)
{
    for (size_t i = 0; i < atoms->count; i++) {
        const struct atom *a = &atoms->items[i];

        PROMISE(a->value[a->bytes] == 0 && a->bytes <= a->len * CODED_CHARACTER_MAX);
        if (a->coding == CODING_NONE)
            PROMISE(a->bytes == a->len &&
                    memcmp(a->value, (a->shell ? a->shell->text : text) + a->at, a->len) == 0);
    }
}

/* Leaves of the text come in order and do not overlap, so each can be replaced alone. */
static void check_back(const struct atoms *atoms, const char *text, size_t len)
{
    struct buf back;
    size_t at = 0;

    buf_init(&back, len + 1);
    for (size_t i = 0; i < atoms->count; i++) {
        const struct atom *a = &atoms->items[i];

        if (a->shell || has_pieces(atoms, i))
            continue;
        PROMISE(a->at >= at);
        PROMISE(buf_add(&back, text + at, a->at - at) == 0);
        PROMISE(buf_add(&back, text + a->at, a->len) == 0);
        at = a->at + a->len;
    }
    PROMISE(buf_add(&back, text + at, len - at) == 0);
    PROMISE(back.len == len && memcmp(back.data ? back.data : "", text, len) == 0);
    buf_release(&back);
}

static void check(int (*cut)(struct atoms *, const char *, size_t), const char *text, size_t len)
{
    struct atoms atoms = {0};

    PROMISE(cut(&atoms, text, len) == 0);
    check_places(&atoms, len);
    check_values(&atoms, text);
    if (atoms.count < 500)
        check_back(&atoms, text, len);
    atoms_release(&atoms);
}

static int cut_form(struct atoms *atoms, const char *text, size_t len)
{
    return atoms_of_body(atoms, "application/x-www-form-urlencoded", text, len);
}

static int cut_parts(struct atoms *atoms, const char *text, size_t len)
{
    return atoms_of_body(atoms, "multipart/form-data; boundary=b", text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;

    check(atoms_of_url, text, len);
    check(atoms_of_message, text, len);
    check(cut_form, text, len);
    check(cut_parts, text, len);
    return 0;
}
