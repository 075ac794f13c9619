#include "analyzer/print.h"

#include <pango/pango.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"
#include "core/units.h"

#define LABEL_MOST 17   /* so that the table has 100 columns */
#define SHARE_COLUMNS 6 /* of them, where a player was late */
#define PHASE_MOST 24
#define CELL 24
#define STEP_MOST 26
#define STEPS_LISTED 10

static void print_label(FILE *out, const char *label, int width)
{
    int used = 0;
    bool cut = text_columns(label) > width;

    for (; *label; label = g_utf8_next_char(label)) {
        int columns = text_columns_of(g_utf8_get_char(label));

        if (used + columns > width - cut)
            break;
        fwrite(label, 1, (size_t)(g_utf8_next_char(label) - label), out);
        used += columns;
    }
    if (cut)
        used += fputs("\u2026", out) >= 0;
    fprintf(out, "%*s", width - used, "");
}

/* Three digits that count. */
static const char *seconds(int64_t us, char out[CELL])
{
    double s = (double)us / (double)US_PER_S;

    snprintf(out, CELL, s < 1 ? "%.3f" : s < 100 ? "%.2f" : s < 1000 ? "%.1f" : "%.0f", s);
    return out;
}

static void print_spread(FILE *out, const struct spread *spread)
{
    char p50[CELL];
    char p95[CELL];
    char max[CELL];

    if (spread->count == 0)
        fprintf(out, "  %5s %5s %5s", "-", "-", "-");
    else
        fprintf(out, "  %5s %5s %5s", seconds(spread->p50_us, p50), seconds(spread->p95_us, p95),
                seconds(spread->max_us, max));
}

static bool any_late(const struct build *builds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (builds[i].late.count)
            return true;
    }
    return false;
}

/* How many of the waits lie in time in which the player was late. */
static void print_share(FILE *out, const struct late *late)
{
    char text[CELL];

    snprintf(text, sizeof(text), "%.0f%%",
             late->waits ? 100.0 * (double)late->waits_late / (double)late->waits : 0);
    fprintf(out, " %*s", SHARE_COLUMNS - 1, text);
}

static void print_build(FILE *out, const struct build *build, int width, bool share)
{
    char *label = text_plain(build->label);
    char late[DURATION_TEXT] = "-";

    if (build->info.lateness_p99_us >= 0)
        duration_format(build->info.lateness_p99_us, late, sizeof(late));
    print_label(out, label ? label : "", width);
    fprintf(out, " %8zu %6zu", build->stats.sessions, build->stats.failed);
    print_spread(out, &build->stats.page_load);
    print_spread(out, &build->stats.calculation);
    print_spread(out, &build->stats.session);
    fprintf(out, "  %8s", late);
    if (share)
        print_share(out, &build->late);
    fputc('\n', out);
    free(label);
}

/* Of the column that holds the builds' names. */
static int labels_width(const struct build *builds, size_t count)
{
    int most = LABEL_MOST - (any_late(builds, count) ? SHARE_COLUMNS : 0);
    int width = 5;

    for (size_t i = 0; i < count; i++) {
        char *label = text_plain(builds[i].label);
        int columns = label ? text_columns(label) : 0;

        if (columns > width)
            width = columns < most ? columns : most;
        free(label);
    }
    return width;
}

void print_table(FILE *out, const struct build *builds, size_t count)
{
    int width = labels_width(builds, count);
    bool share = any_late(builds, count);

    fprintf(out, "%-*s %8s %6s  %-17s  %-17s  %-17s  %8s%s\n", width, "", "", "", "page load (s)",
            "calculation (s)", "session time (s)", "lateness", share ? "  late" : "");
    fprintf(out, "%-*s %8s %6s", width, "build", "sessions", "failed");
    for (int i = 0; i < 3; i++)
        fprintf(out, "  %5s %5s %5s", "p50", "p95", "max");
    fprintf(out, "  %8s%s\n", "p99", share ? " waits" : "");
    for (size_t i = 0; i < count; i++)
        print_build(out, &builds[i], width, share);
}

void print_steady(FILE *out, const struct build *builds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct steady *steady = &builds[i].steady;
        char *label = text_plain(builds[i].label);
        char from[DURATION_TEXT];
        char to[DURATION_TEXT];

        if (steady->used)
            fprintf(out, "%s: steady state: %zu of %zu sessions, from %s to %s after the start\n",
                    label ? label : "", steady->sessions, builds[i].table.session_count,
                    duration_format(steady->from_us, from, sizeof(from)),
                    duration_format(steady->to_us, to, sizeof(to)));
        free(label);
    }
}

