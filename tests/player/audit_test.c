#include "tests/core/testing.h"

#include "core/units.h"
#include "player/audit.h"

#define MS US_PER_MS
#define S US_PER_S
/* 2026-11-21 12:00:00 UTC */
#define NOON_US INT64_C(1795262400000000)

/* One second of a run; all others are quiet. */
struct second {
    int at_s;
    uint64_t actions;
    int64_t p99_ms;
    int64_t max_ms;
    int64_t stall_ms;
    int stalled;
    double cpu;
};

static void add_second(struct audit *audit, const struct second *second)
{
    double cpu[] = {0.1, second->cpu};

    audit_add(audit, &(struct audit_sample){
                         .from_us = NOON_US + second->at_s * S,
                         .to_us = NOON_US + (second->at_s + 1) * S,
                         .actions = second->actions,
                         .late_p50_us = MS,
                         .late_p99_us = second->p99_ms * MS,
                         .late_max_us = second->max_ms * MS,
                         .stall_us = second->stall_ms * MS,
                         .stalled = second->stalled,
                         .workers = 2,
                         .cpu = cpu,
                     });
}

static const struct {
    const char *name;
    struct second seconds[4];
    const char *want;
} cases[] = {
    {"nothing happened", {{0}}, "the player kept up: its own lateness was p50 4 us, p99 9 us\n"},
    {"at the limit",
     {{10, 1000, 20, 90, 100, 0, 0.99}},
     "the player kept up: its own lateness was p50 4 us, p99 9 us\n"},
    {"too few actions to tell",
     {{10, 9, 500, 500, 0, 0, 0}},
     "the player kept up: its own lateness was p50 4 us, p99 9 us\n"},
    {"late, and busy",
     {{10, 10, 38, 50, 0, 0, 0.98}},
     "numbers from 12:00:09 to 12:00:11 are not to be trusted: the player was late by p99 38 ms "
     "(worker 1 used 98 % of its core)\n"},
    {"late, and not busy",
     {{10, 10, 38, 50, 0, 0, 0.5}},
     "numbers from 12:00:09 to 12:00:11 are not to be trusted: the player was late by p99 38 ms\n"},
    {"stood still",
     {{10, 0, 0, 0, 310, 1, 0.1}},
     "numbers from 12:00:09 to 12:00:11 are not to be trusted: worker 1 stood still for 310 ms\n"},
    {"what was done late was due before",
     {{10, 10, 38, 4500, 0, 0, 0.1}},
     "numbers from 12:00:05 to 12:00:11 are not to be trusted: the player was late by p99 38 ms\n"},
    {"joined: a second between; the worst of both",
     {{10, 10, 38, 0, 0, 0, 0.1}, {11, 10, 0, 0, 0, 0, 1}, {12, 10, 50, 0, 0, 0, 0.9}},
     "numbers from 12:00:10 to 12:00:13 are not to be trusted: the player was late by p99 50 ms "
     "(worker 1 used 90 % of its core)\n"},
    {"apart",
     {{10, 10, 38, 0, 0, 0, 0.1}, {13, 10, 50, 0, 0, 0, 0.1}},
     "numbers from 12:00:10 to 12:00:11 are not to be trusted: the player was late by p99 38 "
     "ms\nnumbers from 12:00:13 to 12:00:14 are not to be trusted: the player was late by p99 50 "
     "ms\n"},
    {"a long stall swallows what was before",
     {{10, 10, 38, 0, 0, 0, 0.1}, {13, 10, 50, 0, 0, 0, 0.1}, {30, 0, 0, 0, 20000, 0, 0.1}},
     "numbers from 12:00:10 to 12:00:31 are not to be trusted: the player was late by p99 50 ms\n"},
};

static void test_words(void **state)
{
    struct hist lateness = {0};
    double cpu[] = {0.1, 0.2};

    (void)state;
    for (int i = 0; i < 90; i++)
        hist_add(&lateness, 4);
    for (int i = 0; i < 10; i++)
        hist_add(&lateness, 9);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct audit *audit = calloc(1, sizeof(*audit));
        struct buf out;

        buf_init(&out, 10000);
        for (size_t j = 0; j < COUNT(cases[i].seconds); j++)
            add_second(audit, &cases[i].seconds[j]);
        audit_close(audit, &lateness, cpu, 2);
        assert_int_equal(audit_tell(audit, &out), 0);
        if (strcmp(out.data, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].name, out.data);
        assert_int_equal(audit_kept_up(audit), strstr(cases[i].want, "kept up") != NULL);
        buf_release(&out);
        free(audit);
    }
}

/* Many times in which it was late: a person reads five, run.json has what there is room for. */
static void test_many_spans(void **state)
{
    struct audit *audit = calloc(1, sizeof(*audit));
    struct buf out;
    int lines = 0;

    (void)state;
    buf_init(&out, 10000);
    for (int i = 0; i < AUDIT_SPANS + 20; i++)
        add_second(audit, &(struct second){10 * i, 10, 38, 0, 0, 0, 0.1});
    assert_int_equal(audit->count, AUDIT_SPANS);
    assert_int_equal(audit->spans[AUDIT_SPANS - 1].to_us,
                     NOON_US + (10 * (AUDIT_SPANS + 19) + 1) * S);
    audit_tell(audit, &out);
    for (const char *at = out.data; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 6);
    assert_non_null(strstr(out.data, "and 251 more such times: run.json has them ('audit')\n"));
    buf_release(&out);
    free(audit);
}

static void test_rows(void **state)
{
    const double cpu[] = {0.25, 0.9996};
    struct audit_sample sample = {NOON_US - S, NOON_US + 42, 7000042, 1200, 300, 2000,
                                  5000,        70,           1,       3,    2,   cpu};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(audit_head(2, &out), 0);
    assert_int_equal(audit_row(&sample, &out), 0);
    assert_string_equal(out.data,
                        "timestamp,elapsed_us,actions,late_p50_us,late_p99_us,late_max_us,"
                        "stall_max_us,socket_drops,cpu_0,cpu_1\n"
                        "1795262400000.042,7000042,1200,300,2000,5000,70,3,0.250,1.000\n");
    buf_release(&out);
}

static void test_json(void **state)
{
    struct audit *audit = calloc(1, sizeof(*audit));
    struct hist lateness = {0};
    double cpu[] = {0.12345, 0.5};
    json_t *json;
    char *text;

    (void)state;
    hist_add(&lateness, 100);
    add_second(audit, &(struct second){10, 10, 38, 100, 310, 1, 0.5});
    audit->retransmits = 4;
    audit_close(audit, &lateness, cpu, 2);
    json = audit_json(audit);
    text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(4));
    assert_string_equal(text,
                        "{\"late_limit_us\":20000,\"late_p50_us\":100,\"late_p99_us\":100,"
                        "\"late_max_us\":100,\"stall_max_us\":310000,\"socket_drops\":0,"
                        "\"retransmits\":4,\"cpu\":[0.123,0.5],\"kept_up\":false,\"untrusted\":"
                        "[{\"from_us\":1795262409690000,\"to_us\":1795262411000000,"
                        "\"p99_us\":38000,\"stall_us\":310000}]}");
    free(text);
    json_decref(json);
    free(audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_many_spans),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_json),
    };

    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
