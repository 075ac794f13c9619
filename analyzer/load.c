#include "analyzer/load.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/rows.h"
#include "analyzer/stream.h"
#include "analyzer/text.h"
#include "core/buf.h"

#define LABEL_MOST 4096

static int add_row(void *user, const struct run_row *row)
{
    return table_add(user, row);
}

static int load_rows(struct build *build, struct table_builder *rows, struct error *err)
{
    struct row_taker taker = {.take = add_row, .user = rows};
    struct row_files files;
    int rc = row_files_find(&files, build->path, err);

    for (size_t i = 0; i < files.count && rc == 0; i++)
        rc = rows_read(files.paths[i], &taker, err);
    row_files_release(&files);
    build->skipped += taker.skipped;
    return rc;
}

int build_check_rows(const struct build *build, struct error *err)
{
    if (build->table.session_count)
        return 0;
    if (build->skipped)
        return error_set(err, E_FORMAT,
                         "%s: " RUN_SESSIONS "/ holds no row of any session: %zu lines are torn or "
                         "have other columns, or another script was played",
                         build->path, build->skipped);
    return error_set(err, E_FORMAT,
                     "%s: " RUN_SESSIONS "/ holds no row of any session: nothing was played",
                     build->path);
}

static int load_table(struct build *build, struct error *err)
{
    struct table_builder *rows = table_builder_new(build->script);
    int rc;

    if (!rows)
        return error_nomem(err);
    rc = load_rows(build, rows, err);
    if (rc == 0 && table_finish(rows, &build->table) < 0)
        rc = error_nomem(err);
    table_builder_free(rows);
    if (rc < 0)
        return rc;
    build->skipped += build->table.skipped;
    return build_check_rows(build, err);
}

static int check_directory(const char *path, struct error *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return error_set(err, E_IO, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(err, E_IO, "%s: a run is a directory, and this is not", path);
    if (strlen(path) > PATH_MAX - NAME_MAX - 20)
        return error_set(err, E_IO, "%s: %s", path, strerror(ENAMETOOLONG));
    return 0;
}

static int open_all(struct build *build, struct error *err)
{
    char path[PATH_MAX];
    int rc = check_directory(build->path, err);

    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "%s/" RUN_SCRIPT, build->path);
    rc = script_load(&build->script, path, false, err);
    if (rc < 0)
        return rc;
    build->dialect = dialect_of(build->script);
    if (dialect_mark_partial(build->dialect, build->script) < 0)
        return error_nomem(err);
    snprintf(path, sizeof(path), "%s/" RUN_JSON, build->path);
    rc = run_info_load(&build->info, path, err);
    if (rc < 0)
        return rc;
    if (plan_init(&build->plan, build->script) < 0)
        return error_nomem(err);
    build->plan.think = build->info.think;
    return 0;
}

int build_open(struct build *build, const char *label, const char *path, struct error *err)
{
    int rc;

    *build = (struct build){0};
    build->label = text_valid(label);
    build->path = strdup(path);
    if (!build->label || !build->path)
        rc = error_nomem(err);
    else
        rc = open_all(build, err);
    if (rc < 0)
        build_release(build);
    return rc;
}

int build_load(struct build *build, const char *label, const char *path, struct error *err)
{
    int rc = build_open(build, label, path, err);

    if (rc < 0)
        return rc;
    rc = load_table(build, err);
    if (rc < 0)
        build_release(build);
    return rc;
}

int build_compute(struct build *build, int64_t mark_us, bool all)
{
    int rc = steady_select(&build->steady, &build->table, all);

    if (rc == 0)
        rc = active_compute(&build->active, &build->table);
    if (rc == 0)
        rc = stats_compute(&build->stats, &build->plan, &build->table, mark_us);
    if (rc == 0)
        rc = phases_compute(&build->phases, &build->phase_count, &build->plan, &build->table);
    if (rc == 0)
        rc = late_compute(&build->late, &build->info, &build->plan, &build->table);
    if (rc == 0)
        rc = steps_compute(&build->steps, &build->table, build->script->count);
    if (rc == 0)
        rc =
            observations_compute(&build->observations, &build->plan, &build->table, &build->active);
    return rc;
}

char *build_step_label(const struct build *build, size_t i)
{
    const struct step *step = script_at(build->script, i);
    struct buf text;
    char *label;
    int rc;

    buf_init(&text, LABEL_MOST);
    rc = build->dialect ? dialect_label(build->dialect, step, &text)
                        : buf_adds(&text, step_type_name(step->type));
    label = rc < 0 ? NULL : text_valid(text.data ? text.data : "");
    buf_release(&text);
    return label;
}

void build_release(struct build *build)
{
    free(build->label);
    free(build->path);
    free(build->phases);
    active_release(&build->active);
    late_release(&build->late);
    steps_release(&build->steps);
    observations_release(&build->observations);
    stream_free(build->stream);
    plan_release(&build->plan);
    table_release(&build->table);
    run_info_release(&build->info);
    script_free(build->script);
    *build = (struct build){0};
}
