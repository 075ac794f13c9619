#include "tests/core/testing.h"

#include "player/gather.h"

static const char *const headers[] = {"Content-Type: text/html", "Location: /next?id=77&x=1",
                                      "Set-Cookie: _xsrf=tok; Path=/", NULL};

/* What a step's extraction takes from an answer, or says. */
static const struct {
    const char *name;
    struct extraction e;
    int status;
    const char *body;
    const char *value; /* NULL: none */
    const char *says;  /* NULL: nothing is wrong */
} answers[] = {
    {"a form's token",
     {.name = "CSRF", .before = "name=\"csrf\" value=\"", .after = "\""},
     200,
     "<input name=\"csrf\" value=\"abc\">",
     "abc",
     NULL},
    {"JSON", {.name = "JOB", .json = "jobs[0].id"}, 200, "{\"jobs\":[{\"id\":9}]}", "9", NULL},
    {"a redirect",
     {.name = "NEXT", .from = EXTRACT_HEADER, .header = "location", .before = "id=", .after = "&"},
     302,
     "",
     "77",
     NULL},
    {"a cookie", {.name = "X", .from = EXTRACT_COOKIE, .header = "_xsrf"}, 200, "", "tok", NULL},
    {"not there",
     {.name = "CSRF", .before = "name=\"csrf\" value=\"", .after = "\""},
     200,
     "<html>\n  <p>Please log in</p>",
     NULL,
     "no value for ${CSRF} in the answer's body behind 'name=\"csrf\" value=\"'; status 200 came "
     "with '<html> <p>Please log in</p>'"},
    {"no JSON",
     {.name = "JOB", .json = "data.id"},
     503,
     "Try again later",
     NULL,
     "no value for ${JOB} in the answer's body at the JSON path 'data.id'; status 503 came with "
     "'Try again later'"},
    {"an empty body",
     {.name = "JOB", .json = "id"},
     204,
     "",
     NULL,
     "no value for ${JOB} in the answer's body at the JSON path 'id'; status 204 came with an "
     "empty one"},
    {"another header",
     {.name = "NEXT", .from = EXTRACT_HEADER, .header = "Location", .before = "nid="},
     302,
     "x",
     NULL,
     "no value for ${NEXT} in the answer's header Location behind 'nid='; status 302 came with "
     "'Location: /next?id=77&x=1'"},
    {"no such header",
     {.name = "T", .from = EXTRACT_HEADER, .header = "X-Token"},
     200,
     "x",
     NULL,
     "no value for ${T} in the answer's header X-Token; status 200 came with none of that kind"},
    {"another cookie",
     {.name = "T", .from = EXTRACT_COOKIE, .header = "sid"},
     200,
     "x",
     NULL,
     "no value for ${T} in the answer's cookie sid; status 200 came with 'Set-Cookie: _xsrf=tok; "
     "Path=/'"},
    {"optional", {.name = "T", .before = "<<<", .optional = true}, 200, "x", NULL, NULL},
    {"of a message: not an answer's", {.name = "T", .from = EXTRACT_MESSAGE}, 200, "x", NULL, NULL},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct step step = {.extracts = &answers[i].e, .extract_count = 1};
        struct answer answer = {answers[i].status, headers, answers[i].body,
                                strlen(answers[i].body)};
        struct values values = {0};
        struct error err = ERROR_NONE;
        int rc = gather_answer(&step, &answer, &values, &err);
        const char *value = values_get(&values, answers[i].e.name);

        if (rc != (answers[i].says ? -E_MISMATCH : 0))
            fail_msg("%s: %d", answers[i].name, rc);
        if (strcmp(value ? value : "-", answers[i].value ? answers[i].value : "-") != 0)
            fail_msg("%s: is '%s'", answers[i].name, value);
        if (answers[i].says && strcmp(answers[i].says, err.text) != 0)
            fail_msg("%s: says\n%s", answers[i].name, err.text);
        values_release(&values);
    }
}

static void test_messages(void **state)
{
    const struct extraction e = {.name = "ID", .from = EXTRACT_MESSAGE, .json = "id"};
    struct values values = {0};
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(gather_message(&e, "{\"id\":\"a7\"}", 11, &values), 0);
    assert_string_equal(values_get(&values, "ID"), "a7");
    assert_int_equal(gather_message(&e, "{\"no\":1}", 8, &values), -E_MISMATCH);
    assert_string_equal(values_get(&values, "ID"), "a7");
    assert_int_equal(gather_message(&e, "{\"no\":1}\n{\"id\":8}", 17, &values), 0);
    assert_string_equal(values_get(&values, "ID"), "8");
    assert_int_equal(gather_message(&e, "{\"no\":1}\n{\"no\":2}", 17, &values), -E_MISMATCH);
    assert_int_equal(gather_message_missing(&e, "{\"no\":1}", 8, &err), -E_MISMATCH);
    assert_string_equal(err.text, "no value for ${ID} in the messages that end this step at the "
                                  "JSON path 'id'; the last was '{\"no\":1}'");
    err = ERROR_NONE;
    gather_message_missing(&e, NULL, 0, &err);
    assert_non_null(strstr(err.text, "; none came"));
    values_release(&values);
}

static const struct {
    const char *text;
    const char *shown;
} shows[] = {
    {"", ""},
    {"plain", "plain"},
    {"a\n\n   b\tc", "a b c"},
    {"\x01\x7f\xff"
     "x",
     "...x"},
    {"J\xc3\xb6rg", "J\xc3\xb6rg"},
    {"cut \xe2\x82", "cut .."},
    {"123456789 123456789 123456789 123456789 123456789 123456789 123",
     "123456789 123456789 123456789 123456789 123456789 123456789 "},
};

static void test_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shows); i++) {
        char out[GATHER_SHOWN_TEXT];

        assert_string_equal(gather_show(shows[i].text, strlen(shows[i].text), out), shows[i].shown);
    }
}

/* Sixty characters of four bytes fit. */
static void test_wide_characters(void **state)
{
    char text[4 * 80];
    char out[GATHER_SHOWN_TEXT];

    (void)state;
    for (size_t i = 0; i < 80; i++)
        memcpy(text + 4 * i, "\xf0\x9f\x90\x8b", 4);
    assert_int_equal(strlen(gather_show(text, sizeof(text), out)), 240);
}

static void test_only_what_is_needed(void **state)
{
    struct values learnt = {0};
    struct values values = {0};
    struct names needs = {0};

    (void)state;
    names_add(&needs, "B", 1);
    names_add(&needs, "Z", 1);
    values_set(&learnt, "A", "1");
    values_set(&learnt, "B", "2");
    assert_int_equal(gather_needed(&learnt, &needs, &values), 0);
    assert_int_equal(values.count, 1);
    assert_string_equal(values_get(&values, "B"), "2");
    values_release(&learnt);
    values_release(&values);
    names_release(&needs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_shows),
        cmocka_unit_test(test_wide_characters),
        cmocka_unit_test(test_only_what_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
