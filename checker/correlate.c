#include "checker/correlate_private.h"

#include <stdlib.h>
#include <string.h>

#include "checker/classify.h"
#include "checker/naming.h"
#include "core/values.h"

const char *value_kind_name(enum value_kind kind)
{
    static const char *const names[] = {"issued", "minted", "clock", "counter", "computed"};

    return names[kind];
}

const char *sureness_name(enum sureness sure)
{
    static const char *const names[] = {"guess", "likely", "certain"};

    return names[sure];
}

void findings_release(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->items[i].uses);
    free(f->items);
    free(f->open);
    arena_release(&f->owned);
    *f = (struct findings){0};
}

/* --- what is known of each atom --- */

bool is_done(const struct engine *e, const struct question *q)
{
    const struct atoms *atoms = &q->sent->atoms;
    const unsigned char *done = e->done[q->sent_index];

    if (done[q->index])
        return true;
    for (size_t i = q->atom->parent; i; i = atoms->items[i - 1].parent) {
        if (done[i - 1] == DONE)
            return true;
    }
    return false;
}

void set_done(struct engine *e, const struct question *q)
{
    e->done[q->sent_index][q->index] = DONE;
}

/* What it is a piece of is no value of its own any more; its other pieces may be. */
static void set_used(struct engine *e, const struct question *q)
{
    const struct atoms *atoms = &q->sent->atoms;
    unsigned char *done = e->done[q->sent_index];

    set_done(e, q);
    for (size_t i = atoms->items[q->index].parent; i; i = atoms->items[i - 1].parent)
        done[i - 1] = done[i - 1] ? done[i - 1] : BROKEN;
}

/* The atom that nothing is a piece of: its kind tells where all this stands. */
static const struct atom *root_of(const struct question *q)
{
    const struct atom *atom = q->atom;

    while (atom->parent)
        atom = &q->sent->atoms.items[atom->parent - 1];
    return atom;
}

bool in_a_path(const struct question *q)
{
    return root_of(q)->kind == ATOM_SEGMENT;
}

bool in_a_link(const struct question *q)
{
    enum atom_kind kind = root_of(q)->kind;

    return kind == ATOM_SEGMENT || kind == ATOM_QUERY || kind == ATOM_FIELD;
}

/* --- findings --- */

static bool is_taken(const struct engine *e, const char *name)
{
    const struct script *script = e->in->script;

    if (makers_find(&script->makers, name, strlen(name)))
        return true;
    for (size_t i = 0; i < script->count; i++) {
        for (size_t k = 0; k < script->steps[i].extract_count; k++) {
            if (strcmp(script->steps[i].extracts[k].name, name) == 0)
                return true;
        }
    }
    for (size_t i = 0; i < e->out->count; i++) {
        if (strcmp(e->out->items[i].name, name) == 0)
            return true;
    }
    return strcmp(name, "WORKER") == 0 || strcmp(name, "TOKEN") == 0 ||
           strcmp(name, "SESSION") == 0 || strcmp(name, "ROBUST_ID") == 0 ||
           strcmp(name, "SOCKJSID") == 0 || strncmp(name, "UPLOAD_", 7) == 0;
}

static const struct rule *rule_for(const struct engine *e, const struct question *q)
{
    char path[1024];
    size_t n = strcspn(q->step->url ? q->step->url : "", "?#");
    const char *method = q->step->type == STEP_WS_SEND ? "SEND"
                         : q->step->method             ? q->step->method
                                                       : "GET";

    if (n >= sizeof(path))
        n = sizeof(path) - 1;
    memcpy(path, q->step->url ? q->step->url : "", n);
    path[n] = 0;
    return rules_find(e->in->rules, q->atom->value, method, path, q->atom->name);
}

/* A name that nothing has yet: ORDER_ID, ORDER_ID_2, ... */
static const char *fresh_name(struct engine *e, const struct question *q, const char *told)
{
    const struct rule *rule = rule_for(e, q);
    bool as_told = q->as_told || (q->atom->shell && *told);
    struct buf name;
    size_t stem;
    const char *copy;

    buf_init(&name, VALUE_NAME_MAX);
    if (rule && rule->name)
        buf_adds(&name, rule->name);
    else
        name_value(as_told ? "" : q->atom->name, in_a_path(q) && !as_told, told, &name);
    stem = name.len;
    for (unsigned n = 2; !name.failed && is_taken(e, name.data); n++) {
        name.len = stem;
        buf_addf(&name, "_%u", n);
    }
    copy = name.failed ? NULL : arena_copy(&e->out->owned, name.data, name.len);
    buf_release(&name);
    return copy;
}

