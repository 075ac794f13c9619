#include "tests/core/testing.h"

#include "core/error.h"
#include "core/run.h"

static const struct run_phases all_phases = {17, 205, 9000, 31000, 123456, INT64_MAX};
static const struct run_phases kept = {0, RUN_PHASE_NONE, RUN_PHASE_NONE, RUN_PHASE_NONE, 800, 0};
static const struct run_phases handshake = {5, 0, 40, RUN_PHASE_NONE, 900, RUN_BYTES_NONE};

static const struct {
    const char *name;
    struct run_row row;
    const char *line;
    const char *comment; /* as it reads back; NULL: as it was */
} rows[] = {
    {"a step starts",
     {17, 3, 0, RUN_STEP_START, STEP_REQ_HOME, INT64_C(1795221212723456), 4, "", NULL},
     "17,3,0,REQ_HOME_START,1795221212723.456,4,,,,,,,\n",
     NULL},
    {"a step ends",
     {17, 3, 2, RUN_STEP_END, STEP_WS_RECV_BEGIN_UPLOAD, INT64_C(1795221212723007), 99, "", NULL},
     "17,3,2,WS_RECV_BEGIN_UPLOAD_END,1795221212723.007,99,,,,,,,\n",
     NULL},
    {"a session begins",
     {0, 0, 0, RUN_SESSION_CREATE, STEP_REQ_HOME, 0, 0, "", NULL},
     "0,0,0,PLAYER_SESSION_CREATE,0.000,0,,,,,,,\n",
     NULL},
    {"a session ends well",
     {1, 2, 3, RUN_SESSION_DONE, STEP_REQ_HOME, 1999, 0, "", NULL},
     "1,2,3,PLAYBACK_DONE,1.999,0,,,,,,,\n",
     NULL},
    {"a session fails",
     {1, 2, 3, RUN_SESSION_FAIL, STEP_REQ_HOME, 1000, 12, "connection refused", NULL},
     "1,2,3,PLAYBACK_FAIL,1.000,12,\"connection refused\",,,,,,\n",
     NULL},
    {"commas and quotes",
     {1, 2, 3, RUN_SESSION_FAIL, STEP_REQ_HOME, 1000, 12, "said \"no\", twice: \"\"", NULL},
     "1,2,3,PLAYBACK_FAIL,1.000,12,\"said \"\"no\"\", twice: \"\"\"\"\",,,,,,\n",
     NULL},
    {"what R takes for a comment, and newlines",
     {1, 2, 3, RUN_SESSION_FAIL, STEP_REQ_HOME, 1000, 12, "# a\r\nb\tc", NULL},
     "1,2,3,PLAYBACK_FAIL,1.000,12,\"  a  b c\",,,,,,\n",
     "  a  b c"},
    {"not ASCII",
     {1, 2, 3, RUN_SESSION_FAIL, STEP_REQ_HOME, 1000, 12, "caf\xC3\xA9 \xF0\x9F\x90\xB3 \xff",
      NULL},
     "1,2,3,PLAYBACK_FAIL,1.000,12,\"caf\xC3\xA9 \xF0\x9F\x90\xB3 \xff\",,,,,,\n",
     NULL},
    {"no comment at all",
     {1, 2, 3, RUN_STEP_START, STEP_REQ, 1000, 12, NULL, NULL},
     "1,2,3,REQ_START,1.000,12,,,,,,,\n",
     ""},
    {"a time of the year 9999",
     {1, 2, 3, RUN_SESSION_DONE, STEP_REQ_HOME, INT64_C(253402300799999999), 0, "", NULL},
     "1,2,3,PLAYBACK_DONE,253402300799999.999,0,,,,,,,\n",
     NULL},
    {"the largest numbers",
     {INT64_MAX, INT64_MAX, INT64_MAX, RUN_STEP_END, STEP_WS_CLOSE, 5, UINT32_MAX, "", NULL},
     "9223372036854775807,9223372036854775807,9223372036854775807,WS_CLOSE_END,0.005,4294967295,,,,"
     ",,,\n",
     NULL},
    {"phases",
     {1, 2, 3, RUN_STEP_END, STEP_REQ, 1000, 12, "", &all_phases},
     "1,2,3,REQ_END,1.000,12,,17,205,9000,31000,123456,9223372036854775807\n",
     NULL},
    {"phases behind a comment",
     {1, 2, 3, RUN_STEP_END, STEP_REQ, 1000, 12, "say \"so\"", &all_phases},
     "1,2,3,REQ_END,1.000,12,\"say \"\"so\"\"\",17,205,9000,31000,123456,9223372036854775807\n",
     NULL},
    {"phases of a connection that was kept",
     {1, 2, 3, RUN_STEP_END, STEP_REQ, 1000, 12, "", &kept},
     "1,2,3,REQ_END,1.000,12,,0,,,,800,0\n",
     NULL},
    {"phases of a handshake",
     {1, 2, 3, RUN_STEP_END, STEP_WS_OPEN, 1000, 12, "", &handshake},
     "1,2,3,WS_OPEN_END,1.000,12,,5,0,40,,900,\n",
     NULL},
};

