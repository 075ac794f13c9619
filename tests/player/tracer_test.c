/* What a trace holds, read back, and what it never holds. */
#include "tests/core/testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "player/tracer.h"

static void test_written_and_read(void **state)
{
    static const char *const headers[] = {"Authorization: Bearer swordfish", "Accept: */*", NULL};
    struct login login = {.name = "env:KEY", .column = LOGIN_NO_COLUMN, .value = "swordfish"};
    struct logins logins = {.items = &login, .count = 1};
    char path[] = "/tmp/stretto-trace-XXXXXX";
    struct error err = ERROR_NONE;
    struct values values = {0};
    struct tracer *tracer;
    const struct trace_entry *entry;
    struct trace trace;
    struct stat st;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0 && fchmod(fd, 0644) == 0 && write(fd, "old", 3) == 3);
    close(fd);
    assert_int_equal(logins_fill(&logins, 0, &values), 0);
    assert_int_equal(tracer_open(&tracer, path, &logins, &err), 0);
    tracer_begin(tracer, 1);
    tracer_add(tracer,
               &(struct trace_entry){.what = TRACE_REQUEST,
                                     .step = 3,
                                     .method = "POST",
                                     .url = "/x?key=swordfish",
                                     .headers = headers,
                                     .text = "k=swordfish&z=1",
                                     .text_bytes = 15},
               &values);
    tracer_add(tracer,
               &(struct trace_entry){.what = TRACE_RECV,
                                     .step = -1,
                                     .socket = 2,
                                     .text = "\xff\x00\x01",
                                     .text_bytes = 3,
                                     .binary = true},
               &values);
    tracer_add(NULL, &(struct trace_entry){0}, &values);
    tracer_close(tracer);

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(trace_load(&trace, path, &err), 0);
    assert_int_equal(trace.count, 2);
    entry = trace_find(&trace, TRACE_REQUEST, 3);
    assert_string_equal(entry->url, "/x?key=${env:KEY}");
    assert_string_equal(entry->headers[0], "Authorization: Bearer ${env:KEY}");
    assert_string_equal(entry->headers[1], "Accept: */*");
    assert_null(entry->headers[2]);
    assert_int_equal(entry->text_bytes, strlen("k=${env:KEY}&z=1"));
    assert_memory_equal(entry->text, "k=${env:KEY}&z=1", entry->text_bytes);
    assert_true(entry->at_us > 0);
    entry = trace_find(&trace, TRACE_RECV, -1);
    assert_int_equal(entry->socket, 2);
    assert_int_equal(entry->text_bytes, 3);
    assert_memory_equal(entry->text, "\xff\x00\x01", 3);
    trace_release(&trace);
    values_release(&values);
    unlink(path);
}

static void test_a_place_that_cannot_be(void **state)
{
    struct logins logins = {0};
    struct error err = ERROR_NONE;
    struct tracer *tracer;

    (void)state;
    assert_int_equal(tracer_open(&tracer, "/nowhere/at/all", &logins, &err), -E_IO);
    assert_null(tracer);
    assert_string_equal(err.text,
                        "cannot make the trace '/nowhere/at/all': No such file or directory");
}

/* A disk that is full is said once, and ends nothing. */
static void test_a_full_disk(void **state)
{
    struct logins logins = {0};
    struct error err = ERROR_NONE;
    struct values values = {0};
    struct tracer *tracer;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(tracer_open(&tracer, "/dev/full", &logins, &err), 0);
    for (int i = 0; i < 3; i++)
        tracer_add(tracer, &(struct trace_entry){.what = TRACE_SEND, .text = "x", .text_bytes = 1},
                   &values);
    tracer_close(tracer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_a_place_that_cannot_be),
        cmocka_unit_test(test_a_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
