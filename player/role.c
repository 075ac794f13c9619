#include "player/role.h"

#include <stdlib.h>
#include <string.h>

#include "core/wait.h"
#include "player/request.h"

/* What sessions make: the script's goes before the dialect's of the same name. */
static int collect_makers(struct role *role, struct error *err)
{
    int rc;

    if (makers_add_all(&role->makers, &role->script->makers) < 0 ||
        makers_add_all(&role->makers, &role->dialect->makers) < 0)
        return error_nomem(err);
    rc = makers_check(&role->makers, err);
    if (rc < 0)
        error_prefix(err, "%s, with the values of the dialect %s: ", role->path,
                     role->dialect->name);
    return rc;
}

static int collect_needs(struct role *role, const struct opt_list *headers)
{
    int rc = script_needs(role->script, &role->needs);

    if (rc == 0)
        rc = dialect_duty_needs(role->dialect, &role->needs);
    if (rc == 0)
        rc = names_add_makers(&role->needs, &role->makers);
    for (size_t i = 0; i < headers->count && rc == 0; i++)
        rc = names_add_placeholders(&role->needs, headers->items[i], strlen(headers->items[i]));
    return rc;
}

static int prepare_values(struct role *role, const struct play_options *options,
                          const struct users *tables, struct error *err)
{
    int rc = collect_makers(role, err);

    if (rc < 0)
        return rc;
    if (collect_needs(role, &options->headers) < 0)
        return error_nomem(err);
    rc =
        data_init(&role->data, &role->needs, tables, &options->data, options->data_by_session, err);
    return rc == 0 ? logins_init(&role->logins, &role->needs, options->users_file, err) : rc;
}

static void number_extractions(struct role *role)
{
    for (size_t i = 0; i < role->script->count; i++) {
        role->extractions[i] = role->extractions_count;
        role->extractions_count += script_at(role->script, i)->extract_count;
    }
}

static int prepare_steps(struct role *role, bool sequential, struct error *err)
{
    const struct script *script = role->script;
    bool only_last;

    role->sets = calloc(script->sockets + 1, sizeof(*role->sets));
    role->calculations = calloc(script->count, sizeof(*role->calculations));
    role->extractions = calloc(script->count, sizeof(*role->extractions));
    if (!role->sets || !role->calculations || !role->extractions ||
        plan_init(&role->plan, script, sequential) < 0)
        return error_nomem(err);
    number_extractions(role);
    role->thinks_from = script_page_load_last(script, &only_last) + 1;
    script_calculations(script, role->calculations);
    for (unsigned i = 0; i < script->sockets; i++) {
        if (expect_sets_init(&role->sets[i], script, i, role->dialect) < 0)
            return error_nomem(err);
    }
    return 0;
}

int role_init(struct role *role, const struct play_options *options, const struct users *tables,
              struct error *err)
{
    int rc = script_load(&role->script, role->path, true, err);

    if (rc < 0)
        return rc;
    role->dialect = dialect_of(role->script);
    if (dialect_mark_partial(role->dialect, role->script) < 0 || data_place(role->script) < 0)
        return error_nomem(err);
    rc = prepare_values(role, options, tables, err);
    if (rc == 0)
        rc = prepare_steps(role, options->sequential, err);
    return rc;
}

void role_release(struct role *role)
{
    for (unsigned i = 0; role->sets && i < role->script->sockets; i++)
        expect_sets_release(&role->sets[i]);
    free(role->sets);
    requests_release(role);
    free(role->calculations);
    free(role->extractions);
    plan_release(&role->plan);
    data_release(&role->data);
    logins_release(&role->logins);
    names_release(&role->needs);
    makers_release(&role->makers);
    script_free(role->script);
    free(role->name);
    free(role->dir);
}

int64_t role_gap_us(const struct role *role, const struct think *think, uint64_t seed, long session,
                    size_t step)
{
    return think_us(think, seed, session, step, step >= role->thinks_from,
                    role->plan.steps[step].gap_us);
}

int64_t role_length_us(const struct role *role, const struct think *think)
{
    return (int64_t)((double)role->script->length_us * think->factor);
}
