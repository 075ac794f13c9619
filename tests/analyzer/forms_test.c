/* The same events as shinycannon writes them and as we do give the same numbers. */
#include "tests/core/testing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "fixture.h"
#include "program.h"

#define CSV_MOST ((size_t)4 << 20)
#define SESSIONS 40
#define USERS 8

static struct fixture_session session_of(long i)
{
    struct fixture_session s = {.id = i,
                                .start_ms = i / USERS * 3000 + i % USERS * 137,
                                .of_user = true,
                                .user = i % USERS,
                                .iteration = i / USERS};

    if (i % 9 == 4) {
        s.stop_before = 14; /* within a calculation */
        s.fail = "no answer, \"none\" at all";
    } else if (i % 13 == 6) {
        s.stop_before = 12;
    }
    return s;
}

/* A comment with its quotes doubled, as both have it; fixture_rows() writes it as it stands. */
static const char quoted[] = "\"no answer, \"\"none\"\" at all\"";

static void write_ours(const char *dir)
{
    struct buf csv;

    buf_init(&csv, CSV_MOST);
    buf_adds(&csv, "# stretto play fixture.log\n");
    buf_adds(&csv, fixture_header);
    for (long i = 0; i < SESSIONS; i++) {
        struct fixture_session s = session_of(i);

        s.fail = s.fail ? quoted : NULL;
        fixture_rows(&csv, &s);
    }
    fixture_write(dir, "ours/recording.log", fixture_script);
    fixture_write(dir, "ours/sessions/0.csv", csv.data);
    buf_release(&csv);
}

/* Every field in quotes, and what that player tells of its own pauses. */
static void quote_fields(struct buf *out, const char *row)
{
    bool text = false;

    buf_addc(out, '"');
    for (; *row; row++) {
        if (*row == ',' && !text) {
            buf_adds(out, "\",\"");
        } else if (*row == '\n') {
            buf_adds(out, "\"\r\n\"");
        } else if (*row == '"' && row[1] == '"' && text) {
            buf_adds(out, "\"\"");
            row++;
        } else if (*row == '"') {
            text = !text;
        } else {
            buf_addc(out, *row);
        }
    }
    buf_adds(out, "0\",\"0\",\"0\",\"PLAYBACK_SLEEPBEFORE_REQ_HOME_START\",\"1795221212723\","
                  "\"4\",\"\"\r\n");
}

/* One file a session, half of them all in quotes. */
static void write_theirs(const char *dir)
{
    fixture_write(dir, "theirs/recording.log", fixture_script);
    for (long i = 0; i < SESSIONS; i++) {
        struct fixture_session s = session_of(i);
        struct buf rows;
        struct buf csv;
        char name[100];

        s.shinycannon = true;
        s.fail = s.fail ? quoted : NULL;
        buf_init(&rows, CSV_MOST);
        buf_init(&csv, CSV_MOST);
        buf_adds(&csv, "# Copyright, version, and the whole command\n");
        buf_adds(&csv,
                 "session_id,worker_id,iteration,event,timestamp,input_line_number,comment\n");
        fixture_rows(&rows, &s);
        if (i % 2)
            quote_fields(&csv, rows.data);
        else
            buf_adds(&csv, rows.data);
        snprintf(name, sizeof(name), "theirs/sessions/%ld_%ld_%ld.csv", s.id, s.user, s.iteration);
        fixture_write(dir, name, csv.data);
        buf_release(&rows);
        buf_release(&csv);
    }
}

/* All of the first build in summary.json but its name. */
static char *numbers_of(struct ran *r, const char *words)
{
    char *text;
    json_t *root;
    json_t *build;
    char *numbers;

    assert_int_equal(run(r, words), 0);
    assert_string_equal(r->err, "");
    text = fixture_read(r->dir, "report/summary.json");
    root = text ? json_loads(text, 0, NULL) : NULL;
    build = json_array_get(json_object_get(root, "builds"), 0);
    assert_non_null(build);
    json_object_del(build, "label");
    json_object_del(build, "run");
    numbers = json_dumps(build, JSON_INDENT(1) | JSON_SORT_KEYS);
    json_decref(root);
    free(text);
    return numbers;
}

static void compare(struct ran *r, const char *options)
{
    char words[200];
    char *ours;
    char *theirs;

    snprintf(words, sizeof(words), "ours --overwrite --charts sessions %s", options);
    ours = numbers_of(r, words);
    snprintf(words, sizeof(words), "theirs --overwrite --charts sessions %s", options);
    theirs = numbers_of(r, words);
    assert_string_equal(ours, theirs);
    assert_non_null(strstr(ours, "\"failed\": 4"));
    free(ours);
    free(theirs);
}

static void test_both_forms(void **state)
{
    struct ran *r = *state;

    write_ours(r->dir);
    write_theirs(r->dir);
    compare(r, "--files summary");
    compare(r, "--files summary --all");
    compare(r, "--files summary --stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_forms, program_set_up, program_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
