/* --fail-if, --junit: what is held against which build, how it is told, and the exit code.
 *
 * In every session page load takes 200 ms, its calculation 600 ms, all of it 2.4 s; `sync` has
 * three of them, one every 2 s. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/match.h"
#include "analyzer/verdict.h"
#include "fixture.h"
#include "program.h"
#include "tests/core/dialects.h"

#define WORDS_MOST 16

/* `stretto-analyze sync async` with a condition and words of its own; its exit code. */
static int hold(struct ran *r, const char *condition, const char *const *more)
{
    const char *argv[WORDS_MOST] = {"stretto-analyze", "sync",        "async",   "--charts",
                                    "sessions",        "--overwrite", "--files", "none"};
    size_t argc = 8;

    if (condition) {
        argv[argc++] = "--fail-if";
        argv[argc++] = condition;
    }
    while (more && *more)
        argv[argc++] = *more++;
    return run_argv(r, (char **)(uintptr_t)argv);
}

static const struct {
    const char *condition;
    const char *says; /* of the builds for which it is true, a line each */
} conditions[] = {
    {"page_load.p95 > 10s", ""},
    {"page_load.p95 > 200ms", ""},
    {"page_load.p95 >= 200 ms", "sync: page_load.p95 is 200 ms, at least 200 ms\n"
                                "async: page_load.p95 is 200 ms, at least 200 ms\n"},
    {"sync.session.max > 1s", "sync.session.max is 2.4 s, above 1 s\n"},
    {"page_load.min > 199999us", "sync: page_load.min is 0.200000 s, above 0.199999 s\n"
                                 "async: page_load.min is 0.200000 s, above 0.199999 s\n"},
    {"calculation.p50 > 2.5 * sync.page_load.p95 + 50ms",
     "async: calculation.p50 is 600 ms, above 550 ms (2.5 * sync.page_load.p95 "
     "+ 50ms)\n"},
    {"calculation.p50 > 3 * sync.page_load.p95", ""},
    {"calculation.p50 > 3.000001 * sync.page_load.p95", ""},
    {"calculation.p50 >= 2.999999 * page_load.p95",
     "sync: calculation.p50 is 600 ms, at least 600 ms (2.999999 * "
     "page_load.p95)\n"
     "async: calculation.p50 is 600 ms, at least 600 ms (2.999999 * "
     "page_load.p95)\n"},
    {"session.count < sync.session.count",
     "async: session.count is 2, below 3 (sync.session.count)\n"},
    {"sync.session.rate != 0.46875/s", ""}, /* three in 6.4 s */
    {"sync.session.rate < 0.5", "sync.session.rate is 0.469/s, below 0.5/s\n"},
    {"failed > 0", ""},
    {"failed.rate >= 0%", "sync: failed.rate is 0%, at least 0%\n"
                          "async: failed.rate is 0%, at least 0%\n"},
    {"sync.lateness.p99 > 1s", "sync.lateness.p99 cannot be told: the run does not tell it\n"},
    {"sync.step[\"Homepage\"].max >= 0.1s",
     "sync.step[\"Homepage\"].max is 100 ms, at least 100 ms\n"},
    {"sync.step[\"Set: n\"].max == 600ms", "sync.step[\"Set: n\"].max is 600 ms, exactly 600 ms\n"},
};

static int load(struct build *build, const struct ran *r, const char *name)
{
    struct error err = ERROR_NONE;
    char path[512];
    int rc;

    snprintf(path, sizeof(path), "%s/%s", r->dir, name);
    rc = build_load(build, name, path, &err);
    return rc == 0 ? build_compute(build, 1000000, false) : rc;
}

static void add_broken(struct buf *out, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++) {
        if (verdict->list[i].broken)
            buf_addf(out, "%s\n", verdict->list[i].text);
    }
}

static void check_condition(const struct scene *scene, size_t i)
{
    struct error err = ERROR_NONE;
    struct verdict verdict;
    struct buf text;

    if (verdict_compute(&verdict, &conditions[i].condition, 1, scene, &err) < 0)
        fail_msg("%s: %s", conditions[i].condition, err.text);
    buf_init(&text, 10000);
    buf_adds(&text, "");
    add_broken(&text, &verdict);
    if (strcmp(text.data ? text.data : "", conditions[i].says) != 0)
        fail_msg("%s: %s", conditions[i].condition, text.data);
    buf_release(&text);
    verdict_release(&verdict);
}