static bool has_type(enum run_event event)
{
    return event == RUN_STEP_START || event == RUN_STEP_END;
}

static bool same_row(const struct run_row *a, const struct run_row *b, const char *comment)
{
    return a->session == b->session && a->user == b->user && a->iteration == b->iteration &&
           a->event == b->event && (!has_type(a->event) || a->type == b->type) &&
           a->time_us == b->time_us && a->line == b->line && strcmp(a->comment, comment) == 0;
}

static bool same_phases(const struct run_phases *a, const struct run_phases *b)
{
    return a == b || (a && b && a->blocked_us == b->blocked_us && a->dns_us == b->dns_us &&
                      a->connect_us == b->connect_us && a->tls_us == b->tls_us &&
                      a->first_byte_us == b->first_byte_us && a->bytes == b->bytes);
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *comment = rows[i].comment ? rows[i].comment : rows[i].row.comment;
        struct run_phases phases;
        struct run_row got = {0};
        struct buf out;

        buf_init(&out, 1000);
        assert_int_equal(run_row_write(&out, &rows[i].row), 0);
        if (strcmp(out.data, rows[i].line) != 0)
            fail_msg("%s: %s", rows[i].name, out.data);
        out.data[out.len - 1] = 0; /* the newline */
        if (run_row_parse_phases(&got, &phases, out.data) != 0 ||
            !same_row(&got, &rows[i].row, comment) || !same_phases(got.phases, rows[i].row.phases))
            fail_msg("%s: reads back as another", rows[i].name);
        buf_release(&out);
    }
}

static void test_every_type_there_and_back(void **state)
{
    (void)state;
    for (int t = 0; t < STEP_TYPES; t++) {
        struct run_row row = {1, 1, 0, RUN_STEP_START, (enum step_type)t, 1000, 1, "", NULL};
        struct run_row got = {0};
        struct buf out;

        buf_init(&out, 1000);
        run_row_write(&out, &row);
        assert_int_equal(run_row_parse(&got, out.data), 0);
        assert_int_equal(got.type, t);
        assert_int_equal(got.event, RUN_STEP_START);
        buf_release(&out);
    }
}

#define NOTHING -1

