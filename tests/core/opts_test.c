#include "tests/core/testing.h"

#include <unistd.h>

#include "core/opts.h"

struct wishes {
    bool quiet;
    long sessions;
    long users;
    double think;
    int64_t every_us;
    const char *dir;
    struct opt_list headers;
};

#define AT(field) offsetof(struct wishes, field)

static const struct opt table[] = {
    {OPT_FLAG, 'q', "quiet", AT(quiet), NULL, "say less"},
    {OPT_POSITIVE, 'n', "sessions", AT(sessions), "N", "how many"},
    {OPT_COUNT, 0, "users", AT(users), "N", "how many people"},
    {OPT_NUMBER, 't', "think", AT(think), "X", "stretch"},
    {OPT_DURATION, 'e', "every", AT(every_us), "TIME", "stagger"},
    {OPT_TEXT, 'o', "output", AT(dir), "DIR", "where to"},
    {OPT_LIST, 'H', "header", AT(headers), "HEADER", "one more header"},
    {OPT_FLAG, 0, "long", AT(quiet), NULL,
     "a text that is too long for one line of a terminal, so that it goes on in the next one, "
     "below "
     "itself"},
    {0},
};

static const struct opt_program program = {
    .name = "stretto try",
    .synopsis = "SCRIPT [options]",
    .summary = "Tries things.",
    .options = table,
    .footer = "example: stretto try it",
};

#define WORDS 8

static int count(const char *const *words)
{
    int n = 0;

    while (n < WORDS && words[n])
        n++;
    return n;
}

/* argv from words, "try" in front. */
static int parse(const char *const words[WORDS], char *argv[WORDS + 2], struct wishes *w,
                 int *operands, struct error *err)
{
    int n = count(words);

    *w = (struct wishes){0};
    argv[0] = (char *)"try";
    for (int i = 0; i < n; i++)
        argv[i + 1] = (char *)words[i];
    argv[n + 1] = NULL;
    return opts_parse(&program, w, n + 1, argv, operands, err);
}

static const struct {
    const char *name;
    const char *words[WORDS];
    bool quiet;
    long sessions;
    long users;
    double think;
    int64_t every_us;
    const char *dir;
    const char *operands; /* joined by a space */
} good[] = {
    {.name = "nothing", .operands = ""},
    {.name = "only operands", .words = {"a", "b"}, .operands = "a b"},
    {.name = "a flag, long", .words = {"--quiet"}, .quiet = true, .operands = ""},
    {.name = "a flag, short", .words = {"-q", "a"}, .quiet = true, .operands = "a"},
    {.name = "the next word", .words = {"--sessions", "5"}, .sessions = 5, .operands = ""},
    {.name = "behind the equals sign", .words = {"--sessions=5"}, .sessions = 5, .operands = ""},
    {.name = "behind a letter", .words = {"-n", "5"}, .sessions = 5, .operands = ""},
    {.name = "stuck to a letter", .words = {"-n5"}, .sessions = 5, .operands = ""},
    {.name = "the later one wins", .words = {"-n5", "-n", "6"}, .sessions = 6, .operands = ""},
    {.name = "zero of what may be none", .words = {"--users=0"}, .operands = ""},
    {.name = "a number", .words = {"-t0.25"}, .think = 0.25, .operands = ""},
    {.name = "a time", .words = {"-e", "500ms"}, .every_us = 500000, .operands = ""},
    {.name = "an empty text", .words = {"--output="}, .dir = "", .operands = ""},
    {.name = "an equals sign in the value", .words = {"-o", "a=b"}, .dir = "a=b", .operands = ""},
    {.name = "a value that looks like an option",
     .words = {"-o", "-q"},
     .dir = "-q",
     .operands = ""},
    {.name = "options behind operands",
     .words = {"a", "-n5", "b", "-q", "c"},
     .quiet = true,
     .sessions = 5,
     .operands = "a b c"},
    {.name = "-- ends them",
     .words = {"-q", "--", "-n5", "--"},
     .quiet = true,
     .operands = "-n5 --"},
    {.name = "a lone dash is an operand", .words = {"-", "-q"}, .quiet = true, .operands = "-"},
};

