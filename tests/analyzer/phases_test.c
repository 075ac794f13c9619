#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/phases.h"
#include "fixture.h"

/* The fixture's script with marks at its page (step 0) and its second send (step 5). */
struct marked {
    struct script *script;
    struct plan plan;
    struct table table;
    struct phase *phases;
    size_t count;
};

static void compute(struct marked *m, const struct fixture_session *sessions, size_t count,
                    bool with_marks)
{
    struct table_builder *b;
    struct buf text;

    *m = (struct marked){.script = fixture_parse()};
    if (with_marks) {
        m->script->steps[0].mark = "open";
        m->script->steps[5].mark = "filter";
    }
    b = table_builder_new(m->script);
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < count; i++)
        fixture_rows(&text, &sessions[i]);
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
        struct run_row row = {0};

        assert_int_equal(run_row_parse(&row, line), 0);
        assert_int_equal(table_add(b, &row), 0);
    }
    assert_int_equal(table_finish(b, &m->table), 0);
    assert_int_equal(plan_init(&m->plan, m->script), 0);
    assert_int_equal(phases_compute(&m->phases, &m->count, &m->plan, &m->table), 0);
    table_builder_free(b);
    buf_release(&text);
}

static void release(struct marked *m)
{
    free(m->phases);
    plan_release(&m->plan);
    table_release(&m->table);
    script_free(m->script);
}

static void test_waits_of_phases(void **state)
{
    static const struct fixture_session sessions[] = {{0}, {.id = 1, .start_ms = 2000}};
    struct marked m;

    (void)state;
    compute(&m, sessions, 2, true);
    assert_int_equal(m.count, 2);
    assert_string_equal(m.phases[0].name, "open");
    assert_int_equal(m.phases[0].reached, 2);
    /* 0..100 + 110..130 + 140..200 + 210..300 */
    assert_int_equal(m.phases[0].waited.p50_us, 270000);
    assert_string_equal(m.phases[1].name, "filter");
    assert_int_equal(m.phases[1].waited.p50_us, 600000);
    release(&m);
}

/* It failed in its calculation: it had been through the first phase, not through the second. */
static void test_a_failed_session(void **state)
{
    static const struct fixture_session sessions[] = {{.stop_before = 18, .fail = "no answer"}};
    struct marked m;

    (void)state;
    compute(&m, sessions, 1, true);
    assert_int_equal(m.phases[0].waited.count, 1);
    assert_int_equal(m.phases[1].reached, 1);
    assert_int_equal(m.phases[1].waited.count, 0);
    release(&m);
}

static void test_no_marks(void **state)
{
    static const struct fixture_session sessions[] = {{0}};
    struct marked m;

    (void)state;
    compute(&m, sessions, 1, false);
    assert_int_equal(m.count, 0);
    assert_null(m.phases);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_of_phases),
        cmocka_unit_test(test_a_failed_session),
        cmocka_unit_test(test_no_marks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
