/* Orders worked out by hand from recorded intervals. */
#include "tests/core/testing.h"

#include "player/plan.h"

#define MS(n) (INT64_C(1000) * (n))
#define STEPS 9

struct interval {
    unsigned type; /* enum step_type, or one of the words below */
    int begin;     /* in milliseconds */
    int end;
};

struct wanted {
    uint32_t need;
    uint32_t rank;
    int gap; /* in milliseconds */
};

#define HOME STEP_REQ_HOME
#define GET STEP_REQ_GET
#define LEFT STEP_TYPES          /* a GET that the browser left before its answer's end */
#define PICTURE (STEP_TYPES + 1) /* a GET of a file that is only shown */
#define NAMED (STEP_TYPES + 2)   /* a GET of what the page names */
#define OPEN STEP_WS_OPEN
#define SEND STEP_WS_SEND
#define RECV STEP_WS_RECV

static const struct {
    const char *name;
    bool sequential;
    size_t count;
    struct interval steps[STEPS];
    struct wanted want[STEPS];
} plans[] = {
    {"one after another",
     false,
     3,
     {{GET, 0, 10}, {GET, 15, 20}, {GET, 20, 30}},
     {{0, 0, 0}, {1, 1, 5}, {2, 2, 0}}},
    {"a script begins with a pause of none", false, 1, {{GET, 0, 10}}, {{0, 0, 0}}},
    {"files side by side",
     false,
     4,
     /* both start when the page is there; the last waits for both */
     {{HOME, 0, 50}, {GET, 60, 100}, {GET, 65, 80}, {GET, 120, 130}},
     {{0, 0, 0}, {1, 2, 10}, {1, 1, 15}, {3, 3, 20}}},
    {"one waits for the shorter of two",
     false,
     4,
     {{HOME, 0, 50}, {GET, 60, 200}, {GET, 60, 80}, {GET, 90, 95}},
     /* ends: home 50, [2] 80, [3] 95, [1] 200 */
     {{0, 0, 0}, {1, 3, 10}, {1, 1, 10}, {2, 2, 10}}},
    {"a preloaded script is caused by its page",
     false,
     3,
     /* asked for at 20, although the page's last byte came at 50 */
     {{HOME, 0, 50}, {GET, 20, 40}, {GET, 45, 60}},
     /* the page counts as ended at 20 */
     {{0, 0, 0}, {1, 1, 0}, {2, 2, 5}}},
    {"a file that comes late causes nothing",
     false,
     3,
     {{GET, 0, 50}, {GET, 20, 40}, {GET, 45, 60}},
     /* ends: [1] 40, [0] 50, [2] 60: the second waits for nobody */
     {{0, 1, 0}, {0, 0, 20}, {1, 2, 5}}},
    {"a conversation",
     false,
     5,
     {{OPEN, 0, 0}, {SEND, 10, 10}, {RECV, 40, 40}, {SEND, 1000, 1000}, {RECV, 1050, 1050}},
     {{0, 0, 0}, {1, 1, 10}, {2, 2, 30}, {3, 3, 960}, {4, 4, 50}}},
    {"all in one millisecond",
     false,
     4,
     {{OPEN, 0, 0}, {SEND, 0, 0}, {RECV, 0, 0}, {SEND, 0, 0}},
     {{0, 0, 0}, {1, 1, 0}, {2, 2, 0}, {3, 3, 0}}},
    {"ends as the next begins",
     false,
     3,
     {{GET, 0, 10}, {GET, 10, 10}, {GET, 10, 20}},
     {{0, 0, 0}, {1, 1, 0}, {2, 2, 0}}},
    {"a long one across a tie",
     false,
     4,
     {{GET, 0, 30}, {SEND, 10, 10}, {SEND, 10, 10}, {SEND, 30, 30}},
     /* ends: [1] 10, [2] 10, [0] 30, [3] 30 */
     {{0, 2, 0}, {0, 0, 10}, {1, 1, 0}, {3, 3, 0}}},
    {"a picture is no cause while others are under way",
     false,
     5,
     /* the script's end at 40 causes the last; that a picture had ended at 30 does not matter */
     {{HOME, 0, 10}, {GET, 12, 40}, {PICTURE, 12, 30}, {GET, 35, 60}, {GET, 45, 50}},
     /* ends: [0] 10, [1] 40, [4] 50, [2] 60 as the last, [3] 60 */
     {{0, 0, 0}, {1, 1, 2}, {1, 3, 2}, {1, 4, 25}, {2, 2, 5}}},
    {"what a page names is caused by that page alone",
     false,
     6,
     /* [4] began when [1] had ended, and is not its doing; [5] may be; [3] had long begun */
     {{HOME, 0, 10},
      {NAMED, 12, 40},
      {NAMED, 12, 60},
      {NAMED, 12, 70},
      {NAMED, 41, 80},
      {GET, 62, 90}},
     /* ends: [0] 10, [1] 40, [2] 60, [3] 70, [4] 80, [5] 90 */
     {{0, 0, 0}, {1, 1, 2}, {1, 2, 2}, {1, 3, 2}, {1, 4, 31}, {3, 5, 2}}},
    {"what a page names does not overtake what stands before it",
     false,
     4,
     {{HOME, 0, 10}, {NAMED, 12, 20}, {GET, 25, 50}, {NAMED, 26, 40}},
     /* ends: [0] 10, [1] 20, [3] 40, [2] 50 */
     {{0, 0, 0}, {1, 1, 2}, {2, 3, 5}, {2, 2, 6}}},
    {"long after a page its names mean nothing",
     false,
     3,
     {{HOME, 0, 10}, {GET, 500, 510}, {NAMED, 1511, 1520}},
     {{0, 0, 0}, {1, 1, 490}, {2, 2, 1001}}},
    {"each page has its own names",
     false,
     4,
     {{HOME, 0, 10}, {NAMED, 12, 20}, {HOME, 30, 40}, {NAMED, 45, 50}},
     {{0, 0, 0}, {1, 1, 2}, {2, 2, 10}, {3, 3, 5}}},
    {"sequential: named or not",
     true,
     3,
     {{HOME, 0, 10}, {NAMED, 12, 20}, {NAMED, 30, 40}},
     {{0, 0, 0}, {1, 1, 2}, {2, 2, 10}}},
    {"what begins when all has loaded waits for the pictures too",
     false,
     4,
     {{HOME, 0, 10}, {PICTURE, 12, 90}, {GET, 12, 20}, {GET, 95, 99}},
     {{0, 0, 0}, {1, 2, 2}, {1, 1, 2}, {3, 3, 5}}},
    {"a picture that was left waits for nothing and holds nothing up",
     false,
     3,
     {{LEFT, 0, 50}, {PICTURE, 10, 20}, {GET, 25, 30}},
     {{0, 2, 0}, {0, 0, 10}, {1, 1, 5}}},
    {"a request that waited for one of six connections waits for any",
     false,
     9,
     {{HOME, 0, 10},
      {GET, 12, 40},
      {GET, 12, 41},
      {GET, 12, 42},
      {GET, 12, 43},
      {GET, 12, 44},
      {GET, 13, 45},
      {GET, 40, 46},  /* due with the sixth of them */
      {GET, 41, 47}}, /* and this one too */
     {{0, 0, 0},
      {1, 1, 2},
      {1, 2, 2},
      {1, 3, 2},
      {1, 4, 2},
      {1, 5, 2},
      {1, 6, 3},
      {1, 7, 3},
      {1, 8, 3}}},
    {"a browser may be quicker than the recorder's note of an end",
     false,
     9,
     {{HOME, 0, 10},
      {GET, 12, 40},
      {GET, 12, 41},
      {GET, 12, 52},
      {GET, 12, 53},
      {GET, 12, 54},
      {GET, 13, 55},
      {GET, 39, 56},  /* began 1 ms before the first had ended */
      {GET, 41, 57}}, /* there are still six to be counted */
     {{0, 0, 0},
      {1, 1, 2},
      {1, 2, 2},
      {1, 3, 2},
      {1, 4, 2},
      {1, 5, 2},
      {1, 6, 3},
      {1, 7, 3},
      {1, 8, 3}}},
    {"long after a connection came free it is not what was waited for",
     false,
     9,
     {{HOME, 0, 10},
      {GET, 12, 20},
      {GET, 12, 91},
      {GET, 12, 92},
      {GET, 12, 93},
      {GET, 12, 94},
      {GET, 13, 95},
      {GET, 40, 96},
      {SEND, 50, 50}},
     {{0, 0, 0},
      {1, 1, 2},
      {1, 3, 2},
      {1, 4, 2},
      {1, 5, 2},
      {1, 6, 2},
      {1, 7, 3},
      {2, 8, 20},
      {2, 2, 30}}},
    {"seven at once: nothing waits for a connection",
     false,
     9,
     {{HOME, 0, 10},
      {GET, 12, 20},
      {GET, 12, 91},
      {GET, 12, 92},
      {GET, 12, 93},
      {GET, 12, 94},
      {GET, 13, 95},
      {GET, 13, 96},
      {GET, 21, 97}},
     {{0, 0, 0},
      {1, 1, 2},
      {1, 2, 2},
      {1, 3, 2},
      {1, 4, 2},
      {1, 5, 2},
      {1, 6, 3},
      {1, 7, 3},
      {2, 8, 1}}},
    {"sequential: a picture is a step like any other",
     true,
     3,
     {{HOME, 0, 10}, {PICTURE, 12, 90}, {GET, 20, 30}},
     {{0, 0, 0}, {1, 1, 2}, {2, 2, 0}}},
    {"sequential: side by side no more",
     true,
     4,
     {{HOME, 0, 50}, {GET, 60, 100}, {GET, 65, 80}, {GET, 120, 130}},
     /* each counts as ended when the next begins, at the latest */
     {{0, 0, 0}, {1, 1, 10}, {2, 2, 0}, {3, 3, 40}}},
    {"sequential: a stream that was left holds nobody up",
     true,
     4,
     {{HOME, 0, 50}, {LEFT, 60, 500}, {GET, 70, 80}, {GET, 90, 95}},
     /* ends: [0] 50, [2] 80, [3] 95, [1] 500 */
     {{0, 0, 0}, {1, 3, 10}, {1, 1, 20}, {2, 2, 10}}},
    {"sequential: at equal times in the script's order",
     true,
     3,
     {{GET, 0, 50}, {GET, 0, 10}, {GET, 0, 5}},
     {{0, 0, 0}, {1, 1, 0}, {2, 2, 0}}},
};

