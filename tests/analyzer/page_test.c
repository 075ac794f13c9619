/* The page's parts that no browser is needed for: the sessions as bytes, read back; the colours
 * that the pictures ask for; memory refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/load.h"
#include "analyzer/match.h"
#include "analyzer/page.h"
#include "analyzer/page_crowd.h"
#include "analyzer/page_files.h"
#include "analyzer/palette.h"
#include "fixture.h"
#include "tests/core/dialects.h"
#include "tests/core/refusal.h"

struct reader {
    const unsigned char *at;
};

static uint64_t take(struct reader *r)
{
    uint64_t number = 0;
    int shift = 0;

    do {
        number |= (uint64_t)(*r->at & 127) << shift;
        shift += 7;
    } while (*r->at++ & 128);
    return number;
}

static int64_t take_signed(struct reader *r)
{
    uint64_t folded = take(r);

    return folded & 1 ? -(int64_t)(folded >> 1) - 1 : (int64_t)(folded >> 1);
}

static void expect(struct reader *r, const char *what, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = (int64_t)take(r);

        if (number != numbers[i])
            fail_msg("%s: number %zu is %lld, not %lld", what, i, (long long)number,
                     (long long)numbers[i]);
    }
}

#define EXPECT(r, what, ...)                                                                       \
    expect(r, what, (const int64_t[]){__VA_ARGS__},                                                \
           sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void load(struct build *build, const char *dir, long sessions)
{
    struct error err = ERROR_NONE;
    char path[512];

    fixture_run(dir, "run", sessions);
    snprintf(path, sizeof(path), "%s/run", dir);
    assert_int_equal(build_load(build, "one", path, &err), 0);
    assert_int_equal(build_compute(build, 1000000, true), 0);
}

#define WAITS_OF_ONE 5

static void pass(struct reader *r, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take(r);
}

/* The columns of the script's own waits, and behind them those of `sessions` alike; in tenths of a
 * millisecond since their session began. */
static void expect_waits(struct reader *r, size_t sessions)
{
    static const int64_t steps[] = {0, 1, 2, 4, 6};
    static const int64_t starts[] = {0, 1100, 1400, 2100, 13000};
    static const int64_t lengths[] = {1000, 200, 600, 900, 6000};

    pass(r, WAITS_OF_ONE);
    for (size_t i = 0; i < sessions * WAITS_OF_ONE; i++) {
        size_t w = i % WAITS_OF_ONE;

        assert_int_equal(take_signed(r), steps[w] - (w ? steps[w - 1] + 1 : 0));
    }
    pass(r, WAITS_OF_ONE);
    for (size_t i = 0; i < sessions * WAITS_OF_ONE; i++)
        assert_int_equal(take(r), 2 * lengths[i % WAITS_OF_ONE]);
    pass(r, WAITS_OF_ONE);
    for (size_t i = 0; i < sessions * WAITS_OF_ONE; i++) {
        size_t w = i % WAITS_OF_ONE;

        assert_int_equal(take_signed(r), starts[w] - (w ? starts[w - 1] + lengths[w - 1] : 0));
    }
}

static void skip_text(struct reader *r)
{
    size_t len = (size_t)take(r);

    r->at += len;
}

static void test_crowd(void **state)
{
    char *dir = fixture_dir();
    struct build build;
    struct buf out;
    struct reader r;

    (void)state;
    load(&build, dir, 2);
    buf_init(&out, 1 << 20);
    assert_int_equal(page_crowd(&out, &build, 1), 0);
    r.at = (const unsigned char *)out.data;
    EXPECT(&r, "version, every, builds", 1, 1, 1);
    EXPECT(&r, "steps", 9, WAIT_HOME, WAIT_ASSET, WAIT_START, WAIT_NONE, WAIT_START, WAIT_NONE,
           WAIT_CALC, WAIT_CALC, WAIT_NONE);
    EXPECT(&r, "reasons", 1);
    skip_text(&r);
    EXPECT(&r, "steady and late", 0, 0, 0, 0);
    EXPECT(&r, "sessions", 2, 2);
    EXPECT(&r, "places", 0, 0);
    EXPECT(&r, "ids and users", 0, 2, 0, 2);
    EXPECT(&r, "iterations", 0, 0);
    EXPECT(&r, "starts", 0, 20000);
    EXPECT(&r, "lengths", 24000, 24000);
    EXPECT(&r, "states", 4, 4);
    EXPECT(&r, "lines and reasons", 0, 0, 0, 0);
    EXPECT(&r, "waits", WAITS_OF_ONE, WAITS_OF_ONE);
    pass(&r, 1); /* how long the script is */
    EXPECT(&r, "waits of the script", WAITS_OF_ONE);
    expect_waits(&r, 2);
    assert_int_equal(r.at - (const unsigned char *)out.data, out.len);
    buf_release(&out);
    build_release(&build);
    fixture_remove(dir);
}

