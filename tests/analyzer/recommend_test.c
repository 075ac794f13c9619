/* What is recommended, against apps whose truth is known (queue.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/match.h"
#include "analyzer/recommend.h"
#include "core/units.h"
#include "queue.h"
#include "tests/core/dialects.h"

#define BUILDS_MOST 2
#define PAIRS 20
#define TOO_MANY 4 /* the first of the rates */

struct told {
    struct build builds[BUILDS_MOST];
    struct match match;
    struct notes notes;
    struct findings findings;
};

static void tell(struct told *t, const struct queue *queues, size_t count)
{
    static const char *const labels[BUILDS_MOST] = {"old", "new"};
    struct scene scene = {t->builds, count, 1600, 10 * US_PER_S, &t->notes, &t->match};

    memset(t, 0, sizeof(*t));
    for (size_t i = 0; i < count; i++)
        queue_run(&t->builds[i], labels[i], &queues[i]);
    assert_int_equal(match_compute(&t->match, t->builds, count), 0);
    assert_int_equal(recommend(&t->findings, &scene), 0);
}

static void release(struct told *t, size_t count)
{
    findings_release(&t->findings);
    match_release(&t->match);
    for (size_t i = 0; i < count; i++)
        build_release(&t->builds[i]);
}

static const struct finding *find(const struct told *t, const char *key, size_t nth)
{
    for (size_t i = 0; i < t->findings.count; i++) {
        if (strcmp(t->findings.list[i].key, key) == 0 && nth-- == 0)
            return &t->findings.list[i];
    }
    return NULL;
}

static void print_all(const struct told *t)
{
    for (size_t i = 0; i < t->findings.count; i++)
        print_message("  %s [%s] %s\n", finding_weight_name(t->findings.list[i].weight),
                      t->findings.list[i].key, t->findings.list[i].text);
}

static const struct queue_step parse_blocks[] = {
    {"plot", 0, 20000}, {"day", 0, 400000}, {"who", 0, 30000}, {NULL, 0, 0}};
static const struct queue_step parse_elsewhere[] = {
    {"plot", 0, 20000}, {"day", 400000, 5000}, {"who", 0, 30000}, {NULL, 0, 0}};

/* What the sessions of an app would be served in, at most: known from its costs. */
static const struct rate_row {
    const char *name;
    struct queue queue;
    const char *key;
    double every_s; /* 0: no number */
} rates[] = {
    {"one thread, too many",
     {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 345000, .seed = 1},
     "falls-behind",
     0.454},
    {"four threads, too many",
     {.steps = parse_blocks, .threads = 4, .sessions = 100, .every_us = 86000, .seed = 1},
     "falls-behind",
     0.1135},
    {"four workers, too many",
     {.steps = parse_elsewhere,
      .threads = 1,
      .workers = 4,
      .sessions = 100,
      .every_us = 80000,
      .seed = 1},
     "falls-behind",
     0.1},
    {"one worker, too many",
     {.steps = parse_elsewhere,
      .threads = 1,
      .workers = 1,
      .sessions = 60,
      .every_us = 300000,
      .seed = 1},
     "falls-behind",
     0.4},
    {"one thread, half busy",
     {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 800000, .seed = 1},
     "keeps-up",
     0.454},
    {"one thread, hardly busy",
     {.steps = parse_blocks, .threads = 1, .sessions = 30, .every_us = 5000000, .seed = 1},
     "keeps-up",
     0},
    {"four threads, half busy",
     {.steps = parse_blocks, .threads = 4, .sessions = 100, .every_us = 200000, .seed = 1},
     "keeps-up",
     0},
    {"four workers, half busy",
     {.steps = parse_elsewhere,
      .threads = 1,
      .workers = 4,
      .sessions = 100,
      .every_us = 200000,
      .seed = 1},
     "keeps-up",
     0},
};

