#include "checker/report.h"

#include <string.h>
#include <strings.h>

#include "checker/classify.h"
#include "checker/explain.h"
#include "core/names.h"

#define SHOWN 32 /* letters of a value */

static const struct step *step_of(const struct script *script, long ordinal)
{
    for (size_t i = 0; i < script->count; i++) {
        if ((long)script->steps[i].ordinal == ordinal)
            return &script->steps[i];
    }
    return NULL;
}

static unsigned line_of(const struct script *script, long ordinal)
{
    const struct step *step = step_of(script, ordinal);

    return step ? step->line : 0;
}

static void add_shown(struct buf *out, const char *value)
{
    size_t len = strlen(value);

    buf_addf(out, "%.*s%s", SHOWN, value, len > SHOWN ? "..." : "");
}

/* --- unresolved --- */

static void add_why(struct buf *out, const struct script *script, const struct open_value *v)
{
    unsigned line = line_of(script, v->source);

    switch (v->why) {
    case OPEN_LOOKS:
        buf_adds(out, "looks like an id, a token or a time");
        break;
    case OPEN_TOLD:
        if (line)
            buf_addf(out, "the answer of line %u told it when this was recorded", line);
        else
            buf_adds(out, "it is computed from what an answer told");
        break;
    case OPEN_AWAY:
        buf_addf(out, "line %u told it, and its answer is not like that any more", line);
        break;
    }
}

int report_open(const struct script *script, const struct open_value *open, size_t count,
                const struct dialect *dialect, struct buf *out)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        buf_adds(out, "  ");
        rc = explain_step(&script->steps[open[i].step], dialect, out);
        buf_addf(out, " sends %s%s", open[i].field, *open[i].field ? " " : "");
        add_shown(out, open[i].literal);
        buf_adds(out, "\n      ");
        add_why(out, script, &open[i]);
        buf_addc(out, '\n');
    }
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}

int report_suggested(const struct script *script, const struct findings *findings,
                     const struct dialect *dialect, struct buf *out)
{
    static const char *const whats[] = {"told by an answer", "an id that the page made up",
                                        "a time of the recording", "a counter",
                                        "a digest of other values"};
    int rc = 0;

    for (size_t i = 0; i < findings->count && rc == 0; i++) {
        const struct finding *f = &findings->items[i];
        const struct step *step = f->use_count ? step_of(script, f->uses[0].step) : NULL;

        if (!step)
            continue;
        buf_adds(out, "  ");
        rc = explain_step(step, dialect, out);
        buf_adds(out, " sends ");
        add_shown(out, f->literal);
        buf_addf(out, "\n      %s: ${%s}\n", whats[f->kind], f->name);
    }
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}

/* --- what failed --- */

static bool has_word(const char *text, size_t len)
{
    static const char *const words[] = {"csrf", "xsrf", "token", "nonce", "authenticity", "_key"};

    for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++) {
        if (len && strcasestr(text, words[i]))
            return true;
    }
    return false;
}

static bool sends_token(const struct step *step)
{
    for (size_t i = 0; step->headers && step->headers[i]; i++) {
        if (has_word(step->headers[i], 1))
            return true;
    }
    return has_word(step->url, 1) || has_word(step->body, step->body_bytes) ||
           has_word(step->message, step->message_bytes);
}

static bool sends_value(const struct step *step)
{
    return step->url && strpbrk(step->url, "0123456789$");
}

static bool is_html(const struct trace_entry *answer)
{
    const char *type = answer ? header_of(answer->headers, "Content-Type") : NULL;

    return type && strncasecmp(type, "text/html", 9) == 0;
}

static void describe(const struct rounds *r, const struct step *step, struct mismatch *m)
{
    const struct trace_entry *b = trace_find(&r->b, TRACE_ANSWER, (long)step->ordinal);
    const struct trace_entry *a = r->a ? trace_find(r->a, TRACE_ANSWER, (long)step->ordinal) : NULL;

    m->step = step;
    m->status = b ? b->status : 0;
    m->location = b ? header_of(b->headers, "Location") : NULL;
    m->sends_token = sends_token(step);
    m->sends_value = sends_value(step);
    m->is_page = a && is_html(b) && !is_html(a);
}