int add_finding(struct engine *e, const struct finding *finding, const struct question *q,
                const char *told, size_t *index)
{
    struct findings *out = e->out;
    const char *name = fresh_name(e, q, told);
    struct finding *items = realloc(out->items, (out->count + 1) * sizeof(*items));

    if (items)
        out->items = items;
    if (!items || !name)
        return -E_NOMEM;
    items[out->count] = *finding;
    items[out->count].name = name;
    items[out->count].extraction.name = name;
    items[out->count].maker.name = (char *)name;
    items[out->count].uses = NULL;
    items[out->count].use_count = 0;
    *index = out->count++;
    return 0;
}

/* Letters that no coding changes. */
static bool is_plain(const char *v)
{
    return strspn(v, "0123456789abcdefABCDEF-") == strlen(v);
}

/* How the placeholder must be coded there: a made value keeps its letters; what a server tells may
 * be anything the next time, unless it is a number or hex. */
static enum coding coding_for(const struct finding *f, const struct question *q)
{
    const char *v = q->atom->value;

    if (q->atom->coding == CODING_JSON)
        return strpbrk(v, "\"\\\n\r\t") ? CODING_JSON : CODING_NONE;
    if (q->atom->coding != CODING_URL && q->atom->coding != CODING_FORM)
        return CODING_NONE;
    if (is_plain(v) || (f->kind != VALUE_ISSUED && !strpbrk(v, "+/=:%& ")))
        return CODING_NONE;
    return q->atom->coding;
}

int add_use(struct engine *e, size_t finding, const struct question *q)
{
    struct finding *f = &e->out->items[finding];
    struct use *uses = realloc(f->uses, (f->use_count + 1) * sizeof(*uses));

    if (!uses)
        return -E_NOMEM;
    f->uses = uses;
    uses[f->use_count++] = (struct use){q->sent_index, (long)q->step->ordinal, q->atom->at,
                                        q->atom->len,  coding_for(f, q),       q->atom->shell};
    set_used(e, q);
    return 0;
}

/* Would a person take it for a session value? */
static bool looks_like_one(const struct engine *e, const struct question *q)
{
    const char *v = q->atom->value;
    size_t len = q->atom->bytes;
    int64_t begin = e->in->script->begin_wall_us;

    return look_random(v, len) || look_jwt(v, len) ||
           look_clock(v, len, begin - CLOCK_SLACK_US, begin + q->step->end_us + CLOCK_SLACK_US) !=
               NULL;
}

int add_open(struct engine *e, const struct question *q, enum open_why why, long source)
{
    struct findings *out = e->out;
    struct open_value *items;

    set_done(e, q);
    /* versions in the names of files look like ids */
    if (!looks_like_one(e, q) || (q->sent->in == IN_URL && is_static_file(q->step->url)))
        return 0;
    for (size_t i = 0; i < out->open_count; i++) {
        if (strcmp(out->open[i].literal, q->atom->value) == 0) {
            out->open[i].uses++;
            return 0;
        }
    }
    items = realloc(out->open, (out->open_count + 1) * sizeof(*items));
    if (!items)
        return -E_NOMEM;
    out->open = items;
    items += out->open_count;
    *items = (struct open_value){why,
                                 q->sent->step,
                                 q->sent->in,
                                 arena_copy(&out->owned, q->atom->name, strlen(q->atom->name)),
                                 arena_copy(&out->owned, q->atom->value, q->atom->bytes),
                                 source,
                                 1};
    if (!items->field || !items->literal)
        return -E_NOMEM;
    out->open_count++;
    return 0;
}

/* --- asking --- */

static const struct decided *find_decided(const struct engine *e, const char *value)
{
    for (size_t i = 0; i < e->decided_count; i++) {
        if (strcmp(e->decided[i].value, value) == 0)
            return &e->decided[i];
    }
    return NULL;
}

static int remember(struct engine *e, const char *value, const struct verdict *verdict)
{
    if (e->decided_count == e->decided_capacity) {
        size_t capacity = e->decided_capacity ? e->decided_capacity * 2 : 64;
        struct decided *items = realloc(e->decided, capacity * sizeof(*items));

        if (!items)
            return -E_NOMEM;
        e->decided = items;
        e->decided_capacity = capacity;
    }
    e->decided[e->decided_count++] = (struct decided){value, *verdict};
    return 0;
}

static int obey(struct engine *e, const struct question *q, const struct verdict *v)
{
    switch (v->is) {
    case LITERAL:
        set_done(e, q);
        return 0;
    case FOUND:
        return add_use(e, v->finding, q);
    case OPEN:
        return add_open(e, q, v->why, v->source);
    case UNTOLD:
        break;
    }
    return 0;
}

static bool must_stay(const struct engine *e, const char *value)
{
    for (size_t i = 0; e->in->literals && e->in->literals[i]; i++) {
        if (strcmp(e->in->literals[i], value) == 0)
            return true;
    }
    return false;
}