static void expect_rate(const struct rate_row *row, bool poisson, double noise)
{
    struct queue queue = row->queue;
    const struct finding *f;
    struct told t;

    queue.poisson = poisson;
    queue.noise = noise;
    queue.think_us = 1000000;
    tell(&t, &queue, 1);
    f = find(&t, row->key, 0);
    if (!f || (row->every_s > 0) != (f->unit != NULL) ||
        (f->unit && (f->value < 0.9 * row->every_s || f->value > 1.1 * row->every_s))) {
        print_all(&t);
        fail_msg("%s: %s", row->name, f ? f->text : "nothing is said of the rate");
    }
    release(&t, 1);
}

static void test_rates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        expect_rate(&rates[i], false, 0.05);
    for (size_t i = 0; i < TOO_MANY; i++) {
        expect_rate(&rates[i], false, 0.3);
        expect_rate(&rates[i], true, 0.3);
    }
}

static const struct queue one_thread = {.steps = parse_blocks,
                                        .threads = 1,
                                        .sessions = 60,
                                        .every_us = 345000,
                                        .think_us = 1000000,
                                        .noise = 0.1,
                                        .seed = 3};
static const struct queue pool = {.steps = parse_elsewhere,
                                  .threads = 1,
                                  .workers = 4,
                                  .sessions = 60,
                                  .every_us = 345000,
                                  .think_us = 1000000,
                                  .noise = 0.1,
                                  .seed = 3};
static const struct queue small_pool = {.steps = parse_elsewhere,
                                        .threads = 1,
                                        .workers = 1,
                                        .sessions = 60,
                                        .every_us = 345000,
                                        .think_us = 1000000,
                                        .noise = 0.1,
                                        .seed = 3};
/* The report is as long as the day, and nobody else waits for it. */
static const struct queue_step both[] = {
    {"day", 0, 400000}, {"report", 600000, 2000}, {"who", 0, 30000}, {NULL, 0, 0}};
static const struct queue mixed = {.steps = both,
                                   .threads = 1,
                                   .workers = 8,
                                   .sessions = 60,
                                   .every_us = 345000,
                                   .think_us = 1000000,
                                   .noise = 0.1,
                                   .seed = 3};

