/* Where the server told a value first, and what it told there the next time. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checker/classify.h"
#include "checker/correlate_private.h"
#include "checker/naming.h"

int telling_leaves(struct telling *t)
{
    if (t->is_cut)
        return 0;
    t->is_cut = true;
    if (t->a->what == TRACE_RECV)
        return t->a->binary ? 0 : leaves_of_message(&t->leaves, t->a->text, t->a->text_bytes);
    return leaves_of_answer(&t->leaves, t->a->headers, t->a->text, t->a->text_bytes);
}

/* A page speaks before it has ended: the browser reads on while it comes. */
bool is_before(const struct telling *t, const struct step *step)
{
    if (t->step == step)
        return false;
    if (t->step->type == STEP_REQ_HOME || !step_is_request(t->step))
        return t->step->begin_us <= step->begin_us;
    return t->step->end_us <= step->begin_us;
}

static int extract_again(const struct telling *t, const struct extraction *way, struct buf *out)
{
    if (t->b->what == TRACE_RECV)
        return t->b->text ? extract_text(way, t->b->text, t->b->text_bytes, out) : -E_MISMATCH;
    return extract_answer(way, t->b->headers, t->b->text ? t->b->text : "", t->b->text_bytes, out);
}

/* Is it a value of the same sort, or what a place that moved holds by accident? */
static bool could_replace(const char *was, const struct buf *now)
{
    if (!now->len || strlen(now->data) != now->len || now->len > strlen(was) * 4 + 32)
        return false;
    if (value_is_number(was, strlen(was)) && !value_is_number(now->data, now->len))
        return false;
    for (size_t i = 0; i < now->len; i++) {
        unsigned char c = (unsigned char)now->data[i];

        if ((c < 0x20 || strchr("<>\"", c) || isspace(c)) && !strchr(was, c))
            return false;
    }
    return true;
}

int replayed(struct engine *e, const struct telling *t, const struct leaf *leaf,
             struct extraction *way, struct buf *out)
{
    struct extraction ways[LEAF_WAYS];
    int count = leaf_ways(leaf, &e->out->owned, ways);

    /* with room for all, a refused append is a value that is too long to be one */
    if (count < 0 || !buf_room(out, REPLAYED_MAX))
        return -E_NOMEM;
    for (int i = 0; i < count; i++) {
        int rc;

        buf_clear(out);
        rc = extract_again(t, &ways[i], out);
        if (rc == -E_NOMEM && !out->failed)
            return rc;
        if (rc == 0 && could_replace(leaf->value, out)) {
            *way = ways[i];
            return 0;
        }
    }
    return -E_MISMATCH;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_place(const struct extraction *a, const struct extraction *b)
{
    return a->from == b->from && a->nth == b->nth && same_text(a->header, b->header) &&
           same_text(a->before, b->before) && same_text(a->json, b->json);
}

/* Everything that an extraction points to, out of leaves that will be gone. */
static int keep_extraction(struct arena *arena, struct extraction *e)
{
    const char **texts[] = {&e->header, &e->before, &e->after, &e->json};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (*texts[i] && !(*texts[i] = arena_copy(arena, *texts[i], strlen(*texts[i]))))
            return -E_NOMEM;
    }
    return 0;
}

/* What it is called there: its field, or else the word before it: sessionKey = "... */
static const char *called(struct arena *arena, const struct leaf *leaf,
                          const struct extraction *way)
{
    size_t end = way->before ? strlen(way->before) : 0;
    size_t from;

    if (*leaf->field || !end)
        return leaf->field;
    while (end && !isalnum((unsigned char)way->before[end - 1]))
        end--;
    for (from = end; from && (isalnum((unsigned char)way->before[from - 1]) ||
                              strchr("_-", way->before[from - 1]));)
        from--;
    return arena_copy(arena, way->before + from, end - from);
}

