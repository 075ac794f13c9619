/* Which addresses a page has its browser ask for, as paths below the target. */
#include "tests/core/testing.h"

#include "recorder/named.h"

#define TARGET "http://127.0.0.1:3838"
#define BELOW "http://127.0.0.1:3838/apps/one/"

static const struct {
    const char *name;
    const char *target;
    const char *page;
    const char *text;
    const char *path; /* asked for */
    bool want;
} cases[] = {
    {"a script", TARGET, "/", "<script src=\"app.js\"></script>", "/app.js", true},
    {"in single quotes", TARGET, "/", "<img src='a.png'>", "/a.png", true},
    {"another one", TARGET, "/", "<script src=\"app.js\"></script>", "/app.jsx", false},
    {"a style", TARGET, "/", "<link rel=\"stylesheet\" href=\"a.css\">", "/a.css", true},
    {"a link that a person follows", TARGET, "/", "<a href=\"next.html\">", "/next.html", false},
    {"a link to another page's feed", TARGET, "/", "<link rel=\"alternate\" href=\"feed\">",
     "/feed", false},
    {"from the root", TARGET, "/home/", "<img src=\"/a.png\">", "/a.png", true},
    {"beside the page", TARGET, "/home/page?x=/y/", "<img src=\"a.png\">", "/home/a.png", true},
    {"here", TARGET, "/home/", "<img src=\"./a.png\">", "/home/a.png", true},
    {"above", TARGET, "/home/page/", "<img src=\"../a.png\">", "/home/a.png", true},
    {"above the root", TARGET, "/", "<img src=\"../../a.png\">", "/a.png", true},
    {"a query", TARGET, "/", "<img src=\"plot?a=1&amp;b=2#x\">", "/plot?a=1&b=2", true},
    {"below a target's path", BELOW, "/", "<img src=\"a.png\">", "/a.png", true},
    {"the target's path", BELOW, "/", "<img src=\"/apps/one/a.png\">", "/a.png", true},
    {"beside the target's path", BELOW, "/", "<img src=\"/apps/onetwo/a.png\">", "/two/a.png",
     false},
    {"another host", TARGET, "/", "<img src=\"//cdn.example/a.png\">", "/a.png", false},
    {"a scheme", TARGET, "/", "<img src=\"https://cdn.example/a.png\">", "/a.png", false},
    {"a script's doing", TARGET, "/", "<script>img.src=\"a.png\"</script>", "/a.png", false},
    {"a fetch", TARGET, "/", "<script>fetch(\"data\")</script>", "/data", false},
    {"a page with a base", TARGET, "/", "<base href=\"/b/\"><img src=\"a.png\">", "/a.png", false},
    {"a quote that never ends", TARGET, "/", "<img src=\"a.png", "/a.png", true},
    {"no address", TARGET, "/", "<img src=\"", "/", false},
    {"nothing", TARGET, "/", "", "/", false},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct named named = {0};
        /* just as long as it is, so that a sanitizer sees what is read beyond */
        char *text = malloc(strlen(cases[i].text) + 1);

        memcpy(text, cases[i].text, strlen(cases[i].text) + 1);
        assert_int_equal(named_learn(&named, cases[i].target, cases[i].page, text, strlen(text)),
                         0);
        if (named_has(&named, cases[i].path) != cases[i].want)
            fail_msg("%s", cases[i].name);
        named_release(&named);
        free(text);
    }
}

static void test_each_page_anew(void **state)
{
    const char *first = "<img src=\"a.png\">";
    const char *second = "<img src=\"b.png\">";
    struct named named = {0};

    (void)state;
    assert_int_equal(named_learn(&named, TARGET, "/", first, strlen(first)), 0);
    assert_int_equal(named_learn(&named, TARGET, "/", second, strlen(second)), 0);
    assert_false(named_has(&named, "/a.png"));
    assert_true(named_has(&named, "/b.png"));
    named_release(&named);
}

static void test_bound(void **state)
{
    struct named named = {0};
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < NAMED_MAX + 10; i++)
        buf_addf(&text, "<img src=\"%d.png\">", i);
    assert_false(text.failed);
    assert_int_equal(named_learn(&named, TARGET, "/", text.data, text.len), 0);
    assert_int_equal(named.paths.count, NAMED_MAX);
    named_release(&named);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_each_page_anew),
                                       cmocka_unit_test(test_bound)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
