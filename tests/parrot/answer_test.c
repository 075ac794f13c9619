/* Answers: as long as recorded, and a player finds in them what it looks for. */
#include "parrot/answer.h"

#include "core/condition.h"
#include "tests/core/testing.h"

#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\",\"end\":\"2026-11-21T00:00:00.250Z\""

/* The whole answer, its filler in it. */
static char *write_whole(const struct answer *a, uint64_t seed, size_t *body_at)
{
    size_t tail = a->block_bytes - a->head_bytes;
    char *text = calloc(1, a->block_bytes + (size_t)a->filler_bytes + 1);
    char *at = text;

    memcpy(at, a->block, a->head_bytes);
    answer_fill(a, at, 0, a->head_bytes, seed);
    *body_at = a->head_bytes;
    at += a->head_bytes;
    for (int turn = 0; turn < 2; turn++) {
        if (turn == (a->filler_last ? 0 : 1)) {
            memcpy(at, a->block + a->head_bytes, tail);
            answer_fill(a, at, a->head_bytes, tail, seed);
            at += tail;
        } else if (a->filler_bytes) {
            memcpy(at, a->filler, (size_t)a->filler_bytes);
            at += a->filler_bytes;
        }
    }
    return text;
}

/* Header lines as extract_answer() wants them. */
static size_t cut_lines(char *head, const char *lines[], size_t room)
{
    size_t n = 0;

    for (char *line = strtok(head, "\r\n"); line && n + 1 < room; line = strtok(NULL, "\r\n"))
        lines[n++] = line;
    lines[n] = NULL;
    return n;
}

struct row {
    const char *name;
    const char *dialect;
    const char *step;   /* behind the times */
    const char *starts; /* the status line begins so */
    size_t body;        /* its length */
    const char *learns; /* by the dialect; NULL: nothing */
    const char *poll;   /* condition that fits */
};

static void check_extracts(const struct answer *a, char *text, size_t body_at, const char *learns)
{
    const char *lines[32];
    char *body = text + body_at;
    struct values learnt = {0};
    char *head = strndup(text, body_at);

    cut_lines(head, lines, COUNT(lines));
    for (size_t i = 0; i < a->step->extract_count; i++) {
        struct buf value;

        buf_init(&value, 1 << 20);
        assert_int_equal(extract_answer(&a->step->extracts[i], lines, body, strlen(body), &value),
                         0);
        assert_int_equal(value.len, RANDOM_VALUE_BYTES);
        assert_null(strstr(value.data, "parrotvalue"));
        buf_release(&value);
    }
    if (learns) {
        assert_int_equal(dialect_learn_answer(dialect_find("plain"), a->step->method, a->step->url,
                                              lines, body, strlen(body), &learnt),
                         0);
        assert_non_null(values_get(&learnt, learns));
        assert_int_equal(strlen(values_get(&learnt, learns)), RANDOM_VALUE_BYTES);
    }
    values_release(&learnt);
    free(head);
}

static void check_row(const struct row *row)
{
    struct names needs = {0};
    struct names first = {0};
    struct error err = ERROR_NONE;
    struct answer_maker maker = {dialect_find(row->dialect), &needs, &first, 2};
    struct script *script;
    struct answer answer;
    struct buf warnings;
    char line[1000];
    size_t body_at;
    char *text;

    snprintf(line, sizeof(line), "{%s," BEGIN "}\n", row->step);
    assert_int_equal(script_parse(&script, "s", line, strlen(line), &err), 0);
    if (row->learns)
        assert_int_equal(names_add(&needs, row->learns, strlen(row->learns)), 0);
    buf_init(&warnings, 1000);
    assert_int_equal(answer_init(&answer, &maker, script_at(script, 0), "/next", &warnings), 0);
    assert_string_equal(warnings.len ? warnings.data : "", "");
    assert_int_equal(answer.wait_us, 500000);
    text = write_whole(&answer, 5, &body_at);
    assert_int_equal(strncmp(text, row->starts, strlen(row->starts)), 0);
    assert_int_equal(strlen(text + body_at), row->body);
    check_extracts(&answer, text, body_at, row->learns);
    if (row->poll)
        assert_int_equal(condition_fits(row->poll, text + body_at, strlen(text + body_at)), 1);
    free(text);
    answer_release(&answer);
    buf_release(&warnings);
    names_release(&needs);
    names_release(&first);
    script_free(script);
}