/* First the server: what it told is not the page's. */
static int ask_told(struct engine *e, const struct question *q)
{
    const struct rule *rule = rule_for(e, q);
    /* what was sent before anybody told it is the page's own, though it may be told back */
    bool is_long = value_is_long(q->atom->value, q->atom->bytes);
    const struct decided *known = is_long ? find_decided(e, q->atom->value) : NULL;
    struct verdict v = {.is = UNTOLD, .source = -1};
    int rc;

    if ((rule && rule->kind == RULE_LITERAL) || must_stay(e, q->atom->value)) {
        set_done(e, q);
        return 0;
    }
    if (rule && rule->kind != RULE_ANY)
        return made_by_rule(e, q, rule);
    if (known)
        return obey(e, q, &known->verdict);
    rc = told(e, q, &v);
    if (rc == 0 && is_long)
        rc = remember(e, q->atom->value, &v);
    return rc == 0 ? obey(e, q, &v) : rc;
}

static int ask_computed(struct engine *e, const struct question *q)
{
    struct digest_look look;

    return look_digest(q->atom->value, q->atom->bytes, &look) ? computed(e, q) : 0;
}

static int ask_made(struct engine *e, const struct question *q)
{
    if (q->sent->in == IN_URL && is_static_file(q->step->url))
        return 0;
    return made(e, q);
}

/* What may be a digest waits until all that it may be of has its name. */
static int ask_made_plain(struct engine *e, const struct question *q)
{
    struct digest_look look;

    return look_digest(q->atom->value, q->atom->bytes, &look) ? 0 : ask_made(e, q);
}

static int ask_each(struct engine *e, int (*ask)(struct engine *, const struct question *))
{
    const struct sents *sents = e->in->sents;
    int rc = 0;

    for (size_t s = 0; s < sents->count; s++) {
        const struct sent_text *sent = &sents->items[s];

        for (size_t i = 0; i < sent->atoms.count && rc == 0; i++) {
            struct question q = {.atom = &sent->atoms.items[i],
                                 .sent = sent,
                                 .step = &e->in->script->steps[sent->step],
                                 .sent_index = s,
                                 .index = i};

            if (!q.atom->has_placeholder && value_is_worth_asking(q.atom->value, q.atom->bytes) &&
                strlen(q.atom->value) == q.atom->bytes && !is_done(e, &q))
                rc = ask(e, &q);
        }
    }
    return rc;
}

/* --- setting up --- */

static const struct step *step_by_ordinal(const struct script *script, long ordinal)
{
    for (size_t i = 0; i < script->count; i++) {
        if ((long)script->steps[i].ordinal == ordinal)
            return &script->steps[i];
    }
    return NULL;
}

static bool same_status(int a, int b)
{
    return a == b || (a == 200 && b == 304) || (a == 304 && b == 200);
}

static int gather_tellings(struct engine *e)
{
    const struct trace *a = e->in->a;

    e->tellings = calloc((a ? a->count : 0) + 1, sizeof(*e->tellings));
    if (!e->tellings)
        return -E_NOMEM;
    for (size_t i = 0; a && i < a->count; i++) {
        const struct trace_entry *entry = &a->entries[i];
        struct telling t = {.step = step_by_ordinal(e->in->script, entry->step), .a = entry};

        if (!t.step || (entry->what != TRACE_ANSWER && entry->what != TRACE_RECV))
            continue;
        t.b = e->in->b ? trace_find(e->in->b, entry->what, entry->step) : NULL;
        if (t.b && t.a->what == TRACE_ANSWER && !same_status(t.a->status, t.b->status))
            t.b = NULL;
        e->tellings[e->telling_count++] = t;
    }
    return 0;
}

static int gather_done(struct engine *e)
{
    const struct sents *sents = e->in->sents;

    e->done = calloc(sents->count + 1, sizeof(*e->done));
    if (!e->done)
        return -E_NOMEM;
    for (size_t i = 0; i < sents->count; i++) {
        e->done[i] = calloc(sents->items[i].atoms.count + 1, 1);
        if (!e->done[i])
            return -E_NOMEM;
    }
    return 0;
}

static void engine_release(struct engine *e)
{
    for (size_t i = 0; i < e->telling_count; i++)
        leaves_release(&e->tellings[i].leaves);
    for (size_t i = 0; e->done && e->done[i]; i++)
        free(e->done[i]);
    free(e->tellings);
    free(e->done);
    free(e->decided);
}

int correlate(struct findings *out, const struct correlate_input *in, struct error *err)
{
    struct engine e = {.in = in, .out = out, .err = err};
    int rc = gather_tellings(&e);

    if (rc == 0)
        rc = gather_done(&e);
    if (rc == 0)
        rc = ask_each(&e, ask_told);
    if (rc == 0)
        rc = ask_each(&e, ask_made_plain);
    if (rc == 0 && in->a)
        rc = ask_each(&e, ask_computed);
    if (rc == 0)
        rc = ask_each(&e, ask_made);
    if (rc == 0 && in->a)
        rc = counters(&e);
    engine_release(&e);
    return rc < 0 ? error_nomem(err) : 0;
}