int find_issued(struct engine *e, const struct question *q, const struct telling *t,
                const struct leaf *leaf, const struct extraction *way, size_t *index)
{
    struct finding f = {.kind = VALUE_ISSUED,
                        .sure = SURE_LIKELY,
                        .extraction = *way,
                        .source = (long)t->step->ordinal};
    const char *name;

    for (size_t i = 0; i < e->out->count; i++) {
        const struct finding *other = &e->out->items[i];

        if (other->kind == VALUE_ISSUED && other->source == f.source &&
            same_place(&other->extraction, way)) {
            *index = i;
            return 0;
        }
    }
    f.literal = arena_copy(&e->out->owned, leaf->value, leaf->bytes);
    name = called(&e->out->owned, leaf, way);
    if (!f.literal || !name || keep_extraction(&e->out->owned, &f.extraction) < 0)
        return -E_NOMEM;
    return add_finding(e, &f, q, name, index);
}

/* --- long values: the first place decides --- */

/* Places of the value in one telling: its leaves, or else wherever it stands in the text. */
static int places_in(struct telling *t, const char *value, struct leaves *found)
{
    size_t len = strlen(value);

    if (telling_leaves(t) < 0)
        return -E_NOMEM;
    for (size_t i = 0; i < t->leaves.count; i++) {
        const struct leaf *leaf = &t->leaves.items[i];

        if (leaf->bytes == len && memcmp(leaf->value, value, len) == 0 && found->count < 64) {
            struct leaf *items = realloc(found->items, (found->count + 1) * sizeof(*items));

            if (!items)
                return -E_NOMEM;
            items[found->count++] = *leaf;
            found->items = items;
            found->capacity = found->count;
        }
    }
    if (found->count)
        return 0;
    return leaves_find(found, t->a->headers,
                       t->a->what == TRACE_RECV ? EXTRACT_MESSAGE : EXTRACT_BODY, t->a->text,
                       t->a->binary ? 0 : t->a->text_bytes, value, NULL);
}

/* Compares the places of one telling: the first that the replay has, too, decides. */
static int judge(struct engine *e, const struct question *q, const struct telling *t,
                 const struct leaves *places, struct verdict *v)
{
    struct extraction way;
    struct buf now;
    int rc = 0;

    v->is = OPEN;
    v->source = (long)t->step->ordinal;
    v->why = t->b ? OPEN_AWAY : OPEN_TOLD;
    if (!t->b)
        return 0;
    buf_init(&now, REPLAYED_MAX);
    for (size_t i = 0; i < places->count && v->is == OPEN && rc == 0; i++) {
        rc = replayed(e, t, &places->items[i], &way, &now);
        if (rc == 0 && strcmp(now.data, q->atom->value) == 0) {
            v->is = LITERAL;
        } else if (rc == 0) {
            v->is = FOUND;
            rc = find_issued(e, q, t, &places->items[i], &way, &v->finding);
        } else if (rc == -E_MISMATCH) {
            rc = 0;
        }
    }
    buf_release(&now);
    return rc;
}

static int told_long(struct engine *e, const struct question *q, struct verdict *v)
{
    int rc = 0;

    for (size_t i = 0; i < e->telling_count && rc == 0; i++) {
        struct telling *t = &e->tellings[i];
        struct leaves places = {0};
        struct verdict here = *v;

        if (!is_before(t, q->step))
            continue;
        rc = places_in(t, q->atom->value, &places);
        if (rc == 0 && places.count) {
            rc = judge(e, q, t, &places, &here);
            if (v->is == UNTOLD || here.is != OPEN)
                *v = here;
        }
        leaves_release(&places);
        /* what did not come cannot be judged; what came without the value, perhaps further on */
        if (v->is == LITERAL || v->is == FOUND || (v->is == OPEN && v->why == OPEN_TOLD))
            break;
    }
    return rc;
}

/* --- short values: names must agree --- */

struct short_vote {
    size_t agreeing_same;
    size_t same;
    size_t differing;
    bool has_agreeing;
    const struct telling *t;
    struct leaf leaf;
    struct extraction way;
};

