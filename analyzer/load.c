#include "analyzer/load.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/lines.h"
#include "analyzer/text.h"
#include "core/buf.h"

#define LABEL_MOST 4096

/* A '#' line is shinycannon's comment, the header line names the columns: neither is a row. */
static bool is_row(const char *line)
{
    if (*line >= '0' && *line <= '9')
        return true;
    return *line && *line != '#' && strncmp(line, "session_id,", 11) != 0 &&
           strncmp(line, "\"session_id\"", 12) != 0;
}

static int load_line(struct build *build, struct table_builder *rows, char *line)
{
    struct run_phases phases;
    struct run_row row = {0};

    if (!is_row(line))
        return 0;
    if (run_row_parse_phases(&row, &phases, line) < 0) {
        build->skipped++;
        return 0;
    }
    return table_add(rows, &row);
}

static int load_csv(struct build *build, struct table_builder *rows, const char *path,
                    struct error *err)
{
    struct lines lines;
    char *line;
    int rc = lines_open(&lines, path, err);

    if (rc < 0)
        return rc;
    while ((rc = lines_next(&lines, &line, err)) > LINES_END) {
        if (rc == LINES_TORN)
            build->skipped++;
        else if (load_line(build, rows, line) < 0) {
            rc = error_nomem(err);
            break;
        }
    }
    lines_close(&lines);
    return rc;
}

static bool is_csv(const char *name)
{
    size_t len = strlen(name);

    return len > 4 && strcmp(name + len - 4, ".csv") == 0;
}

static int load_sessions(struct build *build, struct table_builder *rows, struct error *err)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *dir;
    int rc = 0;

    snprintf(path, sizeof(path), "%s/" RUN_SESSIONS, build->path);
    dir = opendir(path);
    if (!dir)
        return error_set(err, E_IO, "%s: no run is there: its " RUN_SESSIONS "/ cannot be read: %s",
                         build->path, strerror(errno));
    while (rc == 0 && (entry = readdir(dir))) {
        char file[PATH_MAX];

        if (!is_csv(entry->d_name))
            continue;
        snprintf(file, sizeof(file), "%.*s/" RUN_SESSIONS "/%s", PATH_MAX - NAME_MAX - 20,
                 build->path, entry->d_name);
        rc = load_csv(build, rows, file, err);
    }
    closedir(dir);
    return rc;
}

static int load_table(struct build *build, struct error *err)
{
    struct table_builder *rows = table_builder_new(build->script);
    int rc;

    if (!rows)
        return error_nomem(err);
    rc = load_sessions(build, rows, err);
    if (rc == 0 && table_finish(rows, &build->table) < 0)
        rc = error_nomem(err);
    table_builder_free(rows);
    if (rc < 0)
        return rc;
    build->skipped += build->table.skipped;
    if (build->table.session_count == 0)
        return error_set(err, E_FORMAT,
                         "%s: " RUN_SESSIONS "/ holds no row of any session: nothing was played",
                         build->path);
    return 0;
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

static int load_all(struct build *build, struct error *err)
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
    return load_table(build, err);
}

int build_load(struct build *build, const char *label, const char *path, struct error *err)
{
    int rc;

    *build = (struct build){0};
    build->label = text_valid(label);
    build->path = strdup(path);
    if (!build->label || !build->path)
        rc = error_nomem(err);
    else
        rc = load_all(build, err);
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
    plan_release(&build->plan);
    table_release(&build->table);
    run_info_release(&build->info);
    script_free(build->script);
    *build = (struct build){0};
}
