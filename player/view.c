#include "player/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

#define BAR_CELLS 30
#define NUMBER_TEXT 24
/* More workers than this are told by the least and the most busy one. */
#define WORKERS_TOLD 8

/* --- pieces --- */

/* The first code point whose characters take two columns; a few above it take one. */
#define WIDE 0x1100

static unsigned width_of(const unsigned char *at, size_t bytes)
{
    unsigned code = bytes == 3   ? (at[0] & 0xfu) << 12 | (at[1] & 0x3fu) << 6
                    : bytes == 4 ? 0x10000
                                 : 0;

    /* General punctuation, arrows, blocks and signs stand between: one column. */
    return code >= WIDE && (code < 0x1e00 || code >= 0x2e80) ? 2 : 1;
}

static size_t character_bytes(const unsigned char *at, size_t len)
{
    size_t n = 1;

    while (n < len && n < 4 && (at[n] & 0xc0) == 0x80)
        n++;
    return n;
}

size_t view_fit(const char *text, size_t len, unsigned *columns)
{
    unsigned taken = 0;
    size_t at = 0;

    while (at < len) {
        size_t n = character_bytes((const unsigned char *)text + at, len - at);
        unsigned width = width_of((const unsigned char *)text + at, n);

        if (taken + width > *columns)
            break;
        taken += width;
        at += n;
    }
    *columns = taken;
    return at;
}

/* What came over the wire must not steer the terminal. */
static void add_harmless(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_addc(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
}

static const char *of_duration(int64_t us, char out[DURATION_TEXT])
{
    return duration_format(us, out, DURATION_TEXT);
}

/* From here on a rounded number needs another unit. */
#define KILO 999.5

/* "0.4", "12", "345", "1.2 k", "34 M". */
static const char *of_number(double n, char out[NUMBER_TEXT])
{
    static const char *const units[] = {"", " k", " M", " G"};
    size_t unit = 0;

    for (; n >= KILO && unit < 3; unit++)
        n /= 1000;
    snprintf(out, NUMBER_TEXT, "%.*f%s", n < 9.95 && n > 0 ? 1 : 0, n, units[unit]);
    return out;
}

static void add_number(struct buf *out, double n, const char *what)
{
    char text[NUMBER_TEXT];

    buf_addf(out, "%s%s", of_number(n, text), what);
}

/* --- both forms --- */

static void add_states(struct buf *out, const struct view *v, const char *between)
{
    if (strcmp(v->who, "sessions") != 0)
        buf_addf(out, "%" PRIu64 " %s to start", v->to_start, v->who);
    else
        buf_addf(out, "%" PRIu64 " to start", v->to_start);
    buf_addf(out,
             "%s%" PRIu64 " loading%s%" PRIu64 " waiting%s%" PRIu64 " thinking%s%" PRIu64
             " done%s%" PRIu64 " failed",
             between, v->loading, between, v->waiting, between, v->thinking, between, v->done,
             between, v->failed);
    if (v->lost)
        buf_addf(out, "%s%" PRIu64 " lost", between, v->lost);
}

static void add_rates(struct buf *out, const struct view *v, const char *between)
{
    add_number(out, v->starts, " starts");
    buf_adds(out, between);
    add_number(out, v->requests, " requests");
    buf_adds(out, between);
    add_number(out, v->messages, " messages");
    buf_adds(out, between);
    add_number(out, v->bytes, v->bytes < KILO ? " B received" : "B received");
}

static void add_left(struct buf *out, const struct view *v)
{
    char text[DURATION_TEXT];

    if (v->stopping)
        buf_adds(out, "stopping: the running sessions end");
    else if (v->left_us)
        buf_addf(out, "%s left", of_duration(v->left_us, text));
    else
        buf_adds(out, "waiting for the last ones");
}

static void add_role(struct buf *out, const char *role)
{
    if (role)
        buf_addf(out, "%s ", role);
}

static void add_cpu(struct buf *out, const struct view *v)
{
    double least = v->workers ? v->cpu[0] : 0;
    double most = least;

    for (int i = 0; i < v->workers; i++) {
        least = v->cpu[i] < least ? v->cpu[i] : least;
        most = v->cpu[i] > most ? v->cpu[i] : most;
        if (v->workers <= WORKERS_TOLD)
            buf_addf(out, "%s%.0f %%", i ? ", " : "", v->cpu[i] * 100);
    }
    if (v->workers > WORKERS_TOLD)
        buf_addf(out, "%.0f to %.0f %%", least * 100, most * 100);
}

static void add_player(struct buf *out, const struct view *v)
{
    char p50[DURATION_TEXT];
    char p99[DURATION_TEXT];

    if (v->late_now.count)
        buf_addf(out, "late p50 %s, p99 %s; ", of_duration(v->late_now.p50_us, p50),
                 of_duration(v->late_now.p99_us, p99));
    buf_adds(out, "CPU ");
    add_cpu(out, v);
    buf_addf(out, "; %.0f MiB", (double)v->memory_kb / 1024);
}

/* --- the plain line --- */

static void add_times(struct buf *out, const char *name, const struct view_times *times)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];
    char p99[DURATION_TEXT];

    if (times->count)
        buf_addf(out, "; %s p50 %s, p95 %s, p99 %s", name, of_duration(times->p50_us, p50),
                 of_duration(times->p95_us, p95), of_duration(times->p99_us, p99));
}

