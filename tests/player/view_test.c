#include "tests/core/testing.h"

#include "core/units.h"
#include "player/view.h"

#define MS US_PER_MS
#define S US_PER_S

static const double two[] = {0.03, 0.9876};
static const double many[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.2, 0.05};

static struct view in_the_middle(void)
{
    return (struct view){
        .elapsed_us = 30 * S,
        .left_us = 90 * S,
        .who = "sessions",
        .to_start = 40,
        .loading = 3,
        .waiting = 2,
        .thinking = 12,
        .done = 30,
        .failed = 1,
        .starts = 1.25,
        .requests = 35.4,
        .messages = 1234,
        .bytes = 19.3e6,
        .page_load_now = {50, 120 * MS, 300 * MS, 310 * MS},
        .page_load = {900, 110 * MS, 200 * MS, 250 * MS},
        .calculation = {7, 12 * S, 75 * S, 3700 * S},
        .slowest = {NULL, "Updated: plot", 48, 1200 * MS, 3 * S},
        .failures = {{12, NULL, 48, "'Updated: plot': no 'output plot' within 30 s"}},
        .failure_count = 1,
        .late_now = {1000, 52, 100, 1200},
        .workers = 2,
        .cpu = two,
        .memory_kb = 34 * 1024,
    };
}

static struct view begun(void)
{
    return (struct view){.elapsed_us = -80 * MS,
                         .left_us = 120 * S,
                         .who = "users",
                         .to_start = 1000,
                         .workers = 9,
                         .cpu = many};
}

static struct view at_the_end(void)
{
    struct view v = in_the_middle();

    v.elapsed_us = 130 * S;
    v.left_us = 0;
    v.lost = 5;
    v.failures[0].role = "buy";
    v.failures[1] = (struct view_failure){3, "browse", 0, "out of\033[2Jmemory"};
    v.failure_count = 2;
    v.more_failures = 4;
    v.slowest.role = "buy";
    return v;
}

static struct view stopping(void)
{
    struct view v = begun();

    v.elapsed_us = 30 * S;
    v.stopping = true;
    return v;
}

static const struct {
    const char *name;
    struct view (*view)(void);
    unsigned columns;
    const char *want;
} frames[] = {
    /* clang-format off */
    {"in the middle", in_the_middle, 79,
     "[#######.......................]  25 %  30 s, 1 m 30 s left\n"
     "sessions     40 to start  3 loading  2 waiting  12 thinking  30 done  1 failed\n"
     "a second     1.2 starts  35 requests  1.2 k messages  19 MB received\n"
     "                p50 now        p95        p99     p50 all        p95        p99\n"
     "page load        120 ms     300 ms     310 ms      110 ms     200 ms     250 ms\n"
     "calculation           -          -          -        12 s   1 m 15 s   1 h 01 m\n"
     "slowest      mean 1.2 s, max 3 s: line 48 'Updated: plot'\n"
     "player       late p50 52 us, p99 1.2 ms; CPU 3 %, 99 %; 34 MiB\n"
     "failed       12: line 48 'Updated: plot': no 'output plot' within 30 s\n"},
    {"cut to the columns", in_the_middle, 20,
     "[#######............\n"
     "sessions     40 to s\n"
     "a second     1.2 sta\n"
     "                p50 \n"
     "page load        120\n"
     "calculation         \n"
     "slowest      mean 1.\n"
     "player       late p5\n"
     "failed       12: lin\n"},
    {"before the first second", begun, 79,
     "[..............................]   0 %  0 us, 2 m 00 s left\n"
     "sessions     1000 users to start  0 loading  0 waiting  0 thinking  0 done  0 f\n"
     "a second     0 starts  0 requests  0 messages  0 B received\n"
     "                p50 now        p95        p99     p50 all        p95        p99\n"
     "page load             -          -          -           -          -          -\n"
     "calculation           -          -          -           -          -          -\n"
     "slowest      -\n"
     "player       CPU 5 to 50 %; 0 MiB\n"},
    {"at the end of a mix; what came over the wire does not steer the terminal", at_the_end, 120,
     "[##############################] 100 %  2 m 10 s, waiting for the last ones\n"
     "sessions     40 to start  3 loading  2 waiting  12 thinking  30 done  1 failed  5 lost\n"
     "a second     1.2 starts  35 requests  1.2 k messages  19 MB received\n"
     "                p50 now        p95        p99     p50 all        p95        p99\n"
     "page load        120 ms     300 ms     310 ms      110 ms     200 ms     250 ms\n"
     "calculation           -          -          -        12 s   1 m 15 s   1 h 01 m\n"
     "slowest      mean 1.2 s, max 3 s: buy line 48 'Updated: plot'\n"
     "player       late p50 52 us, p99 1.2 ms; CPU 3 %, 99 %; 34 MiB\n"
     "failed       12: buy line 48 'Updated: plot': no 'output plot' within 30 s\n"
     "failed       3: browse out of [2Jmemory\n"
     "failed       in 4 more ways\n"},
    {"stopping", stopping, 60,
     "[######........................]  20 %  30 s, stopping: the \n"
     "sessions     1000 users to start  0 loading  0 waiting  0 th\n"
     "a second     0 starts  0 requests  0 messages  0 B received\n"
     "                p50 now        p95        p99     p50 all   \n"
     "page load             -          -          -           -   \n"
     "calculation           -          -          -           -   \n"
     "slowest      -\n"
     "player       CPU 5 to 50 %; 0 MiB\n"},
    /* clang-format on */
};

