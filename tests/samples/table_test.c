/* From lines to columns and through a pipe: quotes, bad rows, short files, damaged bytes. */
#include "tests/samples/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "samples/whales/table.h"

#define HEADER                                                                                     \
    "\"date\",\"time\",\"size\",\"r_version\",\"r_arch\",\"r_os\",\"package\",\"version\","        \
    "\"country\",\"ip_id\"\n"
#define GOOD                                                                                       \
    "\"2024-05-14\",\"23:59:58\",1200,\"4.3.3\",\"x86_64\",\"linux-gnu\",\"fit\",\"1.0\",\"DE\","  \
    "7\n"

static const struct {
    const char *name;
    const char *line;
    int want; /* fields, or negative */
    const char *second;
} lines[] = {
    {"plain", "a,b,c", 3, "b"},
    {"quoted", "\"a\",\"b,b\",c", 3, "b,b"},
    {"doubled quotes", "a,\"say \"\"b\"\"\",c", 3, "say \"b\""},
    {"empty fields", ",,", 3, ""},
    {"empty quoted", "\"\",\"\"", 2, ""},
    {"quote not closed", "a,\"b", -E_FORMAT, NULL},
    {"something behind a quote", "\"a\"b,c", -E_FORMAT, NULL},
    {"too many", "a,b,c,d,e", -E_FORMAT, NULL},
};

static void cuts_lines_into_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct span fields[4];
        char line[64];
        int n;

        snprintf(line, sizeof(line), "%s", lines[i].line);
        n = csv_split(line, strlen(line), fields, 4);
        if (n != lines[i].want)
            fail_msg("%s: %d fields", lines[i].name, n);
        if (n > 0) {
            assert_int_equal(fields[1].len, strlen(lines[i].second));
            assert_memory_equal(fields[1].text, lines[i].second, fields[1].len);
        }
    }
}

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void numbers_and_times_are_strict(void **state)
{
    static const char *const no_numbers[] = {"", "-1", "1x", "4294967296", "99999999999", " 1"};
    static const char *const no_times[] = {"24:00:00", "00:60:00", "0:00:00", "00-00-00", ""};
    uint32_t n;

    (void)state;
    assert_int_equal(csv_number(span("4294967295"), &n), 0);
    assert_true(n == UINT32_MAX);
    assert_int_equal(csv_time(span("23:59:58"), &n), 0);
    assert_int_equal(n, 86398);
    for (size_t i = 0; i < sizeof(no_numbers) / sizeof(*no_numbers); i++)
        assert_int_equal(csv_number(span(no_numbers[i]), &n), -E_FORMAT);
    for (size_t i = 0; i < sizeof(no_times) / sizeof(*no_times); i++)
        assert_int_equal(csv_time(span(no_times[i]), &n), -E_FORMAT);
}

/* A gzipped file of text; cut drops bytes from its end. */
static void write_log(char path[32], const char *text, long cut)
{
    gzFile gz;
    FILE *f;

    snprintf(path, 32, "/tmp/whales-XXXXXX");
    gz = gzdopen(mkstemp(path), "wb");
    assert_non_null(gz);
    assert_int_equal(gzwrite(gz, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(gz), Z_OK);
    if (!cut)
        return;
    f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    assert_int_equal(truncate(path, ftell(f) - cut), 0);
    fclose(f);
}

static struct table *load(const char *text, long cut, struct error *err)
{
    struct table *t;
    char path[32];

    write_log(path, text, cut);
    if (table_load(&t, path, err) < 0)
        assert_null(t);
    unlink(path);
    return t;
}

static void loads_rows_and_counts_bad_ones(void **state)
{
    struct error err = ERROR_NONE;
    struct table *t =
        load(HEADER GOOD "nonsense\n"
                         "\"2024-05-14\",\"25:00:00\",1,NA,NA,NA,\"a\",\"1\",\"DE\",1\n"
                         "\"2024-05-14\",\"00:00:01\",5,NA,NA,NA,\"fit\",\"2\",NA,9\r\n"
                         "\"2024-05-14\",\"00:00:02\",6,NA,NA,NA,\"x\"\"y\",\"2\",NA,9",
             0, &err);

    (void)state;
    assert_non_null(t);
    assert_int_equal(t->rows, 3);
    assert_int_equal(t->bad_rows, 2);
    assert_int_equal(t->time_s[0], 86398);
    assert_int_equal(t->size[0], 1200);
    assert_int_equal(t->ip[1], 9);
    assert_int_equal(t->text[TEXT_PACKAGE][0], t->text[TEXT_PACKAGE][1]);
    assert_string_equal(table_text_at(t, TEXT_R_OS, 0), "linux-gnu");
    assert_string_equal(table_text_at(t, TEXT_COUNTRY, 1), "NA");
    assert_string_equal(table_text_at(t, TEXT_PACKAGE, 2), "x\"y");
    table_free(t);
}

static void refuses_what_is_no_log(void **state)
{
    static const struct {
        const char *text;
        long cut;
        const char *says;
    } cases[] = {
        {"", 0, "the log is empty"},
        {"a,b\n1,2\n", 0, "does not name the columns"},
        {HEADER GOOD GOOD GOOD, 9, "ends too early"},
        {HEADER GOOD GOOD GOOD, 20, "ends too early"},
    };
    struct error err = ERROR_NONE;
    struct table *t;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        err = ERROR_NONE;
        assert_null(load(cases[i].text, cases[i].cut, &err));
        assert_int_equal(err.code, E_FORMAT);
        if (!strstr(err.text, cases[i].says))
            fail_msg("case %zu says: %s", i, err.text);
    }
    err = ERROR_NONE;
    assert_int_equal(table_load(&t, "/nonexistent.csv.gz", &err), -E_IO);
    assert_non_null(strstr(err.text, "No such file"));
}

