/* Rows dealt to sessions, and how their values stand in what is sent. */
#include "tests/core/testing.h"

#include "player/data.h"
#include "tests/core/refusal.h"

#define CITIES "city,zip\nRome,00100\n\"New York\",10001\n\"O\"\"Hare & Co\",60666\n"

struct fixture {
    struct users tables[2];
    struct opt_list files;
    struct names names;
};

static const char *files[] = {"cities.csv", "people.csv"};

static void fixture_init(struct fixture *f, const char *people, const char *const *wanted)
{
    struct error err = ERROR_NONE;

    *f = (struct fixture){.files = {files, 2}};
    assert_int_equal(users_parse(&f->tables[0], files[0], CITIES, strlen(CITIES), &err), 0);
    assert_int_equal(users_parse(&f->tables[1], files[1], people, strlen(people), &err), 0);
    for (; *wanted; wanted++)
        assert_int_equal(names_add(&f->names, *wanted, strlen(*wanted)), 0);
}

static void fixture_release(struct fixture *f)
{
    users_release(&f->tables[0]);
    users_release(&f->tables[1]);
    names_release(&f->names);
}

static void test_dealt(void **state)
{
    static const char *const wanted[] = {"SESSION", "data:city", "data:name", "env:PW", NULL};
    static const char *const cities[] = {"Rome", "New York", "O\"Hare & Co", "Rome"};
    static const char *const names[] = {"ann", "bob", "ann", "bob"};
    struct error err = ERROR_NONE;
    struct fixture f;
    struct data data;

    (void)state;
    fixture_init(&f, "name\nann\nbob\n", wanted);
    for (int by_session = 0; by_session <= 1; by_session++) {
        assert_int_equal(data_init(&data, &f.names, f.tables, &f.files, by_session, &err), 0);
        assert_int_equal(data.count, 2);
        for (long n = 0; n < 4; n++) {
            struct values values = {0};

            assert_int_equal(data_fill(&data, by_session ? 99 : n, by_session ? n : 99, &values),
                             0);
            assert_string_equal(values_get(&values, "data:city"), cities[n]);
            assert_string_equal(values_get(&values, "data:name"), names[n]);
            values_release(&values);
        }
        data_release(&data);
    }
    fixture_release(&f);
}

static const struct {
    const char *name;
    const char *people;
    const char *wanted[4];
    bool no_files;
    const char *says;
} refusals[] = {
    {"columns that are nowhere",
     "name\nann\n",
     {"data:town", "data:name", "data:age"},
     false,
     "the script needs the data columns age, town, and no --data has them"},
    {"one that is nowhere",
     "name\nann\n",
     {"data:town"},
     false,
     "the script needs the data column town, and no --data has it"},
    {"no table",
     "name\nann\n",
     {"data:name"},
     true,
     "the script needs the data column name: give --data FILE.csv with it"},
    {"one in both",
     "zip\n1\n",
     {"data:zip"},
     false,
     "the script needs the column 'zip', and both cities.csv and people.csv have one"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct error err = ERROR_NONE;
        struct fixture f;
        struct data data;

        fixture_init(&f, refusals[i].people, refusals[i].wanted);
        if (refusals[i].no_files)
            f.files.count = 0;
        if (data_init(&data, &f.names, f.tables, &f.files, false, &err) != -E_USAGE)
            fail_msg("%s: taken", refusals[i].name);
        if (strcmp(err.text, refusals[i].says) != 0)
            fail_msg("%s: '%s'", refusals[i].name, err.text);
        fixture_release(&f);
    }
}

static const char *const post_json[] = {"Content-Type: application/json; charset=utf-8", NULL};
static const char *const post_form[] = {"content-type: application/x-www-form-urlencoded", NULL};
static const char *const post_parts[] = {"Content-Type: multipart/form-data; boundary=x", NULL};

