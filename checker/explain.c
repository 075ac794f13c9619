#include "checker/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/names.h"
#include "core/units.h"
#include "core/wait.h"

#define LABEL_MAX ((size_t)1 << 16)
#define WIDTH 80
#define SHOWN_LABEL 40

/* --- figures --- */

struct span {
    int64_t from;
    int64_t to;
};

static int by_from(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

/* A calculation is under way from its send to its last message. */
static size_t busy_spans(const struct script *script, const int *groups, struct span *spans)
{
    size_t n = 0;
    size_t send = 0;

    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = &script->steps[i];

        if (step->type == STEP_WS_SEND)
            send = i;
        spans[n++] = (struct span){step->begin_us, step->end_us};
        if (step_is_recv(step) && groups[i] >= 0)
            spans[n++] = (struct span){script->steps[send].begin_us, step->end_us};
    }
    return n;
}

static int64_t idle_us(struct span *spans, size_t count, int64_t length)
{
    int64_t busy = 0;
    int64_t reached = 0;

    qsort(spans, count, sizeof(*spans), by_from);
    for (size_t i = 0; i < count; i++) {
        int64_t from = spans[i].from > reached ? spans[i].from : reached;

        if (spans[i].to > from)
            busy += spans[i].to - from;
        if (spans[i].to > reached)
            reached = spans[i].to;
    }
    return length > busy ? length - busy : 0;
}

static void count_step(const struct step *step, struct script_facts *f)
{
    f->pages += step->type == STEP_REQ_HOME;
    f->requests += step_is_request(step);
    f->posts += step->datafile != NULL;
    f->sends += step->type == STEP_WS_SEND;
    f->recvs += step_is_recv(step);
    f->marks += step->mark != NULL;
    f->bytes_sent += step->body_bytes + (step->type == STEP_WS_SEND ? step->message_bytes : 0);
    f->bytes_received += step->bytes + (step_is_recv(step) ? step->message_bytes : 0);
}

int script_facts(const struct script *script, struct script_facts *facts)
{
    int *groups = calloc(script->count + 1, sizeof(*groups));
    struct span *spans = calloc(2 * script->count + 1, sizeof(*spans));
    bool ok = groups && spans;

    *facts = (struct script_facts){0};
    for (size_t i = 0; i < script->count; i++)
        count_step(&script->steps[i], facts);
    if (ok) {
        script_calculations(script, groups);
        facts->think_us = idle_us(spans, busy_spans(script, groups, spans), script->length_us);
    }
    free(groups);
    free(spans);
    return ok ? 0 : -E_NOMEM;
}

/* --- words --- */

static void add_count(struct buf *out, size_t n, const char *one)
{
    buf_addf(out, "%zu %s%s", n, one, n == 1 ? "" : "s");
}

static void add_bytes(struct buf *out, uint64_t n)
{
    if (n < 10000)
        buf_addf(out, "%" PRIu64 " bytes", n);
    else if (n < 10000000)
        buf_addf(out, "%.1f kB", (double)n / 1e3);
    else
        buf_addf(out, "%.1f MB", (double)n / 1e6);
}

static void add_facts(struct buf *out, const struct script *script, const struct script_facts *f,
                      const struct dialect *dialect)
{
    char text[DURATION_TEXT];

    buf_addf(out, "  recorded at %s, version %u\n",
             *script->target_url ? script->target_url : "an unknown address", script->version);
    buf_addf(out, "  dialect %s: %s\n", dialect->name,
             dialect->title ? dialect->title : dialect->name);
    buf_adds(out, "  ");
    add_count(out, f->requests, "request");
    buf_adds(out, ", of them ");
    add_count(out, f->pages, "page");
    buf_addf(out, " and %zu with a body; ", f->posts);
    add_count(out, script->sockets, "WebSocket");
    buf_adds(out, "\n  ");
    add_count(out, f->sends, "send");
    buf_adds(out, " and ");
    add_count(out, f->recvs, "receive");
    buf_adds(out, "; ");
    add_bytes(out, f->bytes_sent);
    buf_adds(out, " go to the app, ");
    add_bytes(out, f->bytes_received);
    buf_adds(out, " come back\n");
    buf_addf(out, "  %s long, ", duration_format(script->length_us, text, sizeof(text)));
    buf_addf(out, "%s of it think time\n", duration_format(f->think_us, text, sizeof(text)));
}

static void add_marks(struct buf *out, const struct script *script)
{
    bool first = true;
    char text[DURATION_TEXT];

    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = &script->steps[i];

        if (!step->mark)
            continue;
        buf_addf(out, "%s%s (from %s)", first ? "  phases: " : ", ", step->mark,
                 duration_format(step->begin_us, text, sizeof(text)));
        first = false;
    }
    buf_adds(out, first ? "" : "\n");
}

/* --- session values --- */

static const char *const kinds[] = {"minted", "a clock", "a counter", "computed"};

/* Names in lines of at most 80 columns. */
static void add_name(struct buf *out, size_t *column, const char *head, const char *name)
{
    if (*column == 0)
        *column = strlen(head);
    else if (*column + strlen(name) + 2 > WIDTH)
        *column = 4;
    if (*column == strlen(head))
        buf_adds(out, head);
    else if (*column == 4)
        buf_adds(out, "\n    ");
    else
        buf_adds(out, ", ");
    buf_adds(out, name);
    *column += strlen(name) + 2;
}

static void end_names(struct buf *out, size_t column)
{
    buf_adds(out, column ? "\n" : "");
}

static void add_issued(struct buf *out, const struct script *script)
{
    size_t column = 0;

    for (size_t i = 0; i < script->count; i++) {
        for (size_t k = 0; k < script->steps[i].extract_count; k++)
            add_name(out, &column, "  told by the app: ", script->steps[i].extracts[k].name);
    }
    end_names(out, column);
}

