/* Scripts that lie in files: genuine recordings, and bodies beside them. */
#include "tests/core/testing.h"

#include <unistd.h>

#include "core/script.h"

static void check_shape(const struct script *script)
{
    int64_t before = 0;

    assert_int_equal(script_at(script, 0)->begin_us, 0);
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        assert_true(step->begin_us >= before);
        assert_true(step->end_us >= step->begin_us);
        assert_true(step->end_us <= script->length_us);
        before = step->begin_us;
    }
}

static const struct {
    const char *file;
    const char *target_url;
    const char *target_type;
    size_t count;
    size_t of_type[STEP_TYPES];
} recordings[] = {
    {"whales-sync.log",
     "http://127.0.0.1:3850",
     "R/Shiny",
     78,
     {[STEP_REQ_HOME] = 1,
      [STEP_REQ_GET] = 34,
      [STEP_REQ_POST] = 5,
      [STEP_WS_OPEN] = 1,
      [STEP_WS_RECV_INIT] = 1,
      [STEP_WS_RECV] = 13,
      [STEP_WS_SEND] = 22,
      [STEP_WS_CLOSE] = 1}},
    {"ss-whales-sync.log",
     "http://127.0.0.1:3838/whales-sync",
     "Shiny Server or Shiny Server Pro",
     84,
     {[STEP_REQ_HOME] = 1,
      [STEP_REQ_GET] = 37,
      [STEP_REQ_SINF] = 1,
      [STEP_REQ_POST] = 5,
      [STEP_WS_OPEN] = 1,
      [STEP_WS_RECV_INIT] = 1,
      [STEP_WS_RECV] = 14,
      [STEP_WS_SEND] = 23,
      [STEP_WS_CLOSE] = 1}},
};

static void test_genuine_recordings(void **state)
{
    (void)state;
    for (size_t r = 0; r < COUNT(recordings); r++) {
        struct error err = ERROR_NONE;
        size_t of_type[STEP_TYPES] = {0};
        struct script *script;
        char path[4096];

        data_path(path, sizeof(path), recordings[r].file);
        if (script_load(&script, path, true, &err) != 0)
            fail_msg("%s: %s", recordings[r].file, err.text);
        assert_int_equal(script->version, 1);
        assert_string_equal(script->target_url, recordings[r].target_url);
        assert_string_equal(script->target_type, recordings[r].target_type);
        assert_int_equal(script->count, recordings[r].count);
        assert_int_equal(script->sockets, 1);
        check_shape(script);
        for (size_t i = 0; i < script->count; i++) {
            const struct step *step = script_at(script, i);

            of_type[step->type]++;
            assert_int_equal(step->line, i + 4);
            assert_true((step->type == STEP_REQ_POST) == (step->body != NULL));
            assert_true(!step->body || (step->body_bytes > 100 && step->body_bytes < 100000));
        }
        for (int t = 0; t < STEP_TYPES; t++) {
            if (of_type[t] != recordings[r].of_type[t])
                fail_msg("%s: %zu of %s", recordings[r].file, of_type[t],
                         step_type_name((enum step_type)t));
        }
        script_free(script);
    }
}

/* --- files --- */

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_bodies_lie_beside_the_script(void **state)
{
    static const char text[] = "{\"type\":\"REQ_HOME\",\"begin\":\"2026-11-21T00:00:00.000Z\","
                               "\"status\":200,\"url\":\"/\"}\n"
                               "{\"type\":\"REQ_POST\",\"begin\":\"2026-11-21T00:00:01.000Z\","
                               "\"status\":200,\"url\":\"/\","
                               "\"datafile\":\"b\"}\n";
    char folder[] = "/tmp/stretto-script-XXXXXX";
    struct error err = ERROR_NONE;
    struct script *script = NULL;
    char path[100];
    char body[100];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.log", folder);
    snprintf(body, sizeof(body), "%s/b", folder);

    assert_int_equal(script_load(&script, path, true, &err), -E_IO);
    assert_non_null(strstr(err.text, "s.log': No such file"));
    assert_null(script);

    write_text(path, text);
    err = ERROR_NONE;
    assert_int_equal(script_load(&script, path, true, &err), -E_IO);
    assert_null(script);
    assert_non_null(strstr(err.text, "s.log:2: the request's body"));
    assert_non_null(strstr(err.text, body));

    err = ERROR_NONE; /* who needs no bodies need not have them */
    assert_int_equal(script_load(&script, path, false, &err), 0);
    script_free(script);

    write_text(body, "a=1&b=2");
    assert_int_equal(script_load(&script, path, true, &err), 0);
    assert_int_equal(script_at(script, 1)->body_bytes, 7);
    assert_string_equal(script_at(script, 1)->body, "a=1&b=2");
    script_free(script);

    write_text(body, ""); /* an empty body is a body */
    assert_int_equal(script_load(&script, path, true, &err), 0);
    assert_int_equal(script_at(script, 1)->body_bytes, 0);
    assert_non_null(script_at(script, 1)->body);
    script_free(script);

    assert_int_equal(script_load(&script, folder, true, &err), -E_IO);
    unlink(body);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genuine_recordings),
        cmocka_unit_test(test_bodies_lie_beside_the_script),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
