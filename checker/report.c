#include "checker/report.h"

#include <string.h>
#include <strings.h>

#include "checker/classify.h"
#include "checker/explain.h"
#include "core/names.h"

#define WIDTH 80
#define INDENT 12       /* of what is said after a word */
#define SHOWN 32        /* letters of a value */
#define SOURCE_SHOWN 38 /* of where it comes from; --explain tells all */

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
            buf_addf(out, "told by the answer of line %u", line);
        else
            buf_adds(out, "computed from what an answer told");
        break;
    case OPEN_AWAY:
        buf_addf(out, "not in the answer of line %u any more", line);
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
        buf_addf(out, " sends %.20s\n      ", *open[i].field ? open[i].field : "this");
        add_shown(out, open[i].literal);
        buf_adds(out, ": ");
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
        buf_addf(out, " sends %.20s\n      ", f->name);
        add_shown(out, f->literal);
        buf_addf(out, ": %s\n", whats[f->kind]);
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

/* "  head      text", broken at spaces, the rest below the text's beginning. */
static void add_wrapped(struct buf *out, const char *head, const char *text)
{
    size_t room = WIDTH - INDENT;

    buf_addf(out, "  %-*s", INDENT - 2, head);
    while (strlen(text) > room) {
        size_t n = room;

        while (n && text[n] != ' ')
            n--;
        n = n ? n : strcspn(text, " ");
        buf_addf(out, "%.*s\n%*s", (int)n, text, text[n] ? INDENT : 0, "");
        text += n + (text[n] == ' ');
        if (!*text)
            return;
    }
    buf_addf(out, "%s\n", text);
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
    add_wrapped(out, "got", r->last.reason);
    if (m.location)
        buf_addf(out, "  sent to   %.68s\n", m.location);
    add_wrapped(out, "cause", cause->cause);
    add_wrapped(out, "do", cause->advice);
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}

/* --- what was found --- */

/* "line 3 body at data.token", "made like ????-????" */
static int add_source(struct buf *out, const struct finding *f, const struct script *lines)
{
    switch (f->kind) {
    case VALUE_ISSUED:
        buf_addf(out, "line %u ", line_of(lines, f->source));
        return explain_extraction(&f->extraction, out);
    case VALUE_MINTED:
        return buf_addf(out, "made like %s", f->maker.shape);
    case VALUE_CLOCK:
        return buf_addf(out, "the time in %s%s", f->maker.unit, f->maker.keep ? ", once" : "");
    case VALUE_COUNTER:
        return buf_addf(out, "%s and up", f->maker.start);
    case VALUE_COMPUTED:
        break;
    }
    return buf_addf(out, "%s of %s", f->maker.hash ? f->maker.hash : "coded", f->maker.of);
}

static enum sureness sure_of(const struct finding *f, bool passed)
{
    return f->kind == VALUE_ISSUED && passed ? SURE_CERTAIN : f->sure;
}

static int add_row(struct buf *out, const struct finding *f, const struct script *lines,
                   bool passed)
{
    struct buf source;
    int rc;

    buf_init(&source, (size_t)1 << 20);
    rc = add_source(&source, f, lines);
    buf_addf(out, "%-16s %-8s %4zu %-7s  ", f->name, value_kind_name(f->kind), f->use_count,
             sureness_name(sure_of(f, passed)));
    buf_addf(out, "%.*s%s\n", SOURCE_SHOWN, source.data ? source.data : "",
             source.len > SOURCE_SHOWN ? ".." : "");
    buf_release(&source);
    return rc;
}

int report_found(const struct rounds *r, const struct script *lines, struct buf *out)
{
    int rc = 0;

    if (r->found.count)
        buf_addf(out, "%-16s %-8s %4s %-7s  %s\n", "value", "kind", "uses", "sure", "from");
    for (size_t i = 0; i < r->found.count && rc == 0; i++)
        rc = add_row(out, &r->found.items[i], lines, r->last.passed);
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}
