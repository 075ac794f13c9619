#include "tests/core/testing.h"

#include "player/leaving.h"

#define STAY LEAVING_STAY
#define GO LEAVING_GO
#define MISSING LEAVING_MISSING

/* All began at 100, stayed 50 in the recording, and have patience for 1000. */
static const struct {
    const char *name;
    bool until;
    bool answered;
    bool marked;
    bool alone;
    int64_t wake;
    struct {
        int64_t now;
        enum leaving_say say;
    } at[4];
} cases[] = {
    {"no head yet",
     false,
     false,
     false,
     true,
     1100,
     {{100, STAY}, {150, STAY}, {1099, STAY}, {1100, MISSING}}},
    {"kept as long as recorded",
     false,
     true,
     false,
     true,
     150,
     {{100, STAY}, {149, STAY}, {150, GO}, {9999, GO}}},
    {"others are slow",
     false,
     true,
     false,
     false,
     150,
     {{100, STAY}, {150, STAY}, {5000, STAY}, {99999, STAY}}},
    {"the last thing has not come",
     true,
     true,
     false,
     true,
     1150,
     {{100, STAY}, {150, STAY}, {1149, STAY}, {1150, MISSING}}},
    {"the last thing has come early",
     true,
     true,
     true,
     true,
     1150,
     {{101, GO}, {120, GO}, {150, GO}, {1150, GO}}},
    {"the last thing, and others are slow",
     true,
     true,
     true,
     false,
     1150,
     {{101, GO}, {150, GO}, {1149, GO}, {1150, GO}}},
    {"a last thing without a head waits for it",
     true,
     false,
     true,
     true,
     1100,
     {{101, STAY}, {150, STAY}, {1099, STAY}, {1100, MISSING}}},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct leaving l = {.start_us = 100,
                            .length_us = 50,
                            .patience_us = 1000,
                            .until = cases[i].until,
                            .answered = cases[i].answered,
                            .marked = cases[i].marked,
                            .alone = cases[i].alone};

        if (leaving_wake_us(&l) != cases[i].wake)
            fail_msg("%s: wakes at %ld", cases[i].name, (long)leaving_wake_us(&l));
        for (size_t k = 0; k < COUNT(cases[i].at); k++) {
            enum leaving_say say = leaving_decide(&l, cases[i].at[k].now);

            if (say != cases[i].at[k].say)
                fail_msg("%s: at %ld says %d", cases[i].name, (long)cases[i].at[k].now, say);
        }
    }
}

/* Whatever stands: once time has run out, either it goes, or it is missing, or others hold it. */
static void test_never_for_ever(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 16; bits++) {
        struct leaving l = {.start_us = 5,
                            .length_us = 7,
                            .patience_us = 11,
                            .until = bits & 1,
                            .answered = bits & 2,
                            .marked = bits & 4,
                            .alone = bits & 8};
        bool held = l.answered && !l.until && !l.alone;

        assert_int_equal(leaving_decide(&l, leaving_wake_us(&l)) == LEAVING_STAY, held);
        assert_true(leaving_wake_us(&l) <= 5 + 7 + 11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_never_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
