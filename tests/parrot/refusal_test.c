/* Refuses every allocation of what is made of a script. */
#include "parrot/book.h"

#include "parrot/shape.h"
#include "parrot/split.h"
#include "tests/core/refusal.h"
#include "tests/core/testing.h"

static char path[500];

static int attempt_book(void *user)
{
    struct parrot_options options = {.script = path, .delay = 1, .split = user != NULL};
    struct error err = ERROR_NONE;
    struct book book;
    int rc = book_init(&book, &options, &err);

    assert_true(rc == 0 || err.code);
    book_release(&book);
    return rc;
}

static int attempt_split(void *user)
{
    static const char text[] =
        "a[\"6#0|m|{\\\"errors\\\":{},\\\"values\\\":{\\\"a\\\":1,\\\"b\\\":2}}\"]";
    struct pieces pieces;
    int rc = split_message(dialect_find("sockjs"), text, sizeof(text) - 1, &pieces);

    (void)user;
    assert_true(rc < 0 || pieces.count == 2);
    pieces_release(&pieces);
    return rc;
}

static int attempt_shape(void *user)
{
    uint64_t random = 1;
    struct buf out;
    int rc;

    (void)user;
    buf_init(&out, 1000);
    rc = shape_make("p[0-9]{40,}", &random, &out);
    buf_release(&out);
    return rc;
}

static void test_refused(void **state)
{
    (void)state;
    refuse_in_turn("book", attempt_book, NULL);
    refuse_in_turn("book, split", attempt_book, path);
    refuse_in_turn("split", attempt_split, NULL);
    refuse_in_turn("shape", attempt_shape, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused)};
    struct error err = ERROR_NONE;
    int rc;

    data_path(path, sizeof(path), "connect.log");
    if (dialects_init(&err) < 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    dialects_release();
    return rc;
}
