/* What is told of two runs that are not alike: their run.json, and what was counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/differences.h"
#include "core/buf.h"
#include "fixture.h"

#define BUILDS_MOST 3
#define LABELS                                                                                     \
    {                                                                                              \
        "a", "b", "c"                                                                              \
    }

struct side {
    const char *json; /* NULL: no such run; "": without a run.json */
    size_t sessions;
    size_t failed;
    size_t users; /* 0: as many as sessions */
    size_t steady;
    bool missed;
    bool late;
};

static const struct {
    const char *name;
    struct side sides[BUILDS_MOST];
    const char *want; /* a note a line */
} cases[] = {
    {"one run", {{.json = "{}", .sessions = 50}}, ""},
    {"the same",
     {{.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 50, \"timeout_us\": 30000000}}",
       .sessions = 50},
      {.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 50, \"timeout_us\": 30000000}}",
       .sessions = 50}},
     ""},
    {"more sessions, sooner",
     {{.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 50, \"every_us\": 5000000}}",
       .sessions = 50},
      {.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 99, \"every_us\": 500000}}",
       .sessions = 99}},
     "The load differs: 50 sessions, one every 5 s (a); 99 sessions, one every 500 ms (b)\n"},
    {"two of three are alike",
     {{.json = "{\"schedule\": {\"mode\": \"users\", \"count\": 9, \"for_us\": 60000000}}",
       .sessions = 50},
      {.json = "{\"schedule\": {\"mode\": \"users\", \"count\": 8, \"for_us\": 60000000}}",
       .sessions = 50},
      {.json = "{\"schedule\": {\"mode\": \"users\", \"count\": 9, \"for_us\": 60000000}}",
       .sessions = 50}},
     "The load differs: 9 users for 1 m 00 s (a, c); 8 users for 1 m 00 s (b)\n"},
    {"by stages, and at random",
     {{.json = "{\"schedule\": {\"mode\": \"users\", \"count\": 100, \"stages\": [{\"length_us\": "
               "30000000, "
               "\"users\": 10}, {\"length_us\": 60000000, \"users\": 100}]}}",
       .sessions = 50},
      {.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 50, \"every_us\": 1000000, "
               "\"arrivals\": \"poisson\"}}",
       .sessions = 50}},
     "The load differs: users by stages (30 s to 10, 1 m 00 s to 100) (a); 50 sessions, one every "
     "1 s at random (b)\n"},
    {"a run that does not tell its load, of as many",
     {{.json = "", .sessions = 50}, {.json = "{\"planned\": 50}", .sessions = 50}},
     ""},
    {"a run that does not tell its load, of more",
     {{.json = "", .sessions = 300, .users = 20},
      {.json = "{\"schedule\": {\"mode\": \"sessions\", \"count\": 50}}", .sessions = 50}},
     "The load differs: 20 users (a); 50 sessions (b)\n"},
    {"how it was played",
     {{.json =
           "{\"target\": \"http://u:p@q@one.example:80/x\", \"schedule\": {\"mode\": \"sessions\", "
           "\"think\": 0.5, \"timeout_us\": 30000000, \"sequential\": true, \"max_rate\": 100}}",
       .sessions = 5},
      {.json = "{\"target\": \"https://[::1]:8080/y\", \"schedule\": {\"mode\": \"sessions\", "
               "\"think_drawn\": \"normal:5s,1s\", \"timeout_us\": 60000000}}",
       .sessions = 5}},
     "Think times differ: x 0.5 (a); normal:5s,1s (b)\n"
     "Requests differ in their order: one after another (a); side by side as recorded (b)\n"
     "Time-outs differ: 30 s (a); 1 m 00 s (b)\n"
     "The most requests a second differ: 100/s (a); none (b)\n"
     "The targets are on different hosts: one.example (a); [::1] (b)\n"},
    {"another port is another build, no more",
     {{.json = "{\"target\": \"http://127.0.0.1:1000/\"}", .sessions = 5},
      {.json = "{\"target\": \"http://127.0.0.1:2000/\"}", .sessions = 5}},
     ""},
    {"not at their end",
     {{.json = "{\"state\": \"stopped\", \"lost\": 1}", .sessions = 5},
      {.json = "{\"state\": \"aborted\", \"aborted\": \"10 % failed\", \"lost\": 7}",
       .sessions = 5},
      {.json = "{\"state\": \"running\"}", .sessions = 5}},
     "a was stopped before its end\n"
     "a lost 1 session with a process of the player that died\n"
     "b was aborted: 10 % failed\n"
     "b lost 7 sessions with a process of the player that died\n"
     "c is not at its end: its player still plays, or died\n"},
    {"one stopped, nothing to compare it with",
     {{.json = "{\"state\": \"stopped\"}", .sessions = 5}},
     "a was stopped before its end\n"},
    {"a few failures in a thousand are no difference",
     {{.json = "", .sessions = 1000, .failed = 3}, {.json = "", .sessions = 1000}},
     ""},
    {"failures",
     {{.json = "", .sessions = 50, .failed = 3}, {.json = "", .sessions = 50}},
     "Failures differ: 3 of 50 sessions (a); 0 of 50 sessions (b)\n"},
    {"as many failures",
     {{.json = "", .sessions = 50, .failed = 20}, {.json = "", .sessions = 50, .failed = 20}},
     ""},
    {"the player was late in one",
     {{.json = "", .sessions = 5, .late = true}, {.json = "", .sessions = 5}},
     "The player did not keep up in every build: late (a); on time (b)\n"},
    {"in both",
     {{.json = "", .sessions = 5, .late = true}, {.json = "", .sessions = 5, .late = true}},
     ""},
    {"a steady state in one",
     {{.json = "", .sessions = 180, .users = 20, .steady = 120},
      {.json = "", .sessions = 60, .users = 20, .missed = true}},
     "Not the same sessions count: the steady state, 120 of 180 (a); all 60 (b)\n"},
    {"in none",
     {{.json = "", .sessions = 60, .users = 20, .missed = true}},
     "a: no session lies wholly in the time in which every user was there; all 60 count\n"},
    {"in both",
     {{.json = "", .sessions = 180, .users = 20, .steady = 120},
      {.json = "", .sessions = 190, .users = 20, .steady = 130}},
     ""},
};

