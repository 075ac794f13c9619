/* Digests of one or two values that were known: what answers told, what was found, what is sent
 * beside it. */
#include <stdlib.h>
#include <string.h>

#include "checker/classify.h"
#include "checker/correlate_private.h"
#include "checker/naming.h"

#define PART_BYTES_MAX 512

struct part {
    const char *value;
    const char *name;        /* of a finding, if it is one */
    struct telling *told_by; /* or where it stands in an answer */
    const struct leaf *leaf;
};

struct pool {
    struct part parts[POOL_MAX];
    size_t count;
};

static void pool_add(struct pool *pool, const struct part *part)
{
    size_t len = strlen(part->value);

    if (pool->count == POOL_MAX || len < 2 || len > PART_BYTES_MAX)
        return;
    for (size_t i = 0; i < pool->count; i++) {
        if (strcmp(pool->parts[i].value, part->value) == 0)
            return;
    }
    pool->parts[pool->count++] = *part;
}

static void pool_findings(struct pool *pool, const struct findings *findings)
{
    for (size_t i = 0; findings && i < findings->count; i++) {
        const struct finding *f = &findings->items[i];

        if (f->kind != VALUE_COUNTER)
            pool_add(pool, &(struct part){f->literal, f->name, NULL, NULL});
    }
}

/* What the step itself sends. */
static void pool_own(struct pool *pool, const struct engine *e, const struct question *q)
{
    const struct sents *sents = e->in->sents;

    for (size_t s = 0; s < sents->count; s++) {
        const struct sent_text *sent = &sents->items[s];

        for (size_t i = 0; i < sent->atoms.count && sent->step <= q->sent->step; i++) {
            const struct atom *atom = &sent->atoms.items[i];

            if (atom != q->atom && !atom->has_placeholder && atom->kind != ATOM_PIECE &&
                strlen(atom->value) == atom->bytes)
                pool_add(pool, &(struct part){atom->value, NULL, NULL, NULL});
        }
    }
}

/* The newest first: nonces are used soon. */
static int pool_told(struct pool *pool, struct engine *e, const struct question *q)
{
    for (size_t i = e->telling_count; i-- > 0;) {
        struct telling *t = &e->tellings[i];

        if (!is_before(t, q->step))
            continue;
        if (telling_leaves(t) < 0)
            return -E_NOMEM;
        for (size_t k = 0; k < t->leaves.count; k++) {
            const struct leaf *leaf = &t->leaves.items[k];

            if (value_is_worth_asking(leaf->value, leaf->bytes) &&
                strlen(leaf->value) == leaf->bytes)
                pool_add(pool, &(struct part){leaf->value, NULL, t, leaf});
        }
    }
    return 0;
}

struct recipe {
    const struct part *first;
    const struct part *second; /* or NULL */
    const char *between;
};

static int try(const struct question *q, const struct digest_look *look, const char *text,
               size_t len)
{
    struct buf digest;
    int rc;

    buf_init(&digest, DIGEST_TEXT_MAX);
    rc = digest_add(look->hash, look->coding, text, len, &digest);
    if (rc == 0)
        rc = digest.len == q->atom->bytes && memcmp(digest.data, q->atom->value, digest.len) == 0;
    buf_release(&digest);
    return rc;
}

static int try_pair(const struct question *q, const struct digest_look *look,
                    const struct part *first, const struct part *second, struct recipe *recipe)
{
    static const char *const between[] = {"", ":", "-", "|", ".", "&", "/"};
    char text[2 * PART_BYTES_MAX + 4];

    for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
        int len = snprintf(text, sizeof(text), "%s%s%s", first->value, between[i], second->value);
        int rc = try(q, look, text, (size_t)len);

        if (rc != 0) {
            *recipe = (struct recipe){first, second, between[i]};
            return rc;
        }
    }
    return 0;
}

/* 1: found, 0: not, -E_NOMEM */
static int find_recipe(const struct question *q, const struct digest_look *look,
                       const struct pool *pool, struct recipe *recipe)
{
    int rc = 0;

    for (size_t i = 0; i < pool->count && rc == 0; i++) {
        *recipe = (struct recipe){&pool->parts[i], NULL, ""};
        rc = try(q, look, pool->parts[i].value, strlen(pool->parts[i].value));
    }
    for (size_t i = 0; i < pool->count && rc == 0; i++) {
        for (size_t k = 0; k < pool->count && rc == 0; k++)
            rc = try_pair(q, look, &pool->parts[i], &pool->parts[k], recipe);
    }
    return rc;
}

