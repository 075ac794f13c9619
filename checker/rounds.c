#include "checker/rounds.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/apply.h"

/* What one comparison needs; it lives until its script is replaced. */
struct comparison {
    struct sents sents;
    struct findings *findings;
};

static int load_replayed(struct rounds *r, unsigned version, struct error *err)
{
    char dir[PATH_MAX];
    char path[PATH_MAX + 8];

    trace_release(&r->b);
    r->b = (struct trace){0};
    snprintf(path, sizeof(path), "%s/trace", work_dir(&r->work, version, dir));
    if (access(path, R_OK) < 0)
        return 0;
    return trace_load(&r->b, path, err);
}

static int play(struct rounds *r, unsigned version, struct error *err)
{
    char dir[PATH_MAX];
    int rc = replay_run(&r->last, work_dir(&r->work, version, dir), r->script, r->options, err);

    if (rc == 0)
        rc = load_replayed(r, version, err);
    if (rc < 0)
        return rc;
    if (r->count++ == 0)
        r->first = r->last;
    if (r->on_replay)
        r->on_replay(r);
    return 0;
}

static int keep_open(struct rounds *r, const struct findings *findings)
{
    free(r->open);
    r->open_count = 0;
    r->open = calloc(findings->open_count + 1, sizeof(*r->open));
    if (!r->open)
        return -E_NOMEM;
    if (findings->open_count)
        memcpy(r->open, findings->open, findings->open_count * sizeof(*r->open));
    r->open_count = findings->open_count;
    return 0;
}

static int append(struct findings *all, const struct findings *more)
{
    struct finding *items = realloc(all->items, (all->count + more->count + 1) * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    all->items = items;
    if (more->count)
        memcpy(items + all->count, more->items, more->count * sizeof(*items));
    all->count += more->count;
    return 0;
}

/* Puts what was found into a new version of the script. */
static int advance(struct rounds *r, const struct comparison *c, struct error *err)
{
    struct applied applied = {0};
    struct script *next = NULL;
    int rc = apply(&applied, r->now, &c->sents, c->findings);

    if (rc < 0)
        return error_nomem(err);
    rc = work_add(&r->work, &applied.script, err);
    applied_release(&applied);
    if (rc == 0)
        rc = work_load(&r->work, r->work.versions - 1, &next, err);
    if (rc < 0)
        return rc;
    script_free(r->now);
    r->now = next;
    return append(&r->found, c->findings) < 0 ? error_nomem(err) : 0;
}

/* 1: something new was found and is in the script now; 0: nothing was. */
static int compare(struct rounds *r, struct error *err)
{
    struct comparison c = {.findings = &r->kept[r->kept_count]};
    struct correlate_input in = {r->now, &c.sents, r->a, &r->b, r->rules, &r->found, r->taken_back};
    int rc;

    if (r->kept_count == ROUNDS_MAX)
        return 0;
    if (sents_of_script(&c.sents, r->now, r->a) < 0) {
        sents_release(&c.sents);
        return error_nomem(err);
    }
    r->kept_count++;
    rc = correlate(c.findings, &in, err);
    if (rc == 0 && keep_open(r, c.findings) < 0)
        rc = error_nomem(err);
    if (rc == 0 && c.findings->count && r->count < ROUNDS_MAX)
        rc = advance(r, &c, err);
    sents_release(&c.sents);
    return rc < 0 ? rc : c.findings->count > 0 && r->count < ROUNDS_MAX;
}

/* --- taking guesses back --- */

static long ordinal_at(const struct script *script, unsigned line)
{
    for (size_t i = 0; i < script->count; i++) {
        if (script->steps[i].line == line)
            return (long)script->steps[i].ordinal;
    }
    return -1;
}

static bool is_used_at(const struct finding *f, long ordinal)
{
    for (size_t i = 0; i < f->use_count; i++) {
        if (f->uses[i].step == ordinal)
            return true;
    }
    return false;
}

/* Made values that the step which fails now sends.  How many. */
static size_t doubt(struct rounds *r, long failed)
{
    size_t before = r->taken_back_count;
    size_t room = sizeof(r->taken_back) / sizeof(r->taken_back[0]) - 1;

    for (size_t i = 0; i < r->found.count && r->taken_back_count < room; i++) {
        const struct finding *f = &r->found.items[i];

        if ((f->kind == VALUE_MINTED || f->kind == VALUE_CLOCK) && is_used_at(f, failed))
            r->taken_back[r->taken_back_count++] = f->literal;
    }
    return r->taken_back_count - before;
}

/* A person may have typed what looks like an id that the page made up, and then the app refuses
 * another one.  Starts over without the guesses that the failed step sends: 1; 0: there is none. */
static int start_over(struct rounds *r, struct error *err)
{
    long failed = r->last.passed ? -1 : ordinal_at(r->now, r->last.line);
    struct script *given = NULL;

    if (failed < 0 || !doubt(r, failed))
        return 0;
    if (work_load(&r->work, 0, &given, err) < 0)
        return -err->code;
    script_free(r->now);
    r->now = given;
    r->found.count = 0;
    return 1;
}

/* What to play next, in *version: 1; 0: nothing more is to be found. */
static int go_on(struct rounds *r, unsigned *version, struct error *err)
{
    int moved = compare(r, err);

    *version = r->work.versions - 1;
    if (moved != 0)
        return moved;
    moved = start_over(r, err);
    if (moved <= 0)
        return moved;
    moved = compare(r, err);
    *version = moved == 1 ? r->work.versions - 1 : 0;
    return moved < 0 ? moved : 1;
}

int rounds_run(struct rounds *r, struct error *err)
{
    unsigned version = 0;
    int more = 1;
    int rc = work_open(&r->work, err);

    if (rc == 0)
        rc = work_add(&r->work, r->script, err);
    if (rc == 0)
        rc = work_load(&r->work, 0, &r->now, err);
    while (rc == 0 && more == 1 && r->count < ROUNDS_MAX) {
        rc = play(r, version, err);
        more = rc == 0 && r->a ? go_on(r, &version, err) : 0;
    }
    return rc < 0 ? rc : more < 0 ? more : 0;
}

void rounds_release(struct rounds *r)
{
    for (size_t i = 0; i < r->kept_count; i++)
        findings_release(&r->kept[i]);
    free(r->found.items);
    free(r->open);
    script_free(r->now);
    trace_release(&r->b);
    work_remove(&r->work);
}