static void test_conditions(void **state)
{
    struct ran *r = *state;
    struct build builds[2];
    struct notes notes = {0};
    struct match match;

    assert_int_equal(load(&builds[0], r, "sync"), 0);
    assert_int_equal(load(&builds[1], r, "async"), 0);
    assert_int_equal(match_compute(&match, builds, 2), 0);
    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
        check_condition(&(struct scene){builds, 2, 1600, 1000000, &notes, &match}, i);
    match_release(&match);
    build_release(&builds[0]);
    build_release(&builds[1]);
}

static const struct {
    const char *condition;
    int code;
    const char *err; /* all of it */
} programs[] = {
    {"page_load.p95 > 10s", 0, ""},
    {"sync.session.max > 1s", 1,
     "analyze: --fail-if: sync.session.max is 2.4 s, above 1 s\n"
     "analyze: --fail-if: 1 of 1 checks failed\n"},
    {"base.page_load.p95 > 1s", 2,
     "analyze: --fail-if 'base.page_load.p95 > 1s': there is no build 'base', but 'sync', "
     "'async'\n"},
    {"page_load.p95 > sync.page_load.p95 + async.page_load.p95", 2,
     "analyze: --fail-if 'page_load.p95 > sync.page_load.p95 + async.page_load.p95': it is held "
     "against every build but those on its right, and there is no other: name another run\n"},
    {"page_load.p95 > 10", 2,
     "  page_load.p95 > 10\n"
     "                    ^\n"
     "analyze: --fail-if: column 19: expected the unit of a time: us, ms, s, m or h\n"},
    {"step[\"\xe6\xbc\xa2\"].p95 > 5%", 2,
     "  step[\"\xe6\xbc\xa2\"].p95 > 5%\n"
     "                   ^\n" /* two columns a character */
     "analyze: --fail-if: column 17: expected a time, as 10s or 500ms, or BUILD.step[\"LABEL\"]."
     "p95\n"},
};

static void test_exit_codes(void **state)
{
    struct ran *r = *state;

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        int code = hold(r, programs[i].condition, NULL);

        if (code != programs[i].code || strcmp(r->err, programs[i].err) != 0)
            fail_msg("%s: %d, %s", programs[i].condition, code, r->err);
    }
}

/* A typing error costs no run that is read and leaves nothing behind. */
static void test_parsed_first(void **state)
{
    struct ran *r = *state;

    assert_int_equal(run(r, "nowhere --fail-if page_load"), 2);
    assert_non_null(strstr(r->err, "column 10: expected a dot and a statistic"));
    assert_false(exists(r, "report"));
}

static void test_unknown_step(void **state)
{
    struct ran *r = *state;

    assert_int_equal(hold(r, "step[\"homepag\"].p95 > 1s", NULL), 2);
    said(r, "there is no step 'homepag', but 'Homepage', ");
}

/* All is written although a condition is true. */
static void test_files_all_the_same(void **state)
{
    struct ran *r = *state;

    assert_int_equal(run(r, "sync --fail-if page_load.p95>1ms --junit verdict.xml"), 1);
    assert_true(exists(r, "report/sessions.png"));
    assert_true(exists(r, "report/summary.json"));
    assert_true(exists(r, "report/report.html"));
    assert_true(exists(r, "verdict.xml"));
    assert_non_null(strstr(r->out, "report/summary.json\n"));
}

static void write_session(struct ran *r, const char *name, const struct fixture_session *session)
{
    struct buf csv;

    buf_init(&csv, 1 << 16);
    fixture_rows(&csv, session);
    fixture_write(r->dir, name, csv.data);
    buf_release(&csv);
}

/* A run in which nothing came so far keeps no promise. */
static void test_unknown(void **state)
{
    struct ran *r = *state;

    write_session(r, "sync/sessions/0.csv",
                  &(struct fixture_session){.stop_before = 5, .fail = "gone"});
    assert_int_equal(hold(r, "page_load.p95 > 10s", NULL), 1);
    assert_string_equal(r->err,
                        "analyze: --fail-if: sync: page_load.p95 cannot be told: nothing was "
                        "measured\nanalyze: --fail-if: 1 of 2 checks failed\n");
    assert_int_equal(hold(r, "page_load.p95 > 10 * sync.page_load.p95", NULL), 1);
    assert_non_null(strstr(r->err, "async: sync.page_load.p95 cannot be told: nothing was "));
    assert_int_equal(hold(r, "failed.rate > 99.9%", NULL), 1);
    assert_non_null(strstr(r->err, "sync: failed.rate is 100%, above 99.9%\n"));
    assert_int_equal(hold(r, "failed.rate > 50%", NULL), 1);
}

