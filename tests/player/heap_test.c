#include "tests/core/testing.h"

#include "player/heap.h"

#define BLOCKS 10000
#define BLOCK_BYTES 1000

static void *volatile last; /* volatile: or the compiler spares itself this one */

/* What page loads leave: much that is free, below something that stays. */
static void leave_behind(void)
{
    static void *blocks[BLOCKS];

    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = memset(malloc(BLOCK_BYTES), 1, BLOCK_BYTES);
    last = malloc(BLOCK_BYTES);
    for (size_t i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

static void test_memory_goes_back_once_after_page_loads(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    (void)state;
    (void)leave_behind;
    skip(); /* its allocator is another */
#else
    struct heap heap = {0};

    (void)state;
    leave_behind();
    assert_false(heap_tidy(&heap, false)); /* no page was loaded */
    assert_false(heap_tidy(&heap, true));
    assert_false(heap_tidy(&heap, true));
    assert_true(heap_tidy(&heap, false));
    assert_false(heap_tidy(&heap, false));
    free(last);
#endif
}

static void test_a_small_heap_is_left_alone(void **state)
{
    struct heap heap = {0};

    (void)state;
    assert_false(heap_tidy(&heap, true));
    assert_false(heap_tidy(&heap, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_heap_is_left_alone),
        cmocka_unit_test(test_memory_goes_back_once_after_page_loads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