static void test_who_blocks(void **state)
{
    static const struct {
        const char *name;
        const struct queue *queue;
        const char *blocks; /* NULL: nobody */
        const char *cached; /* NULL: likewise */
    } rows[] = {
        {"the parse on the only thread", &one_thread, "\"Set: day\"", NULL},
        {"the parse elsewhere", &pool, NULL, NULL},
        {"the parse elsewhere, with too few workers", &small_pool, NULL, "\"Set: day\""},
        {"one step on the thread, one elsewhere", &mixed, "\"Set: day\"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct finding *f;
        struct told t;

        tell(&t, rows[i].queue, 1);
        f = find(&t, "make-asynchronous", 0);
        if (!f != !rows[i].blocks || (f && !strstr(f->text, rows[i].blocks)) ||
            !find(&t, "one-thread", 0) != !rows[i].blocks || find(&t, "make-asynchronous", 1)) {
            print_all(&t);
            fail_msg("%s", rows[i].name);
        }
        f = find(&t, "cache", 0);
        if (rows[i].cached && (!f || !strstr(f->text, rows[i].cached)))
            fail_msg("%s: %s", rows[i].name, f ? f->text : "nothing to cache");
        release(&t, 1);
    }
}

/* Nothing is to be done about an app that is fast. */
/* Sessions that fail early make room: whoever is left is no proof that all would be served. */
static void test_no_praise_for_who_failed(void **state)
{
    struct queue easy = {
        .steps = parse_blocks, .threads = 1, .sessions = 30, .every_us = 5000000, .seed = 1};
    struct told t = {0};
    struct scene scene = {t.builds, 1, 1600, 10 * US_PER_S, &t.notes, &t.match};

    (void)state;
    queue_run(&t.builds[0], "old", &easy);
    t.builds[0].stats.done = 15;
    t.builds[0].stats.unfinished = 15;
    t.builds[0].stats.cut_waits = 15;
    assert_int_equal(match_compute(&t.match, t.builds, 1), 0);
    assert_int_equal(recommend(&t.findings, &scene), 0);
    assert_null(find(&t, "keeps-up", 0));
    assert_non_null(strstr(find(&t, "limit-unknown", 0)->text, "only 15 of 30 sessions"));
    assert_int_equal(find(&t, "page-load", 0)->weight, FINDING_WARN);
    assert_non_null(strstr(find(&t, "page-load", 0)->text, "15 did not"));
    release(&t, 1);
}

static void end_session(struct build *build, size_t session, unsigned line, const char *why)
{
    struct session *s = &build->table.sessions[session];

    s->outcome = SESSION_FAILED;
    s->failed_line = line;
    free(s->reason);
    s->reason = strdup(why);
    build->stats.failed++;
    build->stats.done--;
}

/* Who was stopped by the person at the keyboard is no failure of the app. */
static void test_stopped_is_not_failed(void **state)
{
    struct queue easy = {
        .steps = parse_blocks, .threads = 1, .sessions = 30, .every_us = 5000000, .seed = 1};
    struct told t = {0};
    struct scene scene = {t.builds, 1, 1600, 10 * US_PER_S, &t.notes, &t.match};

    (void)state;
    queue_run(&t.builds[0], "old", &easy);
    end_session(&t.builds[0], 24, 5, "'Homepage': GET /: connection broke");
    for (size_t i = 25; i < 28; i++)
        end_session(&t.builds[0], i, 5, "'Homepage': GET /: refused");
    end_session(&t.builds[0], 28, 9, "'Set: day': stopped by the user");
    end_session(&t.builds[0], 29, 9, "stopped: the run was aborted");
    assert_int_equal(match_compute(&t.match, t.builds, 1), 0);
    assert_int_equal(recommend(&t.findings, &scene), 0);
    assert_non_null(strstr(find(&t, "failed", 0)->text, "4 of 30 sessions failed"));
    assert_non_null(strstr(find(&t, "failed", 0)->text,
                           "(4) at line 5 of the script: 'Homepage': GET /: refused."));
    assert_non_null(strstr(find(&t, "stopped", 0)->text, "2 of 30 sessions were under way"));
    release(&t, 1);
}

/* Of a large run some sessions are kept, and with them some users: the run tells how many came. */
static void test_users_of_a_large_run(void **state)
{
    struct queue again = {.steps = parse_blocks,
                          .threads = 1,
                          .sessions = 60,
                          .users = 10,
                          .every_us = 1000000,
                          .seed = 1};
    struct told t = {0};
    struct scene scene = {t.builds, 1, 1600, 10 * US_PER_S, &t.notes, &t.match};

    (void)state;
    queue_run(&t.builds[0], "old", &again);
    t.builds[0].info.load.mode = strdup("users");
    t.builds[0].info.load.count = 20;
    assert_int_equal(match_compute(&t.match, t.builds, 1), 0);
    assert_int_equal(recommend(&t.findings, &scene), 0);
    assert_non_null(strstr(find(&t, "throughput", 0)->text, "20 users, "));
    release(&t, 1);
}

/* Two scripts that share little take as long as they are long. */
static void test_other_scripts(void **state)
{
    static const struct queue_step other[] = {
        {"one", 0, 5000},  {"two", 0, 5000}, {"three", 0, 5000}, {"four", 0, 5000},
        {"five", 0, 5000}, {"six", 0, 5000}, {"seven", 0, 5000}, {"eight", 0, 5000},
        {"nine", 0, 5000}, {NULL, 0, 0}};
    struct queue queues[] = {
        {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 3000000, .seed = 1},
        {.steps = other, .threads = 1, .sessions = 60, .every_us = 3000000, .seed = 2}};
    struct told t;

    (void)state;
    tell(&t, queues, 2);
    assert_null(find(&t, "calculation-differs", 0));
    assert_null(find(&t, "session-differs", 0));
    release(&t, 2);
}

static void test_fast_is_left_alone(void **state)
{
    struct told t;

    (void)state;
    tell(&t, &pool, 1);
    assert_int_equal(t.findings.count, 2);
    assert_non_null(find(&t, "page-load", 0));
    assert_non_null(find(&t, "keeps-up", 0));
    for (size_t i = 0; i < t.findings.count; i++)
        assert_int_equal(t.findings.list[i].weight, FINDING_GOOD);
    release(&t, 1);
}

static bool differs(const struct told *t)
{
    static const char *const keys[] = {"page-load-differs", "calculation-differs",
                                       "session-differs", "steps-differ"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (find(t, keys[i], 0))
            return true;
    }
    return false;
}

/* One app played twice: no difference is told, but for one pair of runs in twenty. */
static void test_same_app_twice(void **state)
{
    static const struct queue kinds[] = {
        {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 800000},
        {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 345000},
        {.steps = parse_blocks, .threads = 1, .sessions = 20, .every_us = 345000},
        {.steps = parse_blocks, .threads = 1, .sessions = 60, .every_us = 800000, .poisson = true},
        {.steps = parse_elsewhere,
         .threads = 1,
         .workers = 4,
         .sessions = 60,
         .every_us = 200000,
         .poisson = true},
        {.steps = parse_elsewhere,
         .threads = 1,
         .workers = 4,
         .sessions = 60,
         .users = 8,
         .every_us = 200000},
        {.steps = parse_elsewhere, .threads = 1, .workers = 4, .sessions = 60, .every_us = 80000},
    };
    size_t pairs = 0;
    size_t told = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        for (uint64_t pair = 0; pair < PAIRS; pair++) {
            struct queue q[2] = {kinds[i], kinds[i]};
            struct told t;

            for (size_t k = 0; k < 2; k++) {
                q[k].noise = 0.3;
                q[k].think_us = 1000000;
                q[k].seed = 2 * pair + k + 1;
            }
            tell(&t, q, 2);
            pairs++;
            told += differs(&t);
            release(&t, 2);
        }
    }
    if (told * 20 > pairs)
        fail_msg("%zu of %zu pairs of one app are told to differ", told, pairs);
}