static void join(char *out, size_t size, char **words, int n)
{
    out[0] = 0;
    for (int i = 0; i < n; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? " " : "", words[i]);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct error err = ERROR_NONE;
        char *argv[WORDS + 2];
        char joined[100];
        struct wishes w;
        int operands;

        if (parse(good[i].words, argv, &w, &operands, &err) != OPTS_RUN)
            fail_msg("%s: %s", good[i].name, err.text);
        join(joined, sizeof(joined), argv + 1, operands);
        if (w.quiet != good[i].quiet || w.sessions != good[i].sessions ||
            w.users != good[i].users || w.think != good[i].think ||
            w.every_us != good[i].every_us || !same_text(w.dir, good[i].dir))
            fail_msg("%s: a wrong value", good[i].name);
        if (strcmp(joined, good[i].operands) != 0)
            fail_msg("%s: operands '%s'", good[i].name, joined);
        opts_release(&program, &w);
    }
}

static const struct {
    const char *name;
    const char *words[WORDS];
    const char *says;
} bad[] = {
    {"unknown, long", {"--sesions", "5"}, "'--sesions'"},
    {"unknown, short", {"-z"}, "'-z'"},
    {"a beginning is not the name", {"--sess=5"}, "'--sess=5'"},
    {"no value", {"a", "--sessions"}, "--sessions needs N"},
    {"a flag with a value", {"--quiet=yes"}, "--quiet takes no value"},
    {"letters are not bundled", {"-qn5"}, "--quiet takes no value"},
    {"zero of what must be", {"-n0"}, "'0'"},
    {"less than none", {"--users", "-1"}, "'-1'"},
    {"no number", {"--users=five"}, "'five'"},
    {"half a number", {"--users=5x"}, "'5x'"},
    {"an empty number", {"--users="}, "''"},
    {"too large", {"--users=99999999999999999999"}, "--users"},
    {"a negative factor", {"-t-1"}, "--think"},
    {"an infinite factor", {"-tinf"}, "--think"},
    {"no factor", {"-tnan"}, "--think"},
    {"a time without its unit", {"-e5"}, "500ms"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = ERROR_NONE;
        char *argv[WORDS + 2];
        struct wishes w;
        int operands;
        int rc = parse(bad[i].words, argv, &w, &operands, &err);

        if (rc != -E_USAGE || err.code != E_USAGE || !strstr(err.text, bad[i].says))
            fail_msg("%s: %d '%s'", bad[i].name, rc, err.text);
        opts_release(&program, &w);
    }
}

static void test_lists_keep_their_order(void **state)
{
    const char *words[WORDS] = {"-H", "A: 1", "-HB: 2", "--header=C: 3"};
    struct error err = ERROR_NONE;
    char *argv[WORDS + 2];
    struct wishes w;
    int operands;

    (void)state;
    assert_int_equal(parse(words, argv, &w, &operands, &err), OPTS_RUN);
    assert_int_equal(w.headers.count, 3);
    assert_string_equal(w.headers.items[0], "A: 1");
    assert_string_equal(w.headers.items[1], "B: 2");
    assert_string_equal(w.headers.items[2], "C: 3");
    opts_release(&program, &w);
    assert_null(w.headers.items);
    opts_release(&program, &w);
}

/* What opts_parse() prints on stdout for one word. */
static void printed(const char *word, char *out, size_t size)
{
    const char *words[WORDS] = {word, "--no-such-option"};
    struct error err = ERROR_NONE;
    char *argv[WORDS + 2];
    struct wishes w;
    int operands;
    int ends[2];
    int saved;
    int rc;
    ssize_t n;

    fflush(stdout);
    saved = dup(STDOUT_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDOUT_FILENO);
    rc = parse(words, argv, &w, &operands, &err);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(ends[1]);
    n = read(ends[0], out, size - 1);
    close(ends[0]);
    assert_int_equal(rc, OPTS_DONE);
    assert_true(n > 0);
    out[n] = 0;
}

static void test_help_names_every_option(void **state)
{
    char out[4000];

    (void)state;
    printed("--help", out, sizeof(out));
    assert_non_null(strstr(out, "usage: stretto try SCRIPT [options]"));
    for (const struct opt *o = table; o->kind != OPT_END; o++) {
        char name[40];

        snprintf(name, sizeof(name), "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        assert_non_null(strstr(out, name));
        assert_non_null(strncmp(o->name, "long", 4) == 0 ? out : strstr(out, o->help));
    }
    assert_non_null(
        strstr(out, "      --long                   a text that is too long for one line of a "
                    "terminal, so that it goes\n"
                    "                               on in the next one, below itself\n"));
    assert_non_null(strstr(out, "--version"));
    assert_non_null(strstr(out, "example: stretto try it"));
    printed("-h", out, sizeof(out));
    assert_non_null(strstr(out, "usage:"));
    printed("--version", out, sizeof(out));
    assert_string_equal(out, "stretto try " STRETTO_VERSION "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_lists_keep_their_order),
        cmocka_unit_test(test_help_names_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
