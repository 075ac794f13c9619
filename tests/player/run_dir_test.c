#include "tests/core/testing.h"

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/run.h"
#include "player/run_dir.h"
#include "tests/core/dialects.h"

#define SCRIPT_TEXT                                                                                \
    "# version: 1\n{\"type\":\"REQ_HOME\",\"begin\":\"2026-11-21T00:00:00.000Z\","                 \
    "\"status\":200,\"url\":\"/\"}\n"

/* A play whose directory is a fresh folder's `run`. */
struct stage {
    char root[40];
    struct play play;
    struct role role;
};

static void stage_init(struct stage *stage)
{
    struct error err = ERROR_NONE;

    snprintf(stage->root, sizeof(stage->root), "/tmp/stretto-run-XXXXXX");
    assert_non_null(mkdtemp(stage->root));
    stage->role = (struct role){.path = "s.log", .dialect = shipped("plain")};
    stage->play = (struct play){.roles = &stage->role,
                                .role_count = 1,
                                .schedule = {.count = 2, .every_us = 5, .processes = 1},
                                .options = {.think = 1},
                                .command = (char *)"stretto play s.log",
                                .wall_us = INT64_C(1795221210000000),
                                .target = {.shown = (char *)"http://a.example"}};
    snprintf(stage->play.dir, sizeof(stage->play.dir), "%s/run", stage->root);
    stage->role.dir = stage->play.dir;
    assert_int_equal(
        script_parse(&stage->role.script, "s.log", SCRIPT_TEXT, strlen(SCRIPT_TEXT), &err), 0);
}

static void stage_release(struct stage *stage)
{
    char command[100];

    script_free(stage->role.script);
    snprintf(command, sizeof(command), "rm -rf '%s'", stage->root);
    assert_int_equal(system(command), 0);
}

/* A path below the root. */
static const char *below(const struct stage *stage, const char *name)
{
    static char path[200];

    snprintf(path, sizeof(path), "%s/%s", stage->root, name);
    return path;
}

static bool is_there(const struct stage *stage, const char *name)
{
    return access(below(stage, name), F_OK) == 0;
}

