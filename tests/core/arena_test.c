#include "tests/core/testing.h"

#include <stdalign.h>

#include "core/arena.h"

static const size_t sizes[] = {0, 1, 7, 8, 15, 16, 17, 1000, 65535, 65536, 65537, 200000, 3};

static void test_pieces_are_aligned_zeroed_and_apart(void **state)
{
    struct arena arena = {0};
    char *pieces[COUNT(sizes)];

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        pieces[i] = arena_alloc(&arena, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pieces[i][k], (int)i + 1);
    }
    arena_release(&arena);
    assert_null(arena.blocks);
    arena_release(&arena);
}

static void test_copies_are_terminated(void **state)
{
    struct arena arena = {0};
    const char *copy;

    (void)state;
    copy = arena_copy(&arena, "a\0bcd", 3);
    assert_memory_equal(copy, "a\0b", 4);
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    arena_release(&arena);
}

static void test_an_absurd_size_is_refused(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX / 2 + 1));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(test_copies_are_terminated),
        cmocka_unit_test(test_an_absurd_size_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