static const struct {
    const char *name;
    const char *line;
    int64_t want_us; /* NOTHING: not a row */
    enum run_event event;
    const char *comment;
} foreign[] = {
    /* what shinycannon writes */
    {"whole milliseconds", "0,0,0,REQ_HOME_START,1555555555123,4,", INT64_C(1555555555123000),
     RUN_STEP_START, ""},
    {"its warmup", "0,0,0,PLAYBACK_START_INTERVAL_START,1555555555123,0,",
     INT64_C(1555555555123000), RUN_OTHER, ""},
    {"its sleeps", "0,0,0,PLAYBACK_SLEEPBEFORE_REQ_HOME_START,1555555555123,4,",
     INT64_C(1555555555123000), RUN_OTHER, ""},
    {"its end", "0,0,0,PLAYBACK_DONE,1555555555123,0,", INT64_C(1555555555123000), RUN_SESSION_DONE,
     ""},
    {"a comment without quotes", "0,0,0,PLAYBACK_FAIL,1555555555123,7,timed out",
     INT64_C(1555555555123000), RUN_SESSION_FAIL, "timed out"},
    {"quoted fields everywhere", "\"0\",\"0\",\"0\",\"PLAYBACK_DONE\",\"5\",\"0\",\"\"", 5000,
     RUN_SESSION_DONE, ""},
    {"one decimal", "0,0,0,PLAYBACK_DONE,5.5,0,", 5500, RUN_SESSION_DONE, ""},
    {"more decimals than we keep", "0,0,0,PLAYBACK_DONE,5.123456789,0,", 5123, RUN_SESSION_DONE,
     ""},
    {"a comment with an open quote", "0,0,0,PLAYBACK_FAIL,5,7,\"tor", 5000, RUN_SESSION_FAIL,
     "tor"},
    {"an unknown event", "0,0,0,LUNCH,5,0,", 5000, RUN_OTHER, ""},
    /* no rows */
    {"nothing", "", NOTHING, RUN_OTHER, ""},
    {"the head line", RUN_COLUMNS, NOTHING, RUN_OTHER, ""},
    {"a comment line", "# stretto play session.log", NOTHING, RUN_OTHER, ""},
    {"torn in the number", "17,3,0,REQ_HOME_START,17952212", NOTHING, RUN_OTHER, ""},
    {"torn in the line number", "17,3,0,REQ_HOME_START,1795221212723.456,1", NOTHING, RUN_OTHER,
     ""},
    {"torn in the event", "17,3,0,REQ_H", NOTHING, RUN_OTHER, ""},
    {"torn in a quoted field", "17,3,0,\"REQ_H", NOTHING, RUN_OTHER, ""},
    {"letters for a number", "x,3,0,PLAYBACK_DONE,5,0,", NOTHING, RUN_OTHER, ""},
    {"the year 10000", "1,3,0,PLAYBACK_DONE,253402300800000,0,", NOTHING, RUN_OTHER, ""},
    {"a number beyond all", "9223372036854775808,3,0,PLAYBACK_DONE,5,0,", NOTHING, RUN_OTHER, ""},
    {"half a number", "1x,3,0,PLAYBACK_DONE,5,0,", NOTHING, RUN_OTHER, ""},
    {"no number", ",3,0,PLAYBACK_DONE,5,0,", NOTHING, RUN_OTHER, ""},
    {"no time", "1,3,0,PLAYBACK_DONE,,0,", NOTHING, RUN_OTHER, ""},
    {"letters for a time", "1,3,0,PLAYBACK_DONE,noon,0,", NOTHING, RUN_OTHER, ""},
    {"an exponent", "1,3,0,PLAYBACK_DONE,1.5e9,0,", NOTHING, RUN_OTHER, ""},
    {"a time before the epoch", "1,3,0,PLAYBACK_DONE,-5,0,", NOTHING, RUN_OTHER, ""},
    {"a time beyond all clocks", "1,3,0,PLAYBACK_DONE,9223372036854775807,0,", NOTHING, RUN_OTHER,
     ""},
    {"a negative line", "1,3,0,PLAYBACK_DONE,5,-1,", NOTHING, RUN_OTHER, ""},
    {"a line beyond all scripts", "1,3,0,PLAYBACK_DONE,5,4294967296,", NOTHING, RUN_OTHER, ""},
    {"something behind a quote", "1,3,0,\"PLAYBACK\"_DONE,5,0,", NOTHING, RUN_OTHER, ""},
};

static void test_foreign_and_torn(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++) {
        struct run_row row = {0};
        char *line = strdup(foreign[i].line); /* so that a sanitizer sees a byte read too far */
        int rc = run_row_parse(&row, line);

        if (rc != (foreign[i].want_us == NOTHING ? -E_FORMAT : 0))
            fail_msg("%s: %d", foreign[i].name, rc);
        if (rc == 0 && (row.time_us != foreign[i].want_us || row.event != foreign[i].event ||
                        strcmp(row.comment, foreign[i].comment) != 0))
            fail_msg("%s: %lld us, event %d, '%s'", foreign[i].name, (long long)row.time_us,
                     (int)row.event, row.comment);
        free(line);
    }
}

static const struct {
    const char *name;
    const char *behind; /* the comment */
    bool phases;
} behinds[] = {
    {"a row of ours", ",1,2,3,4,5,6", true},         {"one number is enough", ",,,,,,6", true},
    {"six empty columns", ",,,,,,", false},          {"none", "", false},
    {"torn behind a comma", ",1,2,3,", false},       {"torn in the fifth", ",1,2,3,4,5", false},
    {"columns of another", ",1,2,3,4,5,6,7", false}, {"letters", ",1,2,x,4,5,6", false},
    {"below nothing", ",1,2,-3,4,5,6", false},       {"a fraction", ",1,2,3.5,4,5,6", false},
};

