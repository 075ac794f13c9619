/* Runs that nobody should have: each gives its report or one sentence, read whole and in one pass.
 */
#include "tests/core/testing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/run.h"
#include "fixture.h"
#include "program.h"

#define CSV_MOST ((size_t)64 << 20)

/* What stands in sessions/0.csv, behind the header. */
struct odd {
    const char *name;
    void (*write)(struct buf *csv);
    size_t sessions; /* that are seen; 0: the run is refused */
    size_t events;
    size_t skipped;
    const char *says; /* on stderr; NULL: nothing */
};

static void whole_session(struct buf *csv)
{
    fixture_rows(csv, &(struct fixture_session){.id = 1});
}

static void no_row(struct buf *csv)
{
    (void)csv;
}

static void torn_row(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "2,2,0,REQ_HOME_START,17952212127");
}

static void backwards(struct buf *csv)
{
    struct buf rows;
    size_t at;

    buf_init(&rows, CSV_MOST);
    whole_session(&rows);
    for (at = rows.len - 1; at > 0; at--) {
        if (rows.data[at - 1] == '\n') {
            buf_adds(csv, rows.data + at);
            rows.data[at] = 0;
        }
    }
    buf_adds(csv, rows.data);
    buf_release(&rows);
}

static void clock_steps(struct buf *csv)
{
    buf_adds(csv, "1,1,0,REQ_HOME_START,1795221212723.000,4,\n"
                  "1,1,0,REQ_HOME_END,1795221209000.000,4,\n"
                  "1,1,0,REQ_GET_START,1795221209001.000,5,\n"
                  "1,1,0,REQ_GET_END,1795221999000.000,5,\n"
                  "1,1,0,PLAYBACK_DONE,1795221209100.000,0,\n");
}

static void more_columns(struct buf *csv)
{
    buf_adds(csv, "1,1,0,REQ_HOME_START,1795221212723.000,4,,1,2,3,4,5,6,7,8,mood\n"
                  "1,1,0,REQ_HOME_END,1795221212823.000,4,,,,,,,,,,good\n");
}

static void fewer_columns(struct buf *csv)
{
    buf_adds(csv, "1,1,0,REQ_HOME_START,1795221212723.000,4\n"
                  "1,1,0,REQ_HOME_END,1795221212823.000,4\n");
}

static void no_end(struct buf *csv)
{
    fixture_rows(csv, &(struct fixture_session){.id = 1, .stop_before = 4});
}

static void ends_alone(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "1,1,0,REQ_GET_END,1795221212824.000,5,\n"
                  "1,1,0,REQ_GET_END,1795221212825.000,5,\n");
}

static void other_script(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "1,1,0,REQ_GET_START,1795221212824.000,4000000,\n"
                  "1,1,0,REQ_GET_END,1795221212825.000,3,\n");
}

static void many_reasons(struct buf *csv)
{
    for (int i = 0; i < 10000; i++)
        buf_addf(csv,
                 "%d,%d,0,REQ_HOME_START,%lld.000,4,\n"
                 "%d,%d,0,PLAYBACK_FAIL,%lld.000,4,\"reason <%d> & \"\"so\"\" \xF0\x9F\x90\xB3\"\n",
                 i, i, (long long)FIXTURE_EPOCH_MS + i, i, i, (long long)FIXTURE_EPOCH_MS + i + 5,
                 i);
}

static void huge_numbers(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "9223372036854775807,9223372036854775807,9223372036854775807,REQ_HOME_START,"
                  "1795221212723.000,4,,9223372036854775807,99999999999999999999,1,1,1,"
                  "18446744073709551615\n"
                  "9223372036854775807,9223372036854775807,9223372036854775807,REQ_HOME_END,"
                  "1795221212823.000,4,,9223372036854775807,9223372036854775807,1,1,1,"
                  "9223372036854775807\n"
                  "99999999999999999999999,1,0,REQ_HOME_START,1795221212723.000,4,\n");
}

static void another_age(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "7,7,0,REQ_HOME_START,0.000,4,\n"
                  "8,8,0,REQ_HOME_START,253402300799999.999,4,\n"
                  "8,8,0,REQ_HOME_END,253402300799999.999,4,\n");
}

static void endless_line(struct buf *csv)
{
    whole_session(csv);
    for (int i = 0; i < 300000; i++)
        buf_adds(csv, "0123456789");
}

static void long_lines(struct buf *csv)
{
    for (int line = 0; line < 3; line++) {
        for (int i = 0; i < 150000; i++)
            buf_adds(csv, "9876543210");
        buf_adds(csv, "\n");
    }
    whole_session(csv);
}

/* fixture_write() takes text; what becomes NUL is put in afterwards. */
static void other_bytes(struct buf *csv)
{
    whole_session(csv);
    buf_adds(csv, "\xff\xfe\x01\x02,,,\n\"\"\"\"\"\n,,,,,,\n1,1,0,\xE2\x80\xAE,5,0,\n\r\r\r\n");
}

