/* What steps are called: genuine messages, and addresses. */
#include "tests/core/testing.h"

#include "tests/core/dialects.h"

static const struct {
    const char *name;
    const char *dialect;
    enum step_type type;
    const char *message;
    const char *want;
} messages[] = {
    /* sends */
    {"the init", "shiny", STEP_WS_SEND,
     "{\"method\":\"init\",\"data\":{\".clientdata_output_p_width\":600}}", "Initialize inputs"},
    {"an input", "shiny", STEP_WS_SEND,
     "{\"method\":\"update\",\"data\":{\"top_n:shiny.number\":8}}", "Set: top_n"},
    {"a button", "shiny", STEP_WS_SEND,
     "{\"method\":\"update\",\"data\":{\"btn_error:shiny.action\":1}}", "Set: btn_error"},
    {"inputs and what nobody typed", "shiny", STEP_WS_SEND,
     "{\"method\":\"update\",\"data\":{\"pane\":\"a\",\".clientdata_x\":1,\"day\":2}}",
     "Set: pane, day"},
    {"only what nobody typed", "shiny", STEP_WS_SEND,
     "{\"method\":\"update\",\"data\":{\".clientdata_output_p_hidden\":false}}", "Client state"},
    {"a brush over a plot", "shiny", STEP_WS_SEND,
     "{\"method\":\"update\",\"data\":{\"plot_brush\":{\"xmin\":1.2,\"xmax\":3.4,\"ymin\":10,"
     "\"ymax\":20,\"mapping\":{\"x\":\"wt\",\"y\":\"mpg\"},\"domain\":{\"left\":1.3,\"right\":5.6,"
     "\"bottom\":9.2,\"top\":35.1},\"direction\":\"xy\",\"brushId\":\"plot_brush\",\"outputId\":"
     "\"plot\"}}}",
     "Set: plot_brush"},
    {"an upload", "shiny", STEP_WS_SEND,
     "{\"method\":\"uploadInit\",\"args\":[[{\"name\":\"a.csv\",\"size\":3,\"type\":\"text/"
     "csv\"},{\"name\":\"b.csv\",\"size\":4,\"type\":\"text/csv\"}]],\"tag\":0}",
     "Upload: a.csv, b.csv"},
    {"an upload of nothing", "shiny", STEP_WS_SEND,
     "{\"method\":\"uploadInit\",\"args\":[],\"tag\":0}", "Upload"},
    {"an upload ends", "shiny", STEP_WS_SEND,
     "{\"method\":\"uploadEnd\",\"args\":[\"f33bf956dc7f6705f7d00181\",\"file1\"],\"tag\":1}",
     "Upload finished"},
    {"a call", "shiny", STEP_WS_SEND, "{\"method\":\"makeItSo\",\"args\":[],\"tag\":2}",
     "Call: makeItSo"},
    {"an input over SockJS", "sockjs", STEP_WS_SEND,
     "[\"2#0|m|{\\\"method\\\":\\\"update\\\",\\\"data\\\":{\\\"who\\\":\\\"x\\\"}}\"]",
     "Set: who"},
    {"a channel opens", "sockjs", STEP_WS_SEND, "[\"0#0|o|\"]", "Open app"},
    {"a sub-app opens", "sockjs", STEP_WS_SEND, "[\"2#1|o|app1/s=1\"]", "Open sub-app 1"},
    {"words", "plain", STEP_WS_SEND, "hello", "Send"},
    /* what the server sends */
    {"outputs", "shiny", STEP_WS_RECV,
     "{\"errors\":{},\"values\":{\"p\":1,\"t\":2},\"inputMessages\":[]}", "Updated: p, t"},
    {"outputs and errors", "shiny", STEP_WS_RECV,
     "{\"errors\":{\"error_output\":{\"message\":\"An error has "
     "occurred.\",\"call\":\"renderText(...)\",\"type\":null}},\"values\":{\"freeze_bxs_txt\":"
     "\"Selected boxes: A\",\"file_output\":\"(No file uploaded)\"},\"inputMessages\":[]}",
     "Updated: freeze_bxs_txt, file_output; Errors: error_output"},
    {"only errors", "shiny", STEP_WS_RECV,
     "{\"errors\":{\"error_output\":{\"message\":\"1\",\"call\":\"renderText(...)\",\"type\":null},"
     "\"other\":{\"message\":\"2\",\"call\":null,\"type\":null}},\"values\":{},\"inputMessages\":[]"
     "}",
     "Errors: error_output, other"},
    {"an output that req() left blank is no error", "shiny", STEP_WS_RECV,
     "{\"errors\":{\"t_one\":{\"message\":\"\",\"call\":\"NULL\",\"type\":\"shiny.silent.error\"}},"
     "\"values\":{\"p_one\":null},\"inputMessages\":[]}",
     "Updated: p_one, t_one"},
    {"only blank outputs", "shiny", STEP_WS_RECV,
     "{\"errors\":{\"t_one\":{\"message\":\"\",\"call\":\"NULL\",\"type\":\"shiny.silent.error\"}},"
     "\"values\":{}}",
     "Updated: t_one"},
    {"what validate(need()) says", "shiny", STEP_WS_RECV,
     "{\"errors\":{\"p\":{\"message\":\"Choose a "
     "day.\",\"call\":null,\"type\":[\"validation\",\"shiny.silent.error\"]}},\"values\":{}}",
     "Errors: p"},
    {"outputs before inputs", "shiny", STEP_WS_RECV,
     "{\"values\":{\"p\":1},\"inputMessages\":[{\"id\":\"who\"}]}", "Updated: p"},
    {"an input message", "shiny", STEP_WS_RECV,
     "{\"errors\":{},\"values\":{},\"inputMessages\":[{\"id\":\"freeze_bxs\",\"message\":{"
     "\"options\":\"...\",\"value\":[\"X\"]}}]}",
     "Input message: freeze_bxs"},
    {"several of them", "shiny", STEP_WS_RECV,
     "{\"inputMessages\":[{\"id\":\"a\",\"message\":{}},{\"id\":\"b\",\"message\":{}}]}",
     "Input message: a, b"},
    {"nothing was updated", "shiny", STEP_WS_RECV,
     "{\"errors\":{},\"values\":{},\"inputMessages\":[]}", "Empty update"},
    {"a custom message", "shiny", STEP_WS_RECV, "{\"custom\":{\"toast\":{\"text\":\"hi\"}}}",
     "Custom: toast"},
    {"a custom message to somebody", "shiny", STEP_WS_RECV,
     "{\"custom\":{\"shinyjs-toggle\":{\"id\":\"txt\",\"anim\":false,\"animType\":\"slide\","
     "\"time\":0.5,\"selector\":null}}}",
     "Custom: shinyjs-toggle[txt]"},
    {"a custom message of nothing", "shiny", STEP_WS_RECV, "{\"custom\":{}}", "Custom"},
    {"a notification", "shiny", STEP_WS_RECV,
     "{\"notification\":{\"type\":\"show\",\"message\":{\"html\":\"Notification<br/"
     ">\",\"action\":\"\",\"deps\":[],\"duration\":null,\"closeButton\":false,\"id\":"
     "\"0f2bf8aa597c84cc\",\"type\":null}}}",
     "Show notification"},
    {"a notification goes", "shiny", STEP_WS_RECV,
     "{\"notification\":{\"type\":\"remove\",\"message\":\"0f2bf8aa597c84cc\"}}",
     "Remove notification"},
    {"a modal", "shiny", STEP_WS_RECV,
     "{\"modal\":{\"type\":\"show\",\"message\":{\"html\":\"<div class=\\\"modal "
     "fade\\\"></div>\",\"deps\":[]}}}",
     "Show modal"},
    {"a modal goes", "shiny", STEP_WS_RECV, "{\"modal\":{\"type\":\"remove\",\"message\":null}}",
     "Hide modal"},
    {"UI is inserted", "shiny", STEP_WS_RECV,
     "{\"shiny-insert-ui\":{\"selector\":\"#ui_anchor\",\"multiple\":false,\"where\":\"beforeEnd\","
     "\"content\":{\"html\":\"<button/>\",\"deps\":[]}}}",
     "Insert UI: #ui_anchor"},
    {"UI is removed", "shiny", STEP_WS_RECV,
     "{\"shiny-remove-ui\":{\"selector\":\"#ui_anchor > *\",\"multiple\":false}}",
     "Remove UI: #ui_anchor > *"},
    {"a tab is inserted", "shiny", STEP_WS_RECV,
     "{\"shiny-insert-tab\":{\"inputId\":\"tabs\",\"liTag\":{\"html\":\"<li/"
     ">\",\"deps\":[]},\"divTag\":{\"html\":\"<div/"
     ">\",\"deps\":[]},\"menuName\":null,\"target\":null,\"position\":\"after\",\"select\":true}}",
     "Insert tab: tabs"},
    {"a tab is removed", "shiny", STEP_WS_RECV,
     "{\"shiny-remove-tab\":{\"inputId\":\"tabs\",\"target\":\"tab\"}}", "Remove tab: tabs"},
    {"a tab is hidden", "shiny", STEP_WS_RECV,
     "{\"shiny-change-tab-visibility\":{\"inputId\":\"showhide_tabs\",\"target\":\"B\",\"type\":"
     "\"hide\"}}",
     "Hide tab: showhide_tabs"},
    {"a tab is shown", "shiny", STEP_WS_RECV,
     "{\"shiny-change-tab-visibility\":{\"inputId\":\"showhide_tabs\",\"target\":\"B\",\"type\":"
     "\"show\"}}",
     "Show tab: showhide_tabs"},
    {"a frozen input", "shiny", STEP_WS_RECV, "{\"frozen\":{\"ids\":[\"cols\"]}}", "Freeze: cols"},
    {"the query string", "shiny", STEP_WS_RECV,
     "{\"updateQueryString\":{\"mode\":\"push\",\"queryString\":\"#foo=1\"}}",
     "Update query string"},
    {"a brush is taken away", "shiny", STEP_WS_RECV,
     "{\"resetBrush\":{\"brushId\":\"plot_brush\"}}", "Reset brush: plot_brush"},
    {"reload", "shiny", STEP_WS_RECV, "{\"reload\":true}", "Reload app"},
    {"may reconnect", "shiny", STEP_WS_RECV, "{\"allowReconnect\":true}", "Reconnecting allowed"},
    {"an upload is accepted", "shiny", STEP_WS_RECV_BEGIN_UPLOAD,
     "{\"response\":{\"tag\":0,\"value\":{\"jobId\":\"x\",\"uploadUrl\":\"session/y/upload/"
     "x?w=\"}}}",
     "Upload accepted"},
    {"a call is answered", "shiny", STEP_WS_RECV, "{\"response\":{\"tag\":1,\"value\":null}}",
     "Call answered"},
    {"a call that is refused", "shiny", STEP_WS_RECV,
     "{\"response\":{\"tag\":7,\"error\":\"no such\\nmethod\"}}", "Call refused: no such method"},
    {"only that it computes", "shiny", STEP_WS_RECV, "{\"busy\":\"busy\"}", "Message"},
    {"only how far it is", "shiny", STEP_WS_RECV,
     "{\"progress\":{\"type\":\"binding\",\"message\":{\"id\":\"p\"}}}", "Message"},
    {"what nobody gave a name", "shiny", STEP_WS_RECV, "{\"x\":1,\"y\":2}", "Message: x, y"},
    {"outputs of several messages", "sockjs", STEP_WS_RECV,
     "a[\"1#0|m|{\\\"values\\\":{\\\"p\\\":1}}\",\"2#0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]",
     "Updated: p, q"},
    {"errors and outputs of several", "sockjs", STEP_WS_RECV,
     "a[\"1#0|m|{\\\"errors\\\":{\\\"e\\\":{\\\"message\\\":\\\"no\\\"}},\\\"values\\\":{}}\",\"2#"
     "0|m|{\\\"values\\\":{\\\"q\\\":1}}\"]",
     "Updated: q; Errors: e"},
    {"outputs of a sub-app", "sockjs", STEP_WS_RECV, "a[\"1#1|m|{\\\"values\\\":{\\\"p\\\":1}}\"]",
     "Updated in sub-app 1: p"},
    {"the socket's first word", "sockjs", STEP_WS_RECV, "o", "Connected"},
    {"a name that is a tag, and one with a bell", "shiny", STEP_WS_RECV,
     "{\"values\":{\"<script>alert(1)</script>\":1,\"a\\u0007b\":2}}",
     "Updated: <script>alert(1)</script>, a b"},
};