/* What the recording has at this step. */
static int add_expected(struct buf *out, const struct step *step, const struct dialect *dialect)
{
    struct buf label;
    int rc = 0;

    buf_init(&label, 4096);
    if (step_is_request(step)) {
        buf_addf(out, "  expected  status %d\n", step->status);
    } else if (step->type == STEP_WS_OPEN) {
        buf_adds(out, "  expected  an open WebSocket\n");
    } else {
        rc = dialect_label(dialect, step, &label);
        buf_addf(out, "  expected  %.68s\n", label.data ? label.data : "");
    }
    buf_release(&label);
    return label.failed ? 0 : rc;
}

int report_mismatch(const struct rounds *r, const struct dialect *dialect, struct buf *out)
{
    struct mismatch m = {.reason = r->last.reason};
    const struct cause *cause;
    const struct step *now = NULL;
    int rc = 0;

    for (size_t i = 0; i < r->now->count && r->last.line; i++) {
        if (r->now->steps[i].line == r->last.line)
            now = &r->now->steps[i];
    }
    if (now)
        describe(r, now, &m);
    cause = cause_of(&m);
    buf_adds(out, "the replay failed");
    if (now) {
        const struct step *given = step_of(r->script, (long)now->ordinal);

        buf_adds(out, " at ");
        rc = explain_step(given ? given : now, dialect, out);
    }
    buf_adds(out, "\n");
    if (now && rc == 0)
        rc = add_expected(out, now, dialect);
    buf_addf(out, "  got       %s\n", r->last.reason);
    if (m.location)
        buf_addf(out, "  sent to   %.68s\n", m.location);
    buf_addf(out, "  cause     %s\n  do        %s\n", cause->cause, cause->advice);
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}

/* --- what was found --- */

/* "line 3 json data.token", "made: 0-9a-f ????-????" */
static void add_source(struct buf *out, const struct finding *f, const struct script *lines)
{
    const struct extraction *e = &f->extraction;
    static const char *const from[] = {"body", "header", "cookie", "message"};

    switch (f->kind) {
    case VALUE_ISSUED:
        buf_addf(out, "line %u %s", line_of(lines, f->source), from[e->from]);
        if (e->header)
            buf_addf(out, " %s", e->header);
        if (e->json)
            buf_addf(out, " at %s", *e->json ? e->json : "its top");
        else if (e->before)
            buf_addf(out, " after %s", e->before);
        break;
    case VALUE_MINTED:
        buf_addf(out, "made like %s", f->maker.shape);
        break;
    case VALUE_CLOCK:
        buf_addf(out, "the time in %s%s", f->maker.unit, f->maker.keep ? ", once" : "");
        break;
    case VALUE_COUNTER:
        buf_addf(out, "%s and up", f->maker.start);
        break;
    case VALUE_COMPUTED:
        buf_addf(out, "%s of %s", f->maker.hash ? f->maker.hash : "coded", f->maker.of);
        break;
    }
}

static enum sureness sure_of(const struct finding *f, bool passed)
{
    return f->kind == VALUE_ISSUED && passed ? SURE_CERTAIN : f->sure;
}

int report_found(const struct rounds *r, const struct script *lines, struct buf *out)
{
    if (r->found.count)
        buf_addf(out, "%-24s %-8s %4s  %-7s  %s\n", "value", "kind", "uses", "sure", "from");
    for (size_t i = 0; i < r->found.count; i++) {
        const struct finding *f = &r->found.items[i];
        struct buf source;

        buf_init(&source, (size_t)1 << 16);
        add_source(&source, f, lines);
        for (size_t k = 0; k < source.len; k++) {
            if ((unsigned char)source.data[k] < 0x20)
                source.data[k] = ' ';
        }
        buf_addf(out, "%-24s %-8s %4zu  %-7s  %.60s\n", f->name, value_kind_name(f->kind),
                 f->use_count, sureness_name(sure_of(f, r->last.passed)),
                 source.data ? source.data : "");
        buf_release(&source);
    }
    return out->failed ? -E_NOMEM : 0;
}
