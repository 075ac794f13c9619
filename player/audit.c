#include "player/audit.h"

#include <inttypes.h>
#include <time.h>

#include "core/error.h"
#include "core/units.h"

/* More of them than a person reads are only counted. */
#define SPANS_TOLD 5
/* A worker that uses so much of its core is why it was late. */
#define BUSY_CPU 0.8

static bool is_late(const struct audit_sample *s)
{
    return s->actions >= AUDIT_ACTIONS && s->late_p99_us > AUDIT_LATE_US;
}

static bool is_stalled(const struct audit_sample *s)
{
    return s->stall_us > AUDIT_STALL_US;
}

bool audit_is_bad(const struct audit_sample *s)
{
    return is_late(s) || is_stalled(s);
}

/* What was done late in this second was due before it: so much earlier the trouble had begun. */
static int64_t begun_us(const struct audit_sample *s)
{
    int64_t before_us = is_late(s) ? s->late_max_us : 0;

    if (is_stalled(s) && s->stall_us > before_us)
        before_us = s->stall_us;
    return s->from_us - before_us;
}

static bool joins(const struct audit *a, int64_t from_us)
{
    return a->count &&
           (a->count == AUDIT_SPANS || from_us - a->spans[a->count - 1].to_us < AUDIT_JOIN_US);
}

static void absorb(struct audit_span *into, const struct audit_span *later)
{
    into->to_us = later->to_us;
    if (later->p99_us > into->p99_us)
        into->p99_us = later->p99_us;
    if (later->stall_us > into->stall_us) {
        into->stall_us = later->stall_us;
        into->stalled = later->stalled;
    }
    if (later->cpu > into->cpu) {
        into->cpu = later->cpu;
        into->busiest = later->busiest;
    }
}

/* It may reach back over several of the spans before it: they become one. */
static void add_span(struct audit *a, struct audit_span span)
{
    while (joins(a, span.from_us)) {
        struct audit_span before = a->spans[--a->count];

        absorb(&before, &span);
        if (span.from_us < before.from_us)
            before.from_us = span.from_us;
        span = before;
    }
    a->spans[a->count++] = span;
}

static struct audit_span span_of(const struct audit_sample *s)
{
    struct audit_span span = {.from_us = begun_us(s),
                              .to_us = s->to_us,
                              .p99_us = is_late(s) ? s->late_p99_us : 0,
                              .stall_us = s->stall_us,
                              .stalled = s->stalled};

    for (int i = 0; i < s->workers; i++) {
        if (s->cpu[i] > span.cpu) {
            span.cpu = s->cpu[i];
            span.busiest = i;
        }
    }
    return span;
}

void audit_add(struct audit *a, const struct audit_sample *s)
{
    if (s->stall_us > a->stall_max_us)
        a->stall_max_us = s->stall_us;
    a->drops += s->drops;
    if (audit_is_bad(s))
        add_span(a, span_of(s));
}

void audit_close(struct audit *a, const struct hist *lateness, const double *cpu, int workers)
{
    a->late_p50_us = hist_percentile_us(lateness, 0.5);
    a->late_p99_us = hist_percentile_us(lateness, 0.99);
    a->late_max_us = lateness->max_us;
    a->cpu = cpu;
    a->workers = workers;
}

bool audit_kept_up(const struct audit *a)
{
    return !a->count;
}

/* --- in words --- */

#define CLOCK_TEXT 16
static const char *clock_of(int64_t wall_us, char out[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall_us / US_PER_S);
    struct tm tm;

    localtime_r(&seconds, &tm);
    strftime(out, CLOCK_TEXT, "%H:%M:%S", &tm);
    return out;
}

static void add_duration(struct buf *out, int64_t us)
{
    char text[DURATION_TEXT];

    buf_adds(out, duration_format(us, text, sizeof(text)));
}

static void tell_why(const struct audit_span *span, struct buf *out)
{
    if (span->p99_us) {
        buf_adds(out, "the player was late by p99 ");
        add_duration(out, span->p99_us);
        if (span->cpu > BUSY_CPU)
            buf_addf(out, " (worker %d used %.0f %% of its core)", span->busiest, span->cpu * 100);
    } else {
        buf_addf(out, "worker %d stood still for ", span->stalled);
        add_duration(out, span->stall_us);
    }
}

static void tell_span(const struct audit_span *span, struct buf *out)
{
    char from[CLOCK_TEXT];
    char to[CLOCK_TEXT];

    /* Whole seconds, so that what is named has all of it. */
    buf_addf(out, "numbers from %s to %s are not to be trusted: ", clock_of(span->from_us, from),
             clock_of(span->to_us + US_PER_S - 1, to));
    tell_why(span, out);
    buf_addc(out, '\n');
}

int audit_tell(const struct audit *a, struct buf *out)
{
    size_t more = a->count > SPANS_TOLD ? a->count - SPANS_TOLD : 0;

    if (audit_kept_up(a)) {
        buf_adds(out, "the player kept up: its own lateness was p50 ");
        add_duration(out, a->late_p50_us);
        buf_adds(out, ", p99 ");
        add_duration(out, a->late_p99_us);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < a->count - more; i++)
        tell_span(&a->spans[i], out);
    if (more)
        buf_addf(out, "and %zu more such times: run.json has them ('audit')\n", more);
    return out->failed ? -E_NOMEM : 0;
}

/* --- for programs --- */

int audit_head(int workers, struct buf *out)
{
    buf_adds(out, "timestamp,elapsed_us,actions,late_p50_us,late_p99_us,late_max_us,stall_max_us,"
                  "socket_drops");
    for (int i = 0; i < workers; i++)
        buf_addf(out, ",cpu_%d", i);
    return buf_addc(out, '\n');
}

int audit_row(const struct audit_sample *s, struct buf *out)
{
    buf_addf(out,
             "%" PRId64 ".%03d,%" PRId64 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
             ",%" PRIu64,
             s->to_us / US_PER_MS, (int)(s->to_us % US_PER_MS), s->elapsed_us, s->actions,
             s->late_p50_us, s->late_p99_us, s->late_max_us, s->stall_us, s->drops);
    for (int i = 0; i < s->workers; i++)
        buf_addf(out, ",%.3f", s->cpu[i]);
    return buf_addc(out, '\n');
}

static json_t *spans_json(const struct audit *a)
{
    json_t *list = json_array();

    for (size_t i = 0; i < a->count; i++)
        json_array_append_new(
            list, json_pack("{sI sI sI sI}", "from_us", (json_int_t)a->spans[i].from_us, "to_us",
                            (json_int_t)a->spans[i].to_us, "p99_us", (json_int_t)a->spans[i].p99_us,
                            "stall_us", (json_int_t)a->spans[i].stall_us));
    return list;
}

json_t *audit_json(const struct audit *a)
{
    json_t *cpu = json_array();

    for (int i = 0; i < a->workers; i++)
        json_array_append_new(cpu, json_real((double)(int64_t)(a->cpu[i] * 1000 + 0.5) / 1000));
    return json_pack("{sI sI sI sI sI sI sI so sb so}", "late_limit_us", (json_int_t)AUDIT_LATE_US,
                     "late_p50_us", (json_int_t)a->late_p50_us, "late_p99_us",
                     (json_int_t)a->late_p99_us, "late_max_us", (json_int_t)a->late_max_us,
                     "stall_max_us", (json_int_t)a->stall_max_us, "socket_drops",
                     (json_int_t)a->drops, "retransmits", (json_int_t)a->retransmits, "cpu", cpu,
                     "kept_up", (int)audit_kept_up(a), "untrusted", spans_json(a));
}