/* A script of intervals; its steps are lent. */
static struct script script_of(struct step *steps, const struct interval *intervals, size_t count)
{
    struct script script = {.steps = steps, .count = count};

    for (size_t i = 0; i < count; i++) {
        steps[i] = (struct step){
            .type = intervals[i].type >= STEP_TYPES ? GET : intervals[i].type,
            .begin_us = MS(intervals[i].begin),
            .end_us = MS(intervals[i].end),
            .url = intervals[i].type == PICTURE ? "/a.png?v=1" : "/",
            .message = "",
            .left = intervals[i].type == LEFT,
            .named = intervals[i].type == NAMED,
        };
        script.sockets += steps[i].type == STEP_WS_OPEN;
        if (steps[i].end_us > script.length_us)
            script.length_us = steps[i].end_us;
    }
    return script;
}

static void test_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plans); i++) {
        struct step steps[STEPS];
        struct script script = script_of(steps, plans[i].steps, plans[i].count);
        struct plan plan;

        assert_int_equal(plan_init(&plan, &script, plans[i].sequential), 0);
        assert_int_equal(plan.count, plans[i].count);
        for (size_t s = 0; s < plan.count; s++) {
            const struct wanted *want = &plans[i].want[s];
            const struct plan_step *got = &plan.steps[s];

            if (got->need != want->need || got->rank != want->rank || got->gap_us != MS(want->gap))
                fail_msg("%s: step %zu needs %u, ranks %u, %lld us", plans[i].name, s, got->need,
                         got->rank, (long long)got->gap_us);
        }
        plan_release(&plan);
        plan_release(&plan);
    }
}

