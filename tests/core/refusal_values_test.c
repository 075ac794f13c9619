/* Every allocation that values, makers, extractions, traces, secrets and whole scripts ask for,
 * refused in turn: an error comes back, nothing crashes, nothing leaks (the sanitizers look). */
#include "tests/core/testing.h"

#include "core/extract.h"
#include "core/maker.h"
#include "core/names.h"
#include "core/script.h"
#include "core/secrets.h"
#include "core/trace.h"
#include "tests/core/refusal.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define BEGIN "\"begin\":\"2026-11-21T00:00:00.000Z\""

static const char *const makers_text[] = {
    "{\"name\":\"ID\",\"kind\":\"minted\",\"alphabet\":\"a-z\",\"shape\":\"????\"}",
    "{\"name\":\"SEQ\",\"kind\":\"counter\"}",
    "{\"name\":\"NOW\",\"kind\":\"clock\",\"unit\":\"iso\",\"keep\":true}",
    "{\"name\":\"SUM\",\"kind\":\"computed\",\"of\":\"${ID}${KNOWN|base64}\",\"hash\":\"sha256\","
    "\"coding\":\"hex\"}",
};

static int read_makers(struct makers *makers)
{
    int rc = 0;

    for (size_t i = 0; i < COUNT(makers_text) && rc == 0; i++) {
        struct error err = ERROR_NONE;

        rc = makers_add(makers, makers_text[i], strlen(makers_text[i]), &err);
        assert_int_equal(err.code, -rc);
    }
    return rc;
}

static int check_makers(const struct makers *makers)
{
    struct error err = ERROR_NONE;
    int rc = makers_check(makers, &err);

    assert_int_equal(err.code, -rc);
    return rc;
}

static int use_values(void *user)
{
    static const char text[] = "${ID} ${SEQ|url} ${NOW} ${SUM} ${KNOWN|json} known\"value 17";
    struct makers makers = {0};
    struct makers copies = {0};
    struct values values = {.makers = &copies};
    struct buf out;
    struct buf back;
    int rc = read_makers(&makers);

    (void)user;
    buf_init(&out, 10000);
    buf_init(&back, 10000);
    if (rc == 0)
        rc = makers_add_all(&copies, &makers);
    if (rc == 0)
        rc = check_makers(&copies);
    for (size_t i = 0; i < makers.count && rc == 0; i++)
        rc = maker_write(&makers.items[i], &out);
    if (rc == 0)
        rc = values_set(&values, "KNOWN", "known\"value");
    if (rc == 0)
        rc = values_set_word(&values, "ROW", "17");
    if (rc == 0)
        rc = values_expand(&values, TEXT(text), &out);
    if (rc == 0)
        rc = values_templatize(&values, out.data, out.len, &back);
    if (rc == 0)
        rc = values_escape(&values, TEXT(text), &out);
    buf_release(&out);
    buf_release(&back);
    values_release(&values);
    makers_release(&makers);
    makers_release(&copies);
    return rc;
}

static void test_values(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("values", use_values, NULL) > 20);
    refuse_onward_in_turn("values", use_values, NULL);
}

static int extract(void *user)
{
    static const char body[] =
        "<x data=\"{&quot;a&quot;:&quot;{\\&quot;b\\&quot;:[1,{}]}&quot;}\">";
    const char *const headers[] = {"Set-Cookie: c=%7B%22a%22:1.5%7D;", NULL};
    struct error err = ERROR_NONE;
    struct arena arena = {0};
    struct extraction e;
    struct buf out;
    json_t *json = json_loads("{\"name\":\"A\",\"before\":\"data=\\\"\",\"after\":\"\\\"\","
                              "\"decode\":\"html\",\"json\":\"a|b\"}",
                              0, NULL);
    int rc = extraction_read(&e, json, &arena, &err);

    (void)user;
    assert_int_equal(err.code, -rc);
    buf_init(&out, 1000);
    if (rc == 0)
        rc = extract_answer(&e, headers, body, sizeof(body) - 1, &out);
    if (rc == 0)
        assert_string_equal(out.data, "[1,{}]");
    buf_release(&out);
    arena_release(&arena);
    json_decref(json);
    return rc;
}

static void test_extract(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("extract", extract, NULL) > 1);
    refuse_onward_in_turn("extract", extract, NULL);
}