static void test_answers(void **state)
{
    static const struct row rows[] = {
        {"a page", "plain", "\"type\":\"REQ_HOME\",\"status\":200,\"url\":\"/\",\"bytes\":5000",
         "HTTP/1.1 200 OK\r\nContent-Type: text/html", 5000, NULL, NULL},
        {"nobody told its size", "plain", "\"type\":\"REQ_GET\",\"status\":404,\"url\":\"/x.png\"",
         "HTTP/1.1 404 Not Found\r\nContent-Type: image/png", 100, NULL, NULL},
        {"no content", "plain",
         "\"type\":\"REQ\",\"method\":\"PUT\",\"status\":204,\"url\":\"/x\",\"bytes\":10",
         "HTTP/1.1 204 No Content\r\n\r\n", 0, NULL, NULL},
        {"not modified", "plain", "\"type\":\"REQ_GET\",\"status\":304,\"url\":\"/x\"",
         "HTTP/1.1 304 Not Modified\r\n\r\n", 0, NULL, NULL},
        {"a redirection", "plain", "\"type\":\"REQ_GET\",\"status\":302,\"url\":\"/x\"",
         "HTTP/1.1 302 Found\r\nLocation: /next\r\n", 100, NULL, NULL},
        {"a status of its own", "plain", "\"type\":\"REQ_GET\",\"status\":299,\"url\":\"/x\"",
         "HTTP/1.1 299 As Recorded", 100, NULL, NULL},
        {"a value in a page", "plain",
         "\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"bytes\":300,\"extract\":[{\"name\":"
         "\"A\",\"before\":\"name=\\\"a\\\" value=\\\"\",\"after\":\"\\\"\",\"decode\":\"html\"}]",
         "HTTP/1.1 200", 300, NULL, NULL},
        {"several, counted, in JSON, to the end", "plain",
         "\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"bytes\":500,\"extract\":["
         "{\"name\":\"A\",\"before\":\"x=\",\"after\":\";\",\"nth\":2},"
         "{\"name\":\"B\",\"before\":\"x=\",\"after\":\";\"},"
         "{\"name\":\"C\",\"before\":\"data='\",\"after\":\"'\",\"json\":\"a.b[1].c\"},"
         "{\"name\":\"D\",\"before\":\"rest:\"}]",
         "HTTP/1.1 200", 500, NULL, NULL},
        {"from the beginning", "plain",
         "\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"bytes\":200,\"extract\":["
         "{\"name\":\"A\",\"after\":\"!\"}]",
         "HTTP/1.1 200", 200, NULL, NULL},
        {"JSON", "plain",
         "\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"bytes\":400,\"extract\":["
         "{\"name\":\"A\",\"json\":\"jobs[0].id\"},{\"name\":\"B\",\"json\":\"jobs[0].key\"},"
         "{\"name\":\"C\",\"json\":\"payload|x.y\"}]",
         "HTTP/1.1 200 OK\r\nContent-Type: application/json", 400, NULL, NULL},
        {"headers and cookies", "plain",
         "\"type\":\"REQ_GET\",\"status\":302,\"url\":\"/x\",\"extract\":["
         "{\"name\":\"A\",\"from\":\"header\",\"header\":\"Location\",\"before\":\"next=\","
         "\"after\":\"&\"},{\"name\":\"B\",\"from\":\"cookie\",\"header\":\"_xsrf\"}]",
         "HTTP/1.1 302", 100, NULL, NULL},
        {"the body is the value", "sockjs",
         "\"type\":\"REQ_TOK\",\"status\":200,\"url\":\"/_w_1/__token__\"", "HTTP/1.1 200", 32,
         "TOKEN", NULL},
        {"a worker", "sockjs", "\"type\":\"REQ_HOME\",\"status\":200,\"url\":\"/\",\"bytes\":900",
         "HTTP/1.1 200", 900, "WORKER", NULL},
        {"an event", "gradio",
         "\"type\":\"REQ\",\"method\":\"POST\",\"status\":200,\"url\":\"/gradio_api/queue/join\"",
         "HTTP/1.1 200", 100, "EVENT", NULL},
        {"an upload", "gradio",
         "\"type\":\"REQ\",\"method\":\"POST\",\"status\":200,\"url\":\"/gradio_api/upload?upload_"
         "id=x\"",
         "HTTP/1.1 200", 100, "UPLOADED", NULL},
        {"a cookie", "dash", "\"type\":\"REQ_HOME\",\"status\":200,\"url\":\"/\"", "HTTP/1.1 200",
         100, "CSRF", NULL},
        {"the third of its kind", "blazor", "\"type\":\"REQ_HOME\",\"status\":200,\"url\":\"/\"",
         "HTTP/1.1 200", 100, "DESCRIPTOR_3", NULL},
        {"a poll", "dash",
         "\"type\":\"REQ\",\"method\":\"POST\",\"status\":200,\"url\":\"/x\",\"bytes\":300,"
         "\"poll\":{\"response.a\":true,\"state\":\"done\",\"error\":false,\"n\":3},\"poll_every_"
         "ms\":500",
         "HTTP/1.1 200", 300, NULL,
         "{\"response.a\":true,\"state\":\"done\",\"error\":false,\"n\":3}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s\n", rows[i].name);
        check_row(&rows[i]);
    }
}

