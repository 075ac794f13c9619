#include "tests/core/testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/trace.h"

static const char *const two_headers[] = {"A: b", "C: \xC3\xA9 \"q\"", NULL};
static const char *const no_headers[] = {NULL};

static const struct {
    const char *name;
    struct trace_entry entry;
} entries[] = {
    {"a request",
     {.what = TRACE_REQUEST,
      .step = 3,
      .at_us = 1200,
      .method = "GET",
      .url = "/a?b=\"c\"",
      .headers = two_headers}},
    {"a request with a body",
     {.what = TRACE_REQUEST,
      .step = 4,
      .at_us = 0,
      .method = "POST",
      .url = "/",
      .text = "a=b",
      .text_bytes = 3,
      .bytes = 3}},
    {"an answer",
     {.what = TRACE_ANSWER,
      .step = 4,
      .at_us = 5,
      .status = 200,
      .headers = no_headers,
      .text = "<p>\xE2\x80\xA8</p>",
      .text_bytes = 10,
      .bytes = 512}},
    {"an empty body", {.what = TRACE_ANSWER, .step = 5, .status = 204, .text = ""}},
    {"a body that was not kept",
     {.what = TRACE_ANSWER, .step = 6, .status = 200, .bytes = INT64_C(3000000000)}},
    {"noise", {.what = TRACE_ANSWER, .step = -1, .status = 404}},
    {"a message",
     {.what = TRACE_RECV,
      .step = 9,
      .socket = 2,
      .at_us = INT64_C(86400000000),
      .text = "{\"a\":1}",
      .text_bytes = 7}},
    {"a zero byte", {.what = TRACE_SEND, .step = 10, .text = "a\0b", .text_bytes = 3}},
    {"control characters",
     {.what = TRACE_SEND, .step = 10, .text = "\x01\x1f\x7f\r\n\t\"\\", .text_bytes = 8}},
    {"an astral character",
     {.what = TRACE_SEND, .step = 11, .text = "\xF0\x9F\x90\xB3", .text_bytes = 4}},
    {"bytes",
     {.what = TRACE_RECV, .step = 12, .text = "\xff\x00\x80", .text_bytes = 3, .binary = true}},
    {"no bytes", {.what = TRACE_RECV, .step = 12, .text = "", .text_bytes = 0, .binary = true}},
    {"binary that is text",
     {.what = TRACE_RECV, .step = 12, .text = "abc", .text_bytes = 3, .binary = true}},
    {"an empty message", {.what = TRACE_RECV, .step = 13, .text = ""}},
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_headers(const char *const *a, const char *const *b)
{
    if (!a || !b)
        return a == b;
    while (*a && *b && strcmp(*a, *b) == 0)
        a++, b++;
    return !*a && !*b;
}

static bool same(const struct trace_entry *a, const struct trace_entry *b)
{
    return a->what == b->what && a->step == b->step && a->socket == b->socket &&
           a->at_us == b->at_us && same_text(a->method, b->method) && same_text(a->url, b->url) &&
           a->status == b->status && same_headers(a->headers, b->headers) &&
           (!a->text) == (!b->text) && a->text_bytes == b->text_bytes &&
           (!a->text || memcmp(a->text, b->text, a->text_bytes) == 0) && a->binary == b->binary &&
           a->bytes == b->bytes;
}

static void write_all(struct buf *text)
{
    buf_init(text, 1 << 20);
    for (size_t i = 0; i < COUNT(entries); i++)
        assert_int_equal(trace_write(&entries[i].entry, text), 0);
}

static void test_there_and_back(void **state)
{
    struct error err = ERROR_NONE;
    struct trace trace;
    struct buf text;

    (void)state;
    write_all(&text);
    if (trace_parse(&trace, "t", text.data, text.len, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(trace.count, COUNT(entries));
    for (size_t i = 0; i < COUNT(entries); i++) {
        if (!same(&trace.entries[i], &entries[i].entry))
            fail_msg("%s: reads back as another", entries[i].name);
    }
    trace_release(&trace);
    buf_release(&text);
}

/* Cut anywhere: whole lines are read, and nothing else. */
static void test_a_torn_file(void **state)
{
    struct buf text;

    (void)state;
    write_all(&text);
    for (size_t len = 0; len <= text.len; len++) {
        struct error err = ERROR_NONE;
        char *copy = malloc(len + 1);
        struct trace trace;
        size_t whole = 0;

        memcpy(copy, text.data, len);
        copy = realloc(copy, len ? len : 1);
        for (size_t i = 0; i < len; i++)
            whole +=
                copy[i] == '\n' || (copy[i] == '}' && text.data[i + 1] == '\n' && i + 1 == len);
        if (trace_parse(&trace, "t", copy, len, &err) < 0)
            fail_msg("%zu bytes: %s", len, err.text);
        if (trace.count != whole)
            fail_msg("%zu bytes: %zu entries, not %zu", len, trace.count, whole);
        trace_release(&trace);
        free(copy);
    }
    buf_release(&text);
}

/* A text that is no UTF-8 is kept as bytes, a body of that kind by its size. */
static void test_text_that_is_no_utf8(void **state)
{
    const struct trace_entry recv = {.what = TRACE_RECV, .text = "a\xff", .text_bytes = 2};
    const struct trace_entry body = {
        .what = TRACE_ANSWER, .text = "a\xff", .text_bytes = 2, .bytes = 2};
    struct error err = ERROR_NONE;
    struct trace trace;
    struct buf text;

    (void)state;
    buf_init(&text, 1000);
    trace_write(&recv, &text);
    trace_write(&body, &text);
    assert_int_equal(trace_parse(&trace, "t", text.data, text.len, &err), 0);
    assert_memory_equal(trace.entries[0].text, "a\xff", 2);
    assert_true(trace.entries[0].binary);
    assert_null(trace.entries[1].text);
    assert_int_equal(trace.entries[1].bytes, 2);
    trace_release(&trace);
    buf_release(&text);
}

static void test_a_body_that_is_too_long(void **state)
{
    struct trace_entry entry = {.what = TRACE_ANSWER, .bytes = TRACE_BODY_MAX + 1};
    char *body = malloc(TRACE_BODY_MAX + 1);
    struct buf text;

    (void)state;
    memset(body, 'x', TRACE_BODY_MAX + 1);
    entry.text = body;
    entry.text_bytes = TRACE_BODY_MAX + 1;
    buf_init(&text, 10000);
    assert_int_equal(trace_write(&entry, &text), 0);
    assert_string_equal(text.data, "{\"what\":\"answer\",\"step\":0,\"at_us\":0,\"status\":0,"
                                   "\"bytes\":4194305}\n");
    buf_release(&text);
    free(body);
}

#define GOOD "{\"what\":\"recv\",\"step\":1,\"text\":\"x\"}\n"

static const struct {
    const char *name;
    const char *text;
    const char *error;
} bad[] = {
    {"no JSON", GOOD "{,\n" GOOD, "t:2: not a JSON object: string or '}' expected near ','"},
    {"a list", "[]\n", "t:1: not a JSON object: it is something else"},
    {"another what", "{\"what\":\"ping\"}\n", "t:1: \"what\" is not request, answer, send or recv"},
    {"no what", "{}\n", "t:1: \"what\" is not request, answer, send or recv"},
    {"a step that is none", "{\"what\":\"recv\",\"step\":-2}\n",
     "t:1: \"step\" is not a number from -1"},
    {"a text that is none", "{\"what\":\"recv\",\"text\":7}\n", "t:1: \"text\" is not a string"},
    {"bytes that are none", "{\"what\":\"recv\",\"base64\":\"a\"}\n",
     "t:1: \"base64\" is not base64"},
    {"a header that is none", "{\"what\":\"answer\",\"headers\":[7]}\n",
     "t:1: \"headers\" is not a list of \"Name: value\""},
};

static void test_bad_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = ERROR_NONE;
        struct trace trace;

        assert_int_equal(trace_parse(&trace, "t", bad[i].text, strlen(bad[i].text), &err),
                         -E_FORMAT);
        if (strcmp(err.text, bad[i].error) != 0)
            fail_msg("%s: %s", bad[i].name, err.text);
        assert_null(trace.entries);
    }
}

static void test_find(void **state)
{
    struct error err = ERROR_NONE;
    struct trace trace;
    struct buf text;

    (void)state;
    write_all(&text);
    assert_int_equal(trace_parse(&trace, "t", text.data, text.len, &err), 0);
    assert_ptr_equal(trace_find(&trace, TRACE_REQUEST, 4), &trace.entries[1]);
    assert_ptr_equal(trace_find(&trace, TRACE_ANSWER, 4), &trace.entries[2]);
    assert_ptr_equal(trace_find(&trace, TRACE_ANSWER, -1), &trace.entries[5]);
    assert_ptr_equal(trace_find(&trace, TRACE_SEND, 10), &trace.entries[7]); /* the first */
    assert_null(trace_find(&trace, TRACE_RECV, 4));
    assert_null(trace_find(&trace, TRACE_RECV, 99));
    assert_null(trace_find(&trace, TRACE_REQUEST, -2));
    trace_release(&trace);
    buf_release(&text);
    assert_int_equal(trace_parse(&trace, "t", "", 0, &err), 0);
    assert_null(trace_find(&trace, TRACE_RECV, 1));
    trace_release(&trace);
}

static void test_load(void **state)
{
    char path[] = "/tmp/stretto-trace-XXXXXX";
    int fd = mkstemp(path);
    struct error err = ERROR_NONE;
    struct trace trace;

    (void)state;
    assert_int_equal(write(fd, GOOD GOOD "{\"what", strlen(GOOD GOOD) + 6),
                     (ssize_t)strlen(GOOD GOOD) + 6);
    close(fd);
    assert_int_equal(trace_load(&trace, path, &err), 0);
    assert_int_equal(trace.count, 2);
    trace_release(&trace);
    unlink(path);
    assert_int_equal(trace_load(&trace, "/no/such/file", &err), -E_IO);
    assert_string_equal(err.text,
                        "cannot read the trace '/no/such/file': No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_a_torn_file),
        cmocka_unit_test(test_text_that_is_no_utf8),
        cmocka_unit_test(test_a_body_that_is_too_long),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
