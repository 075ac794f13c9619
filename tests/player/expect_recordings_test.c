/* The genuine recordings, answered as recorded, backwards, and merged. */
#include "tests/core/testing.h"

#include "player/expect.h"
#include "tests/core/dialects.h"

enum answering { AS_RECORDED, BACKWARDS, MERGED };

/* Feeds the receives of one set, script steps from..to. */
static void answer(struct expect *expect, const struct script *script, size_t from, size_t to,
                   enum answering how)
{
    struct message all = {.kind = MESSAGE_DATA};

    for (size_t k = from; k < to; k++) {
        const struct step *step = script_at(script, how == BACKWARDS ? to - 1 - (k - from) : k);
        struct message m = {0};

        if (!step_is_recv(step))
            continue;
        dialect_read(dialect_of(script), &m, step->message, step->message_bytes, false);
        if (how != MERGED) {
            assert_int_equal(expect_message(expect, &m), 0);
        } else {
            all.parts = realloc(all.parts, (all.part_count + m.part_count) * sizeof(char *));
            for (size_t p = 0; p < m.part_count; p++)
                all.parts[all.part_count++] = strdup(m.parts[p]);
        }
        message_release(&m);
    }
    assert_int_equal(expect_message(expect, &all), 0);
    message_release(&all);
}

/* The end of the set that begins with step i. */
static size_t set_end(const struct script *script, size_t i)
{
    for (i++; i < script->count; i++) {
        if (script_at(script, i)->type == STEP_WS_SEND)
            break;
    }
    return i;
}

static void test_recordings(void **state)
{
    static const char *const files[] = {"whales-sync.log", "ss-whales-sync.log"};
    static const size_t receives[] = {14, 15};

    (void)state;
    for (size_t f = 0; f < COUNT(files); f++) {
        struct error err = ERROR_NONE;
        struct script *script;
        struct expect_sets sets;
        char path[4096];

        assert_int_equal(script_load(&script, data_path(path, sizeof(path), files[f]), false, &err),
                         0);
        assert_int_equal(expect_sets_init(&sets, script, 0, dialect_of(script)), 0);
        for (int how = AS_RECORDED; how <= MERGED; how++) {
            struct expect expect;
            size_t ended = 0;

            expect_init(&expect, &sets);
            for (size_t i = 0; i < script->count; i++) {
                enum step_type type = script_at(script, i)->type;
                size_t step;

                if (type != STEP_WS_OPEN && type != STEP_WS_SEND)
                    continue;
                assert_int_equal(expect_open(&expect), 0);
                answer(&expect, script, i, set_end(script, i), (enum answering)how);
                while (expect_take_ended(&expect, &step)) {
                    assert_in_range(step, i, set_end(script, i) - 1);
                    ended++;
                }
                assert_int_equal(expect.left, 0);
            }
            assert_int_equal(expect.opened, sets.count);
            assert_int_equal(ended, receives[f]);
            assert_int_equal(expect.extra, 0);
            expect_release(&expect);
        }
        expect_sets_release(&sets);
        script_free(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recordings),
    };

    shipped("plain");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
