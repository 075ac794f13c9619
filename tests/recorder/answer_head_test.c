/* Heads of answers, line by line. */
#include "recorder/answer_head.h"

#include <string.h>

#include "core/error.h"
#include "recorder/limits.h"
#include "tests/core/refusal.h"
#include "tests/core/testing.h"

#define MAX_LINES 8

static const struct {
    const char *name;
    const char *lines[MAX_LINES];
    const char *want; /* NULL: the last line is refused */
} cases[] = {
    {"all of it",
     {"HTTP/1.1 200 OK\r\n", "A: 1\r\n", "a:2\r\n", "E:\r\n", "\r\n"},
     "200 'OK' done A=1 a=2 E="},
    {"without line ends", {"HTTP/1.1 404 Not  Found", "A: 1", ""}, "404 'Not  Found' done A=1"},
    {"no reason", {"HTTP/1.1 200 \r\n", "\r\n"}, "200 '' done"},
    {"no reason, no space", {"HTTP/2 200\r\n", "\r\n"}, "200 '' done"},
    {"an unknown status", {"HTTP/1.0 599 \xe9\r\n"}, "599 '\xe9'"},
    {"folded", {"HTTP/1.1 200 OK", "A: 1", "  2", "\t3"}, "200 'OK' A=1 2 3"},
    {"an answer before the answer",
     {"HTTP/1.1 103 Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: 1", ""},
     "200 'OK' done A=1"},
    {"lines behind it", {"HTTP/1.1 200 OK", "", "A: 1"}, "200 'OK' done"},
    {"a header that is none", {"HTTP/1.1 200 OK", "nonsense", "A: 1"}, "200 'OK' A=1"},
    {"a space before the colon", {"HTTP/1.1 200 OK", "A \t: 1", ": 2"}, "200 'OK' A=1"},
    {"line ends inside of lines",
     {"HTTP/1.1 200 O\rK\nX", "A: 1\rSet-Cookie: b\nC: d", " e\rf"},
     "200 'O K X' A=1 Set-Cookie: b C: d e f"},
    {"no status line", {"A: 1"}, NULL},
    {"no status", {"HTTP/1.1 OK"}, NULL},
    {"a long status", {"HTTP/1.1 2000 OK"}, NULL},
    {"a short status", {"HTTP/1.1 20"}, NULL},
};

static int feed(struct answer_head *head, const char *const *lines)
{
    int rc = 0;

    for (size_t i = 0; i < MAX_LINES && lines[i] && rc == 0; i++)
        rc = answer_head_line(head, lines[i], strlen(lines[i]));
    return rc;
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer_head head = {0};
        char text[256] = "";
        int rc = feed(&head, cases[i].lines);
        int n;

        if (!cases[i].want) {
            assert_int_equal(rc, -E_PROTOCOL);
            answer_head_release(&head);
            continue;
        }
        assert_int_equal(rc, 0);
        n = snprintf(text, sizeof(text), "%d '%s'%s", head.status, head.reason,
                     head.done ? " done" : "");
        for (size_t k = 0; k < head.headers.count; k++)
            n += snprintf(text + n, sizeof(text) - (size_t)n, " %s=%s", head.headers.items[k].name,
                          head.headers.items[k].value);
        if (strcmp(text, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].name, text);
        answer_head_release(&head);
    }
}

static void test_bound(void **state)
{
    static char line[HEAD_BYTES_MAX / 2 + 100] = "A: ";
    struct answer_head head = {0};

    (void)state;
    memset(line + 3, 'x', sizeof(line) - 4);
    assert_int_equal(answer_head_line(&head, "HTTP/1.1 200 OK", 15), 0);
    assert_int_equal(answer_head_line(&head, line, sizeof(line) - 1), 0);
    assert_int_equal(answer_head_line(&head, line, sizeof(line) - 1), -E_PROTOCOL);
    answer_head_release(&head);
}

static int read_one(void *user)
{
    struct answer_head head = {0};
    int rc = feed(&head, cases[6].lines);

    (void)user;
    answer_head_release(&head);
    return rc;
}

static void test_memory(void **state)
{
    (void)state;
    refuse_in_turn("an answer's head", read_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