/* The lines of a frame, one at a time, so that a wrong one is shown. */
static void check_frame(const char *name, const char *got, const char *want)
{
    while (*want) {
        size_t len = strcspn(want, "\n") + 1;

        if (strncmp(got, want, len) != 0)
            fail_msg("%s:\n%.*sand not\n%.*s", name, (int)strcspn(got, "\n") + 1, got, (int)len,
                     want);
        got += len;
        want += len;
    }
    assert_string_equal(got, "");
}

static void test_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct view view = frames[i].view();
        struct buf out;

        buf_init(&out, 10000);
        assert_int_equal(view_lines(&view, frames[i].columns, &out), 0);
        check_frame(frames[i].name, out.data, frames[i].want);
        buf_release(&out);
    }
}

static void test_one_line(void **state)
{
    struct view view = in_the_middle();
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    assert_int_equal(view_line(&view, &out), 0);
    assert_string_equal(out.data,
                        "30 s: 40 to start, 3 loading, 2 waiting, 12 thinking, 30 done, 1 failed; "
                        "a second 1.2 starts, 35 requests, 1.2 k messages, 19 MB received; page "
                        "load p50 120 ms, p95 300 ms, p99 310 ms; player late p50 52 us, p99 1.2 "
                        "ms; CPU 3 %, 99 %; 34 MiB; 1 m 30 s left");
    buf_release(&out);
}

static const struct {
    const char *name;
    const char *text;
    unsigned columns;
    size_t bytes;
    unsigned taken;
} fits[] = {
    {"all of it", "abc", 5, 3, 3},
    {"exactly", "abc", 3, 3, 3},
    {"cut", "abc", 2, 2, 2},
    {"nothing", "abc", 0, 0, 0},
    {"two bytes, one column", "\u00fcber", 2, 3, 2},
    {"an ellipsis takes one", "a\u2026", 2, 4, 2},
    {"wide ones take two", "\u6771\u4eac", 4, 6, 4},
    {"half of one does not fit", "\u6771\u4eac", 3, 3, 2},
    {"beyond three bytes", "\U0001f600x", 2, 4, 2},
    {"broken bytes take one each", "\xe6x", 1, 1, 1},
};

static void test_what_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fits); i++) {
        unsigned columns = fits[i].columns;
        size_t bytes = view_fit(fits[i].text, strlen(fits[i].text), &columns);

        if (bytes != fits[i].bytes || columns != fits[i].taken)
            fail_msg("%s: %zu bytes, %u columns", fits[i].name, bytes, columns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_what_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