static void test_lateness(void **state)
{
    struct ran *r = *state;

    fixture_write(r->dir, "sync/run.json",
                  "{\"lateness_us\": {\"p50\": 100, \"p95\": 500, \"p99\": 900, \"max\": 5000}}");
    assert_int_equal(hold(r, "sync.lateness.p50 != 100us", NULL), 0);
    assert_int_equal(hold(r, "sync.lateness.p95 != 500us", NULL), 0);
    assert_int_equal(hold(r, "sync.lateness.p99 != 900us", NULL), 0);
    assert_int_equal(hold(r, "sync.lateness.max != 5ms", NULL), 0);
}

/* Every condition has its say, in the order they were asked for. */
static void test_several(void **state)
{
    static const char *const more[] = {"--fail-if", "failed > 0", "--fail-if", "session.max > 2.3s",
                                       NULL};
    struct ran *r = *state;

    assert_int_equal(hold(r, "page_load.max > 0", more), 1);
    assert_string_equal(r->err, "analyze: --fail-if: sync: page_load.max is 200 ms, above 0 us\n"
                                "analyze: --fail-if: async: page_load.max is 200 ms, above 0 us\n"
                                "analyze: --fail-if: sync: session.max is 2.4 s, above 2.3 s\n"
                                "analyze: --fail-if: async: session.max is 2.4 s, above 2.3 s\n"
                                "analyze: --fail-if: 4 of 6 checks failed\n");
}

static void test_junit(void **state)
{
    static const char *const more[] = {"--junit", "v.xml", "--fail-if", "lateness.p99 > 1s", NULL};
    struct ran *r = *state;
    char *xml;
    char *fraction;

    assert_int_equal(hold(r, "page_load.p95 > 1.5 * sync.page_load.min - 150ms", more), 1);
    xml = fixture_read(r->dir, "v.xml");
    fraction = strstr(xml, "timestamp=\"2026-11-21T");
    assert_non_null(fraction);
    assert_non_null(strstr(xml, "<testsuites name=\"stretto\" tests=\"3\" failures=\"1\" "
                                "errors=\"2\">"));
    assert_non_null(strstr(xml, "<testsuite name=\"sync\" tests=\"1\" failures=\"0\" errors=\"1\" "
                                "time=\"6.400000\""));
    assert_non_null(
        strstr(xml, "<testcase name=\"page_load.p95 &gt; 1.5 * sync.page_load.min - 150ms\" "
                    "classname=\"async\" time=\"0.200000\">\n"
                    "      <failure message=\"async: page_load.p95 is 200 ms, above 150 ms (1.5 * "
                    "sync.page_load.min - 150ms)\" type=\"fail-if\"/>\n"));
    assert_non_null(strstr(xml, "<error message=\"sync: lateness.p99 cannot be told: the run does "
                                "not tell it\" type=\"unknown\"/>"));
    free(xml);
}

/* Whatever a run and a condition are called: an XML parser reads it back. */
static void test_junit_is_xml(void **state)
{
    static const char *const argv[] = {"stretto-analyze",
                                       "<&\"'>\x1b\x01\xff\xef\xbf\xbe=sync",
                                       "--charts",
                                       "sessions",
                                       "--files",
                                       "none",
                                       "--junit",
                                       "v.xml",
                                       "--fail-if",
                                       "step[\"<b>]]>&\"].p95 > 1s",
                                       NULL};
    static const char *const good[] = {"stretto-analyze",
                                       "<&\"'>\x1b\x01\xff\xef\xbf\xbe=sync",
                                       "--charts",
                                       "sessions",
                                       "--files",
                                       "none",
                                       "--junit",
                                       "v.xml",
                                       "--fail-if",
                                       "page_load.p95<1s",
                                       NULL};
    struct ran *r = *state;
    char command[600];

    assert_int_equal(run_argv(r, (char **)(uintptr_t)argv), 2);
    assert_false(exists(r, "v.xml"));
    assert_int_equal(run_argv(r, (char **)(uintptr_t)good), 1);
    assert_null(strchr(r->err, 0x1b));
    if (system("python3 -c '' 2>&1") != 0)
        skip();
    snprintf(command, sizeof(command),
             "python3 -c 'import sys, xml.etree.ElementTree as e; s = e.parse(sys.argv[1])"
             ".getroot()[0]; assert s.get(\"name\").startswith(chr(60) + chr(38)), s.attrib; "
             "assert s[0].get(\"name\") == \"page_load.p95\" + chr(60) + \"1s\"' '%s/v.xml'",
             r->dir);
    assert_int_equal(system(command), 0);
}