static const struct {
    const char *name;
    enum step_type type;
    const char *method;
    const char *url;
    const char *want;
} requests[] = {
    {"the page", STEP_REQ_HOME, "GET", "/", "Homepage"},
    {"the page, asked for with something", STEP_REQ_HOME, "GET", "/?day=3", "Homepage"},
    {"the page of a worker", STEP_REQ_HOME, "GET", "/_w_${WORKER}/", "Homepage"},
    {"another page", STEP_REQ_HOME, "GET", "/shop/cart", "Page: cart"},
    {"the page, fetched", STEP_REQ_GET, "GET", "/", "Get: Homepage"},
    {"a file", STEP_REQ_GET, "GET", "/lib/jquery.min.js?v=3/4", "Get: jquery.min.js"},
    {"a file with a hash", STEP_REQ_GET, "GET", "/static/main.3f9c12ab.chunk.css",
     "Get: main.3f9c12ab.chunk.css"},
    {"a path that ends in a slash", STEP_REQ_GET, "GET", "/api/", "Get: api"},
    {"many slashes", STEP_REQ_GET, "GET", "//a///", "Get: a"},
    {"nothing but slashes", STEP_REQ_GET, "GET", "///", "Get: Homepage"},
    {"what belongs to an order", STEP_REQ_POST, "POST", "/api/orders/17/items", "Post: items"},
    {"an order", STEP_REQ_GET, "GET", "/api/orders/17", "Get: orders/17"},
    {"an order by its UUID", STEP_REQ, "DELETE", "/orders/7f9c24e5-2b1a-4f0e-9d3c-8a1b2c3d4e5f",
     "Delete: orders/7f9c24e5-2b1a-4f0e-9d3c-8a1b2c3d4e5f"},
    {"an order that the session made", STEP_REQ, "PUT", "/orders/${ORDER}", "Put: orders"},
    {"a search", STEP_REQ_GET, "GET", "/find?q=whale&page=2", "Get: find?q=whale&page=2"},
    {"a long search", STEP_REQ_GET, "GET",
     "/find?q=the+white+whale+and+the+whole+of+its+sea&page=2",
     "Get: find?q=the+white+whale+and+the+…&page=2"},
    {"many parameters", STEP_REQ_GET, "GET",
     "/find?a=11111&b=22222&c=33333&d=44444&e=55555&f=66666",
     "Get: find?a=11111&b=22222&c=33333&d=44444&e=55555&…"},
    {"what is the session's or the moment's own", STEP_REQ_GET, "GET",
     "/find?token=${TOKEN}&t=1795221212723&nonce=7ad8f1b52c&w=&page=2", "Get: find?page=2"},
    {"a fragment", STEP_REQ_GET, "GET", "/a#b?c=d", "Get: a"},
    {"a table of Shiny", STEP_REQ_POST, "POST",
     "/session/${SESSION}/dataobj/t_one?w=${WORKER}&nonce=7ad8f1b52c", "Post: t_one"},
    {"an upload to Shiny", STEP_REQ_POST, "POST",
     "/session/${SESSION}/upload/${UPLOAD_JOB_ID}?w=", "Post: upload"},
    {"a placeholder inside a worker", STEP_REQ_GET, "GET", "/_w_${WORKER}/a.js", "Get: a.js"},
    {"a long name keeps its ends", STEP_REQ_GET, "GET",
     "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbb.js",
     "Get: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbbbbbbbbbbbb.js"},
    {"a long name in Greek is cut between letters", STEP_REQ_GET, "GET",
     "/ωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωωx",
     "Get: ωωωωωωωωωωωωωωωω…ωωωωωωωωωωωωωωωx"},
    {"a name with a line end", STEP_REQ_GET, "GET", "/a\nb?c=d\ne", "Get: a b?c=d e"},
    {"another address", STEP_REQ_GET, "GET", "https://cdn.example/lib/x.js", "Get: x.js"},
    {"an odd method", STEP_REQ, "M-SEARCH", "/a", "M-search: a"},
    {"info", STEP_REQ_SINF, "GET", "/__sockjs__/info", "SockJS info"},
    {"a token", STEP_REQ_TOK, "GET", "/__token__", "Token"},
};