/* --- promises --- */

static void check_promises(const char *name, const struct script *script, const struct plan *plan)
{
    bool *taken = calloc(plan->count, sizeof(*taken));
    size_t page_load_steps = 0;
    uint32_t before = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->steps[i];

        if (step->need < before)
            fail_msg("%s: step %zu needs less than the one before", name, i);
        if (step->need > i || step->gap_us < 0 || step->rank >= plan->count || taken[step->rank])
            fail_msg("%s: step %zu cannot be played", name, i);
        if (step->need > step->rank)
            fail_msg("%s: step %zu waits for itself", name, i);
        taken[step->rank] = true;
        before = step->need;
        page_load_steps += step->page_load;
        assert_true(!step->ends_burst || step_is_request(script_at(script, i)));
    }
    assert_int_equal(page_load_steps, plan->page_load_steps);
    free(taken);
}

/* Plays a plan as a session does, each step taking as long as recorded: it must never wait for
 * ever, and it cannot be slower than the recording. */
static void check_playable(const char *name, const struct script *script, const struct plan *plan)
{
    int64_t *ended_us = calloc(plan->count, sizeof(*ended_us)); /* by rank */
    int64_t last_us = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->steps[i];
        const struct step *recorded = script_at(script, i);
        int64_t begin_us = step->gap_us;

        for (uint32_t r = 0; r < step->need; r++) {
            if (ended_us[r] + step->gap_us > begin_us)
                begin_us = ended_us[r] + step->gap_us;
        }
        ended_us[step->rank] = begin_us + recorded->end_us - recorded->begin_us;
        if (ended_us[step->rank] > last_us)
            last_us = ended_us[step->rank];
    }
    if (last_us > script->length_us)
        fail_msg("%s: takes %lld us", name, (long long)last_us);
    free(ended_us);
}

