/* What is the same in all rows of a step, and of a session, is written once and copied into each
 * row. */
#include "analyzer/events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bigfile.h"
#include "analyzer/csv_cell.h"
#include "analyzer/told.h"
#include "core/buf.h"

#define COLUMNS                                                                                    \
    "build,session,user,iteration,step,label,kind,start_us,end_us,wait_us,concurrency,phase,"      \
    "counted\n"
#define CELLS_MOST ((size_t)1 << 30)

/* Pieces of rows in one buffer: a step has two, [2 * step] ends where [2 * step + 1] begins. */
struct cells {
    struct buf text;
    size_t *begins;
};

static int cells_make(struct cells *cells, const struct told *told)
{
    size_t count = told->build->script->count;

    buf_init(&cells->text, CELLS_MOST);
    cells->begins = malloc((2 * count + 1) * sizeof(*cells->begins));
    if (!cells->begins)
        return -E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct told_step *step = &told->steps[i];

        cells->begins[2 * i] = cells->text.len;
        buf_addf(&cells->text, "%u,", step->line);
        csv_cell_add(&cells->text, step->label);
        buf_addc(&cells->text, ',');
        if (step->kind != WAIT_NONE)
            csv_cell_add(&cells->text, wait_kind_name(step->kind));
        buf_addc(&cells->text, ',');
        cells->begins[2 * i + 1] = cells->text.len;
        buf_addc(&cells->text, ',');
        csv_cell_add(&cells->text, step->phase);
        buf_addc(&cells->text, ',');
    }
    cells->begins[2 * count] = cells->text.len;
    return cells->text.failed ? -E_NOMEM : 0;
}

static void cells_release(struct cells *cells)
{
    buf_release(&cells->text);
    free(cells->begins);
}

static void add_cells(struct bigfile *file, const struct cells *cells, size_t at)
{
    bigfile_add(file, cells->text.data + cells->begins[at],
                cells->begins[at + 1] - cells->begins[at]);
}

/* One build being written. */
struct writing {
    struct bigfile *file;
    struct told told;
    struct cells cells;
    struct buf head; /* build,session,user,iteration, */
    struct active_cursor cursor;
};

static void write_event(struct writing *w, const struct session *s, size_t i)
{
    const struct build *build = w->told.build;
    const struct event *e = &build->table.events[s->first_event + i];
    struct bigfile *file = w->file;

    bigfile_add(file, w->head.data, w->head.len);
    add_cells(file, &w->cells, 2 * (size_t)e->step);
    bigfile_number(file, e->start_us);
    bigfile_add(file, ",", 1);
    if (e->end_us != EVENT_OPEN)
        bigfile_number(file, e->end_us);
    bigfile_add(file, ",", 1);
    if (w->told.waited_us[i] != TOLD_NO_WAIT)
        bigfile_number(file, w->told.waited_us[i]);
    bigfile_add(file, ",", 1);
    bigfile_number(file, (int64_t)active_near(&build->active, e->start_us, &w->cursor));
    add_cells(file, &w->cells, 2 * (size_t)e->step + 1);
    bigfile_adds(file, s->counted ? "true\n" : "false\n");
}

static int write_sessions(struct writing *w)
{
    const struct table *table = &w->told.build->table;
    size_t label;

    csv_cell_add(&w->head, w->told.build->label);
    label = w->head.len;
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        w->head.len = label;
        buf_addf(&w->head, ",%ld,%ld,%ld,", s->id, s->user, s->iteration);
        if (w->head.failed)
            return -E_NOMEM;
        told_session(&w->told, i);
        for (size_t k = 0; k < s->event_count; k++)
            write_event(w, s, k);
    }
    return 0;
}

static int write_build(struct bigfile *file, const struct scene *scene, size_t build)
{
    struct writing w = {.file = file};
    int rc = told_init(&w.told, scene, build);

    if (rc < 0)
        return rc;
    buf_init(&w.head, CELLS_MOST);
    rc = cells_make(&w.cells, &w.told);
    if (rc == 0)
        rc = write_sessions(&w);
    buf_release(&w.head);
    cells_release(&w.cells);
    told_release(&w.told);
    return rc;
}

int events_write(const char *path, const struct scene *scene, struct error *err)
{
    struct bigfile file;
    int closed;
    int rc = bigfile_open(&file, path, err);

    if (rc < 0)
        return rc;
    bigfile_adds(&file, COLUMNS);
    for (size_t i = 0; i < scene->count && rc == 0; i++)
        rc = write_build(&file, scene, i);
    if (rc < 0)
        error_nomem(err);
    closed = bigfile_close(&file, rc < 0, err);
    return rc < 0 ? rc : closed;
}