static const char script_text[] =
    "# version: 2\n# target_url: http://a.example\n# dialect: plain\n"
    "# value: {\"name\":\"SEQ\",\"kind\":\"counter\"}\n"
    "{\"type\":\"REQ_GET\"," BEGIN
    ",\"status\":200,\"url\":\"/${SEQ}/${B}\",\"headers\":[\"A: ${C}\"],"
    "\"left\":true,\"until\":\"x\",\"bytes\":7,\"mark\":\"m\","
    "\"extract\":[{\"name\":\"B\",\"before\":\"x\",\"json\":\"\"},{\"name\":\"D\"}]}\n"
    "{\"type\":\"WS_OPEN\"," BEGIN ",\"url\":\"/w\"}\n"
    "{\"type\":\"WS_RECV\"," BEGIN ",\"message_base64\":\"AAEC\"}\n"
    "{\"type\":\"WS_CLOSE\"," BEGIN ",\"from_server\":true,\"close_code\":1000,"
    "\"close_reason\":\"bye\"}\n";

static int rewrite_script(void *user)
{
    struct error err = ERROR_NONE;
    struct names names = {0};
    struct script *script;
    struct buf out;
    int rc = script_parse(&script, "s.log", script_text, sizeof(script_text) - 1, &err);

    (void)user;
    assert_int_equal(err.code, -rc);
    if (rc < 0)
        return rc;
    buf_init(&out, 10000);
    rc = script_needs(script, &names);
    if (rc == 0)
        rc = script_write(script, &out);
    buf_release(&out);
    names_release(&names);
    script_free(script);
    return rc;
}

static void test_script(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("script", rewrite_script, NULL) > 8);
    refuse_onward_in_turn("script", rewrite_script, NULL);
}

static int trace_there_and_back(void *user)
{
    const char *const headers[] = {"A: b", NULL};
    const struct trace_entry entries[] = {
        {.what = TRACE_ANSWER, .url = "/", .headers = headers, .text = "abc", .text_bytes = 3},
        {.what = TRACE_RECV, .text = "\xff", .text_bytes = 1, .binary = true},
    };
    struct error err = ERROR_NONE;
    struct trace trace;
    struct buf text;
    int rc = 0;

    (void)user;
    buf_init(&text, 10000);
    for (size_t i = 0; i < COUNT(entries) && rc == 0; i++)
        rc = trace_write(&entries[i], &text);
    if (rc == 0) {
        rc = trace_parse(&trace, "t", text.data, text.len, &err);
        assert_int_equal(err.code, -rc);
        if (rc == 0)
            trace_release(&trace);
    }
    buf_release(&text);
    return rc;
}

static void test_trace(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("trace", trace_there_and_back, NULL) > 4);
    refuse_onward_in_turn("trace", trace_there_and_back, NULL);
}

static int clean_all(void *user)
{
    static const char form[] = "user=bob&password=letmein%21&again=letmein!";
    static const char json[] = "{\"user\":\"bob\",\"pin\":1234,\"password\":\"another-one\"}";
    struct secrets s = {0};
    struct makers makers = {0};
    struct buf out;
    int rc = secrets_set(&s, "GIVEN", "a given one");

    (void)user;
    buf_init(&out, 10000);
    if (rc == 0)
        rc = secrets_clean_body(&s, "application/x-www-form-urlencoded", TEXT(form), &makers, &out);
    if (rc >= 0)
        rc = secrets_clean_body(&s, "application/json", TEXT(json), &makers, &out);
    if (rc >= 0)
        rc = secrets_clean_url(&s, "/a?api_key=0123456789#x", &makers, &out);
    if (rc >= 0)
        rc = secrets_clean_header(&s, "Authorization: Basic Ym9iOnh5enp5", &makers, &out);
    if (rc >= 0)
        rc = secrets_clean_header(&s, "X-Api-Key: 9876543210", &makers, &out);
    if (rc >= 0)
        rc = secrets_mask(&s, TEXT("a%20given%20one eDpsZXRtZWluIQ=="), CODING_URL, &makers, &out);
    buf_release(&out);
    makers_release(&makers);
    secrets_release(&s);
    return rc < 0 ? rc : 0;
}

static void test_secrets(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("secrets", clean_all, NULL) > 30);
    refuse_onward_in_turn("secrets", clean_all, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),  cmocka_unit_test(test_extract),
        cmocka_unit_test(test_script),  cmocka_unit_test(test_trace),
        cmocka_unit_test(test_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
