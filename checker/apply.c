#include "checker/apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 30)

/* A use, and whose it is. */
struct change {
    const struct finding *finding;
    const struct use *use;
};

struct changes {
    struct change *items;
    size_t count;
};

struct applying {
    struct applied *out;
    const struct sents *sents;
    const struct findings *findings;
};

void applied_release(struct applied *applied)
{
    free(applied->script.steps);
    free(applied->script.makers.items);
    arena_release(&applied->owned);
    *applied = (struct applied){0};
}

/* Inside one shell by their place in it, else by the place in the text. */
static int by_place(const void *a, const void *b)
{
    const struct use *x = ((const struct change *)a)->use;
    const struct use *y = ((const struct change *)b)->use;
    size_t at = x->shell ? x->shell->at : x->at;
    size_t other = y->shell ? y->shell->at : y->at;

    if (at != other)
        return at < other ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static int changes_of(const struct applying *a, size_t sent, struct changes *changes)
{
    size_t room = 0;

    for (size_t i = 0; i < a->findings->count; i++)
        room += a->findings->items[i].use_count;
    *changes = (struct changes){calloc(room + 1, sizeof(*changes->items)), 0};
    if (!changes->items)
        return -E_NOMEM;
    for (size_t i = 0; i < a->findings->count; i++) {
        const struct finding *f = &a->findings->items[i];

        for (size_t k = 0; k < f->use_count; k++) {
            if (f->uses[k].sent == sent)
                changes->items[changes->count++] = (struct change){f, &f->uses[k]};
        }
    }
    qsort(changes->items, changes->count, sizeof(*changes->items), by_place);
    return 0;
}

static int add_placeholder(struct buf *out, const char *name, enum coding coding)
{
    if (coding == CODING_NONE)
        return buf_addf(out, "${%s}", name);
    return buf_addf(out, "${%s|%s}", name, coding_word(coding));
}

/* Text that is sent as it is; where it was no template so far, what looks like one is escaped. */
static void add_literal(struct buf *out, const char *text, size_t len, bool escape)
{
    while (escape && len) {
        const char *at = memmem(text, len, "${", 2);
        size_t n = at ? (size_t)(at - text) : len;

        buf_add(out, text, n);
        if (at)
            buf_adds(out, "${$}");
        text += n + (at != NULL);
        len -= n + (at != NULL);
    }
    buf_add(out, text, len);
}

static int add_maker(struct applying *a, const struct maker *maker)
{
    struct makers *makers = &a->out->script.makers;
    struct maker *items = realloc(makers->items, (makers->count + 1) * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    makers->items = items;
    items[makers->count++] = *maker;
    return 0;
}

static char *keep(struct applying *a, const struct buf *b)
{
    return b->failed ? NULL : arena_copy(&a->out->owned, b->data ? b->data : "", b->len);
}

/* base64 of a text with values in it is computed: a value of its own, ${NAME_CODED}. */
static int add_shell(struct applying *a, const struct sent_text *sent, const struct change *changes,
                     size_t count, struct buf *out)
{
    const struct atom_shell *shell = changes[0].use->shell;
    bool is_url = memchr(sent->text + shell->at, '-', shell->len) ||
                  memchr(sent->text + shell->at, '_', shell->len) || shell->len % 4;
    struct maker maker = {.kind = MAKER_COMPUTED,
                          .coding = (char *)(is_url ? "base64url" : "base64")};
    char name[VALUE_NAME_MAX];
    struct buf of;
    size_t at = 0;

    buf_init(&of, TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_add(&of, shell->text + at, changes[i].use->at - at);
        add_placeholder(&of, changes[i].finding->name, changes[i].use->coding);
        at = changes[i].use->at + changes[i].use->len;
    }
    buf_add(&of, shell->text + at, shell->bytes - at);
    maker.of = keep(a, &of);
    snprintf(name, sizeof(name), "%.80s_CODED_%zu", changes[0].finding->name,
             a->out->script.makers.count);
    maker.name = arena_copy(&a->out->owned, name, strlen(name));
    buf_release(&of);
    if (!maker.of || !maker.name || add_maker(a, &maker) < 0)
        return -E_NOMEM;
    return add_placeholder(out, maker.name, shell->outside);
}

/* The text of a sent thing with its placeholders. */
static int rewrite(struct applying *a, const struct sent_text *sent, const struct changes *changes,
                   bool escape, struct buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < changes->count;) {
        const struct use *use = changes->items[i].use;
        size_t from = use->shell ? use->shell->at : use->at;
        size_t n = 1;

        add_literal(out, sent->text + at, from - at, escape);
        at = from + (use->shell ? use->shell->len : use->len);
        while (use->shell && i + n < changes->count &&
               changes->items[i + n].use->shell == use->shell)
            n++;
        if (!use->shell)
            add_placeholder(out, changes->items[i].finding->name, use->coding);
        else if (add_shell(a, sent, &changes->items[i], n, out) < 0)
            return -E_NOMEM;
        i += n;
    }
    add_literal(out, sent->text + at, sent->len - at, escape);
    return out->failed ? -E_NOMEM : 0;
}

/* --- into the step --- */

static int set_header(struct applying *a, struct step *step, const struct sent_text *sent,
                      const char *text)
{
    size_t count = 0;
    const char **headers;

    while (step->headers && step->headers[count])
        count++;
    headers = arena_alloc(&a->out->owned, (count + 2) * sizeof(*headers));
    if (!headers)
        return -E_NOMEM;
    for (size_t i = 0; i < count; i++)
        headers[i] = step->headers[i];
    headers[sent->added ? count : sent->header] = text;
    step->headers = headers;
    return 0;
}

static int set_text(struct applying *a, struct step *step, const struct sent_text *sent,
                    const struct buf *text)
{
    char *copy = keep(a, text);

    if (!copy)
        return -E_NOMEM;
    switch (sent->in) {
    case IN_URL:
        step->url = copy;
        break;
    case IN_HEADER:
        return set_header(a, step, sent, copy);
    case IN_BODY:
        step->body = copy;
        step->body_bytes = text->len;
        step->body_expand = true;
        break;
    case IN_MESSAGE:
        step->message = copy;
        step->message_bytes = text->len;
        break;
    }
    return 0;
}

static int apply_text(struct applying *a, size_t i)
{
    const struct sent_text *sent = &a->sents->items[i];
    struct step *step = &a->out->script.steps[sent->step];
    struct changes changes;
    struct buf text;
    int rc = changes_of(a, i, &changes);

    buf_init(&text, TEXT_MAX);
    if (rc == 0 && changes.count) {
        rc = rewrite(a, sent, &changes, sent->in == IN_BODY && !step->body_expand, &text);
        if (rc == 0)
            rc = set_text(a, step, sent, &text);
    }
    buf_release(&text);
    free(changes.items);
    return rc;
}

/* --- what is told, what is made --- */

static int add_extraction(struct applying *a, const struct finding *f)
{
    struct script *script = &a->out->script;

    for (size_t i = 0; i < script->count; i++) {
        struct step *step = &script->steps[i];
        struct extraction *items;

        if ((long)step->ordinal != f->source)
            continue;
        items = arena_alloc(&a->out->owned, (step->extract_count + 1) * sizeof(*items));
        if (!items)
            return -E_NOMEM;
        if (step->extract_count)
            memcpy(items, step->extracts, step->extract_count * sizeof(*items));
        items[step->extract_count++] = f->extraction;
        step->extracts = items;
        return 0;
    }
    return 0;
}

static int copy_script(struct applied *out, const struct script *script)
{
    out->script = *script;
    out->script.makers = (struct makers){0};
    out->script.steps = calloc(script->count + 1, sizeof(*script->steps));
    if (!out->script.steps)
        return -E_NOMEM;
    memcpy(out->script.steps, script->steps, script->count * sizeof(*script->steps));
    return 0;
}

int apply(struct applied *out, const struct script *script, const struct sents *sents,
          const struct findings *findings)
{
    struct applying a = {out, sents, findings};
    int rc = copy_script(out, script);

    for (size_t i = 0; i < script->makers.count && rc == 0; i++)
        rc = add_maker(&a, &script->makers.items[i]);
    for (size_t i = 0; i < findings->count && rc == 0; i++)
        rc = findings->items[i].kind == VALUE_ISSUED ? add_extraction(&a, &findings->items[i])
                                                     : add_maker(&a, &findings->items[i].maker);
    for (size_t i = 0; i < sents->count && rc == 0; i++)
        rc = apply_text(&a, i);
    if (rc < 0)
        applied_release(out);
    return rc;
}
