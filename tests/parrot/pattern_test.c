/* URLs against patterns, and which of several routes answers. */
#include "parrot/pattern.h"
#include "parrot/routes.h"

#include "tests/core/testing.h"

static void test_patterns(void **state)
{
    static const struct {
        const char *name;
        const char *pattern;
        const char *url;
        bool strict;
        bool loose;
        const char *values; /* of the strict one, else of the loose one */
    } rows[] = {
        {"itself", "/a.css", "/a.css", true, true, ""},
        {"something else", "/a.css", "/a.cs", false, false, ""},
        {"longer", "/a.css", "/a.css?x", false, false, ""},
        {"in the middle", "/w/${W}/x", "/w/12/x", true, true, "12|"},
        {"nothing there", "/w/${W}/x", "/w//x", false, false, ""},
        {"at the end", "/t=${T}", "/t=abc==", true, true, "abc==|"},
        {"two", "/n=${N}/${S}/websocket", "/n=r/123/websocket", true, true, "r|123|"},
        {"a slash is no value", "/n=${N}/${S}/ws", "/n=r/1/2/ws", false, true, "r|1/2|"},
        {"a query", "/q?id=${A}&x=${B}", "/q?id=1&x=2", true, true, "1|2|"},
        {"a value does not swallow fields", "/q?id=${A}", "/q?id=1&x=2", false, true, "1&x=2|"},
        {"coded", "/f?p=${P|url}", "/f?p=a%20b", true, true, "a%20b|"},
        {"the last piece ends the URL", "/${A}/b", "/b/b", true, true, "b|"},
        {"all of it", "${U}", "/x/y?z", false, true, "/x/y?z|"},
        {"side by side", "/${A}${B}", "/xyz", true, true, "x|yz|"},
        {"what nobody knows stays text", "/${/x", "/${/x", true, true, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct captures captures;
        char values[100] = "";
        bool strict = pattern_fits(rows[i].pattern, strlen(rows[i].pattern), rows[i].url,
                                   strlen(rows[i].url), false, &captures);
        bool loose = strict || pattern_fits(rows[i].pattern, strlen(rows[i].pattern), rows[i].url,
                                            strlen(rows[i].url), true, &captures);

        print_message("%s\n", rows[i].name);
        assert_int_equal(strict, rows[i].strict);
        assert_int_equal(loose, rows[i].loose);
        for (size_t k = 0; loose && k < captures.count; k++) {
            strncat(values, captures.items[k].value, captures.items[k].value_bytes);
            strcat(values, "|");
        }
        assert_string_equal(values, rows[i].values);
    }
}

static void test_routes(void **state)
{
    static const struct {
        const char *method;
        const char *url;
    } added[] = {
        {"GET", "/a"},        {"POST", "/a"},       {"GET", "/${X}"},
        {"GET", "/a/${X}"},   {"GET", "/a/b${X}"},  {"GET", "/a"},
        {"PROPFIND", "/dav"}, {"websocket", "/ws"}, {"POST", "/${UPLOAD}"},
    };
    static const struct {
        const char *method;
        const char *url;
        int item; /* -1: none */
        size_t count;
    } rows[] = {
        {"GET", "/a", 0, 2},
        {"POST", "/a", 1, 1},
        {"GET", "/zz", 2, 1},
        {"GET", "/a/x", 3, 1},
        {"GET", "/a/bx", 4, 1},
        {"GET", "/b/c", 2, 1},
        {"PROPFIND", "/dav", 6, 1},
        {"PUT", "/a", -1, 0},
        {"websocket", "/ws", 7, 1},
        {"GET", "/ws2/", 2, 1},
        {"POST", "/session/1/upload/2?w=", 8, 1},
        {"HEAD", "/zz", -1, 0},
    };
    struct routes routes = {0};
    struct captures captures;

    (void)state;
    assert_null(routes_find(&routes, "GET", 3, "/", 1, &captures));
    for (size_t i = 0; i < COUNT(added); i++)
        assert_int_equal(routes_add(&routes, added[i].method, added[i].url, i), 0);
    assert_int_equal(routes_ready(&routes), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct route *route = routes_find(&routes, rows[i].method, strlen(rows[i].method),
                                                rows[i].url, strlen(rows[i].url), &captures);

        print_message("%s %s\n", rows[i].method, rows[i].url);
        assert_int_equal(route ? (int)route->items[0] : -1, rows[i].item);
        if (route)
            assert_int_equal(route->count, rows[i].count);
    }
    routes_release(&routes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
