/* What is read of JSON that is wanted in parts, beside what jansson reads of it. */
#include "tests/core/testing.h"

#include "core/dialect_read.h"
#include "core/extract.h"
#include "core/json_skim.h"
#include "tests/core/dialects.h"

#define WANTS 4

static const struct {
    const char *name;
    const char *values[WANTS];
    const char *keys;
    const char *there;
    const char *text;
    const char *read; /* NULL: no JSON */
} skims[] = {
    {"the top of an object", {NULL}, NULL, NULL, "{\"a\":1}", "{}"},
    {"its keys", {NULL}, "", NULL, "{\"a\":\"x\",\"b\":{\"c\":[]}}", "{\"a\":true,\"b\":true}"},
    {"one value",
     {"b.c"},
     NULL,
     NULL,
     "{\"a\":1,\"b\":{\"c\":[2,\"x\"],\"d\":3}}",
     "{\"b\":{\"c\":[2,\"x\"]}}"},
    {"a value that is something else", {"b.c"}, NULL, NULL, "{\"b\":[\"c\"]}", "{\"b\":true}"},
    {"keys further down",
     {NULL},
     "b",
     NULL,
     "{\"a\":1,\"b\":{\"c\":1,\"d\":\"e\"}}",
     "{\"b\":{\"c\":true,\"d\":true}}"},
    {"whether it is there", {NULL}, NULL, "a", "{\"a\":{\"b\":1}}", "{\"a\":true}"},
    {"null is there", {NULL}, NULL, "a", "{\"a\":null}", "{\"a\":true}"},
    {"a value and whether", {"a.b"}, NULL, "a", "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":1}}"},
    {"items",
     {"[1].a", "[3]"},
     NULL,
     NULL,
     "[7,{\"a\":1,\"b\":2},[5],\"x\"]",
     "[7,{\"a\":1,\"b\":2},[5],\"x\"]"},
    {"fields of items",
     {"l[0].id"},
     NULL,
     NULL,
     "{\"l\":[{\"id\":\"p\",\"v\":1},{\"w\":2},3]}",
     "{\"l\":[{\"id\":\"p\"},{},true]}"},
    {"JSON in a text",
     {"a|b"},
     NULL,
     NULL,
     "{\"a\":\"{\\\"b\\\":1}\",\"c\":1}",
     "{\"a\":\"{\\\"b\\\":1}\"}"},
    {"all",
     {""},
     NULL,
     NULL,
     "{\"a\":{\"b\":[1.5,\"\\u20ac\"]}}",
     "{\"a\":{\"b\":[1.5,\"\xE2\x82\xAC\"]}}"},
    {"a key twice", {"a"}, NULL, NULL, "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3}"},
    {"an escaped key is a key", {"a"}, NULL, NULL, "{\"\\u0061\":1}", "{\"a\":1}"},
    {"blanks", {"a"}, NULL, NULL, " { \"a\" : 1 , \"b\" : [ ] } \n", "{\"a\":1}"},
    {"a long text passed over",
     {"z"},
     NULL,
     NULL,
     "{\"a\":\"0123456789abcdef\\\"0123456789\\\\\\\\\xC3\xA9\\u00e9/\",\"z\":1}",
     "{\"z\":1}"},
    {"nothing", {"a"}, NULL, NULL, "", NULL},
    {"no JSON", {"a"}, NULL, NULL, "hello", NULL},
    {"torn", {"a"}, NULL, NULL, "{\"a\":1,\"b\":\"c", NULL},
    {"a mistake where nobody looks", {"a"}, NULL, NULL, "{\"a\":1,\"b\":{\"c\":01}}", NULL},
    {"a comma too many", {"a"}, NULL, NULL, "{\"a\":1,}", NULL},
    {"an escape that is none", {"a"}, NULL, NULL, "{\"a\":1,\"b\":\"\\x\"}", NULL},
    {"half a surrogate", {"a"}, NULL, NULL, "{\"a\":1,\"b\":\"\\ud83d\"}", NULL},
    {"something behind", {"a"}, NULL, NULL, "{\"a\":1}{", NULL},
    {"a number beyond doubles", {"a"}, NULL, NULL, "{\"a\":1,\"b\":1e999}", NULL},
};

