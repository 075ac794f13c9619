#include "tests/core/testing.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "player/rows.h"

#define HEAD "# stretto play s.log\n" RUN_COLUMNS "\n"

struct place {
    char folder[40];
    char path[60];
};

static void place_init(struct place *place)
{
    snprintf(place->folder, sizeof(place->folder), "/tmp/stretto-rows-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof(place->path), "%s/0.csv", place->folder);
}

static void place_release(struct place *place)
{
    unlink(place->path);
    rmdir(place->folder);
}

static void read_file(const char *path, struct buf *out)
{
    buf_init(out, 1 << 24);
    assert_int_equal(buf_add_file(out, path), 0);
}

static const struct run_row row = {
    17, 3, 0, RUN_SESSION_FAIL, STEP_REQ_HOME, 1000001, 4, "connection refused, \"sorry\"", NULL};
#define LINE                                                                                       \
    "17,3,0,PLAYBACK_FAIL,1795221211001.001,4,\"connection refused, \"\"sorry\"\"\",,,,,,\n"
#define WALL_US INT64_C(1795221210001000)

static void test_rows_are_whole_lines(void **state)
{
    struct error err = ERROR_NONE;
    struct place place;
    struct rows rows;
    struct buf text;

    (void)state;
    place_init(&place);
    assert_int_equal(rows_open(&rows, place.path, "stretto play s.log", WALL_US, &err), 0);
    read_file(place.path, &text); /* the head is there at once */
    assert_string_equal(text.data, HEAD);
    buf_release(&text);
    rows_add(&rows, &row);
    assert_true(rows_flush(&rows));
    read_file(place.path, &text);
    assert_string_equal(text.data, HEAD LINE);
    buf_release(&text);
    assert_int_equal(rows_close(&rows), 0);
    place_release(&place);
}

/* Many rows reach the file before anybody asks, in batches. */
static void test_batches(void **state)
{
    struct error err = ERROR_NONE;
    struct place place;
    struct rows rows;
    struct buf text;

    (void)state;
    place_init(&place);
    assert_int_equal(rows_open(&rows, place.path, "stretto play s.log", WALL_US, &err), 0);
    for (int i = 0; i < 2000; i++)
        rows_add(&rows, &row);
    read_file(place.path, &text);
    assert_true(text.len > 65536);
    assert_int_equal(text.data[text.len - 1], '\n');
    buf_release(&text);
    assert_int_equal(rows_close(&rows), 0);
    read_file(place.path, &text);
    assert_int_equal(text.len, strlen(HEAD) + 2000 * strlen(LINE));
    buf_release(&text);
    place_release(&place);
}

static void test_a_file_that_is_there_is_refused(void **state)
{
    struct error err = ERROR_NONE;
    struct place place;
    struct rows rows;

    (void)state;
    place_init(&place);
    assert_int_equal(rows_open(&rows, place.path, "", WALL_US, &err), 0);
    rows_close(&rows);
    assert_int_equal(rows_open(&rows, place.path, "", WALL_US, &err), -E_IO);
    assert_non_null(strstr(err.text, place.path));
    rows_close(&rows);
    place_release(&place);
}

/* --- a full disk --- */

/* What a child of ours saw, as its exit code: it alone has the limit. */
static void in_a_child(int (*play)(const char *path), const char *path)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        int wrong;

        signal(SIGXFSZ, SIG_IGN);
        assert_non_null(freopen("/dev/null", "w", stderr));
        wrong = play(path);
        _exit(wrong);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status))
        fail_msg("check %d of the child failed", WEXITSTATUS(status));
}

static void allow_bytes(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* The disk is full in the middle of a row, then somebody makes room: nothing is lost. */
static int play_until_room(const char *path)
{
    struct error err = ERROR_NONE;
    struct rows rows;

    allow_bytes(strlen(HEAD) + strlen(LINE) + 10);
    if (rows_open(&rows, path, "stretto play s.log", WALL_US, &err) < 0)
        return 1;
    for (int i = 0; i < 5; i++)
        rows_add(&rows, &row);
    if (rows_flush(&rows) || !rows.failing)
        return 2;
    rows_add(&rows, &row);
    if (rows_flush(&rows))
        return 3;
    allow_bytes(RLIM_INFINITY);
    if (!rows_flush(&rows) || rows.failing)
        return 4;
    return rows_close(&rows) == 0 ? 0 : 5;
}

static void test_a_full_disk_that_gets_room(void **state)
{
    struct place place;
    struct buf text;

    (void)state;
    place_init(&place);
    in_a_child(play_until_room, place.path);
    read_file(place.path, &text);
    assert_string_equal(text.data, HEAD LINE LINE LINE LINE LINE LINE);
    buf_release(&text);
    place_release(&place);
}

/* It stays full: what was written is there, what was not is counted. */
static int play_to_the_end(const char *path)
{
    struct error err = ERROR_NONE;
    struct rows rows;

    allow_bytes(strlen(HEAD) + 2 * strlen(LINE) + 10);
    if (rows_open(&rows, path, "stretto play s.log", WALL_US, &err) < 0)
        return 1;
    for (int i = 0; i < 7; i++)
        rows_add(&rows, &row);
    return rows_close(&rows) == 5 ? 0 : 2;
}

static void test_a_full_disk_that_stays_full(void **state)
{
    struct place place;
    struct buf text;

    (void)state;
    place_init(&place);
    in_a_child(play_to_the_end, place.path);
    read_file(place.path, &text);
    assert_int_equal(text.len, strlen(HEAD LINE LINE) + 10);
    assert_memory_equal(text.data, HEAD LINE LINE, strlen(HEAD LINE LINE));
    buf_release(&text);
    place_release(&place);
}

/* It was full from the beginning: the head lines are no rows. */
static int play_on_nothing(const char *path)
{
    struct error err = ERROR_NONE;
    struct rows rows;

    allow_bytes(0);
    if (rows_open(&rows, path, "stretto play s.log", WALL_US, &err) < 0)
        return 1;
    rows_add(&rows, &row);
    rows_add(&rows, &row);
    return rows_close(&rows) == 2 ? 0 : 2;
}

static void test_a_disk_that_was_full_before(void **state)
{
    struct place place;

    (void)state;
    place_init(&place);
    in_a_child(play_on_nothing, place.path);
    place_release(&place);
}

/* Memory is bounded too: 64 MB of rows wait, the rest is dropped whole, and all are counted. */
static int play_beyond_memory(const char *path)
{
    static const uint64_t count = 1000000; /* of 77 bytes */
    struct error err = ERROR_NONE;
    struct rows rows;

    allow_bytes(strlen(HEAD));
    if (rows_open(&rows, path, "stretto play s.log", WALL_US, &err) < 0)
        return 1;
    for (uint64_t i = 0; i < count; i++)
        rows_add(&rows, &row);
    if (!rows.dropped || rows.pending.len > 64u << 20)
        return 2;
    if (rows.pending.data[rows.pending.len - 1] != '\n')
        return 3;
    return rows_close(&rows) == count ? 0 : 4;
}

static void test_a_full_disk_and_full_memory(void **state)
{
    struct place place;

    (void)state;
    place_init(&place);
    in_a_child(play_beyond_memory, place.path);
    place_release(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_whole_lines),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_a_file_that_is_there_is_refused),
        cmocka_unit_test(test_a_full_disk_that_gets_room),
        cmocka_unit_test(test_a_full_disk_that_stays_full),
        cmocka_unit_test(test_a_disk_that_was_full_before),
        cmocka_unit_test(test_a_full_disk_and_full_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
