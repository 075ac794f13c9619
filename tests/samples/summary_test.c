/* Summaries of a day small enough to be worked out by hand. */
#include "tests/samples/test.h"

#include <string.h>

#include "samples/whales/summary.h"

static const struct {
    uint32_t hour;
    uint32_t size;
    uint32_t ip;
    const char *package;
    const char *country;
} day[] = {
    {0, 100, 1, "fit", "DE"}, {0, 50, 2, "map", "US"},  {5, 300, 1, "fit", "DE"},
    {5, 10, 3, "fit", "JP"},  {23, 40, 1, "map", "DE"}, {23, 390, 4, "sim", "FR"},
    {23, 50, 4, "sim", "FR"}, {9, 5, 2, "map", "US"},   {9, 5, 5, "net", "US"},
};
#define ROWS (sizeof(day) / sizeof(*day))

static struct table *table;

static int make_table(void **state)
{
    struct error err = ERROR_NONE;

    (void)state;
    if (table_new(&table, &err) < 0)
        return -1;
    for (size_t i = 0; i < ROWS; i++) {
        struct row row = {.time_s = day[i].hour * 3600 + 59, .size = day[i].size, .ip = day[i].ip};

        for (int c = 0; c < TEXTS; c++)
            row.text[c] = (struct span){"NA", 2};
        row.text[TEXT_PACKAGE] = (struct span){day[i].package, strlen(day[i].package)};
        row.text[TEXT_COUNTRY] = (struct span){day[i].country, strlen(day[i].country)};
        if (table_add(table, &row) < 0)
            return -1;
    }
    return 0;
}

static int drop_table(void **state)
{
    (void)state;
    table_free(table);
    return 0;
}

static void overview_adds_up(void **state)
{
    struct error err = ERROR_NONE;
    struct overview o;

    (void)state;
    assert_int_equal(overview_of(table, &o, &err), 0);
    assert_int_equal(o.all_bytes, 950);
    assert_int_equal(o.all_files, 9);
    assert_int_equal(o.ips, 5);
    assert_int_equal(o.bytes[0], 150);
    assert_int_equal(o.bytes[5], 310);
    assert_int_equal(o.bytes[9], 10);
    assert_int_equal(o.bytes[23], 480);
    assert_int_equal(o.bytes[12], 0);
}

/* 1 and 4 both have 440 bytes: the lower number goes first. */
static void whales_are_in_order(void **state)
{
    struct error err = ERROR_NONE;
    char name[WHALE_NAME];
    struct whales w;

    (void)state;
    assert_int_equal(whales_of(table, 3, &w, &err), 0);
    assert_int_equal(w.count, 3);
    assert_int_equal(w.at[0].ip, 1);
    assert_int_equal(w.at[0].bytes, 440);
    assert_int_equal(w.at[0].files, 3);
    assert_int_equal(w.at[0].by_hour[5], 300);
    assert_int_equal(w.at[1].ip, 4);
    assert_int_equal(w.at[1].by_hour[23], 440);
    assert_string_equal(whale_name(&w.at[2], name), "ip 2 [US]");
    assert_int_equal(whales_of(table, 25, &w, &err), 0);
    assert_int_equal(w.count, 5);
    assert_int_equal(w.at[4].ip, 5);
    assert_int_equal(whales_of(table, 0, &w, &err), 0);
    assert_int_equal(w.count, 0);
}

static void detail_counts_packages(void **state)
{
    struct error err = ERROR_NONE;
    struct detail d;

    (void)state;
    assert_int_equal(detail_of(table, 1, &d, &err), 0);
    assert_int_equal(d.who.bytes, 440);
    assert_string_equal(d.who.country, "DE");
    assert_int_equal(d.packages, 2);
    assert_int_equal(d.shown, 2);
    assert_string_equal(d.top[0].name, "fit");
    assert_int_equal(d.top[0].files, 2);
    assert_int_equal(d.top[0].bytes, 400);
    assert_string_equal(d.top[1].name, "map");
    assert_int_equal(detail_of(table, 99, &d, &err), -E_MISMATCH);
}

/* What a worker sends is what the main thread would have found. */
static void summary_agrees_with_its_parts(void **state)
{
    struct error err = ERROR_NONE;
    struct summary s;
    struct whales w;
    struct detail d;

    (void)state;
    assert_int_equal(summary_of(table, &s, &err), 0);
    assert_int_equal(whales_of(table, WHALES_MAX, &w, &err), 0);
    assert_int_equal(s.overview.all_bytes, 950);
    assert_memory_equal(&s.whales, &w, sizeof(w));
    for (uint32_t i = 0; i < w.count; i++) {
        assert_int_equal(detail_of(table, w.at[i].ip, &d, &err), 0);
        assert_memory_equal(&s.details[i], &d, sizeof(d));
    }
}

static void an_empty_day_has_empty_summaries(void **state)
{
    struct error err = ERROR_NONE;
    struct table *empty;
    struct summary s;

    (void)state;
    assert_int_equal(table_new(&empty, &err), 0);
    assert_int_equal(summary_of(empty, &s, &err), 0);
    assert_int_equal(s.overview.ips, 0);
    assert_int_equal(s.whales.count, 0);
    table_free(empty);
}

static void names_go_both_ways(void **state)
{
    uint32_t ip;

    (void)state;
    assert_int_equal(whale_ip("ip 7646 [US]", &ip), 0);
    assert_int_equal(ip, 7646);
    assert_int_equal(whale_ip("", &ip), -E_FORMAT);
    assert_int_equal(whale_ip("ip x [US]", &ip), -E_FORMAT);
    assert_int_equal(whale_ip("7646", &ip), -E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overview_adds_up),
        cmocka_unit_test(whales_are_in_order),
        cmocka_unit_test(detail_counts_packages),
        cmocka_unit_test(summary_agrees_with_its_parts),
        cmocka_unit_test(an_empty_day_has_empty_summaries),
        cmocka_unit_test(names_go_both_ways),
    };

    return cmocka_run_group_tests(tests, make_table, drop_table);
}
