/* The language of dialect files: what is refused and in which words, what conditions and templates
 * mean, and the example of docs/dialects.md. */
#include "tests/core/dialect_cases.h"

#include "core/buf.h"
#include "tests/core/dialect_added.h"

static const struct {
    const char *name;
    const char *text;
    const char *want; /* what the sentence says behind the file's name */
} refused[] = {
    {"no JSON", "{\"name\":", "chat.json: line 1, column 8: "},
    {"a field twice", "{\"name\":\"a\",\"name\":\"b\"}", "chat.json: line 1, column 18: duplicate"},
    {"a list", "[]", "chat.json: an object is wanted here"},
    {"no name", "{}", "chat.json: 'name' has to be one word"},
    {"two words", "{\"name\":\"a b\"}", "chat.json: 'name' has to be one word"},
    {"an unknown field", "{\"name\":\"a\",\"mesages\":[]}",
     "chat.json: there is no field 'mesages' here; there are: name, title"},
    {"an unknown codec", "{\"name\":\"a\",\"codec\":\"xml\"}",
     "chat.json: 'codec': 'xml' is none of json, text, sockjs, signalr, protobuf"},
    {"nothing to extend", "{\"name\":\"a\",\"extends\":\"b\"}",
     "chat.json: 'extends': there is no dialect 'b'"},
    {"messages that are no list", "{\"name\":\"a\",\"messages\":{}}",
     "chat.json: 'messages': a list of at most 1000 rules is wanted"},
    {"a rule that is no object", "{\"name\":\"a\",\"messages\":[{},7]}",
     "chat.json: messages[1]: an object is wanted here"},
    {"an unknown field of a rule", "{\"name\":\"a\",\"messages\":[{},{},{\"iss\":\"data\"}]}",
     "chat.json: messages[2]: there is no field 'iss' here; there are: if, is, parts, lasting, "
     "reason, note"},
    {"an unknown kind", "{\"name\":\"a\",\"messages\":[{\"is\":\"loud\"}]}",
     "chat.json: messages[0]: 'is': 'loud' is none of noise, optional"},
    {"lasting parts that are none",
     "{\"name\":\"a\",\"messages\":[{\"is\":\"optional\",\"lasting\":true}]}",
     "chat.json: messages[0]: 'lasting' is for a rule with 'parts'"},
    {"lasting for a while", "{\"name\":\"a\",\"messages\":[{\"parts\":\"x\",\"lasting\":7}]}",
     "chat.json: messages[0]: 'lasting': true or false is wanted"},
    {"a reason for nothing", "{\"name\":\"a\",\"messages\":[{\"reason\":\"x\"}]}",
     "chat.json: messages[0]: 'reason' is for what \"is\": \"gone\""},
    {"a condition of null", "{\"name\":\"a\",\"messages\":[{\"if\":{\"x\":null}}]}",
     "chat.json: messages[0]: 'x': true (there), false (not there)"},
    {"a condition that is no object", "{\"name\":\"a\",\"messages\":[{\"if\":\"x\"}]}",
     "chat.json: messages[0]: 'if': an object of conditions, or a list of those"},
    {"conditions with a number among them", "{\"name\":\"a\",\"messages\":[{\"if\":[{},7]}]}",
     "chat.json: messages[0]: 'if': an object of conditions"},
    {"a brace that is not closed", "{\"name\":\"a\",\"messages\":[{\"parts\":[\"x {y\"]}]}",
     "chat.json: messages[0]: 'x {y': a {...} here is not closed"},
    {"each without a field", "{\"name\":\"a\",\"parts\":\"{each:x}\"}",
     "chat.json: '{each:x}': a {...} here is not closed or cannot be read"},
    {"keys twice", "{\"name\":\"a\",\"parts\":\"{keys:x}{keys:y}\"}",
     "chat.json: '{keys:x}{keys:y}': one {keys:}, {each:} or {parts:}"},
    {"a count in a part", "{\"name\":\"a\",\"parts\":\"{n}\"}",
     "chat.json: '{n}': only what a duty sends has {n}"},
    {"parts that are a number", "{\"name\":\"a\",\"parts\":{\"x\":7}}",
     "chat.json: 'x': a template, or a list of them, is wanted"},
    {"a field of what has none", "{\"name\":\"a\",\"parts\":\"{each:x.y having z}\"}",
     "chat.json: '{each:x.y having z}': a {...} here is not closed or cannot be read"},
    {"a list in a list in a list of labels",
     "{\"name\":\"a\",\"labels\":[{\"label\":[\"x\",[[\"y\"]]]}]}",
     "chat.json: labels[0]: 'label': a list of templates is wanted"},
    {"a number among labels", "{\"name\":\"a\",\"labels\":[{\"label\":[[\"x\"],7]}]}",
     "chat.json: labels[0]: 'label': a template, or a list of them, is wanted"},
    {"a list in a list of parts", "{\"name\":\"a\",\"parts\":[[\"x\"]]}",
     "chat.json: 'parts': a list of templates is wanted"},
    {"a label that is missing", "{\"name\":\"a\",\"labels\":[{}]}",
     "chat.json: labels[0]: 'label' is missing"},
    {"a send that is data", "{\"name\":\"a\",\"sends\":[{\"is\":\"data\"}]}",
     "chat.json: sends[0]: 'is' may only be \"noise\" here"},
    {"a request without a method", "{\"name\":\"a\",\"requests\":[{\"request\":\"/x\"}]}",
     "chat.json: requests[0]: a request is a method and a path"},
    {"a poll for anything", "{\"name\":\"a\",\"requests\":[{\"request\":\"GET /x\",\"poll\":{}}]}",
     "chat.json: requests[0]: 'poll': a condition of what the answer has to say is wanted"},
    {"a poll for a text",
     "{\"name\":\"a\",\"requests\":[{\"request\":\"GET /x\",\"poll\":\"done\"}]}",
     "chat.json: requests[0]: 'poll': an object of conditions, or a list of those"},
    {"a request rule for nothing", "{\"name\":\"a\",\"requests\":[{\"is\":\"noise\"}]}",
     "chat.json: requests[0]: 'request' is missing"},
    {"marks that are no texts",
     "{\"name\":\"a\",\"requests\":[{\"request\":\"GET *\",\"marks\":[1]}]}",
     "chat.json: requests[0]: 'marks': a list of texts is wanted"},
    {"sockets that are no list", "{\"name\":\"a\",\"recognise\":{\"sockets\":\"x\"}}",
     "chat.json: recognise: 'sockets': a list of texts is wanted"},
    {"a value without a name", "{\"name\":\"a\",\"values\":[{\"from\":\"body\"}]}",
     "chat.json: values[0]: 'name' is missing"},
    {"a value that nobody tells",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"from\":\"body\"}]}",
     "chat.json: values[0]: 'request' is missing: whose answer tells it?"},
    {"a value of a message and a request",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"from\":\"message\",\"request\":\"GET *\"}]}",
     "chat.json: values[0]: 'request' is for answers"},
    {"a value of an unknown place",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"from\":\"moon\"}]}", "chat.json: values[0]: "},
    {"a value of an unknown kind",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"magic\"}]}", "chat.json: values[0]: "},
    {"sent nowhere",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"clock\",\"unit\":\"ms\",\"sent\":"
     "\"moon\","
     "\"before\":\"x\"}]}",
     "chat.json: values[0]: 'sent': 'moon' is none of path, body, message, header"},
    {"sent without a place",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"clock\",\"unit\":\"ms\",\"sent\":"
     "\"path\"}]}",
     "chat.json: values[0]: 'sent' wants a 'pattern', or what stands 'before'"},
    {"a pattern that is none",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"echo\",\"pattern\":\"(\"}]}",
     "chat.json: values[0]: 'pattern': '(': "},
    {"a pattern without end",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"echo\",\"pattern\":"
     "\"((((a{99}){99}){99}){99}){99}\"}]}",
     "chat.json: values[0]: 'pattern': '((((a{99}){99}){99}){99}){99}' repeats too much"},
    {"a pattern of pluses",
     "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"echo\",\"pattern\":"
     "\"a++++++++++++++++++++\"}]}",
     "chat.json: values[0]: 'pattern': 'a++++++++++++++++++++' repeats too much"},
    {"an echo of nothing", "{\"name\":\"a\",\"values\":[{\"name\":\"X\",\"kind\":\"echo\"}]}",
     "chat.json: values[0]: 'pattern' is missing"},
    {"a duty that does nothing", "{\"name\":\"a\",\"duties\":[{\"every\":\"1s\"}]}",
     "chat.json: duties[0]: one of 'send' and 'request' is wanted"},
    {"a duty that is never due", "{\"name\":\"a\",\"duties\":[{\"send\":1}]}",
     "chat.json: duties[0]: one of 'every', 'on' and 'leaving' is wanted"},
    {"a duty without a unit", "{\"name\":\"a\",\"duties\":[{\"every\":\"5\",\"send\":1}]}",
     "chat.json: duties[0]: 'every': '5' is not a duration such as 500ms, 30s, 5m"},
    {"a value computed of itself",
     "{\"name\":\"a\",\"values\":[{\"name\":\"A\",\"kind\":\"computed\",\"of\":\"${A}\"}]}",
     "chat.json: value A is computed of itself"},
    {"an echo that no placeholder could name",
     "{\"name\":\"a\",\"values\":[{\"name\":\"A B\",\"kind\":\"echo\",\"pattern\":\"x\"}]}",
     "chat.json: values[0]: 'name' is not 1 to 115 letters"},
    {"a builtin of another codec", "{\"name\":\"a\",\"duties\":[{\"builtin\":\"sockjs\"}]}",
     "chat.json: duties[0]: 'builtin' stands alone and names a codec with duties"},
    {"a frame that cannot be made",
     "{\"name\":\"a\",\"codec\":\"bokeh\",\"duties\":[{\"every\":\"1s\",\"send\":1}]}",
     "chat.json: duties[0]: the codec bokeh cannot make frames, so no duty can send one"},
};