static void put(const struct stage *stage, const char *name, const char *text)
{
    FILE *f = fopen(below(stage, name), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_made_whole(void **state)
{
    struct error err = ERROR_NONE;
    struct stage stage;
    struct buf text;

    (void)state;
    stage_init(&stage);
    snprintf(stage.play.dir, sizeof(stage.play.dir), "%s/a/b/run", stage.root);
    assert_int_equal(run_dir_make(&stage.play, &err), 0);
    assert_true(is_there(&stage, "a/b/run/" RUN_SESSIONS));
    buf_init(&text, 10000);
    assert_int_equal(buf_add_file(&text, below(&stage, "a/b/run/" RUN_SCRIPT)), 0);
    assert_string_equal(text.data, SCRIPT_TEXT);
    buf_release(&text);
    stage_release(&stage);
}

/* What lies there before, and what becomes of it. */
static const struct {
    const char *name;
    const char *folders[3];
    const char *files[5];
    const char *json; /* what stands in the first of them; NULL: as in the others */
    bool overwrite;
    bool refused;
    const char *says;
    const char *gone[5]; /* of the files, when not refused; the others stay */
} situations[] = {
    {.name = "nothing"},
    {.name = "nothing, and --overwrite", .overwrite = true},
    {.name = "an empty directory", .folders = {"run"}},
    {.name = "a run",
     .folders = {"run", "run/sessions"},
     .files = {"run/recording.log", "run/run.json", "run/sessions/0.csv"},
     .refused = true,
     .says = "--overwrite"},
    {.name = "a run, and --overwrite",
     .folders = {"run", "run/sessions"},
     .files = {"run/recording.log", "run/run.json", "run/sessions/0.csv", "run/sessions/1.csv"},
     .overwrite = true,
     .gone = {"run/run.json", "run/sessions/0.csv", "run/sessions/1.csv"}},
    {.name = "a run of shinycannon's, and --overwrite",
     .folders = {"run", "run/sessions"},
     .files = {"run/recording.log", "run/sessions/0_0_0.csv"},
     .overwrite = true,
     .gone = {"run/sessions/0_0_0.csv"}},
    {.name = "a run with something of somebody's own, and --overwrite",
     .folders = {"run", "run/sessions"},
     .files = {"run/recording.log", "run/notes.txt", "run/sessions/0.csv", "run/sessions/plot.R"},
     .overwrite = true,
     .gone = {"run/sessions/0.csv"}},
    {.name = "a run that was stopped before its first file, and --overwrite",
     .folders = {"run", "run/sessions"},
     .overwrite = true},
    {.name = "somebody's own files",
     .folders = {"run"},
     .files = {"run/thesis.tex"},
     .refused = true,
     .says = "exists already"},
    {.name = "somebody's own files, and --overwrite",
     .folders = {"run"},
     .files = {"run/thesis.tex"},
     .overwrite = true,
     .refused = true,
     .says = "is not a run"},
    {.name = "somebody's own tables in a folder of that name, and --overwrite",
     .folders = {"run", "run/sessions"},
     .files = {"run/sessions/2025.csv", "run/agenda.txt"},
     .overwrite = true,
     .refused = true,
     .says = "is not a run"},
    {.name = "a mix, and --overwrite",
     .folders = {"run", "run/buy", "run/buy/sessions"},
     .files = {"run/run.json", "run/audit.csv", "run/buy/recording.log", "run/buy/run.json",
               "run/buy/sessions/0.csv"},
     .json = "{\"mix\":[\"buy\",\"gone\"]}",
     .overwrite = true,
     .gone = {"run/run.json", "run/audit.csv", "run/buy/recording.log", "run/buy/run.json",
              "run/buy/sessions/0.csv"}},
    {.name = "a mix that names somebody's own folder, and --overwrite",
     .folders = {"run", "thesis"},
     .files = {"run/run.json", "thesis/recording.log"},
     .json = "{\"mix\":[\"../thesis\"]}",
     .overwrite = true,
     .refused = true,
     .says = "is not a run"},
    {.name = "a mix with a folder that is no run, and --overwrite",
     .folders = {"run", "run/buy"},
     .files = {"run/run.json", "run/buy/thesis.tex"},
     .json = "{\"mix\":[\"buy\"]}",
     .overwrite = true,
     .refused = true,
     .says = "is not a run"},
    {.name = "a file", .files = {"run"}, .overwrite = true, .refused = true, .says = "run"},
    {.name = "a file where the sessions go",
     .folders = {"run"},
     .files = {"run/sessions"},
     .overwrite = true,
     .refused = true,
     .says = "is not a run"},
};

static bool contains(const char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count && list[i]; i++) {
        if (strcmp(list[i], word) == 0)
            return true;
    }
    return false;
}

static void test_what_lies_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(situations); i++) {
        struct error err = ERROR_NONE;
        struct stage stage;
        int rc;

        stage_init(&stage);
        for (size_t k = 0; k < COUNT(situations[i].folders) && situations[i].folders[k]; k++)
            assert_int_equal(mkdir(below(&stage, situations[i].folders[k]), 0755), 0);
        for (size_t k = 0; k < COUNT(situations[i].files) && situations[i].files[k]; k++)
            put(&stage, situations[i].files[k],
                k == 0 && situations[i].json ? situations[i].json : "mine");
        stage.play.options.overwrite = situations[i].overwrite;

        rc = run_dir_make(&stage.play, &err);
        if ((rc < 0) != situations[i].refused)
            fail_msg("%s: %d '%s'", situations[i].name, rc, err.text);
        if (situations[i].says && !strstr(err.text, situations[i].says))
            fail_msg("%s: says '%s'", situations[i].name, err.text);
        for (size_t k = 0; k < COUNT(situations[i].files) && situations[i].files[k]; k++) {
            const char *file = situations[i].files[k];

            if (is_there(&stage, file) == contains(situations[i].gone, 5, file))
                fail_msg("%s: what became of %s?", situations[i].name, file);
        }
        if (!situations[i].refused && !is_there(&stage, "run/" RUN_SCRIPT))
            fail_msg("%s: no script", situations[i].name);
        stage_release(&stage);
    }
}