static const struct {
    enum step_type type;
    const char *want;
} others[] = {
    {STEP_WS_OPEN, "Start session"},
    {STEP_WS_RECV_INIT, "Initialize session"},
    {STEP_WS_CLOSE, "Stop session"},
};

static void check(const char *name, const char *dialect, const struct step *step, const char *want)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_int_equal(dialect_label(shipped(dialect), step, &out), 0);
    if (strcmp(out.data, want) != 0)
        fail_msg("%s: '%s', not '%s'", name, out.data, want);
    buf_release(&out);
}

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct step step = {.type = messages[i].type,
                            .message = messages[i].message,
                            .message_bytes = strlen(messages[i].message)};

        check(messages[i].name, messages[i].dialect, &step, messages[i].want);
    }
}

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct step step = {
            .type = requests[i].type, .method = requests[i].method, .url = requests[i].url};

        check(requests[i].name, "plain", &step, requests[i].want);
    }
}

static void test_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        check(others[i].want, "shiny", &(struct step){.type = others[i].type, .url = "/websocket/"},
              others[i].want);
}

static struct script *load(const char *name)
{
    struct error err = ERROR_NONE;
    struct script *script = NULL;
    char path[4096];

    data_path(path, sizeof(path), name);
    if (script_load(&script, path, false, &err) != 0)
        fail_msg("%s", err.text);
    return script;
}