static void test_what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct error err = ERROR_NONE;

        if (add_dialect(refused[i].text, &err) != -E_FORMAT)
            fail_msg("%s: taken", refused[i].name);
        if (!strstr(err.text, refused[i].want))
            fail_msg("%s: %s", refused[i].name, err.text);
        assert_int_equal(error_exit_code(&err), 1);
    }
    assert_null(dialect_find("a"));
}

static void test_a_file_that_is_not_there(void **state)
{
    struct error err = ERROR_NONE;

    (void)state;
    assert_int_equal(dialects_add("/nowhere/chat.json", &err), -E_IO);
    assert_string_equal(err.text,
                        "cannot read the dialect /nowhere/chat.json: No such file or directory");
}

/* --- what rules mean --- */

#define RULES "{\"name\":\"a\",\"messages\":["

static const struct {
    const char *name;
    const char *rules;
    const char *text;
    enum message_kind kind;
    const char *parts;
} meanings[] = {
    {"the first that fits", "{\"if\":{\"a\":true},\"parts\":[\"one\"]},{\"parts\":[\"two\"]}",
     "{\"a\":1}", DATA, "one"},
    {"the next one", "{\"if\":{\"a\":true},\"parts\":[\"one\"]},{\"parts\":[\"two\"]}", "{\"b\":1}",
     DATA, "two"},
    {"null is there", "{\"if\":{\"a\":true},\"parts\":[\"one\"]}", "{\"a\":null}", DATA, "one"},
    {"not there", "{\"if\":{\"a\":false},\"parts\":[\"one\"]}", "{\"b\":1}", DATA, "one"},
    {"both hold", "{\"if\":{\"a\":1,\"b\":2},\"parts\":[\"one\"]}", "{\"a\":1,\"b\":3}", DATA,
     "key a | key b"},
    {"any of them", "{\"if\":[{\"a\":1},{\"b\":3}],\"parts\":[\"one\"]}", "{\"a\":2,\"b\":3}", DATA,
     "one"},
    {"a glob", "{\"if\":{\"a\":\"x*z\"},\"parts\":[\"one\"]}", "{\"a\":\"xyyz\"}", DATA, "one"},
    {"a glob fits texts only", "{\"if\":{\"a\":\"*\"},\"parts\":[\"one\"]}", "{\"a\":7}", DATA,
     "key a"},
    {"a number is no text", "{\"if\":{\"a\":7},\"parts\":[\"one\"]}", "{\"a\":\"7\"}", DATA,
     "key a"},
    {"an index", "{\"if\":{\"[1]\":\"x\"},\"parts\":[\"one\"]}", "[0,\"x\"]", DATA, "one"},
    {"JSON inside a string", "{\"if\":{\"a|b\":1},\"parts\":[\"one\"]}",
     "{\"a\":\"{\\\"b\\\":1}\"}", DATA, "one"},
    {"no channel", "{\"if\":{\"@channel\":false},\"parts\":[\"one\"]}", "{}", DATA, "one"},
    {"a channel", "{\"if\":{\"@channel\":true},\"parts\":[\"one\"]}", "{\"a\":1}", DATA, "key a"},
    {"all of a list", "{\"parts\":[\"x {a}\",\"y {b}\",\"z {c}\"]}", "{\"a\":1,\"c\":\"w\"}", DATA,
     "x 1 | z w"},
    {"one template", "{\"parts\":\"x {a}\"}", "{\"a\":1}", DATA, "x 1"},
    {"keys", "{\"parts\":[\"o {keys:v}!\"]}", "{\"v\":{\"a\":1,\"b\":2}}", DATA, "o a! | o b!"},
    {"keys of all", "{\"parts\":[\"{keys:}\"]}", "{\"a\":1,\"b\":2}", DATA, "a | b"},
    {"keys of a list", "{\"parts\":[\"{keys:v}\"]}", "{\"v\":[1]}", NOISE, ""},
    {"each", "{\"parts\":[\"i {each:v.id}\"]}", "{\"v\":[{\"id\":1},{},{\"id\":\"b\"}]}", DATA,
     "i 1 | i b"},
    {"each, deeper", "{\"parts\":[\"{each:v[].x.id}\"]}", "{\"v\":[{\"x\":{\"id\":1}}]}", DATA,
     "1"},
    {"each itself", "{\"parts\":[\"{each:v[]}\"]}", "{\"v\":[\"a\",\"b\"]}", DATA, "a | b"},
    {"without", "{\"parts\":[\"{keys:v without _*}\"]}", "{\"v\":{\"_a\":1,\"b\":2}}", DATA, "b"},
    {"until", "{\"parts\":[\"{keys:v until :}\"]}", "{\"v\":{\"a:n\":1,\"b\":2}}", DATA, "a | b"},
    {"without and until", "{\"parts\":[\"{keys:v without .* until :}\"]}",
     "{\"v\":{\".x:n\":1,\"b:n\":2}}", DATA, "b"},
    {"the same part twice", "{\"parts\":[\"{a}\",\"{b}\"]}", "{\"a\":1,\"b\":1}", DATA, "1"},
    {"values of all types", "{\"parts\":[\"{a} {b} {c} {d}\"]}",
     "{\"a\":1.5,\"b\":true,\"c\":null,\"d\":[1,{\"x\":2}]}", DATA, "1.5 true null [1,{\"x\":2}]"},
    {"a brace", "{\"parts\":[\"{{a} {a}\"]}", "{\"a\":1}", DATA, "{a} 1"},
    {"nothing of what it speaks of", "{\"parts\":[\"x {a}\"]}", "{\"b\":1}", NOISE, ""},
    {"by key", "{\"parts\":{\"b\":\"B {b}\",\"*\":\"{key}\"}}", "{\"a\":1,\"b\":2}", DATA,
     "a | B 2"},
    {"by key, the first that gives one", "{\"parts\":{\"b\":[\"{keys:b}\",\"none\"]}}",
     "{\"b\":{}}", DATA, "none"},
    {"by key, what is not named", "{\"parts\":{\"b\":\"B\"}}", "{\"a\":1}", NOISE, ""},
    {"by key, no object", "{\"parts\":{\"b\":\"B\"}}", "[1]", DATA, "message"},
    {"no parts of its own", "{\"is\":\"optional\"}", "{\"a\":1}", OPTIONAL, "key a"},
    {"an init without parts", "{\"is\":\"init\",\"parts\":[\"{x}\"]}", "{\"a\":1}", INIT, ""},
    {"optional without parts", "{\"is\":\"optional\",\"parts\":[\"{x}\"]}", "{\"a\":1}", NOISE, ""},
};

