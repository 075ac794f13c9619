/* What large files are made of: cells, lanes, and how many sessions were active. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/active.h"
#include "analyzer/csv_cell.h"
#include "analyzer/lanes.h"
#include "analyzer/nearest.h"

static const struct {
    const char *text;
    const char *cell;
} cells[] = {
    {"", ""},
    {"Get: app.js", "Get: app.js"},
    {"Updated: a, b", "\"Updated: a, b\""},
    {"say \"hi\"", "\"say \"\"hi\"\"\""},
    {"one\ntwo\x1b[31m", "one two [31m"},
    {" blank", "\" blank\""},
    {"=1+1", "'=1+1"},
    {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
    {"+1", "'+1"},
    {"-1", "'-1"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\t=1", "\"' =1\""},
    {"\r\n  =1", "\"'    =1\""},
    {"\xef\xbc\x9d"
     "1",
     "'\xef\xbc\x9d"
     "1"}, /* as wide as a Chinese letter */
    {"a=1", "a=1"},
    {"\xf0\x9f\x90\x8b", "\xf0\x9f\x90\x8b"},
};

static void test_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        struct buf out;

        buf_init(&out, 1000);
        buf_adds(&out, "");
        csv_cell_add(&out, cells[i].text);
        if (out.failed || strcmp(out.data ? out.data : "", cells[i].cell) != 0)
            fail_msg("%s became %s", cells[i].text, out.data);
        buf_release(&out);
    }
}

static const struct {
    const char *name;
    int64_t start_us;
    int64_t end_us;
    size_t lane;
} steps[] = {
    {"the first lies in its session", 0, 100, 0},
    {"one behind it too", 100, 150, 0},
    {"one beside it does not", 120, 140, 1},
    {"nor a third, that is longer", 120, 500, 2},
    {"the second lane is free again", 140, 160, 1},
    {"so is the session's", 150, 300, 0},
    {"no length at all", 300, 300, 0},
    {"one that began before the last", 250, 300, 1},
};

static void test_lanes(void **state)
{
    struct lanes lanes = {0};
    size_t lane;

    (void)state;
    assert_int_equal(lanes_session(&lanes, 0, 1000), 0);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_int_equal(lanes_step(&lanes, steps[i].start_us, steps[i].end_us, &lane), 0);
        if (lane != steps[i].lane)
            fail_msg("%s: lane %zu", steps[i].name, lane);
    }
    /* The next session of that user: in the same place; one that begins too early beside it. */
    assert_int_equal(lanes_session(&lanes, 1000, 2000), 0);
    assert_int_equal(lanes.session, 0);
    assert_int_equal(lanes_session(&lanes, 1500, 2500), 0);
    assert_int_equal(lanes.session, 1);
    assert_int_equal(lanes_step(&lanes, 1500, 1600, &lane), 0);
    assert_int_equal(lane, 1);
    lanes_release(&lanes);
}

/* Wherever the cursor stands: what looking through all would tell. */
static void test_active_near(void **state)
{
    struct session sessions[60] = {0};
    struct table table = {.sessions = sessions, .session_count = 60};
    struct active_cursor cursor = {0};
    struct active active;
    uint32_t random = 11;

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        random = random * 1664525 + 1013904223;
        sessions[i].start_us = (random >> 8) % 100;
        sessions[i].end_us = sessions[i].start_us + (random >> 20) % 50;
    }
    assert_int_equal(active_compute(&active, &table), 0);
    for (size_t i = 0; i < 5000; i++) {
        int64_t us;

        random = random * 1664525 + 1013904223;
        us = (int64_t)((random >> 8) % 170) - 10;
        assert_int_equal(active_near(&active, us, &cursor), active_at(&active, us));
    }
    active_release(&active);
}

static void test_nearest(void **state)
{
    static const char *const names[] = {"Homepage",  "Get: app.js",  "Set: who",
                                        "Set: when", "Set: who (2)", "a\nb"};
    struct nearest nearest = {0};
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        nearest_add(&nearest, "set: Who", names[i]);
    buf_init(&out, 1000);
    nearest_print(&out, &nearest);
    assert_string_equal(out.data, "'Set: who', 'Set: who (2)', 'Set: when'");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_active_near),
        cmocka_unit_test(test_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