static void print_phase(FILE *out, const struct build *build, const struct phase *phase, int width)
{
    char *label = text_plain(build->label);
    char *name = text_plain(phase->name);

    print_label(out, label ? label : "", width);
    fputs("  ", out);
    print_label(out, name ? name : "", PHASE_MOST);
    fprintf(out, " %8zu", phase->reached);
    print_spread(out, &phase->waited);
    fputc('\n', out);
    free(label);
    free(name);
}

void print_phases(FILE *out, const struct build *builds, size_t count)
{
    int width = labels_width(builds, count);
    bool headed = false;

    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < builds[i].phase_count; p++) {
            if (!headed)
                fprintf(out, "\n%-*s  %-*s %8s  %5s %5s %5s\n", width, "build", PHASE_MOST,
                        "waited in phase (s)", "sessions", "p50", "p95", "max");
            headed = true;
            print_phase(out, &builds[i], &builds[i].phases[p], width);
        }
    }
}

/* Of milliseconds, and of kilobytes. */
static void print_thousandth(FILE *out, const struct spread *spread, int64_t value)
{
    double v = (double)value / 1000;

    if (spread->count)
        fprintf(out, v < 10 ? " %8.2f" : v < 100 ? " %8.1f" : " %8.0f", v);
    else
        fprintf(out, " %8s", "-");
}

static bool is_told(const struct step_stats *step)
{
    for (int part = 0; part < TIMING_PARTS; part++) {
        if (step->parts[part].count)
            return true;
    }
    return false;
}

static int slowest_first(const void *pa, const void *pb)
{
    const struct step_stats *a = *(const struct step_stats *const *)pa;
    const struct step_stats *b = *(const struct step_stats *const *)pb;

    if (a->took.p95_us != b->took.p95_us)
        return a->took.p95_us > b->took.p95_us ? -1 : 1;
    return a < b ? -1 : 1;
}

/* The steps of which the run tells where their time went, the slowest first; how many. */
static size_t told_steps(const struct steps *steps, const struct step_stats **out)
{
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (is_told(&steps->list[i]))
            out[count++] = &steps->list[i];
    }
    qsort(out, count, sizeof(const struct step_stats *), slowest_first);
    return count;
}

/* A build's slowest requests, and which columns say anything of them. */
struct slowest {
    const struct build *build;
    const struct step_stats **list;
    size_t count;
    bool told[TIMING_PARTS];
};

static void print_step(FILE *out, const struct slowest *slowest, const struct step_stats *step)
{
    size_t i = (size_t)(step - slowest->build->steps.list);
    char *label = build_step_label(slowest->build, i);
    char *plain = label ? text_plain(label) : NULL;

    print_label(out, plain ? plain : "", STEP_MOST);
    fprintf(out, " %6u", script_at(slowest->build->script, i)->line);
    print_thousandth(out, &step->took, step->took.p50_us);
    print_thousandth(out, &step->took, step->took.p95_us);
    for (int part = 0; part < TIMING_PARTS; part++) {
        if (slowest->told[part])
            print_thousandth(out, &step->parts[part], step->parts[part].p95_us);
    }
    fputc('\n', out);
    free(plain);
    free(label);
}

static void print_slowest(FILE *out, const struct slowest *slowest, size_t of)
{
    static const char *const names[] = {"blocked", "dns", "connect", "tls", "1st byte", "kB"};
    char *label = text_plain(slowest->build->label);

    fprintf(out, "\n%s: the slowest of %zu requests, and p95 of each part (ms)\n",
            label ? label : "", of);
    fprintf(out, "%-*s %6s %8s %8s", STEP_MOST, "step", "line", "p50", "p95");
    for (int part = 0; part < TIMING_PARTS; part++) {
        if (slowest->told[part])
            fprintf(out, " %8s", names[part]);
    }
    fputc('\n', out);
    for (size_t i = 0; i < slowest->count; i++)
        print_step(out, slowest, slowest->list[i]);
    free(label);
}

static void print_steps_of(FILE *out, const struct build *build, const struct step_stats **list)
{
    size_t of = told_steps(&build->steps, list);
    struct slowest slowest = {build, list, of < STEPS_LISTED ? of : STEPS_LISTED, {false}};

    for (size_t i = 0; i < slowest.count; i++) {
        for (int part = 0; part < TIMING_PARTS; part++)
            slowest.told[part] = slowest.told[part] || list[i]->parts[part].count;
    }
    if (of)
        print_slowest(out, &slowest, of);
}

void print_steps(FILE *out, const struct build *builds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct step_stats **list =
            calloc(builds[i].steps.count + 1, sizeof(const struct step_stats *));

        /* Without memory a table is missing; the pictures fail loudly soon enough. */
        if (list)
            print_steps_of(out, &builds[i], list);
        free(list);
    }
}