static const struct odd odds[] = {
    {"a whole session", whole_session, 1, 9, 0, NULL},
    {"nothing but the header", no_row, 0, 0, 0, "holds no row of any session"},
    {"a torn last row", torn_row, 1, 9, 1, "1 row was torn"},
    {"rows from the last to the first", backwards, 1, 9, 0, NULL},
    {"a clock that steps back", clock_steps, 1, 2, 0, NULL},
    {"more columns", more_columns, 1, 1, 0, NULL},
    {"fewer columns", fewer_columns, 0, 0, 2, "2 lines are torn or have other columns"},
    {"a session without an end", no_end, 1, 1, 0, NULL},
    {"ends without a start", ends_alone, 1, 9, 2, "2 rows were torn"},
    {"lines of another script", other_script, 1, 9, 2, "2 rows were torn"},
    {"10,000 reasons", many_reasons, 10000, 10000, 0, NULL},
    {"huge numbers", huge_numbers, 2, 10, 1, "1 row was torn"},
    {"sessions of other ages", another_age, 3, 11, 0, NULL},
    {"a line without an end", endless_line, 1, 9, 1, "1 row was torn"},
    {"long lines", long_lines, 1, 9, 3, "3 rows were torn"},
    {"bytes that are no text", other_bytes, 1, 9, 3, "3 rows were torn"},
};

static void write_run(const struct ran *r, const struct odd *odd)
{
    struct buf csv;

    buf_init(&csv, CSV_MOST);
    buf_adds(&csv, fixture_header);
    odd->write(&csv);
    fixture_write(r->dir, "odd/recording.log", fixture_script);
    fixture_write(r->dir, "odd/sessions/0.csv", csv.data);
    buf_release(&csv);
}

static void check_summary(const struct ran *r, const struct odd *odd)
{
    char *text = fixture_read(r->dir, "report/summary.json");
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    json_t *build = json_array_get(json_object_get(root, "builds"), 0);

    if (!build)
        fail_msg("%s: summary.json is not there, or not JSON", odd->name);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(build, "sessions"), "seen")),
        odd->sessions);
    assert_int_equal(json_integer_value(json_object_get(build, "events")), odd->events);
    assert_int_equal(json_integer_value(json_object_get(build, "skipped_rows")), odd->skipped);
    json_decref(root);
    free(text);
}

static void check_odd(struct ran *r, const struct odd *odd, const char *words)
{
    int code;

    print_message("%s: %s\n", odd->name, words);
    code = run(r, words);
    assert_int_equal(code, odd->sessions ? 0 : 1);
    if (odd->says)
        said(r, odd->says);
    else
        assert_string_equal(r->err, "");
    if (odd->sessions)
        check_summary(r, odd);
}

static void test_odd_rows(void **state)
{
    struct ran *r = *state;

    for (size_t i = 0; i < COUNT(odds); i++) {
        write_run(r, &odds[i]);
        check_odd(r, &odds[i], "odd --overwrite");
        check_odd(r, &odds[i], "odd --overwrite --stream");
    }
}

static void test_nul_bytes(void **state)
{
    struct ran *r = *state;
    const struct odd odd = {"NUL bytes", whole_session, 1, 9, 2, "2 rows were torn"};
    char path[400];
    FILE *file;

    write_run(r, &odd);
    snprintf(path, sizeof(path), "%s/odd/sessions/0.csv", r->dir);
    file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite("2,2,0,REQ_HOME_START,1795221212723.000,4,\0\0\0\n\0\0", 1, 47, file),
                     47);
    assert_int_equal(fclose(file), 0);
    check_odd(r, &odd, "odd --overwrite");
    check_odd(r, &odd, "odd --overwrite --stream");
}

static void refused(struct ran *r, const char *words, const char *says)
{
    assert_int_equal(run(r, words), 1);
    said(r, says);
    assert_false(exists(r, "report"));
}

static void test_no_run(void **state)
{
    struct ran *r = *state;

    fixture_write(r->dir, "bare/note", "");
    fixture_write(r->dir, "half/recording.log", fixture_script);
    fixture_write(r->dir, "noise/recording.log",
                  "\x7f"
                  "ELF\x01\x02\x03 and so on\n");
    fixture_write(r->dir, "noise/sessions/0.csv", fixture_header);
    fixture_run(r->dir, "json", 1);
    fixture_write(r->dir, "json/run.json", "{\"planned\": [[[");
    for (int stream = 0; stream < 2; stream++) {
        static const char *const runs[][2] = {
            {"absent", "absent: No such file"},       {"bare", "recording.log': No such file"},
            {"half", "its sessions/ cannot be read"}, {"noise", "noise/recording.log"},
            {"json", "json/run.json: line 1"},        {"bare/note", "a run is a directory"},
        };

        for (size_t k = 0; k < COUNT(runs); k++) {
            char words[100];

            snprintf(words, sizeof(words), "%s%s", runs[k][0], stream ? " --stream" : "");
            refused(r, words, runs[k][1]);
        }
    }
}

int main(void)
{
#define WITH_RUNS(test) cmocka_unit_test_setup_teardown(test, program_set_up, program_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_RUNS(test_odd_rows),
        WITH_RUNS(test_nul_bytes),
        WITH_RUNS(test_no_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
