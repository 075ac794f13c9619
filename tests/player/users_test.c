#include "tests/core/testing.h"

#include <unistd.h>

#include "core/buf.h"
#include "player/users.h"
#include "tests/core/refusal.h"

/* The cells of a table, rows after the names: "a,b;1,2". */
static void show(const struct users *u, char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < u->columns * (u->rows + 1) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 !i                    ? ""
                                 : i % u->columns == 0 ? ";"
                                                       : ",",
                                 u->cells[i]);
}

static const struct {
    const char *name;
    const char *text;
    const char *cells; /* NULL: refused */
    const char *says;
} tables[] = {
    {"one user", "name,password\nann,secret\n", "name,password;ann,secret", NULL},
    {"no line end behind the last", "name\nann", "name;ann", NULL},
    {"CRLF", "a,b\r\n1,2\r\n3,4\r\n", "a,b;1,2;3,4", NULL},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n1,2\n",
     "a,b;1,2", NULL},
    {"quotes", "\"a\",\"b\"\n\"1,5\",\"say \"\"hi\"\"\"\n", "a,b;1,5,say \"hi\"", NULL},
    {"a line end inside quotes", "a,b\n\"x\r\ny\",2\n", "a,b;x\r\ny,2", NULL},
    {"a quote inside a bare value", "a\nx\"y\n", "a;x\"y", NULL},
    {"a lone CR is text", "a\nx\ry\n", "a;x\ry", NULL},
    {"empty values", "a,b,c\n,,\n\"\",2,\n", "a,b,c;,,;,2,", NULL},
    {"empty lines", "\n\na\n\n1\n\n\n2\n\n", "a;1;2", NULL},
    {"blanks around names, not around values", "a , b\n 1 ,2 \n", "a,b; 1 ,2 ", NULL},
    {"UTF-8", "n\xc3\xa4me\nJ\xc3\xb6rg\xf0\x9f\x90\x8b\n",
     "n\xc3\xa4me;J\xc3\xb6rg\xf0\x9f\x90\x8b", NULL},
    {"empty", "", NULL, "u.csv is empty: its first line names the columns"},
    {"only empty lines", "\r\n\n", NULL, "u.csv is empty"},
    {"only names", "a,b\n", NULL, "u.csv has no rows"},
    {"too few", "a,b\n1,2\n3\n", NULL, "u.csv:3: 1 value where the first line names 2 columns"},
    {"too many", "a\n\n1,2\n", NULL, "u.csv:3: 2 values where the first line names 1 column"},
    {"lines inside quotes count", "a,b\n\"x\ny\nz\",1\n3\n", NULL, "u.csv:5: 1 value where"},
    {"an open quote", "a,b\n1,2\n\"x,\ny\n", NULL, "u.csv:3: the quote that opens here"},
    {"text behind a quote", "a\n\"x\"y\n", NULL, "u.csv:2: text behind a closing quote"},
    {"a column without a name", "a,,b\n1,2,3\n", NULL, "column 2 has no name"},
    {"a name twice", "a,b, a\n1,2,3\n", NULL, "two columns are named 'a'"},
    {"Latin-1", "a\n1\nJ\xf6rg\n", NULL, "u.csv:3: this is no UTF-8 text"},
    {"cut inside a letter", "a\nJ\xc3", NULL, "u.csv:2: this is no UTF-8"},
    {"a letter of more bytes than it needs", "a\n\xc0\xaf\n", NULL, "u.csv:2: this is no UTF-8"},
    {"one of three such bytes", "a\n\xe0\x80\xaf\n", NULL, "u.csv:2: this is no UTF-8"},
    {"lone continuations", "a\n\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\n", NULL,
     "u.csv:2: this is no UTF-8"},
};

static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct error err = ERROR_NONE;
        struct users users;
        char cells[400] = "";
        int rc = users_parse(&users, "u.csv", tables[i].text, strlen(tables[i].text), &err);

        if (rc != (tables[i].cells ? 0 : -E_FORMAT))
            fail_msg("%s: %d '%s'", tables[i].name, rc, err.text);
        if (rc == 0)
            show(&users, cells, sizeof(cells));
        if (rc == 0 && strcmp(cells, tables[i].cells) != 0)
            fail_msg("%s: '%s'", tables[i].name, cells);
        if (rc < 0 && !strstr(err.text, tables[i].says))
            fail_msg("%s: says '%s'", tables[i].name, err.text);
        users_release(&users);
        users_release(&users);
    }
}

static void test_a_zero_byte(void **state)
{
    struct error err = ERROR_NONE;
    struct users users;

    (void)state;
    assert_int_equal(users_parse(&users, "u.csv", "a\nb\0c\n", 6, &err), -E_FORMAT);
    assert_string_equal(err.text, "u.csv:2: this is no UTF-8 text; save the table as CSV in UTF-8");
}

static void test_rows_are_dealt_round(void **state)
{
    static const char text[] = "name,pw\nann,1\nbob,2\ncy,3\n";
    static const char *const want[] = {"ann", "bob", "cy", "ann", "bob", "cy", "ann"};
    struct error err = ERROR_NONE;
    struct users users;
    size_t column = 9;

    (void)state;
    assert_int_equal(users_parse(&users, "u.csv", text, sizeof(text) - 1, &err), 0);
    assert_true(users_column(&users, "name", &column));
    for (long n = 0; n < (long)COUNT(want); n++)
        assert_string_equal(users_cell(&users, n, column), want[n]);
    assert_true(users_column(&users, "pw", &column));
    assert_string_equal(users_cell(&users, 1000001, column), "3");
    assert_false(users_column(&users, "Name", &column));
    users_release(&users);
}

static void test_many_columns(void **state)
{
    struct error err = ERROR_NONE;
    struct users users;
    struct buf text;

    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i <= USERS_COLUMNS_MAX; i++)
        buf_addf(&text, "c%d%s", i, i < USERS_COLUMNS_MAX ? "," : "\n");
    assert_int_equal(users_parse(&users, "u.csv", text.data, text.len, &err), -E_FORMAT);
    assert_string_equal(err.text, "u.csv: more than 256 columns");
    buf_release(&text);
}

static void test_files(void **state)
{
    char path[] = "/tmp/stretto-users-XXXXXX";
    int fd = mkstemp(path);
    struct error err = ERROR_NONE;
    struct users users;

    (void)state;
    assert_true(fd >= 0 && write(fd, "a\n1\n", 4) == 4);
    close(fd);
    assert_int_equal(users_load(&users, path, &err), 0);
    assert_int_equal(users.rows, 1);
    users_release(&users);
    unlink(path);
    assert_int_equal(users_load(&users, path, &err), -E_IO);
    assert_non_null(strstr(err.text, "cannot read the table '/tmp/stretto-users-"));
    assert_non_null(strstr(err.text, "No such file"));
}

static int parse_some(void *user)
{
    static const char text[] = "a,b\n1,\"2\"\n3,4\n";
    struct error err = ERROR_NONE;
    struct users users;
    int rc = users_parse(&users, "u.csv", text, sizeof(text) - 1, &err);

    (void)user;
    assert_true(rc == 0 || (rc == -E_NOMEM && !users.cells));
    users_release(&users);
    return rc;
}

static void test_refused_memory(void **state)
{
    (void)state;
    assert_true(refuse_in_turn("users_parse", parse_some, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),       cmocka_unit_test(test_a_zero_byte),
        cmocka_unit_test(test_many_columns), cmocka_unit_test(test_rows_are_dealt_round),
        cmocka_unit_test(test_files),        cmocka_unit_test(test_refused_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