static void test_values_are_fresh(void **state)
{
    static const char line[] =
        "{\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"extract\":["
        "{\"name\":\"A\",\"json\":\"a\"},{\"name\":\"A\",\"json\":\"again\"},"
        "{\"name\":\"B\",\"json\":\"b\"}]," BEGIN "}\n";
    struct names none = {0};
    struct names first = {0};
    struct error err = ERROR_NONE;
    struct answer_maker maker = {dialect_find("plain"), &none, &first, 1};
    struct script *script;
    struct answer answer;
    struct buf warnings;
    size_t at;
    char *one;
    char *two;

    (void)state;
    assert_int_equal(names_add(&first, "B", 1), 0);
    assert_int_equal(script_parse(&script, "s", line, sizeof(line) - 1, &err), 0);
    buf_init(&warnings, 1000);
    assert_int_equal(answer_init(&answer, &maker, script_at(script, 0), "/", &warnings), 0);
    one = write_whole(&answer, 1, &at);
    two = write_whole(&answer, 2, &at);
    assert_string_not_equal(one, two);
    assert_memory_equal(strstr(one, "\"a\":\"") + 5, strstr(one, "\"again\":\"") + 9,
                        RANDOM_VALUE_BYTES);
    assert_memory_not_equal(strstr(one, "\"a\":\"") + 5, strstr(one, "\"b\":\"") + 5,
                            RANDOM_VALUE_BYTES);
    assert_int_equal(strstr(one, "\"b\":\"")[5], '/'); /* a URL begins with it */
    free(one);
    free(two);
    answer_release(&answer);
    buf_release(&warnings);
    names_release(&first);
    script_free(script);
}

static void test_what_cannot_be_told_is_said(void **state)
{
    static const char line[] =
        "{\"type\":\"REQ_GET\",\"status\":200,\"url\":\"/x\",\"extract\":["
        "{\"name\":\"A\",\"json\":\"a\"},{\"name\":\"B\",\"before\":\"b=\"}]," BEGIN "}\n";
    struct names none = {0};
    struct error err = ERROR_NONE;
    struct answer_maker maker = {dialect_find("plain"), &none, &none, 1};
    struct script *script;
    struct answer answer;
    struct buf warnings;

    (void)state;
    assert_int_equal(script_parse(&script, "s", line, sizeof(line) - 1, &err), 0);
    buf_init(&warnings, 1000);
    assert_int_equal(answer_init(&answer, &maker, script_at(script, 0), "/", &warnings), 0);
    assert_non_null(strstr(warnings.data, "line 1: GET /x"));
    assert_non_null(strstr(warnings.data, "${B}"));
    answer_release(&answer);
    buf_release(&warnings);
    script_free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_values_are_fresh),
        cmocka_unit_test(test_what_cannot_be_told_is_said),
    };
    struct error err = ERROR_NONE;
    int rc;

    if (dialects_init(&err) < 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    dialects_release();
    return rc;
}
