#include "tests/core/testing.h"

#include "player/audit.h"
#include "player/vigil.h"

#define MS US_PER_MS

/* A worker's last beat, seen by who looks four times a second, patient for 4 s. */
static const struct {
    const char *name;
    int64_t now_ms;
    int64_t beat_ms;
    enum vigil_says want;
    int64_t want_still_ms;
} looks[] = {
    {"it beats", 1000, 900, VIGIL_NOTHING, 0},
    {"not for long", 2390, 900, VIGIL_NOTHING, 0},
    {"too long", 2400, 900, VIGIL_HANGS, 1500},
    {"that is told once", 2650, 900, VIGIL_NOTHING, 1750},
    {"it goes on", 2900, 2890, VIGIL_MOVES, 1750},
    {"that too", 3150, 2890, VIGIL_NOTHING, 1750},
    {"once more", 5000, 2890, VIGIL_HANGS, 2110},
    {"patience", 6880, 2890, VIGIL_NOTHING, 3990},
    {"has an end", 6890, 2890, VIGIL_END, 4000},
    {"one", 7140, 2890, VIGIL_NOTHING, 4250},
};

static void test_beats(void **state)
{
    struct vigil vigil = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(looks); i++) {
        enum vigil_says says =
            vigil_beat(&vigil, looks[i].beat_ms * MS, looks[i].now_ms * MS, 4000 * MS);

        if (says != looks[i].want || vigil.still_us != looks[i].want_still_ms * MS)
            fail_msg("%s: %d, %lld", looks[i].name, says, (long long)vigil.still_us);
    }
}

/* One that hangs from its start, or when nobody has patience, is seen to hang before it is ended.
 */
static void test_without_patience(void **state)
{
    struct vigil vigil = {0};

    (void)state;
    assert_int_equal(vigil_beat(&vigil, 0, 90 * US_PER_S, 0), VIGIL_HANGS);
    assert_int_equal(vigil_beat(&vigil, 0, 90 * US_PER_S, 0), VIGIL_END);
}

static const struct {
    const char *name;
    int at_s;
    uint64_t actions;
    int64_t late_us;
    enum vigil_says want;
} seconds[] = {
    {"in time", 10, 100, 200, VIGIL_NOTHING},
    {"at the limit", 11, 100, AUDIT_LATE_US, VIGIL_NOTHING},
    {"late, but hardly anything", 12, AUDIT_ACTIONS - 1, 90000, VIGIL_NOTHING},
    {"late", 13, AUDIT_ACTIONS, 90000, VIGIL_BEHIND},
    {"that is told once", 14, 100, 90000, VIGIL_NOTHING},
    {"nothing to do: nobody knows", 15, 0, 0, VIGIL_NOTHING},
    {"in time, but not for long", 18, 100, 200, VIGIL_NOTHING},
    {"the same stretch", 19, 100, 30000, VIGIL_NOTHING},
    {"in time for 4 s", 23, 100, 200, VIGIL_NOTHING},
    {"for 5 s", 24, 100, 200, VIGIL_KEEPS_UP},
    {"that too is told once", 25, 100, 200, VIGIL_NOTHING},
    {"another stretch, too soon to tell", 26, 100, 21000, VIGIL_NOTHING},
    {"and over before", 32, 100, 200, VIGIL_NOTHING},
    {"a third one", 33, 100, 21000, VIGIL_NOTHING},
    {"10 s after the last word, in a second in time", 34, 100, 200, VIGIL_NOTHING},
    {"in a late one", 35, 100, 21000, VIGIL_BEHIND},
    {"in time again, too soon to tell", 41, 100, 200, VIGIL_NOTHING},
    {"late again: still what was told", 45, 100, 21000, VIGIL_NOTHING},
    {"in time for long", 51, 100, 200, VIGIL_KEEPS_UP},
};

static void test_lateness(void **state)
{
    static const int stretches_s[] = {7, 13};
    struct vigil vigil = {0};
    size_t told = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(seconds); i++) {
        if (vigil_lateness(&vigil, seconds[i].actions, seconds[i].late_us,
                           seconds[i].at_s * US_PER_S) != seconds[i].want)
            fail_msg("%s", seconds[i].name);
        if (seconds[i].want == VIGIL_KEEPS_UP)
            assert_int_equal(vigil.behind_until_us - vigil.behind_since_us,
                             stretches_s[told++] * US_PER_S);
    }
    assert_int_equal(told, COUNT(stretches_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beats),
        cmocka_unit_test(test_without_patience),
        cmocka_unit_test(test_lateness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
