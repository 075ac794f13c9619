/* Which steps of several builds are the same: small scripts, written by their messages alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/load.h"
#include "analyzer/match.h"
#include "core/buf.h"
#include "tests/core/dialects.h"

#define BUILDS_MOST 3

/* A script in a word a step:
 *     home        REQ_HOME
 *     get:URL     REQ_GET
 *     open close  WS_OPEN WS_CLOSE
 *     >input      WS_SEND of an input
 *     <output     WS_RECV of a value */
static void write_step(struct buf *out, const char *word, size_t at)
{
    char time[64];

    snprintf(time, sizeof(time), "\"begin\":\"2026-11-21T%02zu:%02zu:%02zu.000Z\"", at / 3600,
             at / 60 % 60, at % 60);
    if (strcmp(word, "home") == 0)
        buf_addf(out, "{\"type\":\"REQ_HOME\",%s,\"end%s,\"status\":200,\"url\":\"/\"}\n", time,
                 time + 6);
    else if (strncmp(word, "get:", 4) == 0)
        buf_addf(out, "{\"type\":\"REQ_GET\",%s,\"end%s,\"status\":200,\"url\":\"%s\"}\n", time,
                 time + 6, word + 4);
    else if (strcmp(word, "open") == 0)
        buf_addf(out, "{\"type\":\"WS_OPEN\",%s,\"url\":\"/websocket/\"}\n", time);
    else if (strcmp(word, "close") == 0)
        buf_addf(out, "{\"type\":\"WS_CLOSE\",%s}\n", time);
    else if (*word == '>')
        buf_addf(out,
                 "{\"type\":\"WS_SEND\",%s,\"message\":\"{\\\"method\\\":\\\"update\\\","
                 "\\\"data\\\":{\\\"%s\\\":1}}\"}\n",
                 time, word + 1);
    else
        buf_addf(out, "{\"type\":\"WS_RECV\",%s,\"message\":\"{\\\"values\\\":{\\\"%s\\\":1}}\"}\n",
                 time, word + 1);
}

static void make_build(struct build *build, const char *words)
{
    struct error err = ERROR_NONE;
    char *copy = strdup(words);
    struct buf text;
    size_t at = 0;

    *build = (struct build){0};
    buf_init(&text, 1 << 30);
    buf_adds(&text, "# version: 1\n# target_url: http://127.0.0.1/\n# target_type: R/Shiny\n");
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        write_step(&text, word, at++);
    if (script_parse(&build->script, "test", text.data, text.len, &err) < 0)
        fail_msg("%s: %s", words, err.text);
    build->dialect = dialect_of(build->script);
    assert_int_equal(plan_init(&build->plan, build->script), 0);
    buf_release(&text);
    free(copy);
}

static const struct {
    const char *name;
    const char *scripts[BUILDS_MOST];
    bool alike;
    const char *want; /* a step a line: its label, a '*' where a wait begins, each build's step */
} cases[] = {
    {"one build alone",
     {"home get:/a.js open >who <plot <table >day close"},
     true,
     "Homepage* 0\n"
     "Get: a.js* 1\n"
     "Start session* 2\n"
     "Set: who 3\n"
     "Set: who → plot, table* 4\n"
     "Updated: table 5\n"
     "Set: day 6\n"
     "Stop session 7\n"},
    {"alike: by place",
     {"home open >who <plot", "home open >who <plot", "home open >who <plot"},
     true,
     "Homepage* 0 0 0\n"
     "Start session* 1 1 1\n"
     "Set: who 2 2 2\n"
     "Set: who → plot* 3 3 3\n"},
    {"what came of it is another: the same wait",
     {"home open >who <plot", "home open >who <table"},
     true,
     "Homepage* 0 0\n"
     "Start session* 1 1\n"
     "Set: who 2 2\n"
     "Set: who → plot* 3 3\n"},
    {"repeated, and the second lacks one",
     {"home open >who <p >who <p >who <p", "home open >who <p >who <p"},
     false,
     "Homepage* 0 0\n"
     "Start session* 1 1\n"
     "Set: who 2 2\n"
     "Set: who → p* 3 3\n"
     "Set: who (2) 4 4\n"
     "Set: who → p (2)* 5 5\n"
     "Set: who (3) 6 -\n"
     "Set: who → p (3)* 7 -\n"},
    {"another file, and another input",
     {"home get:/old.js open >who <p", "home get:/new.js open >day <p >who <p"},
     false,
     "Homepage* 0 0\n"
     "Get: old.js* 1 -\n"
     "Start session* 2 2\n"
     "Set: who 3 5\n"
     "Set: who → p* 4 6\n"
     "Get: new.js* - 1\n"
     "Set: day - 3\n"
     "Set: day → p* - 4\n"},
    {"the third is as the first, the second is not",
     {"home open >a <p", "home open", "home open >a <p"},
     false,
     "Homepage* 0 0 0\n"
     "Start session* 1 1 1\n"
     "Set: a 2 - 2\n"
     "Set: a → p* 3 - 3\n"},
    {"in one message or in two",
     {"home open >a <p <q", "home open >a <p"},
     false,
     "Homepage* 0 0\n"
     "Start session* 1 1\n"
     "Set: a 2 2\n"
     "Set: a → p, q* 3 3\n"
     "Updated: q 4 -\n"},
    {"messages that nobody asked for",
     {"home open <p"},
     true,
     "Homepage* 0\n"
     "Start session* 1\n"
     "Updated: p* 2\n"},
    {"called as the second of another would be",
     {"home open >a >a\\u0020(2) >a >a"},
     true,
     "Homepage* 0\n"
     "Start session* 1\n"
     "Set: a 2\n"
     "Set: a (2) 3\n"
     "Set: a (3) 4\n"
     "Set: a (4) 5\n"},
};