static int add_all(struct wanted *wanted, size_t i)
{
    int rc = 0;

    for (size_t k = 0; k < WANTS && skims[i].values[k] && rc == 0; k++)
        rc = wanted_add(wanted, skims[i].values[k], WANT_VALUE);
    if (rc == 0 && skims[i].keys)
        rc = wanted_add(wanted, skims[i].keys, WANT_KEYS);
    return rc == 0 && skims[i].there ? wanted_add(wanted, skims[i].there, WANT_THERE) : rc;
}

/* What the first way reads in parts, the real parser would have read. */
static bool is_whole(json_t *got, size_t i)
{
    json_t *want =
        skims[i].read ? json_loads(skims[i].read, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
    bool same = !want == !got && (!want || json_equal(want, got));

    json_decref(want);
    return same;
}

static void test_what_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(skims); i++) {
        size_t len = strlen(skims[i].text);
        char *text = malloc(len + !len); /* so that a sanitizer sees a byte read too far */
        struct wanted wanted = {0};
        json_t *got;

        memcpy(text, skims[i].text, len);
        assert_int_equal(add_all(&wanted, i), 0);
        got = json_skim(text, len, JSON_DECODE_ANY, &wanted);
        /* an escaped key and the like send the whole to the parser: more than was wanted */
        if (!is_whole(got, i))
            fail_msg("%s: %s", skims[i].name, got ? json_dumps(got, JSON_ENCODE_ANY) : "nothing");
        wanted_release(&wanted);
        json_decref(got);
        free(text);
    }
}

static const struct {
    const char *text; /* behind the first quote */
    const char *want; /* NULL: for a real parser */
    size_t bytes;
} strings[] = {
    {"\"", "", 1},
    {"abc\",x", "abc", 4},
    {"a long text without escapes\"]", "a long text without escapes", 28},
    {"{\\\"a\\\":\\\"\\\\\\\"\\\"}\"", "{\"a\":\"\\\"\"}", 17},
    {"\\b\\f\\n\\r\\t\\/\"", "\b\f\n\r\t/", 13},
    {"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC", 19},
    {"\xC3\xA9\xF0\x9F\x90\xB3\"", "\xC3\xA9\xF0\x9F\x90\xB3", 7},
    {"\\ud83d\\udc33\"", NULL, 0},
    {"\\q\"", NULL, 0},
    {"\\u12\"", NULL, 0},
    {"\\", NULL, 0},
    {"no end", NULL, 0},
    {"\n\"", NULL, 0},
    {"\xff\"", NULL, 0},
};

static void test_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        struct buf out;
        size_t n;

        buf_init(&out, 1000);
        n = json_skim_string(strings[i].text, strlen(strings[i].text), &out);
        if (n != strings[i].bytes || (n && strcmp(out.data, strings[i].want) != 0))
            fail_msg("%s: %zu bytes, '%s'", strings[i].text, n, out.data ? out.data : "");
        buf_release(&out);
    }
}

static void check_same(const struct message *a, const struct message *b, const char *of)
{
    bool same = a->kind == b->kind && a->part_count == b->part_count && a->lasting == b->lasting &&
                a->learnt.count == b->learnt.count;

    for (size_t i = 0; same && i < a->part_count; i++)
        same = strcmp(a->parts[i], b->parts[i]) == 0;
    for (size_t i = 0; same && i < a->learnt.count; i++)
        same = strcmp(a->learnt.items[i].value, b->learnt.items[i].value) == 0;
    if (!same || strcmp(a->reason ? a->reason : "", b->reason ? b->reason : "") != 0)
        fail_msg("read otherwise: %.200s", of);
}