static void test_what_rules_mean(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(meanings); i++) {
        char text[500];
        char joined[500];
        struct message m = {0};

        snprintf(text, sizeof(text), RULES "%s]}", meanings[i].rules);
        assert_int_equal(
            dialect_read(added(text), &m, meanings[i].text, strlen(meanings[i].text), false), 0);
        join_parts(&m, joined, sizeof(joined));
        if (m.kind != meanings[i].kind || strcmp(joined, meanings[i].parts) != 0)
            fail_msg("%s: kind %d, parts '%s'", meanings[i].name, (int)m.kind, joined);
        message_release(&m);
    }
}

static void test_polls(void **state)
{
    const struct dialect *d =
        added("{\"name\":\"a\",\"requests\":[{\"request\":\"GET */job\",\"poll\":{\"done\": true}},"
              "{\"request\":\"GET */x\",\"is\":\"noise\"}]}");

    (void)state;
    assert_string_equal(dialect_poll(d, "GET", "/a/job"), "{\"done\":true}");
    assert_false(dialect_request_is_noise(d, "GET", "/a/job"));
    assert_null(dialect_poll(d, "POST", "/a/job"));
    assert_null(dialect_poll(d, "GET", "/x"));
}

static void test_extends(void **state)
{
    const struct dialect *mine = added(
        "{\"name\":\"mine\",\"extends\":\"shiny\",\"messages\":[{\"if\":{\"custom.tick\":true},"
        "\"is\":\"noise\"}],\"values\":[{\"name\":\"SESSION\",\"from\":\"message\",\"json\":\"id\"}"
        "]}");
    static const struct message_case cases[] = {
        {"its own", "{\"custom\":{\"tick\":1}}", NOISE, "", "", NULL},
        {"the other's", "{\"values\":{\"p\":1}}", DATA, "output p", "", NULL},
        {"its own value", "{\"id\":\"mine\",\"config\":{\"sessionId\":\"theirs\"}}", INIT,
         "id | config", "SESSION=mine", NULL},
    };

    (void)state;
    check_messages(mine, cases, COUNT(cases));
    assert_string_equal(mine->target_type, "R/Shiny");
    /* how to recognise it is not taken over */
    assert_string_equal(dialect_of_handshake("/websocket/", NULL)->name, "shiny");
}