static void make_build(struct build *build, const struct side *side, const char *label)
{
    char *dir = fixture_dir();
    struct error err = ERROR_NONE;
    char path[512];

    *build = (struct build){.label = strdup(label)};
    if (*side->json)
        fixture_write(dir, "run.json", side->json);
    snprintf(path, sizeof(path), "%s/run.json", dir);
    assert_int_equal(run_info_load(&build->info, path, &err), 0);
    fixture_remove(dir);
    build->table.session_count = side->sessions;
    build->stats.sessions = side->sessions;
    build->stats.failed = side->failed;
    build->late.told = side->late;
    build->steady = (struct steady){.used = side->steady > 0,
                                    .missed = side->missed,
                                    .sessions = side->steady ? side->steady : side->sessions,
                                    .users = side->users ? side->users : side->sessions};
}

static char *joined(const struct notes *notes)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    buf_adds(&out, "");
    for (size_t i = 0; i < notes->count; i++)
        buf_addf(&out, "%s\n", notes->list[i]);
    return out.data ? buf_take(&out) : strdup("");
}

static void test_cases(void **state)
{
    static const char *const labels[] = LABELS;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct build builds[BUILDS_MOST];
        struct match match = {.alike = true};
        struct notes notes = {0};
        size_t count = 0;
        char *got;

        for (; count < BUILDS_MOST && cases[i].sides[count].json; count++)
            make_build(&builds[count], &cases[i].sides[count], labels[count]);
        assert_int_equal(differences_tell(&notes, builds, count, &match), 0);
        got = joined(&notes);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s:\n%s", cases[i].name, got);
        free(got);
        notes_release(&notes);
        for (size_t b = 0; b < count; b++) {
            free(builds[b].label);
            run_info_release(&builds[b].info);
        }
    }
}

static void test_scripts(void **state)
{
    uint32_t steps[][2] = {{0, 0}, {1, MATCH_NONE}, {MATCH_NONE, 1}, {2, 2}};
    struct matched_step list[] = {
        {.steps = steps[0]}, {.steps = steps[1]}, {.steps = steps[2]}, {.steps = steps[3]}};
    struct match match = {.list = list, .count = 4, .builds = 2};
    struct build builds[2] = {{.label = (char *)(uintptr_t) "a"},
                              {.label = (char *)(uintptr_t) "b"}};
    struct notes notes = {0};

    (void)state;
    assert_int_equal(differences_tell(&notes, builds, 2, &match), 0);
    assert_int_equal(notes.count, 1);
    assert_string_equal(notes.list[0], "The scripts differ: steps are compared by what they are "
                                       "called; 2 of 4 are not in every build");
    notes_release(&notes);
    list[1] = list[2] = list[0];
    assert_int_equal(differences_tell(&notes, builds, 2, &match), 0);
    assert_int_equal(notes.count, 1);
    assert_non_null(strstr(notes.list[0], "in their order"));
    notes_release(&notes);
    builds[0].info.zero_wall_us = builds[1].info.zero_wall_us = 1795221212723000; /* a mix */
    assert_int_equal(differences_tell(&notes, builds, 2, &match), 0);
    assert_int_equal(notes.count, 0);
}

/* A label is whatever stands before "=". */
static void test_hostile_labels(void **state)
{
    struct build builds[2] = {{.label = (char *)(uintptr_t) "a\nb\x1b[2J", .steady.users = 1},
                              {.label = (char *)(uintptr_t) "%s%n", .steady.users = 2}};
    struct match match = {.alike = true};
    struct notes notes = {0};

    (void)state;
    assert_int_equal(differences_tell(&notes, builds, 2, &match), 0);
    assert_int_equal(notes.count, 1);
    assert_string_equal(notes.list[0], "The load differs: 1 user (a b [2J); 2 users (%s%n)");
    notes_release(&notes);
}

/* A sentence has room for every build, however long their labels are. */
static void test_endless_labels(void **state)
{
    char *label = malloc(100001);
    struct build builds[2] = {{.label = label, .steady.users = 1},
                              {.label = label, .steady.users = 2}};
    struct match match = {.alike = true};
    struct notes notes = {0};

    (void)state;
    memset(label, 'x', 100000);
    label[100000] = 0;
    assert_int_equal(differences_tell(&notes, builds, 2, &match), 0);
    assert_int_equal(notes.count, 1);
    assert_true(strlen(notes.list[0]) < 400);
    notes_release(&notes);
    free(label);
}

static void test_shortened(void **state)
{
    struct notes notes = {0};

    (void)state;
    for (int i = 1; i <= 6; i++) {
        struct notes few = {0};

        assert_int_equal(notes_addf(&notes, "note %d", i), 0);
        assert_int_equal(notes_shorten(&few, &notes, 4), 0);
        assert_int_equal(few.count, i < 4 ? i : 4);
        assert_string_equal(few.list[few.count - 1], i < 5   ? notes.list[i - 1]
                                                     : i < 6 ? "2 more: see the report"
                                                             : "3 more: see the report");
        notes_release(&few);
    }
    notes_release(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),          cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_hostile_labels), cmocka_unit_test(test_endless_labels),
        cmocka_unit_test(test_shortened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