/* Keeps what is needed of a leaf whose list may be gone when the votes are counted. */
static int elect(struct engine *e, const struct telling *t, const struct leaf *leaf,
                 const struct extraction *way, struct short_vote *votes)
{
    votes->t = t;
    votes->way = *way;
    votes->leaf.bytes = leaf->bytes;
    votes->leaf.value = arena_copy(&e->out->owned, leaf->value, leaf->bytes);
    votes->leaf.field = arena_copy(&e->out->owned, leaf->field, strlen(leaf->field));
    return votes->leaf.value && votes->leaf.field ? keep_extraction(&e->out->owned, &votes->way)
                                                  : -E_NOMEM;
}

static int vote(struct engine *e, const struct question *q, const struct telling *t,
                const struct leaf *leaf, bool agrees, struct short_vote *votes)
{
    struct extraction way;
    struct buf now;
    int rc;

    if (!t->b)
        return 0;
    buf_init(&now, REPLAYED_MAX);
    rc = replayed(e, t, leaf, &way, &now);
    if (rc == 0 && strcmp(now.data, q->atom->value) == 0) {
        votes->same++;
        votes->agreeing_same += agrees;
    } else if (rc == 0) {
        votes->differing++;
        rc = !votes->t || (agrees && !votes->has_agreeing) ? elect(e, t, leaf, &way, votes) : 0;
        votes->has_agreeing |= agrees;
    }
    buf_release(&now);
    return rc == -E_MISMATCH ? 0 : rc;
}

static int vote_leaves(struct engine *e, const struct question *q, struct telling *t,
                       struct short_vote *votes)
{
    int rc = telling_leaves(t);

    for (size_t i = 0; i < t->leaves.count && rc == 0; i++) {
        const struct leaf *leaf = &t->leaves.items[i];

        if (leaf->bytes == q->atom->bytes && memcmp(leaf->value, q->atom->value, leaf->bytes) == 0)
            rc = vote(e, q, t, leaf,
                      names_agree(q->atom->name, in_a_path(q), leaf->field, leaf->json,
                                  t->step->url ? t->step->url : ""),
                      votes);
    }
    return rc;
}

/* "/orders/17" and "order=17" inside longer texts: links, redirects. */
static int vote_links(struct engine *e, const struct question *q, const struct telling *t,
                      struct short_vote *votes)
{
    struct leaves places = {0};
    struct buf before;
    int rc = 0;

    buf_init(&before, strlen(q->atom->name) + 2);
    rc = buf_addf(&before, "%s%c", q->atom->name, in_a_path(q) ? '/' : '=');
    if (rc == 0 && before.len > 2)
        rc = leaves_find(&places, t->a->headers,
                         t->a->what == TRACE_RECV ? EXTRACT_MESSAGE : EXTRACT_BODY, t->a->text,
                         t->a->binary ? 0 : t->a->text_bytes, q->atom->value, before.data);
    for (size_t i = 0; i < places.count && rc == 0; i++)
        rc = vote(e, q, t, &places.items[i], true, votes);
    buf_release(&before);
    leaves_release(&places);
    return rc;
}

static int told_short(struct engine *e, const struct question *q, struct verdict *v)
{
    struct short_vote votes = {0};
    int rc = 0;

    for (size_t i = 0; i < e->telling_count && rc == 0; i++) {
        struct telling *t = &e->tellings[i];

        if (!t->b || !is_before(t, q->step))
            continue;
        rc = vote_leaves(e, q, t, &votes);
        if (rc == 0 && !votes.has_agreeing && in_a_link(q))
            rc = vote_links(e, q, t, &votes);
    }
    if (rc < 0)
        return rc;
    if (votes.has_agreeing || (votes.differing == 1 && !votes.same &&
                               (in_a_path(q) || q->as_told) && q->atom->bytes > 1)) {
        v->is = FOUND;
        return find_issued(e, q, votes.t, &votes.leaf, &votes.way, &v->finding);
    }
    if (votes.agreeing_same)
        v->is = LITERAL;
    return 0;
}

int told(struct engine *e, const struct question *q, struct verdict *v)
{
    if (q->sent->in == IN_URL && is_static_file(q->step->url) &&
        !value_is_long(q->atom->value, q->atom->bytes))
        return 0;
    return value_is_long(q->atom->value, q->atom->bytes) ? told_long(e, q, v) : told_short(e, q, v);
}