static void test_every_step_of_a_recording_has_a_label(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log"};

    (void)state;
    shipped("plain");
    for (size_t f = 0; f < COUNT(files); f++) {
        struct script *script = load(files[f]);

        for (size_t i = 0; i < script->count; i++) {
            struct buf out;

            buf_init(&out, 1000);
            assert_int_equal(dialect_label(dialect_of(script), script_at(script, i), &out), 0);
            assert_true(out.len > 0);
            assert_null(strchr(out.data, '\n'));
            buf_release(&out);
        }
        script_free(script);
    }
}

/* A label is a line, however much a message says. */
static void test_long(void **state)
{
    const size_t keys = 2000;
    struct buf message;
    struct buf out;
    struct step step = {.type = STEP_WS_RECV};

    (void)state;
    buf_init(&message, 1 << 20);
    buf_adds(&message, "{\"values\":{\"ω\":1");
    for (size_t i = 0; i < keys; i++)
        buf_addf(&message, ",\"output_%zu\":null", i);
    buf_adds(&message, "}}");
    step.message = message.data;
    step.message_bytes = message.len;
    buf_init(&out, 1000);
    assert_int_equal(dialect_label(shipped("shiny"), &step, &out), 0);
    assert_true(out.len < 500);
    assert_int_equal(strncmp(out.data, "Updated: ω, output_0, ", 21), 0);
    assert_string_equal(out.data + out.len - 3, "...");
    buf_release(&out);
    buf_release(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_every_step_of_a_recording_has_a_label),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
