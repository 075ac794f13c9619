#include "analyzer/junit.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/outdir.h"
#include "analyzer/text.h"
#include "core/buf.h"
#include "core/coding.h"
#include "core/units.h"

#define MOST (64 << 20)

/* Valid UTF-8 in double quotes; text_plain() leaves nothing that XML does not hold. */
static void add_attribute(struct buf *out, const char *name, const char *text)
{
    char *plain = text_plain(text);

    if (!plain) {
        out->failed = true;
        return;
    }
    buf_addf(out, " %s=\"", name);
    coding_encode(CODING_HTML, plain, strlen(plain), out);
    buf_addc(out, '"');
    free(plain);
}

struct counts {
    size_t tests;
    size_t failures;
    size_t errors;
};

static struct counts counts_of(const struct verdict *verdict, size_t build)
{
    struct counts counts = {0};

    for (size_t i = 0; i < verdict->count; i++) {
        const struct check *c = &verdict->list[i];

        if (c->at != build)
            continue;
        counts.tests++;
        counts.failures += c->broken && !c->unknown;
        counts.errors += c->unknown;
    }
    return counts;
}

static void add_counts(struct buf *out, struct counts counts)
{
    buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts.tests, counts.failures,
             counts.errors);
}

static void add_case(struct buf *out, const struct check *check)
{
    buf_adds(out, "    <testcase");
    add_attribute(out, "name", check->condition);
    add_attribute(out, "classname", check->build);
    buf_addf(out, " time=\"%.6f\"", check->seconds);
    if (!check->broken) {
        buf_adds(out, "/>\n");
        return;
    }
    buf_addf(out, ">\n      <%s", check->unknown ? "error" : "failure");
    add_attribute(out, "message", check->text);
    add_attribute(out, "type", check->unknown ? "unknown" : "fail-if");
    buf_adds(out, "/>\n    </testcase>\n");
}

static void add_suite(struct buf *out, const struct verdict *verdict, const struct build *build,
                      size_t at)
{
    struct counts counts = counts_of(verdict, at);
    char begun[UTC_TEXT];

    if (counts.tests == 0)
        return;
    buf_adds(out, "  <testsuite");
    add_attribute(out, "name", build->label);
    add_counts(out, counts);
    utc_format(build->table.begin_wall_us, begun);
    begun[strcspn(begun, ".")] = 0; /* JUnit's has no fraction and no zone */
    buf_addf(out, " time=\"%.6f\" timestamp=\"%s\">\n", (double)build->table.end_us / US_PER_S,
             begun);
    for (size_t i = 0; i < verdict->count; i++) {
        if (verdict->list[i].at == at)
            add_case(out, &verdict->list[i]);
    }
    buf_adds(out, "  </testsuite>\n");
}

static void add_all(struct buf *out, const struct verdict *verdict, const struct scene *scene)
{
    struct counts all = {0};

    for (size_t i = 0; i < scene->count; i++) {
        struct counts counts = counts_of(verdict, i);

        all.tests += counts.tests;
        all.failures += counts.failures;
        all.errors += counts.errors;
    }
    buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stretto\"");
    add_counts(out, all);
    buf_adds(out, ">\n");
    for (size_t i = 0; i < scene->count; i++)
        add_suite(out, verdict, &scene->builds[i], i);
    buf_adds(out, "</testsuites>\n");
}

int junit_write(const char *path, const struct verdict *verdict, const struct scene *scene,
                struct error *err)
{
    struct outfile file;
    struct buf text;
    int rc;

    buf_init(&text, MOST);
    add_all(&text, verdict, scene);
    rc = text.failed ? error_nomem(err) : outfile_open(&file, path, err);
    if (rc == 0)
        rc = outfile_close(&file, !outfile_write(&file, text.data, text.len), err);
    buf_release(&text);
    return rc;
}