static void test_a_place_that_cannot_be(void **state)
{
    struct error err = ERROR_NONE;
    struct stage stage;

    (void)state;
    stage_init(&stage);
    snprintf(stage.play.dir, sizeof(stage.play.dir), "/proc/no/such/run");
    assert_int_equal(run_dir_make(&stage.play, &err), -E_IO);
    assert_non_null(strstr(err.text, "/proc/no"));
    stage_release(&stage);
}

static void test_run_json(void **state)
{
    static const struct account account = {.planned = 2, .done = 1, .failed = 1, .not_started = 3};
    struct tally *tally = calloc(1, sizeof(*tally));
    struct error err = ERROR_NONE;
    struct stage stage;
    json_t *json;

    (void)state;
    stage_init(&stage);
    assert_int_equal(run_dir_make(&stage.play, &err), 0);
    tally_fail(tally, 0, 4, FAILURE_STATUS, "said \"no\" \xff");
    tally_fail(tally, 0, 5, FAILURE_STATUS, "timed out");
    hist_add(&tally->lateness, 1500);
    assert_int_equal(run_dir_write(&stage.play, "running", &account, tally, &err), 0);
    assert_int_equal(run_dir_write(&stage.play, "done", &account, tally, &err), 0);
    assert_false(is_there(&stage, "run/" RUN_JSON ".new"));

    json = json_load_file(below(&stage, "run/" RUN_JSON), 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "done");
    assert_string_equal(json_string_value(json_object_get(json, "command")), "stretto play s.log");
    assert_string_equal(json_string_value(json_object_get(json, "target")), "http://a.example");
    assert_string_equal(json_string_value(json_object_get(json, "started")),
                        "2026-11-21T00:33:30.000Z");
    assert_int_equal(json_integer_value(json_object_get(json, "planned")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "done")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "failed")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "not_started")), 3);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(json, "lateness_us"), "p99")), 1500);
    assert_int_equal(json_array_size(json_object_get(json, "failures")), 2);
    /* sha256sum of the script's bytes is 64 digits */
    assert_int_equal(strlen(json_string_value(json_object_get(json, "script_sha256"))), 64);
    json_decref(json);
    free(tally);
    stage_release(&stage);
}

/* Who the sessions were, but for what they know. */
static void test_secrets_have_names_only(void **state)
{
    static const char users[] = "USER,PW\nannabel,hunter22\nbobolink,hunter33\n";
    static const char *const words[] = {"hunter", "annabel", "bobolink", "opensesame"};
    struct login items[] = {{.name = "env:PW", .column = 1},
                            {.name = "env:KEY", .column = LOGIN_NO_COLUMN, .value = "opensesame"}};
    struct tally *tally = calloc(1, sizeof(*tally));
    struct account account = {0};
    struct error err = ERROR_NONE;
    struct stage stage;
    struct buf text;
    json_t *json;

    (void)state;
    stage_init(&stage);
    stage.role.logins = (struct logins){.items = items, .count = 2};
    stage.play.options.users_file = "u.csv";
    assert_int_equal(users_parse(&stage.role.logins.users, "u.csv", users, sizeof(users) - 1, &err),
                     0);
    tally->duties = 7;
    assert_int_equal(run_dir_make(&stage.play, &err), 0);
    assert_int_equal(run_dir_write(&stage.play, "done", &account, tally, &err), 0);
    buf_init(&text, 100000);
    assert_int_equal(buf_add_file(&text, below(&stage, "run/" RUN_JSON)), 0);
    for (size_t i = 0; i < COUNT(words); i++)
        assert_null(strstr(text.data, words[i]));
    json = json_loads(text.data, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "secrets")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "secrets"), 1)),
                        "KEY");
    assert_string_equal(json_string_value(json_object_get(json, "users_file")), "u.csv");
    assert_int_equal(json_integer_value(json_object_get(json, "users_in_file")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "duties")), 7);
    json_decref(json);
    buf_release(&text);
    users_release(&stage.role.logins.users);
    free(tally);
    stage_release(&stage);
}