/* A quote at the front makes a row unusual, and nothing else may come of it. */
static void check_both_parsers(const char *text)
{
    struct run_phases phases[2];
    struct run_row got[2] = {{0}, {0}};
    size_t digits = strspn(text, "0123456789");
    char usual[200];
    char quoted[200];
    int rc;

    if (!digits)
        return;
    snprintf(usual, sizeof(usual), "%s", text);
    snprintf(quoted, sizeof(quoted), "\"%.*s\"%s", (int)digits, text, text + digits);
    rc = run_row_parse_phases(&got[0], &phases[0], usual);
    if (run_row_parse_phases(&got[1], &phases[1], quoted) != rc ||
        (rc == 0 && (!same_row(&got[0], &got[1], got[1].comment) ||
                     !same_phases(got[0].phases, got[1].phases))))
        fail_msg("not the same in quotes: %s", text);
}

static void test_usual_and_unusual_rows(void **state)
{
    static const char *const events[] = {"REQ_GET_START", "WS_RECV_BEGIN_UPLOAD_END", "LUNCH",
                                         "REQ_GET_",      "PLAYER_SESSION_CREATE",    ""};
    static const char *const times[] = {"1795221212723", "1.5", "1.", ".5", "5.1234", "5,5"};
    static const char *const behind[] = {"",
                                         ",",
                                         ",,,,,,",
                                         ",1,,,,,2",
                                         ",1,2,3",
                                         ",1,2,3,4,5,6,",
                                         ",99999999999999999999,,,,,",
                                         "text",
                                         ",,,,,-1,"};
    char line[200];

    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++)
        check_both_parsers(foreign[i].line);
    for (size_t i = 0; i < COUNT(events); i++)
        for (size_t t = 0; t < COUNT(times); t++)
            for (size_t b = 0; b < COUNT(behind); b++) {
                snprintf(line, sizeof(line), "17,3,1234567890123456789,%s,%s,12,%s", events[i],
                         times[t], behind[b]);
                check_both_parsers(line);
                snprintf(line, sizeof(line), "17,3,0,%s,%s,12,%s", events[i], times[t], behind[b]);
                check_both_parsers(line);
            }
}

/* What is behind the comment is read or it is not: the row is one. */
static void test_behind_the_comment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(behinds); i++) {
        struct run_phases phases;
        struct run_row row = {0};
        char line[100];

        snprintf(line, sizeof(line), "1,2,3,REQ_END,5.000,12,%s", behinds[i].behind);
        assert_int_equal(run_row_parse_phases(&row, &phases, line), 0);
        if ((row.phases == &phases) != behinds[i].phases || row.line != 12)
            fail_msg("%s", behinds[i].name);
        snprintf(line, sizeof(line), "1,2,3,REQ_END,5.000,12,%s", behinds[i].behind);
        assert_int_equal(run_row_parse(&row, line), 0);
        assert_null(row.phases);
    }
}

/* Cut anywhere, a row is either not there or the same but for its comment. */
static void test_torn_anywhere(void **state)
{
    static const char whole[] = "17,3,2,PLAYBACK_FAIL,1795221212723.456,12,\"no \"\"x\"\", sorry\"";
    size_t comment_at = (size_t)(strchr(whole, '"') - whole);

    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++) {
        char *line = strndup(whole, len);
        struct run_row row = {0};
        int rc = run_row_parse(&row, line);

        assert_int_equal(rc, len < comment_at ? -E_FORMAT : 0);
        if (rc == 0) {
            assert_int_equal(row.session, 17);
            assert_int_equal(row.time_us, INT64_C(1795221212723456));
            assert_int_equal(row.line, 12);
        }
        free(line);
    }
}

static void test_a_full_buffer(void **state)
{
    (void)state;
    for (size_t max = 0; max < strlen(rows[5].line); max++) {
        struct buf out;

        buf_init(&out, max);
        assert_int_equal(run_row_write(&out, &rows[5].row), -E_NOMEM);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_every_type_there_and_back),
        cmocka_unit_test(test_foreign_and_torn),
        cmocka_unit_test(test_torn_anywhere),
        cmocka_unit_test(test_a_full_buffer),
        cmocka_unit_test(test_behind_the_comment),
        cmocka_unit_test(test_usual_and_unusual_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