static void test_one_of_a_shipped_name_takes_its_place(void **state)
{
    size_t before = 0;
    size_t after = 0;

    (void)state;
    shipped("plain");
    while (dialects_at(before))
        before++;
    added("{\"name\":\"shiny\",\"recognise\":{\"sockets\":[\"/x\"]}}");
    while (dialects_at(after))
        after++;
    assert_int_equal(before, after);
    assert_ptr_equal(dialect_find("shiny"), dialects_at(0));
    assert_string_equal(dialect_of_handshake("/websocket/", NULL)->name, "plain");
    assert_string_equal(dialect_of_handshake("/x", NULL)->name, "shiny");
}

static void test_target_types(void **state)
{
    static const struct {
        const char *type;
        const char *want;
    } types[] = {
        {"R/Shiny", "shiny"},
        {"Shiny Server or Shiny Server Pro", "sockjs"},
        {"RStudio Server Connect", "sockjs"},
        {"Unknown", "plain"},
        {"", "plain"},
    };

    (void)state;
    shipped("plain");
    for (size_t i = 0; i < COUNT(types); i++) {
        struct script script = {.target_type = types[i].type, .dialect = ""};

        if (strcmp(dialect_of(&script)->name, types[i].want) != 0)
            fail_msg("%s: %s", types[i].type, dialect_of(&script)->name);
    }
}