static const struct {
    const char *name;
    struct step step;
    const char *want;
} places[] = {
    {"a URL's query",
     {.type = STEP_REQ_GET, .url = "/find?q=${data:q}&n=1"},
     "/find?q=${data:q|url}&n=1"},
    {"a URL's path", {.type = STEP_WS_OPEN, .url = "/${data:q}/ws"}, "/${data:q|url}/ws"},
    {"a coding of its own",
     {.type = STEP_REQ_GET, .url = "/?a=${data:q|form}&b=${data:q}"},
     "/?a=${data:q|form}&b=${data:q|url}"},
    {"other placeholders stay",
     {.type = STEP_REQ_GET, .url = "/${SESSION}?${$}{data:q}=${data:q}"},
     "/${SESSION}?${$}{data:q}=${data:q|url}"},
    {"a string of a JSON message",
     {.type = STEP_WS_SEND, .message = "{\"q\":\"${data:q}\"}"},
     "{\"q\":\"${data:q|json}\"}"},
    {"a number of a JSON message",
     {.type = STEP_WS_SEND, .message = "{\"n\":${data:q},\"m\":\"x\"}"},
     "{\"n\":${data:q},\"m\":\"x\"}"},
    {"JSON in a string, as SockJS has it",
     {.type = STEP_WS_SEND, .message = "[\"1#0|m|{\\\"q\\\":\\\"a ${data:q}\\\",\\\"n\\\":1}\"]"},
     "[\"1#0|m|{\\\"q\\\":\\\"a ${data:q|json2}\\\",\\\"n\\\":1}\"]"},
    {"a number of JSON in a string",
     {.type = STEP_WS_SEND, .message = "[\"0#0|m|{\\\"q\\\":\\\"x\\\",\\\"n\\\":${data:q}}\"]"},
     "[\"0#0|m|{\\\"q\\\":\\\"x\\\",\\\"n\\\":${data:q|json}}\"]"},
    {"behind an escaped quote",
     {.type = STEP_WS_SEND, .message = "{\"a\":\"5\\\" tv\",\"q\":\"${data:q}\"}"},
     "{\"a\":\"5\\\" tv\",\"q\":\"${data:q|json}\"}"},
    {"behind an escaped backslash",
     {.type = STEP_WS_SEND, .message = "{\"a\":\"c:\\\\\",\"q\":\"${data:q}\"}"},
     "{\"a\":\"c:\\\\\",\"q\":\"${data:q|json}\"}"},
    {"text", {.type = STEP_WS_SEND, .message = "say \"${data:q}\""}, "say \"${data:q}\""},
    {"a frame with words in front",
     {.type = STEP_WS_SEND, .message = "42[\"say\",\"${data:q}\"]"},
     "42[\"say\",\"${data:q|json}\"]"},
    {"bytes", {.type = STEP_WS_SEND, .message = "{\"${data:q}", .binary = true}, "{\"${data:q}"},
    {"what the server says", {.type = STEP_WS_RECV, .message = "{\"${data:q}"}, "{\"${data:q}"},
    {"a JSON body",
     {.type = STEP_REQ_POST,
      .headers = post_json,
      .body = "{\"a\":\"${data:q}\"}",
      .body_expand = true},
     "{\"a\":\"${data:q|json}\"}"},
    {"a form",
     {.type = STEP_REQ_POST, .headers = post_form, .body = "q=${data:q}", .body_expand = true},
     "q=${data:q|form}"},
    {"a form that is not called so",
     {.type = STEP_REQ_POST, .body = "q=${data:q}", .body_expand = true},
     "q=${data:q|form}"},
    {"a form of parts",
     {.type = STEP_REQ_POST,
      .headers = post_parts,
      .body = "--x\r\n\r\n${data:q}",
      .body_expand = true},
     "--x\r\n\r\n${data:q}"},
    {"a body without expand",
     {.type = STEP_REQ_POST, .headers = post_form, .body = "q=${data:q}"},
     "q=${data:q}"},
};

static const char **text_of(struct step *step)
{
    return step->body ? &step->body : step->message ? &step->message : &step->url;
}

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct step step = places[i].step;
        struct script script = {.steps = &step, .count = 1};

        step.message_bytes = step.message ? strlen(step.message) : 0;
        step.body_bytes = step.body ? strlen(step.body) : 0;
        assert_int_equal(data_place(&script), 0);
        if (strcmp(*text_of(&step), places[i].want) != 0)
            fail_msg("%s: '%s'", places[i].name, *text_of(&step));
        if (step.message && strlen(step.message) != step.message_bytes)
            fail_msg("%s: its size", places[i].name);
        if (step.body && strlen(step.body) != step.body_bytes)
            fail_msg("%s: its size", places[i].name);
        arena_release(&script.owned);
    }
}

static int whole_way(void *user)
{
    static const char *const url = "/?q=${data:city}";
    struct step step = {.type = STEP_REQ_GET, .url = url};
    struct script script = {.steps = &step, .count = 1};
    struct error err = ERROR_NONE;
    struct values values = {0};
    struct fixture *f = user;
    struct data data = {0};
    struct buf out;
    int rc = data_init(&data, &f->names, f->tables, &f->files, false, &err);

    if (rc == 0)
        rc = data_place(&script);
    if (rc == 0)
        rc = data_fill(&data, 2, 0, &values);
    buf_init(&out, 1000);
    if (rc == 0)
        rc = values_expand(&values, step.url, strlen(step.url), &out);
    assert_true(rc < 0 || strcmp(out.data, "/?q=O%22Hare%20%26%20Co") == 0);
    buf_release(&out);
    values_release(&values);
    arena_release(&script.owned);
    data_release(&data);
    return rc;
}

static void test_refused_memory(void **state)
{
    static const char *const wanted[] = {"data:city", NULL};
    struct fixture f;

    (void)state;
    fixture_init(&f, "name\nann\n", wanted);
    assert_true(refuse_in_turn("data", whole_way, &f) > 4);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dealt),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