/* A run of more sessions than a page holds, none of which did anything. */
static void test_sample(void **state)
{
    struct build build = {0};
    struct buf out;
    struct reader r;
    size_t many = PAGE_CROWD_SESSIONS * 2;

    (void)state;
    build.script = fixture_parse();
    assert_int_equal(plan_init(&build.plan, build.script), 0);
    build.table.session_count = many;
    build.table.sessions = calloc(many, sizeof(*build.table.sessions));
    assert_non_null(build.table.sessions);
    for (size_t i = 0; i < many; i++) /* the slowest are those of odd numbers at the end */
        build.table.sessions[i].end_us = i > many - 2 * PAGE_CROWD_SLOWEST && i % 2 ? 1000 : 100;
    buf_init(&out, 1 << 24);
    assert_int_equal(page_crowd(&out, &build, 1), 0);
    r.at = (const unsigned char *)out.data;
    EXPECT(&r, "version, every, builds", 1, 2, 1);
    pass(&r, 11); /* steps; how many reasons */
    skip_text(&r);
    pass(&r, 4); /* steady, late */
    EXPECT(&r, "sessions", (int64_t)many, (int64_t)(many / 2 + PAGE_CROWD_SLOWEST));
    buf_release(&out);
    free(build.table.sessions);
    plan_release(&build.plan);
    script_free(build.script);
}

static const char *file_text(const char *path)
{
    for (size_t i = 0; i < page_count; i++) {
        if (strcmp(page_files[i].path, path) == 0)
            return (const char *)page_files[i].bytes;
    }
    return NULL;
}

static void expect_colour(uint32_t rgb)
{
    char text[32];

    snprintf(text, sizeof(text), "[fill=\"#%06x\"]", (unsigned)rgb);
    if (!strstr(file_text("/colours.css"), text))
        fail_msg("colours.css has nothing for %s", text);
}

static void test_colours(void **state)
{
    static const uint32_t inks[] = {INK, INK_SOFT, INK_WARN, GRID, PAPER, LIFE, LIMIT, LIMIT_INK};

    (void)state;
    for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++)
        expect_colour(inks[i]);
    for (int kind = 0; kind < WAIT_KINDS; kind++)
        expect_colour(wait_colour((enum wait_kind)kind));
    for (size_t i = 0; i < BUILD_COLOURS; i++)
        expect_colour(build_colour(i));
}

/* What would end the element that they stand in, or be rewritten by a browser as it reads. */
static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < page_count; i++) {
        const char *text = (const char *)page_files[i].bytes;

        assert_null(strchr(text, '\r'));
        if (strstr(page_files[i].path, ".html"))
            continue;
        assert_null(strstr(text, "</script"));
        assert_null(strstr(text, "</style"));
        assert_null(strstr(text, "<!--"));
    }
}

struct asked {
    const struct page *page;
    char path[512];
};

static int write_page(void *user)
{
    const struct asked *asked = user;
    struct error err = ERROR_NONE;

    return page_write(asked->path, asked->page, &err);
}

static void test_refusals(void **state)
{
    static const struct notes none;
    static const struct verdict kept;
    char *dir = fixture_dir();
    char *label = strdup("a \"step\" <b>");
    struct finding told = {.weight = FINDING_WARN,
                           .key = "k",
                           .text = label,
                           .unit = "s",
                           .value = 1,
                           .low = 0.5,
                           .high = 2,
                           .confidence = 0.95};
    struct findings findings = {&told, 1};
    struct build build;
    struct match match;
    struct asked asked;

    (void)state;
    load(&build, dir, 3);
    assert_int_equal(match_compute(&match, &build, 1), 0);

    struct scene scene = {&build, 1, 1600, 1000000, &none, &match};
    struct page page = {&scene, &findings, &kept, NULL, 0};

    asked.page = &page;
    snprintf(asked.path, sizeof(asked.path), "%s/report.html", dir);
    assert_true(refuse_in_turn("a page", write_page, &asked) > 20);
    match_release(&match);
    build_release(&build);
    free(label);
    fixture_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crowd), cmocka_unit_test(test_sample),
                                       cmocka_unit_test(test_colours), cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_refusals)};

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