static void test_protocols(void **state)
{
    static const struct {
        const char *path;
        const char *protocols;
        const char *want;
    } sockets[] = {
        {"/app/ws", "bokeh, token", "both"}, {"/app/ws", NULL, "plain"},
        {"/app/ws", "chat", "plain"},        {"/app/other", "bokeh", "plain"},
        {"/anything", "stomp", "one"},
    };
    static const char script_text[] =
        "{\"type\":\"WS_OPEN\",\"begin\":\"2026-11-21T00:00:00.000Z\",\"url\":\"/app/ws\","
        "\"headers\":[\"sec-websocket-protocol: bokeh, x\"]}\n";
    struct error err = ERROR_NONE;
    struct script *script;

    (void)state;
    added("{\"name\":\"one\",\"recognise\":{\"protocols\":[\"stomp*\"]}}");
    added("{\"name\":\"both\",\"recognise\":{\"protocols\":[\"bokeh*\"],\"sockets\":[\"*/ws\"]}}");
    for (size_t i = 0; i < COUNT(sockets); i++) {
        const struct dialect *d = dialect_of_handshake(sockets[i].path, sockets[i].protocols);

        if (strcmp(d->name, sockets[i].want) != 0)
            fail_msg("%s, %s: %s", sockets[i].path, sockets[i].protocols, d->name);
    }
    assert_int_equal(script_parse(&script, "s", script_text, sizeof(script_text) - 1, &err), 0);
    assert_string_equal(dialect_of(script)->name, "both");
    script_free(script);
}