/* A time that is sent and digested is read from the clock once. */
static void hold_clock(struct engine *e, const char *name)
{
    for (size_t i = 0; i < e->out->count; i++) {
        struct finding *f = &e->out->items[i];

        if (f->kind == VALUE_CLOCK && strcmp(f->name, name) == 0)
            f->maker.keep = true;
    }
}

/* A leaf that the replay was told otherwise becomes a value of its own.
 * 1: the part is a value, 0: a literal, -E_MISMATCH: the replay did not get there, -E_NOMEM. */
static int name_part(struct engine *e, const struct question *q, const struct part *part,
                     struct buf *of)
{
    struct extraction way;
    struct buf now;
    size_t index;
    int rc;

    if (part->name)
        hold_clock(e, part->name);
    if (part->name)
        return buf_addf(of, "${%s}", part->name) < 0 ? -E_NOMEM : 1;
    if (!part->leaf)
        return buf_adds(of, part->value);
    if (!part->told_by->b)
        return -E_MISMATCH;
    buf_init(&now, REPLAYED_MAX);
    rc = replayed(e, part->told_by, part->leaf, &way, &now);
    if (rc == 0 && strcmp(now.data, part->value) == 0) {
        rc = buf_adds(of, part->value);
    } else if (rc == 0) {
        /* it is called what it is called there, not what its digest is */
        struct atom as_told = {.kind = ATOM_JSON, .name = part->leaf->field, .value = part->value};
        struct question there = *q;

        there.atom = &as_told;
        there.as_told = true;
        rc = find_issued(e, &there, part->told_by, part->leaf, &way, &index);
        if (rc == 0)
            rc = buf_addf(of, "${%s}", e->out->items[index].name) < 0 ? -E_NOMEM : 1;
    }
    buf_release(&now);
    return rc;
}

static int keep_computed(struct engine *e, const struct question *q, const struct digest_look *look,
                         const struct buf *of)
{
    struct finding f = {.kind = VALUE_COMPUTED, .sure = SURE_CERTAIN, .source = -1};
    struct arena *arena = &e->out->owned;
    size_t index;

    f.maker.kind = MAKER_COMPUTED;
    f.maker.of = arena_copy(arena, of->data, of->len);
    f.maker.hash = arena_copy(arena, look->hash, strlen(look->hash));
    f.maker.coding = arena_copy(arena, look->coding, strlen(look->coding));
    f.literal = arena_copy(arena, q->atom->value, q->atom->bytes);
    if (!f.maker.of || !f.maker.hash || !f.maker.coding || !f.literal ||
        add_finding(e, &f, q, "", &index) < 0)
        return -E_NOMEM;
    return add_use(e, index, q);
}

static int write_recipe(struct engine *e, const struct question *q, const struct digest_look *look,
                        const struct recipe *recipe)
{
    struct buf of;
    int first;
    int second = 0;
    int rc;

    buf_init(&of, 4 * PART_BYTES_MAX);
    first = name_part(e, q, recipe->first, &of);
    buf_adds(&of, recipe->between);
    if (recipe->second)
        second = name_part(e, q, recipe->second, &of);
    if (first == -E_NOMEM || second == -E_NOMEM || of.failed)
        rc = -E_NOMEM;
    else if (first < 0 || second < 0)
        rc = add_open(e, q, OPEN_TOLD, -1);
    else if (first == 0 && second == 0)
        rc = 0; /* of literals alone: a literal */
    else
        rc = keep_computed(e, q, look, &of);
    set_done(e, q);
    buf_release(&of);
    return rc;
}

/* Equal digests in several places are one value. */
static bool computed_before(const struct engine *e, const struct question *q, size_t *index)
{
    for (*index = 0; *index < e->out->count; ++*index) {
        if (e->out->items[*index].kind == VALUE_COMPUTED &&
            strcmp(e->out->items[*index].literal, q->atom->value) == 0)
            return true;
    }
    return false;
}

int computed(struct engine *e, const struct question *q)
{
    struct digest_look look;
    struct recipe recipe;
    struct pool *pool;
    size_t index;
    int rc;

    if (!look_digest(q->atom->value, q->atom->bytes, &look))
        return 0;
    if (computed_before(e, q, &index))
        return add_use(e, index, q);
    if (e->digests_tried++ >= DIGESTS_MAX)
        return 0;
    pool = calloc(1, sizeof(*pool));
    if (!pool)
        return -E_NOMEM;
    pool_findings(pool, e->in->known);
    pool_findings(pool, e->out);
    pool_own(pool, e, q);
    rc = pool_told(pool, e, q);
    if (rc == 0)
        rc = find_recipe(q, &look, pool, &recipe);
    if (rc == 1)
        rc = write_recipe(e, q, &look, &recipe);
    free(pool);
    return rc;
}