static void add(struct table *t, uint32_t i)
{
    char package[16];
    struct row row = {.time_s = i % DAY_SECONDS, .size = i * 3, .ip = i % 91};

    snprintf(package, sizeof(package), "p%u", i % 5000);
    for (int c = 0; c < TEXTS; c++)
        row.text[c] = span("same");
    row.text[TEXT_PACKAGE] = span(package);
    assert_int_equal(table_add(t, &row), 0);
}

static struct table *make_table(uint32_t rows)
{
    struct error err = ERROR_NONE;
    struct table *t;

    assert_int_equal(table_new(&t, &err), 0);
    for (uint32_t i = 0; i < rows; i++)
        add(t, i);
    return t;
}

static void comes_back_from_bytes_as_it_was(void **state)
{
    struct table *t = make_table(12345);
    struct error err = ERROR_NONE;
    struct table *back;
    struct buf bytes;

    (void)state;
    t->bad_rows = 3;
    buf_init(&bytes, 64 << 20);
    assert_int_equal(table_write(t, &bytes), 0);
    assert_int_equal(table_read(&back, bytes.data, bytes.len, &err), 0);
    assert_int_equal(back->rows, t->rows);
    assert_int_equal(back->bad_rows, 3);
    assert_memory_equal(back->time_s, t->time_s, t->rows * sizeof(uint32_t));
    assert_memory_equal(back->size, t->size, t->rows * sizeof(uint32_t));
    assert_memory_equal(back->ip, t->ip, t->rows * sizeof(uint32_t));
    assert_int_equal(back->names[TEXT_PACKAGE].count, 5000);
    for (uint32_t i = 0; i < t->rows; i++)
        assert_string_equal(table_text_at(back, TEXT_PACKAGE, i),
                            table_text_at(t, TEXT_PACKAGE, i));
    buf_release(&bytes);
    table_free(back);
    table_free(t);
}

static void damaged_bytes_are_an_error(void **state)
{
    struct table *t = make_table(3);
    struct error err;
    struct table *back;
    struct buf bytes;

    (void)state;
    buf_init(&bytes, 1 << 20);
    assert_int_equal(table_write(t, &bytes), 0);
    for (size_t len = 0; len < bytes.len; len++) {
        char *part = malloc(len + 1);

        assert_non_null(part);
        memcpy(part, bytes.data, len);
        err = ERROR_NONE;
        assert_int_equal(table_read(&back, part, len, &err), -E_FORMAT);
        assert_null(back);
        free(part);
    }
    assert_int_equal(buf_addc(&bytes, 0), 0);
    assert_int_equal(table_read(&back, bytes.data, bytes.len, &err), -E_FORMAT);
    buf_release(&bytes);
    table_free(t);
}

static void a_column_holds_65536_different_names(void **state)
{
    struct names n = {0};
    char name[16];

    (void)state;
    for (int i = 0; i < NAMES_MAX; i++)
        assert_int_equal(names_intern(&n, name, (size_t)sprintf(name, "n%d", i)), i);
    assert_int_equal(names_intern(&n, "n77", 3), 77);
    assert_int_equal(names_intern(&n, "one more", 8), -E_FORMAT);
    assert_string_equal(names_at(&n, 65535), "n65535");
    names_release(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_lines_into_fields),
        cmocka_unit_test(numbers_and_times_are_strict),
        cmocka_unit_test(loads_rows_and_counts_bad_ones),
        cmocka_unit_test(refuses_what_is_no_log),
        cmocka_unit_test(comes_back_from_bytes_as_it_was),
        cmocka_unit_test(damaged_bytes_are_an_error),
        cmocka_unit_test(a_column_holds_65536_different_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
