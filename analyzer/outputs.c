#include "analyzer/outputs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/events.h"
#include "analyzer/summary.h"
#include "analyzer/trace_file.h"

/* The page holds an SVG up to this size: what is larger it draws by itself, or has no place in a
 * page at all. */
#define SVG_IN_PAGE_MOST (600 * 1024)

static const struct {
    const char *name;
    size_t offset;
} names_of_outputs[] = {
    {"report", offsetof(struct outputs, report)},
    {"summary", offsetof(struct outputs, summary)},
    {"events", offsetof(struct outputs, events)},
    {"trace", offsetof(struct outputs, trace)},
};
#define OUTPUTS (sizeof(names_of_outputs) / sizeof(names_of_outputs[0]))

static bool *output_of(struct outputs *outputs, size_t i)
{
    return (bool *)((char *)outputs + names_of_outputs[i].offset);
}

int outputs_choose(struct outputs *out, const char *list, struct error *err)
{
    *out = (struct outputs){0};
    if (list && strcmp(list, "none") == 0)
        return 0;
    for (size_t i = 0; i < OUTPUTS && !list; i++)
        *output_of(out, i) = true;
    while (list) {
        size_t len = strcspn(list, ",");
        size_t i = 0;

        while (i < OUTPUTS && (strlen(names_of_outputs[i].name) != len ||
                               strncmp(names_of_outputs[i].name, list, len) != 0))
            i++;
        if (i == OUTPUTS)
            return error_set(err, E_USAGE,
                             "--files: there is no '%.*s'; there are report, summary, events, "
                             "trace, and none",
                             (int)len, list);
        *output_of(out, i) = true;
        list = list[len] ? list + len + 1 : NULL;
    }
    return 0;
}

#define NOTES_DRAWN_MOST 4

/* One report being written. */
struct writing {
    const char *dir;
    const struct scene *scene;
    struct page page;
    FILE *names;
    struct error *err;
};

static const char *file_path(const struct writing *w, const char *name, const char *ending,
                             char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%s%s", w->dir, name, ending);
    return out;
}

/* Takes the canvas. */
static int write_canvas(const struct writing *w, struct canvas *canvas, const char *name,
                        const char *ending)
{
    char path[PATH_MAX];
    int rc;

    if (!canvas)
        return error_nomem(w->err);
    rc = canvas_write(canvas, file_path(w, name, ending, path), w->err);
    canvas_free(canvas);
    if (rc == 0)
        fprintf(w->names, "%s\n", path);
    return rc;
}

static void keep_svg(struct writing *w, const struct chart_kind *kind, struct canvas *canvas)
{
    struct page_chart *chart = &w->page.charts[w->page.chart_count++];
    size_t len = 0;
    const char *text = canvas_svg_text(canvas, &len);

    *chart = (struct page_chart){.kind = kind};
    buf_init(&chart->svg, SVG_IN_PAGE_MOST);
    if (text && len <= SVG_IN_PAGE_MOST)
        buf_add(&chart->svg, text, len);
}

static int draw_sheet(struct writing *w, const struct chart_kind *kind, const struct sheet *sheet)
{
    struct canvas *svg = sheet_svg(sheet, kind);
    int rc;

    if (svg)
        keep_svg(w, kind, svg);
    rc = write_canvas(w, svg, kind->name, ".svg");
    return rc == 0 ? write_canvas(w, sheet_png(sheet), kind->name, ".png") : rc;
}

/* There is nothing to draw this time: an earlier report's picture would pass for one of these runs.
 */
static void drop_chart(const struct writing *w, const struct chart_kind *kind)
{
    char path[PATH_MAX];

    unlink(file_path(w, kind->name, ".svg", path));
    unlink(file_path(w, kind->name, ".png", path));
}

static int draw_scene(struct writing *w, const bool *chosen, const struct scene *scene)
{
    int rc = 0;

    for (size_t i = 0; i < chart_kind_count && rc == 0; i++) {
        struct sheet sheet = {0};

        if (!chosen[i])
            continue;
        rc = chart_kinds[i].prepare(&chart_kinds[i], scene, &sheet, w->err);
        if (rc == 0 && sheet.height > 0)
            rc = draw_sheet(w, &chart_kinds[i], &sheet);
        else if (rc == 0)
            drop_chart(w, &chart_kinds[i]);
        sheet_release(&sheet);
    }
    return rc;
}

/* A picture has room for a few notes; the report has all of them. */
static int draw_charts(struct writing *w, const bool *chosen)
{
    struct scene scene = *w->scene;
    struct notes notes = {0};
    int rc = notes_shorten(&notes, w->scene->notes, NOTES_DRAWN_MOST);

    scene.notes = &notes;
    rc = rc < 0 ? error_nomem(w->err) : draw_scene(w, chosen, &scene);
    notes_release(&notes);
    return rc;
}

static int told(const struct writing *w, int rc, const char *path)
{
    if (rc == 0)
        fprintf(w->names, "%s\n", path);
    return rc;
}

static int write_numbers(struct writing *w, const struct outputs *o)
{
    char path[PATH_MAX];
    int rc = 0;

    if (o->summary)
        rc = told(w, summary_write(file_path(w, "summary", ".json", path), &w->page, w->err), path);
    if (rc == 0 && o->events)
        rc = told(w, events_write(file_path(w, "events", ".csv", path), w->scene, w->err), path);
    if (rc == 0 && o->trace)
        rc = told(w, trace_write(file_path(w, "trace", ".json", path), w->scene, w->err), path);
    if (rc == 0 && o->report)
        rc = told(w, page_write(file_path(w, "report", ".html", path), &w->page, w->err), path);
    return rc;
}

int outputs_write(const struct outputs *outputs, const bool *chosen, const char *dir,
                  const struct page *page, FILE *names, struct error *err)
{
    struct writing w = {dir, page->scene, *page, names, err};
    int rc;

    w.page.charts = calloc(chart_kind_count, sizeof(*w.page.charts));
    w.page.chart_count = 0;
    if (!w.page.charts)
        return error_nomem(err);
    rc = draw_charts(&w, chosen);
    if (rc == 0)
        rc = write_numbers(&w, outputs);
    for (size_t i = 0; i < w.page.chart_count; i++)
        buf_release(&w.page.charts[i].svg);
    free(w.page.charts);
    return rc;
}