static void test_random_scripts(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        static const unsigned types[] = {HOME, GET, SEND, RECV, PICTURE, NAMED};
        struct interval intervals[STEPS];
        struct step steps[STEPS];
        struct script script;
        char name[40];
        bool has_page = false;
        int begin = 0;

        for (size_t i = 0; i < STEPS; i++) {
            intervals[i] = (struct interval){types[rand_r(&seed) % COUNT(types)], begin,
                                             begin + (int)(rand_r(&seed) % 6)};
            begin += (int)(rand_r(&seed) % 4);
            has_page |= intervals[i].type == HOME;
        }
        script = script_of(steps, intervals, STEPS);
        for (int sequential = 0; sequential < 2; sequential++) {
            struct plan plan;

            snprintf(name, sizeof(name), "round %d%s", round, sequential ? ", sequential" : "");
            assert_int_equal(plan_init(&plan, &script, sequential), 0);
            check_promises(name, &script, &plan);
            if (!has_page && !sequential)
                check_playable(name, &script, &plan);
            for (size_t i = 0; sequential && i < STEPS; i++) {
                assert_int_equal(plan.steps[i].need, i);
                assert_int_equal(plan.steps[i].rank, i);
            }
            plan_release(&plan);
        }
    }
}

static void test_recordings(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log"};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        struct error err = ERROR_NONE;
        struct script *script;
        struct plan plan;
        char path[4096];

        assert_int_equal(script_load(&script, data_path(path, sizeof(path), files[f]), false, &err),
                         0);
        assert_int_equal(plan_init(&plan, script, false), 0);
        check_promises(files[f], script, &plan);
        assert_int_equal(plan.page_load_steps, 1); /* its WebSocket's opening */
        plan_release(&plan);
        script_free(script);
    }
}

/* --- bursts --- */

static const struct {
    const char *name;
    size_t count;
    struct interval steps[STEPS];
    bool ends[STEPS];
} bursts[] = {
    {"one request", 1, {{GET, 0, 10}}, {true}},
    {"a page and its files",
     3,
     {{HOME, 0, 50}, {GET, 60, 70}, {GET, 80, 90}},
     {false, false, true}},
    {"a post much later",
     3,
     {{HOME, 0, 50}, {GET, 60, 70}, {GET, 9000, 9100}},
     {false, true, true}},
    {"five seconds are kept", 2, {{GET, 0, 100}, {GET, 5100, 5200}}, {false, true}},
    {"a moment more is not", 2, {{GET, 0, 100}, {GET, 5101, 5200}}, {true, true}},
    {"a stream has a connection of its own",
     3,
     {{HOME, 0, 50}, {LEFT, 60, 90000}, {GET, 9000, 9100}},
     {true, false, true}},
    {"messages are no requests",
     4,
     {{GET, 0, 10}, {OPEN, 20, 20}, {SEND, 3000, 3000}, {GET, 8000, 8010}},
     {true, false, false, true}},
};

/* What a page load waits for: nobody waits for the end of a stream that was left. */
static void test_page_load(void **state)
{
    static const struct interval page[] = {
        {HOME, 0, 50}, {GET, 60, 70}, {LEFT, 60, 90000}, {GET, 9000, 9100}};
    static const bool wanted[] = {true, true, false, false};
    struct step steps[STEPS];
    struct script script = script_of(steps, page, COUNT(page));
    struct plan plan;

    (void)state;
    assert_int_equal(plan_init(&plan, &script, false), 0);
    assert_int_equal(plan.page_load_steps, 2);
    for (size_t i = 0; i < COUNT(page); i++)
        assert_int_equal(plan.steps[i].page_load, wanted[i]);
    plan_release(&plan);
}

static void test_bursts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bursts); i++) {
        struct step steps[STEPS];
        struct script script = script_of(steps, bursts[i].steps, bursts[i].count);
        struct plan plan;

        assert_int_equal(plan_init(&plan, &script, false), 0);
        for (size_t s = 0; s < plan.count; s++) {
            if (plan.steps[s].ends_burst != bursts[i].ends[s])
                fail_msg("%s: step %zu", bursts[i].name, s);
        }
        plan_release(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),      cmocka_unit_test(test_random_scripts),
        cmocka_unit_test(test_recordings), cmocka_unit_test(test_page_load),
        cmocka_unit_test(test_bursts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