static void compare(const struct dialect *dialect, const char *text, size_t len)
{
    struct message skimmed = {0};
    struct message whole = {0};
    struct reader reader = {.dialect = dialect, .message = &whole};

    assert_int_equal(dialect_read(dialect, &skimmed, text, len, false), 0);
    assert_int_equal(reader_frame(&reader, text, len, false), 0);
    check_same(&skimmed, &whole, text);
    message_release(&skimmed);
    message_release(&whole);
}

/* By every shipped dialect, whoever it was recorded from. */
static void compare_all(const char *text, size_t len)
{
    const struct dialect *dialect;

    assert_non_null(shipped("plain"));
    for (size_t i = 0; (dialect = dialects_at(i)); i++)
        compare(dialect, text, len);
}

static void test_recorded_messages(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log", "connect.log",
                                        "../../samples/whales/session.log"};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        struct error err = ERROR_NONE;
        struct script *script;
        char path[4096];

        data_path(path, sizeof(path), files[f]);
        if (script_load(&script, path, false, &err) != 0)
            fail_msg("%s", err.text);
        for (size_t i = 0; i < script->count; i++) {
            if (step_is_recv(script_at(script, i)))
                compare_all(script_at(script, i)->message, script_at(script, i)->message_bytes);
        }
        script_free(script);
    }
}

static void test_messages_of_each_framework(void **state)
{
    static const char *const texts[] = {
        "{\"busy\":\"busy\"}",
        "{\"recalculating\":{\"name\":\"p\",\"status\":\"recalculated\"}}",
        "{\"custom\":{\"reactlog\":{\"a\":1}}}",
        "{\"custom\":{\"who\":null,\"other\":[1]}}",
        "{\"custom\":7}",
        "{\"values\":{},\"errors\":[],\"inputMessages\":[]}",
        "{\"values\":{\"a.b:c\":1},\"errors\":{\"p\":null},\"inputMessages\":[{\"id\":\"x\","
        "\"message\":{}},"
        "{\"id\":null},{},\"y\"]}",
        "{\"config\":{\"sessionId\":\"abc\",\"workerId\":\"\"}}",
        "{\"config\":{\"sessionId\":7}}",
        "{\"response\":{\"tag\":1,\"value\":{\"jobId\":\"j\",\"uploadUrl\":\"u?w=\"}}}",
        "{\"frozen\":{\"ids\":[\"a\"]}}",
        "{\"notification\":{\"type\":\"show\"},\"x\":[[],{}]}",
        "[\"4\",\"9\",\"lv:x\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]",
        "[\"4\",null,\"phoenix\",\"phx_reply\",{\"status\":\"error\"}]",
        "[\"4\",3,\"lv:x\",\"phx_reply\",{\"status\":\"error\"}]",
        "[]",
        "7",
        "\"text\"",
        "{\"type\":1,\"target\":\"Tick\",\"arguments\":[1]}\x1e{\"type\":7,\"error\":\"gone\"}\x1e",
        "{\"error\":\"bad\"}\x1e",
        "{}\x1e",
        "a[\"1#0|m|{\\\"values\\\":{\\\"p\\\":\\\"\\\\u00e9\\\\n\\\"}}\"]",
        "a[\"1#0|m|{}\",\"2#0|m|{\\\"busy\\\":1}\"]",
        "a[ \"1#0|m|{\\\"busy\\\":1}\" ]",
        "a[\"1#0|m|{\"]",
        "a[\"1#0|m|7\"]",
        "a[\"1#0|c|{\\\"code\\\":4503,\\\"reason\\\":\\\"x\\\"}\"]",
        "a[\"ACK 5\"]",
        "a[\"\"]",
        "a[]",
        "c[4503,\"gone\"]",
        "c[\"1#0|m|{}\"]",
        "o",
        "h",
        "",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        compare_all(texts[i], strlen(texts[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_recorded_messages),
        cmocka_unit_test(test_messages_of_each_framework),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    dialects_release();
    return rc;
}
