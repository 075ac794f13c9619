/* Spans as the player lists them, against a run of three sessions of 2.4 s, one every 2 s. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/load.h"
#include "fixture.h"
#include "tests/core/dialects.h"

#define WALL INT64_C(1795221212723000) /* when the first session started */
#define RUN_US INT64_C(6400000)

struct row {
    const char *name;
    int64_t from_us[3]; /* since the first start */
    int64_t to_us[3];   /* 0: no more spans */
    size_t count;
    int64_t first_from_us;
    int64_t last_to_us;
    int64_t us;
    size_t waits_late; /* of 15: three sessions of homepage, script, two starts, calculation */
};

static const struct row rows[] = {
    {"never late", {0}, {0}, 0, 0, 0, 0, 0},
    {"while a user thinks", {400000}, {1200000}, 1, 400000, 1200000, 800000, 0},
    {"in a calculation", {1400000}, {1500000}, 1, 1400000, 1500000, 100000, 1},
    {"touches where a wait ends", {1900000}, {1950000}, 1, 1900000, 1950000, 50000, 0},
    {"touches where a wait begins", {1200000}, {1300000}, 1, 1200000, 1300000, 100000, 0},
    {"all of it, and before and after", {-5000000}, {90000000}, 1, 0, RUN_US, RUN_US, 15},
    {"before the first session", {-5000000}, {-1}, 0, 0, 0, 0, 0},
    {"after the last", {7000000}, {8000000}, 0, 0, 0, 0, 0},
    {"seconds one after another", {0, 1000000}, {1000000, 2000000}, 1, 0, 2000000, 2000000, 5},
    {"not in order, and one twice",
     {4000000, 0, 4050000},
     {4100000, 50000, 4080000},
     2,
     0,
     4100000,
     150000,
     2},
    {"ends before it begins", {3000000}, {2000000}, 0, 0, 0, 0, 0},
};

static void write_json(const char *dir, const struct row *row)
{
    struct buf json;

    buf_init(&json, 4096);
    buf_adds(&json, "{\"audit\": {\"late_limit_us\": 20000, \"untrusted\": [");
    for (size_t i = 0; i < 3 && row->to_us[i]; i++)
        buf_addf(&json, "%s{\"from_us\": %lld, \"to_us\": %lld, \"p99_us\": 30000}", i ? "," : "",
                 (long long)(WALL + row->from_us[i]), (long long)(WALL + row->to_us[i]));
    buf_adds(&json, "]}}");
    fixture_write(dir, "run/run.json", json.data);
    buf_release(&json);
}

static void load(struct build *build, const char *dir)
{
    struct error err = ERROR_NONE;
    char path[512];

    snprintf(path, sizeof(path), "%s/run", dir);
    if (build_load(build, "run", path, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(build_compute(build, 1000000, false), 0);
}

static void check(const struct row *row, const struct late *late)
{
    print_message("%s\n", row->name);
    assert_int_equal(late->count, row->count);
    assert_int_equal(late->told, row->count > 0 || row->to_us[0] > row->from_us[0]);
    assert_int_equal(late->us, row->us);
    assert_int_equal(late->waits_late, row->waits_late);
    if (!row->count)
        return;
    assert_int_equal(late->waits, 15);
    assert_int_equal(late->spans[0].from_us, row->first_from_us);
    assert_int_equal(late->spans[late->count - 1].to_us, row->last_to_us);
    assert_int_equal(late->p99_us, 30000);
}

static void test_spans(void **state)
{
    char *dir = fixture_dir();

    (void)state;
    fixture_run(dir, "run", 3);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct build build;

        write_json(dir, &rows[i]);
        load(&build, dir);
        check(&rows[i], &build.late);
        build_release(&build);
    }
    fixture_remove(dir);
}

static const struct {
    const char *name;
    const char *json;
    const char *words;
} told[] = {
    {"nothing is known", "{}", ""},
    {"an older run, a little late", "{\"lateness_us\": {\"p99\": 50000}}", ""},
    {"an older run, late", "{\"lateness_us\": {\"p99\": 50001}}",
     "p99 50 ms, the player's own delay"},
    {"the audit knows better",
     "{\"lateness_us\": {\"p99\": 70000}, \"audit\": {\"kept_up\": true}}", ""},
    {"did not keep up, and not when", "{\"audit\": {\"kept_up\": false, \"late_p99_us\": 21000}}",
     "p99 21 ms, the player's own delay"},
    {"a worker stood still",
     "{\"audit\": {\"untrusted\": [{\"from_us\": 1795221212723000, \"to_us\": 1795221213723000,"
     " \"p99_us\": 0, \"stall_us\": 250000}]}}",
     "1 s of 6.4 s, stood still 250 ms"},
    {"both",
     "{\"audit\": {\"untrusted\": [{\"from_us\": 1795221212723000, \"to_us\": 1795221213723000,"
     " \"p99_us\": 38000, \"stall_us\": 250000}]}}",
     "1 s of 6.4 s, p99 38 ms"},
    {"numbers that are none",
     "{\"audit\": {\"kept_up\": 1, \"late_p99_us\": 1e300, \"untrusted\": [7, {\"from_us\": "
     "-1e99}]}}",
     ""},
    {"no list", "{\"audit\": {\"untrusted\": {\"from_us\": 1}}}", ""},
    {"no object", "{\"audit\": [1]}", ""},
};

static void test_what_is_told(void **state)
{
    char *dir = fixture_dir();

    (void)state;
    fixture_run(dir, "run", 1);
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        struct build build;
        char words[128];

        print_message("%s\n", told[i].name);
        fixture_write(dir, "run/run.json", told[i].json);
        load(&build, dir);
        assert_string_equal(late_words(&build.late, RUN_US, words, sizeof(words)), told[i].words);
        build_release(&build);
    }
    fixture_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_what_is_told),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