static char *told(const struct match *match)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < match->count; i++) {
        const struct matched_step *step = &match->list[i];

        buf_addf(&out, "%s%s", step->label, step->waited ? "*" : "");
        for (size_t b = 0; b < match->builds; b++) {
            if (step->steps[b] == MATCH_NONE)
                buf_adds(&out, " -");
            else
                buf_addf(&out, " %u", step->steps[b]);
        }
        buf_addc(&out, '\n');
    }
    return buf_take(&out);
}

static void test_matching(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct build builds[BUILDS_MOST];
        struct match match;
        size_t count = 0;
        char *got;

        for (; count < BUILDS_MOST && cases[i].scripts[count]; count++)
            make_build(&builds[count], cases[i].scripts[count]);
        assert_int_equal(match_compute(&match, builds, count), 0);
        got = told(&match);
        if (strcmp(got, cases[i].want) != 0 || match.alike != cases[i].alike)
            fail_msg("%s: alike %d\n%s", cases[i].name, match.alike, got);
        free(got);
        match_release(&match);
        for (size_t b = 0; b < count; b++)
            build_release(&builds[b]);
    }
}

static const struct {
    const char *label;
    const char *want; /* NULL: there is none */
} finds[] = {
    {"Homepage", "Homepage"},
    {"Set: who → p", "Set: who → p"},
    {"Set: who", "Set: who → p"},
    {"Set: who (2)", "Set: who → p (2)"},
    {"Set: day", "Set: day"}, /* nothing came of it */
    {"Set: wh", NULL},
    {"", NULL},
};

static void test_finding(void **state)
{
    struct build build;
    struct match match;

    (void)state;
    make_build(&build, "home open >who <p >who <p >day close");
    assert_int_equal(match_compute(&match, &build, 1), 0);
    for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
        size_t at = match_find(&match, finds[i].label);

        if (!finds[i].want)
            assert_int_equal(at, match.count);
        else
            assert_string_equal(match.list[at].label, finds[i].want);
    }
    match_release(&match);
    build_release(&build);
}

/* What an app sends is nobody's friend: one line, valid, no longer than a line. */
static void test_hostile(void **state)
{
    char input[5000];
    char words[12000];
    struct build build;
    struct match match;

    (void)state;
    memset(input, 'x', sizeof(input) - 1);
    input[sizeof(input) - 1] = 0;
    snprintf(words, sizeof(words), "home open ><b>&'\\u0007\\n\\u202e <%s >%s <p", input, input);
    make_build(&build, words);
    assert_int_equal(match_compute(&match, &build, 1), 0);
    for (size_t i = 0; i < match.count; i++) {
        assert_true(strlen(match.list[i].label) < 500);
        for (const char *c = match.list[i].label; *c; c++)
            assert_true((unsigned char)*c >= 0x20);
    }
    match_release(&match);
    build_release(&build);
}

/* Steps without a dialect, all of one label but one: half a million of each of two builds. */
static void test_a_million(void **state)
{
    const size_t count = 500000;
    struct build builds[2] = {0};
    struct script scripts[2] = {{0}};
    struct match match;

    (void)state;
    for (size_t b = 0; b < 2; b++) {
        scripts[b].steps = calloc(count, sizeof(*scripts[b].steps));
        scripts[b].count = count;
        scripts[b].sockets = 1;
        for (size_t i = 0; i < count; i++)
            scripts[b].steps[i] = (struct step){.type = STEP_WS_SEND, .message = ""};
        scripts[b].steps[b].type = STEP_WS_OPEN;
        builds[b].script = &scripts[b];
        assert_int_equal(plan_init(&builds[b].plan, &scripts[b]), 0);
    }
    assert_int_equal(match_compute(&match, builds, 2), 0);
    assert_int_equal(match.count, count);
    assert_false(match.alike);
    assert_int_equal(match.list[0].steps[1], 1);
    assert_string_equal(match.list[count - 1].label, "WS_SEND (499999)");
    match_release(&match);
    for (size_t b = 0; b < 2; b++) {
        plan_release(&builds[b].plan);
        free(scripts[b].steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_finding),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_a_million),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