static void add_made(struct buf *out, const struct script *script)
{
    size_t column = 0;

    for (size_t i = 0; i < script->makers.count; i++) {
        const struct maker *m = &script->makers.items[i];
        char text[VALUE_NAME_MAX + 32];

        snprintf(text, sizeof(text), "%s (%s)", m->name, kinds[m->kind]);
        add_name(out, &column, "  made by each session: ", text);
    }
    end_names(out, column);
}

static bool is_of_script(const struct script *script, const char *name)
{
    if (makers_find(&script->makers, name, strlen(name)))
        return true;
    for (size_t i = 0; i < script->count; i++) {
        for (size_t k = 0; k < script->steps[i].extract_count; k++) {
            if (strcmp(script->steps[i].extracts[k].name, name) == 0)
                return true;
        }
    }
    return false;
}

static int add_needs(struct buf *out, const struct script *script)
{
    struct names names = {0};
    size_t secrets = 0;
    size_t columns = 0;
    size_t known = 0;
    int rc = script_needs(script, &names);

    for (size_t i = 0; i < names.count && rc == 0; i++) {
        if (strncmp(names.items[i], "env:", 4) == 0)
            add_name(out, &secrets, "  secrets that it needs: ", names.items[i] + 4);
    }
    end_names(out, secrets);
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        if (strncmp(names.items[i], "data:", 5) == 0)
            add_name(out, &columns, "  columns of --data that it needs: ", names.items[i] + 5);
    }
    end_names(out, columns);
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        if (strncmp(names.items[i], "env:", 4) != 0 && strncmp(names.items[i], "data:", 5) != 0 &&
            !is_of_script(script, names.items[i]) && names.items[i][0] != '$')
            add_name(out, &known, "  known by its dialect: ", names.items[i]);
    }
    end_names(out, known);
    names_release(&names);
    return rc;
}

/* --- step by step --- */

int explain_step(const struct step *step, const struct dialect *dialect, struct buf *out)
{
    struct buf label;
    int rc;

    buf_init(&label, LABEL_MAX);
    rc = dialect_label(dialect, step, &label);
    buf_addf(out, "line %u '%.*s'", step->line,
             (int)(label.len < SHOWN_LABEL ? label.len : SHOWN_LABEL),
             label.data ? label.data : "");
    buf_release(&label);
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}

int explain_extraction(const struct extraction *e, struct buf *out)
{
    static const char *const from[] = {"body", "header", "cookie", "message"};
    size_t at = out->len;

    buf_adds(out, from[e->from]);
    if (e->header)
        buf_addf(out, " %s", e->header);
    if (e->json)
        buf_addf(out, " at %s", *e->json ? e->json : "its top");
    if (e->before)
        buf_addf(out, " after %s", e->before);
    if (e->nth)
        buf_addf(out, " (number %u)", e->nth + 1);
    for (; at < out->len; at++) {
        if ((unsigned char)out->data[at] < 0x20)
            out->data[at] = ' ';
    }
    return out->failed ? -E_NOMEM : 0;
}

static int add_extraction(struct buf *out, const struct extraction *e)
{
    buf_addf(out, "%15s-> %s: ", "", e->name);
    if (explain_extraction(e, out) < 0)
        return -E_NOMEM;
    return buf_addc(out, '\n');
}

/* With --explain: how each session makes its values, as the script's header says it. */
static int add_makers(struct buf *out, const struct script *script)
{
    int rc = 0;

    for (size_t i = 0; i < script->makers.count && rc == 0; i++) {
        buf_adds(out, "    ");
        rc = maker_write(&script->makers.items[i], out);
        buf_addc(out, '\n');
    }
    return rc;
}

static int add_step(struct buf *out, const struct step *step, const struct dialect *dialect)
{
    struct buf label;
    char text[DURATION_TEXT];
    int rc;

    buf_init(&label, LABEL_MAX);
    rc = dialect_label(dialect, step, &label);
    if (step->mark)
        buf_addf(out, "%s:\n", step->mark);
    buf_addf(out, "  %11s  line %-4u %-6s %.*s",
             duration_format(step->begin_us, text, sizeof(text)), step->line,
             step_is_request(step)         ? step->method
             : step->type == STEP_WS_SEND  ? "send"
             : step->type == STEP_WS_OPEN  ? "open"
             : step->type == STEP_WS_CLOSE ? "close"
                                           : "get",
             (int)(label.len < SHOWN_LABEL ? label.len : SHOWN_LABEL),
             label.data ? label.data : "");
    buf_addc(out, '\n');
    for (size_t i = 0; i < step->extract_count && rc == 0; i++)
        rc = add_extraction(out, &step->extracts[i]);
    buf_release(&label);
    return rc < 0 ? rc : 0;
}

int explain(const struct script *script, const char *name, const struct dialect *dialect, bool all,
            struct buf *out)
{
    struct script_facts facts;
    int rc = script_facts(script, &facts);

    if (rc < 0)
        return rc;
    buf_addf(out, "%s: ", name);
    add_count(out, script->count, "step");
    buf_addc(out, '\n');
    add_facts(out, script, &facts, dialect);
    add_marks(out, script);
    add_issued(out, script);
    add_made(out, script);
    rc = add_needs(out, script);
    if (all && rc == 0)
        rc = add_makers(out, script);
    if (all)
        buf_addc(out, '\n');
    for (size_t i = 0; i < script->count && all && rc == 0; i++)
        rc = add_step(out, &script->steps[i], dialect);
    return rc < 0 || out->failed ? -E_NOMEM : 0;
}