static void test_junit_cannot_be_written(void **state)
{
    struct ran *r = *state;

    assert_int_equal(run(r, "sync --junit nowhere/v.xml"), 1);
    said(r, "nowhere/v.xml: cannot write: No such file or directory");
}

/* All that stands on stdout is the table: the names of files go to stderr. */
static void test_markdown(void **state)
{
    static const char *const more[] = {"--markdown", NULL};
    struct ran *r = *state;

    assert_int_equal(hold(r, "session.count < 3", more), 1);
    assert_int_equal(strncmp(r->out, "### \u274c Load test: 1 of 2 checks failed\n\n| build |", 30),
                     0);
    assert_non_null(strstr(r->out, "\n| `sync` | 3 | 0 | 200 ms | 200 ms | 600 ms | 600 ms |\n"));
    assert_non_null(strstr(r->out, "\n| `async` | 2 | 0 | 200 ms (+0%) | 200 ms (+0%) | 600 ms "
                                   "(+0%) | 600 ms (+0%) |\n"));
    assert_non_null(strstr(r->out, "\n| \u2705 passed | `session.count < 3` | `sync` | "
                                   "session.count is 3, not below 3 |\n"));
    assert_non_null(strstr(r->out, "\n| \u274c failed | `session.count < 3` | `async` | "
                                   "session.count is 2, below 3 |\n"));
    assert_null(strstr(r->out, "sessions.png"));
    assert_non_null(strstr(r->err, "report/sessions.png\n"));
}

static void test_markdown_of_one(void **state)
{
    struct ran *r = *state;

    write_session(r, "sync/sessions/0.csv",
                  &(struct fixture_session){.stop_before = 10, .fail = "gone"});
    assert_int_equal(run(r, "sync --markdown --charts sessions"), 0);
    assert_int_equal(strncmp(r->out, "### Load test of 1 build\n", 25), 0);
    /* No calculation ended in any build: no columns for them.  Nothing to compare with. */
    assert_non_null(strstr(r->out, "\n| `sync` | 1 | **1** (100%) | 200 ms | 200 ms |\n"));
    assert_null(strstr(r->out, "In brackets"));
}

/* No label breaks the table, is taken for HTML, calls somebody or links. */
static void test_markdown_of_hostile_labels(void **state)
{
    static const char *const argv[] = {"stretto-analyze",
                                       "a|`b\n<img src=x>@me http://x www.y=sync",
                                       "--charts",
                                       "sessions",
                                       "--files",
                                       "none",
                                       "--markdown",
                                       "--fail-if",
                                       "build[\"a|`b\\n<img src=x>@me http://x www.y\"].failed>=0",
                                       NULL};
    struct ran *r = *state;

    assert_int_equal(run_argv(r, (char **)(uintptr_t)argv), 1);
    assert_non_null(strstr(
        r->out,
        "\n| <code>a&#124;&#96;b &#60;img src=x&#62;@me http&#58;//x www&#46;y</code> | 3 | 0 |"));
    assert_null(strstr(r->out, "<img"));
    assert_null(strstr(r->out, "://"));
    assert_null(strstr(r->out, "www."));
    for (const char *at = r->out; (at = strstr(at, "@me")); at++)
        assert_true(strncmp(at - 5, "&#62;", 5) == 0); /* only in code */
    for (const char *at = r->out; (at = strstr(at, "a|")); at++)
        fail_msg("a | ends a cell: %s", at);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, program_set_up, program_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_conditions),
        IN_DIR(test_exit_codes),
        IN_DIR(test_parsed_first),
        IN_DIR(test_unknown_step),
        IN_DIR(test_files_all_the_same),
        IN_DIR(test_unknown),
        IN_DIR(test_lateness),
        IN_DIR(test_several),
        IN_DIR(test_junit),
        IN_DIR(test_markdown),
        IN_DIR(test_markdown_of_one),
        IN_DIR(test_markdown_of_hostile_labels),
        IN_DIR(test_junit_is_xml),
        IN_DIR(test_junit_cannot_be_written),
    };

    shipped("shiny");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