int view_line(const struct view *v, struct buf *out)
{
    char elapsed[DURATION_TEXT];

    buf_addf(out, "%s: ", of_duration(v->elapsed_us > 0 ? v->elapsed_us : 0, elapsed));
    add_states(out, v, ", ");
    buf_adds(out, "; a second ");
    add_rates(out, v, ", ");
    add_times(out, "page load", &v->page_load_now);
    add_times(out, "calculation", &v->calculation_now);
    buf_adds(out, "; player ");
    add_player(out, v);
    buf_adds(out, "; ");
    add_left(out, v);
    return out->failed ? -E_NOMEM : 0;
}

/* --- the lines --- */

/* Ends the line that begins at `from`, cut to the columns that there are; where the next begins. */
static size_t end_line(struct buf *out, size_t from, unsigned columns)
{
    unsigned room = columns;

    if (out->failed)
        return from;
    out->len = from + view_fit(out->data + from, out->len - from, &room);
    buf_addc(out, '\n');
    return out->len;
}

static void bar_line(struct buf *out, const struct view *v)
{
    int64_t all_us = v->elapsed_us + v->left_us;
    double share = v->elapsed_us > 0 && all_us > 0 ? (double)v->elapsed_us / (double)all_us : 0;
    int cells = (int)(share * BAR_CELLS);
    char text[DURATION_TEXT];

    buf_addc(out, '[');
    for (int i = 0; i < BAR_CELLS; i++)
        buf_addc(out, i < cells ? '#' : '.');
    buf_addf(out, "] %3d %%  %s, ", (int)(share * 100),
             of_duration(v->elapsed_us > 0 ? v->elapsed_us : 0, text));
    add_left(out, v);
}

static void add_cells(struct buf *out, const struct view_times *times)
{
    const int64_t us[] = {times->p50_us, times->p95_us, times->p99_us};
    char text[DURATION_TEXT];

    for (size_t i = 0; i < 3; i++)
        buf_addf(out, " %10s", times->count ? of_duration(us[i], text) : "-");
}

static void times_line(struct buf *out, const char *name, const struct view_times *now,
                       const struct view_times *all)
{
    buf_addf(out, "%-12s", name);
    add_cells(out, now);
    buf_adds(out, " ");
    add_cells(out, all);
}

static void slowest_line(struct buf *out, const struct view *v)
{
    const struct view_step *step = &v->slowest;
    char mean[DURATION_TEXT];
    char max[DURATION_TEXT];

    buf_adds(out, "slowest      ");
    if (!step->label) {
        buf_addc(out, '-');
        return;
    }
    buf_addf(out, "mean %s, max %s: ", of_duration(step->mean_us, mean),
             of_duration(step->max_us, max));
    add_role(out, step->role);
    buf_addf(out, "line %u '", step->line);
    add_harmless(out, step->label);
    buf_addc(out, '\'');
}

static void failure_line(struct buf *out, const struct view_failure *failure)
{
    buf_addf(out, "failed       %" PRIu64 ": ", failure->sessions);
    add_role(out, failure->role);
    if (failure->line)
        buf_addf(out, "line %u ", failure->line);
    add_harmless(out, failure->text);
}

static void sessions_line(struct buf *out, const struct view *v)
{
    buf_adds(out, "sessions     ");
    add_states(out, v, "  ");
}

static void rates_line(struct buf *out, const struct view *v)
{
    buf_adds(out, "a second     ");
    add_rates(out, v, "  ");
}

static void names_line(struct buf *out, const struct view *v)
{
    (void)v;
    buf_addf(out, "%-12s %10s %10s %10s  %10s %10s %10s", "", "p50 now", "p95", "p99", "p50 all",
             "p95", "p99");
}

static void page_load_line(struct buf *out, const struct view *v)
{
    times_line(out, "page load", &v->page_load_now, &v->page_load);
}

static void calculation_line(struct buf *out, const struct view *v)
{
    times_line(out, "calculation", &v->calculation_now, &v->calculation);
}

static void player_line(struct buf *out, const struct view *v)
{
    buf_adds(out, "player       ");
    add_player(out, v);
}

static void more_line(struct buf *out, const struct view *v)
{
    buf_addf(out, "failed       in %zu more ways", v->more_failures);
}

static void (*const lines[])(struct buf *out, const struct view *v) = {
    bar_line,       sessions_line,    rates_line,   names_line,
    page_load_line, calculation_line, slowest_line, player_line,
};

int view_lines(const struct view *v, unsigned columns, struct buf *out)
{
    size_t from = out->len;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        lines[i](out, v);
        from = end_line(out, from, columns);
    }
    for (size_t i = 0; i < v->failure_count; i++) {
        failure_line(out, &v->failures[i]);
        from = end_line(out, from, columns);
    }
    if (v->more_failures) {
        more_line(out, v);
        end_line(out, from, columns);
    }
    return out->failed ? -E_NOMEM : 0;
}