static void expect_difference(const struct told *t, const char *key, double value)
{
    const struct finding *f = find(t, key, 0);

    if (!f || f->value < value * 1.3 || f->value > value * 0.7 || f->low > f->value ||
        f->high < f->value || f->high >= 0) {
        print_all(t);
        fail_msg("%s: %s", key, f ? f->text : "nothing is said");
    }
}

static void test_better_build(void **state)
{
    struct queue q[2] = {one_thread, pool};
    const struct spread *old;
    const struct spread *new;
    struct told t;

    (void)state;
    tell(&t, q, 2);
    old = &t.builds[0].stats.page_load;
    new = &t.builds[1].stats.page_load;
    expect_difference(&t, "page-load-differs", (double)(new->p95_us - old->p95_us) / US_PER_S);
    old = &t.builds[0].stats.calculation;
    new = &t.builds[1].stats.calculation;
    expect_difference(&t, "calculation-differs", (double)(new->p95_us - old->p95_us) / US_PER_S);
    assert_non_null(strstr(find(&t, "page-load-differs", 0)->text, "new: page load p95 is "));
    assert_non_null(strstr(find(&t, "page-load-differs", 0)->text, " shorter ("));
    release(&t, 2);
}

static void test_worse_build(void **state)
{
    struct queue q[2] = {pool, one_thread};
    struct told t;

    (void)state;
    tell(&t, q, 2);
    assert_int_equal(find(&t, "page-load-differs", 0)->weight, FINDING_BAD);
    assert_non_null(strstr(find(&t, "page-load-differs", 0)->text, " longer ("));
    release(&t, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_who_blocks),
        cmocka_unit_test(test_no_praise_for_who_failed),
        cmocka_unit_test(test_stopped_is_not_failed),
        cmocka_unit_test(test_users_of_a_large_run),
        cmocka_unit_test(test_other_scripts),
        cmocka_unit_test(test_fast_is_left_alone),
        cmocka_unit_test(test_same_app_twice),
        cmocka_unit_test(test_better_build),
        cmocka_unit_test(test_worse_build),
    };

    shipped("shiny");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