static void test_marks(void **state)
{
    const struct dialect *d = added("{\"name\":\"a\",\"requests\":[{\"request\":\"GET */data*\","
                                    "\"marks\":[\"done\",\"closed\"]}]}");
    static const struct {
        const char *path;
        const char *body;
        const char *want;
    } cases[] = {
        {"/queue/data?x=1", "a done b closed c", "closed"},
        {"/queue/data", "closed then done", "done"},
        {"/queue/data", "done and done", "done"},
        {"/queue/data", "nothing", ""},
        {"/queue/data", "", ""},
        {"/other", "done", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;

        buf_init(&out, 100);
        assert_int_equal(dialect_stream_mark(d, "GET", cases[i].path, cases[i].body,
                                             strlen(cases[i].body), &out),
                         0);
        assert_string_equal(out.data ? out.data : "", cases[i].want);
        buf_release(&out);
    }
}

/* --- the example of docs/dialects.md --- */

static const struct dialect *docs_example(void)
{
    const char *source = getenv("STRETTO_SOURCE");
    char path[4096];
    struct buf text;
    const struct dialect *dialect;
    char *begin;

    snprintf(path, sizeof(path), "%s/docs/dialects.md", source ? source : ".");
    buf_init(&text, 1 << 20);
    assert_int_equal(buf_add_file(&text, path), 0);
    begin = strstr(text.data, "```json\n");
    assert_non_null(begin);
    *strstr(begin + 8, "```") = 0;
    dialect = added(begin + 8);
    buf_release(&text);
    return dialect;
}

static void test_the_example_of_the_docs(void **state)
{
    const struct dialect *chat = docs_example();
    static const struct message_case cases[] = {
        {"hello", "{\"t\":\"hello\",\"me\":\"u7f3a9c1\",\"room\":{\"id\":42}}", INIT, "hello",
         "ME=u7f3a9c1", NULL},
        {"typing", "{\"t\":\"typing\",\"who\":\"x\"}", NOISE, "", "", NULL},
        {"said", "{\"t\":\"said\",\"ref\":3}", DATA, "said 3", "", NULL},
        {"bye", "{\"t\":\"bye\",\"why\":\"too late\"}", GONE, "", "",
         "the server ended the session: too late"},
        {"bye without words", "{\"t\":\"bye\"}", GONE, "", "", "it gave no reason"},
        {"another", "{\"t\":\"joined\"}", DATA, "joined", "", NULL},
    };
    static const char say[] = "{\"t\":\"say\",\"ref\":3,\"text\":\"hi\"}";
    static const char said[] = "{\"t\":\"said\",\"ref\":3}";
    const struct step send = {
        .type = STEP_WS_SEND, .message = say, .message_bytes = sizeof(say) - 1};
    const struct step recv = {
        .type = STEP_WS_RECV, .message = said, .message_bytes = sizeof(said) - 1};
    struct values values = {0};
    struct buf label;

    (void)state;
    check_messages(chat, cases, COUNT(cases));
    assert_ptr_equal(dialect_of_handshake("/chat/ws?tab=0a1b2c3d&x=1", NULL), chat);
    assert_true(dialect_send_is_noise(chat, "{\"t\":\"pong\",\"at\":1}", 19, false));
    assert_false(dialect_send_is_noise(chat, say, sizeof(say) - 1, false));
    assert_int_equal(dialect_learn_sent(chat, SENT_PATH, "/chat/ws?tab=0a1b2c3d&x=1", 25, &values),
                     0);
    assert_string_equal(values_get(&values, "TAB"), "0a1b2c3d");
    values_release(&values);
    buf_init(&label, 1000);
    assert_int_equal(dialect_label(chat, &send, &label), 0);
    assert_string_equal(label.data, "Say: hi");
    buf_clear(&label);
    assert_int_equal(dialect_label(chat, &recv, &label), 0);
    assert_string_equal(label.data, "Delivered");
    buf_release(&label);
}

static int start_afresh(void **state)
{
    (void)state;
    dialects_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_what_is_refused, start_afresh),
        cmocka_unit_test_teardown(test_a_file_that_is_not_there, start_afresh),
        cmocka_unit_test_teardown(test_what_rules_mean, start_afresh),
        cmocka_unit_test_teardown(test_polls, start_afresh),
        cmocka_unit_test_teardown(test_extends, start_afresh),
        cmocka_unit_test_teardown(test_one_of_a_shipped_name_takes_its_place, start_afresh),
        cmocka_unit_test_teardown(test_target_types, start_afresh),
        cmocka_unit_test_teardown(test_protocols, start_afresh),
        cmocka_unit_test_teardown(test_marks, start_afresh),
        cmocka_unit_test_teardown(test_the_example_of_the_docs, start_afresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