/* The old one stays whole when the new one cannot be written. */
static void test_run_json_is_whole_at_any_moment(void **state)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    struct account account = {0};
    struct error err = ERROR_NONE;
    struct stage stage;
    json_t *json;

    (void)state;
    stage_init(&stage);
    assert_int_equal(run_dir_make(&stage.play, &err), 0);
    assert_int_equal(run_dir_write(&stage.play, "running", &account, tally, &err), 0);
    assert_int_equal(mkdir(below(&stage, "run/" RUN_JSON ".new"), 0755), 0);
    assert_int_equal(run_dir_write(&stage.play, "done", &account, tally, &err), -E_IO);
    assert_non_null(strstr(err.text, "cannot write"));
    json = json_load_file(below(&stage, "run/" RUN_JSON), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "running");
    json_decref(json);
    free(tally);
    stage_release(&stage);
}

/* Each script of a mix has a run of its own, with its own counts and failures; above are the sums.
 */
static void test_a_mix(void **state)
{
    static const struct account parts[] = {{.planned = 3, .done = 3},
                                           {.planned = 2, .done = 1, .failed = 1}};
    static const struct account all = {.planned = 5, .done = 4, .failed = 1, .roles = parts};
    struct tally *tally = calloc(1, sizeof(*tally));
    struct script_choice choices[] = {{.weight = 3}, {.weight = 2}};
    struct error err = ERROR_NONE;
    struct role roles[2];
    struct stage stage;
    char dirs[2][80];
    json_t *json;

    (void)state;
    stage_init(&stage);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(dirs[i], sizeof(dirs[i]), "%s/run/%s", stage.root, i ? "buy" : "browse");
        roles[i] = stage.role;
        roles[i].number = i;
        roles[i].dir = dirs[i];
        roles[i].name = strrchr(dirs[i], '/') + 1;
    }
    stage.play.roles = roles;
    stage.play.role_count = 2;
    stage.play.options.scripts = choices;
    tally_fail(tally, 1, 4, FAILURE_STATUS, "no");
    assert_int_equal(run_dir_make(&stage.play, &err), 0);
    put(&stage, "run/" RUN_AUDIT, "a row\n");
    run_dir_share_audit(&stage.play);
    assert_int_equal(run_dir_write(&stage.play, "running", &(struct account){0}, tally, &err), 0);
    assert_int_equal(run_dir_write(&stage.play, "done", &all, tally, &err), 0);
    assert_true(is_there(&stage, "run/browse/" RUN_AUDIT) &&
                is_there(&stage, "run/buy/" RUN_SCRIPT));
    assert_false(is_there(&stage, "run/" RUN_SESSIONS));

    json = json_load_file(below(&stage, "run/" RUN_JSON), 0, NULL);
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "mix"), 1)), "buy");
    assert_int_equal(json_integer_value(json_object_get(json, "planned")), 5);
    assert_int_equal(json_array_size(json_object_get(json, "failures")), 1);
    json_decref(json);
    json = json_load_file(below(&stage, "run/browse/" RUN_JSON), 0, NULL);
    assert_null(json_object_get(json, "mix"));
    assert_int_equal(json_integer_value(json_object_get(json, "planned")), 3);
    assert_int_equal(json_array_size(json_object_get(json, "failures")), 0);
    json_decref(json);
    json = json_load_file(below(&stage, "run/buy/" RUN_JSON), 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(json, "failed")), 1);
    assert_int_equal(json_array_size(json_object_get(json, "failures")), 1);
    json_decref(json);
    free(tally);
    stage_release(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_whole),
        cmocka_unit_test(test_what_lies_there),
        cmocka_unit_test(test_a_place_that_cannot_be),
        cmocka_unit_test(test_run_json),
        cmocka_unit_test(test_a_mix),
        cmocka_unit_test(test_secrets_have_names_only),
        cmocka_unit_test(test_run_json_is_whole_at_any_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
