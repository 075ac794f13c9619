/* By descent, one function a rule of the grammar in the header.  Nothing is read ahead but the one
 * word behind a dot, which tells whether `sync` in `sync.page_load` is a build. */
#include <string.h>

#include "analyzer/fail_if.h"
#include "analyzer/fail_if_read.h"
#include "core/json_text.h"
#include "core/units.h"

#define METRIC_NAMES "page_load, calculation, session, step[\"LABEL\"], failed or lateness"
#define STATISTIC_NAMES "min, p50, p95, p99.9, max, mean, rate or count"

static int metric_called(const char *text, size_t len)
{
    for (int i = 0; i < METRICS; i++) {
        const char *name = metric_name((enum metric)i);

        if (strlen(name) == len && strncmp(name, text, len) == 0)
            return i;
    }
    return -1;
}

static const struct {
    const char *name;
    enum statistic statistic;
} statistics[] = {
    {"min", STAT_MIN},   {"max", STAT_MAX},     {"mean", STAT_MEAN},
    {"rate", STAT_RATE}, {"count", STAT_COUNT},
};
#define STATISTICS (sizeof(statistics) / sizeof(statistics[0]))

/* p50, p99.9 in thousandths of a percent; how many bytes it has, 0: it is none. */
static size_t percentile_length(const char *text, uint32_t *out)
{
    uint32_t value = 0;
    size_t len = 1;
    uint32_t unit = 1000;

    if (text[0] != 'p' || !is_digit(text[1]))
        return 0;
    for (; is_digit(text[len]) && len < 4; len++)
        value = value * 10 + (uint32_t)(text[len] - '0');
    value *= unit;
    if (text[len] == '.' && is_digit(text[len + 1])) {
        for (len++; is_digit(text[len]) && unit > 1; len++)
            value += (uint32_t)(text[len] - '0') * (unit /= 10);
    }
    *out = value;
    return is_digit(text[len]) || is_letter(text[len]) || value > 100000 ? 0 : len;
}

/* Likewise, of any statistic. */
static size_t statistic_length(const char *text, struct fail_if_value *out)
{
    size_t len = word_length(text, false);

    for (size_t i = 0; i < STATISTICS; i++) {
        if (strlen(statistics[i].name) == len && strncmp(statistics[i].name, text, len) == 0) {
            out->statistic = statistics[i].statistic;
            return len;
        }
    }
    out->statistic = STAT_PERCENTILE;
    return percentile_length(text, &out->percentile);
}

/* What run.json tells of the player, and what can be told of failures. */
static const char *statistics_missing(const struct fail_if_value *v)
{
    bool told = v->statistic == STAT_MAX ||
                (v->statistic == STAT_PERCENTILE &&
                 (v->percentile == 50000 || v->percentile == 95000 || v->percentile == 99000));

    if (v->metric == METRIC_FAILED && v->statistic != STAT_COUNT && v->statistic != STAT_RATE)
        return "count or rate: nothing else is known of failed";
    if (v->metric == METRIC_LATENESS && !told)
        return "p50, p95, p99 or max: nothing else is known of lateness";
    return NULL;
}

static int read_statistic(struct reader *r, struct fail_if_value *out)
{
    size_t at = skip(r);
    size_t len;

    if (!take(r, ".")) {
        out->statistic = STAT_COUNT;
        return out->metric == METRIC_FAILED
                   ? 0
                   : expected(r, at, "a dot and a statistic: " STATISTIC_NAMES);
    }
    at = skip(r);
    len = statistic_length(r->text + at, out);
    if (len == 0)
        return expected(r, at, "a statistic: " STATISTIC_NAMES);
    if (statistics_missing(out))
        return expected(r, at, "%s", statistics_missing(out));
    r->at += len;
    return 0;
}

static int read_bracket(struct reader *r, char **out)
{
    int rc;

    if (!take(r, "["))
        return expected(r, skip(r), "[\"LABEL\"]");
    rc = read_string(r, out);
    if (rc == 0 && !take(r, "]"))
        rc = expected(r, skip(r), "]");
    return rc;
}

/* Is the word at `at` a build?  Then a metric stands behind its dot; or at least no statistic, as
 * behind the dot of a metric. */
static bool is_build(const struct reader *r, size_t at, size_t len)
{
    const char *dot = r->text + at + len + strspn(r->text + at + len, " \t\r\n");
    struct fail_if_value ignored;
    size_t second;

    if (len == 0 || *dot != '.')
        return false;
    dot += 1 + strspn(dot + 1, " \t\r\n");
    second = word_length(dot, false);
    if (metric_called(r->text + at, len) >= 0)
        return metric_called(dot, second) >= 0;
    return second > 0 && statistic_length(dot, &ignored) == 0;
}

static int read_metric(struct reader *r, struct fail_if_value *out)
{
    size_t at = skip(r);
    size_t len = word_length(r->text + at, false);
    int metric = metric_called(r->text + at, len);

    if (metric < 0)
        return expected(r, at, "a metric: " METRIC_NAMES);
    out->metric = (enum metric)metric;
    r->at += len;
    return out->metric == METRIC_STEP ? read_bracket(r, &out->step) : 0;
}

/* build["old/a"], or a word that stands before the dot of a metric; or none. */
static int read_build(struct reader *r, struct fail_if_value *out)
{
    size_t at = skip(r);
    size_t len = word_length(r->text + at, true);
    const char *behind = r->text + at + len;

    if (len == 5 && strncmp(r->text + at, "build", 5) == 0 &&
        behind[strspn(behind, " \t\r\n")] == '[') {
        int rc;

        r->at += len;
        rc = read_bracket(r, &out->build);
        return rc == 0 && !take(r, ".") ? expected(r, skip(r), "a dot and a metric") : rc;
    }
    if (!is_build(r, at, len))
        return 0;
    r->at += len;
    take(r, ".");
    out->build = strndup(r->text + at, len);
    return out->build ? 0 : error_nomem(r->err);
}

static int read_value(struct reader *r, struct fail_if_value *out)
{
    int rc = read_build(r, out);

    if (rc == 0)
        rc = read_metric(r, out);
    return rc == 0 ? read_statistic(r, out) : rc;
}

enum fail_if_unit fail_if_unit(const struct fail_if_value *value)
{
    if (value->statistic == STAT_COUNT)
        return UNIT_COUNT;
    if (value->statistic == STAT_RATE)
        return value->metric == METRIC_FAILED ? UNIT_SHARE : UNIT_PER_SECOND;
    return UNIT_TIME;
}

#define HOUR_US (3600 * US_PER_S)

/* How a number's unit may be written, and what one of it is. */
static const struct suffix {
    const char *name;
    enum fail_if_unit unit;
    int64_t scale;
} suffixes[] = {
    {"us", UNIT_TIME, 1},
    {"ms", UNIT_TIME, US_PER_MS},
    {"s", UNIT_TIME, US_PER_S},
    {"min", UNIT_TIME, 60 * US_PER_S},
    {"m", UNIT_TIME, 60 * US_PER_S},
    {"h", UNIT_TIME, HOUR_US},
    {"%", UNIT_SHARE, BILLION / 100},
    {"/s", UNIT_PER_SECOND, BILLION},
};
#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* By unit: what a number without a suffix counts (a time needs one), the largest, and what a person
 * is told to write. */
static const struct {
    int64_t scale;
    int64_t most;
    const char *example;
} units[] = {
    [UNIT_TIME] = {0, 10000 * HOUR_US, "a time, as 10s or 500ms"},
    [UNIT_COUNT] = {1, 1000 * BILLION, "a whole number, as 3"},
    [UNIT_SHARE] = {BILLION, BILLION, "a share, as 5% or 0.05"},
    [UNIT_PER_SECOND] = {BILLION, BILLION *BILLION, "a number a second, as 12.5"},
};

static const struct suffix *suffix_at(const struct reader *r, size_t at)
{
    size_t len = word_length(r->text + at, false);

    for (size_t i = 0; i < SUFFIXES; i++) {
        const char *name = suffixes[i].name;

        if (len ? strlen(name) == len && strncmp(name, r->text + at, len) == 0
                : strncmp(name, r->text + at, strlen(name)) == 0)
            return &suffixes[i];
    }
    return NULL;
}

/* A term that does not fit the left side: says what would. */
static int expected_term(struct reader *r, size_t at, const struct fail_if *c)
{
    struct fail_if_value like = c->left;
    struct buf value;
    int rc;

    like.build = NULL;
    like.step = (char *)(uintptr_t) "LABEL";
    buf_init(&value, 100);
    fail_if_print_value(&value, &like);
    if (value.len == 0 || value.failed)
        rc = expected(r, at, "%s", units[c->unit].example);
    else
        rc = expected(r, at, "%s, or BUILD.%s", units[c->unit].example, value.data);
    buf_release(&value);
    return rc;
}

static int read_number(struct reader *r, struct fail_if *c, struct fail_if_term *out,
                       const struct decimal *decimal)
{
    size_t at = skip(r);
    const struct suffix *suffix = suffix_at(r, at);
    int64_t scale = units[c->unit].scale;

    if (!suffix && (word_length(r->text + at, false) || (!scale && decimal->digits)))
        return expected(r, at, scale ? "%s" : "the unit of a time: us, ms, s, m or h",
                        units[c->unit].example);
    if (suffix && suffix->unit != c->unit)
        return expected_term(r, decimal->at, c);
    if (suffix) {
        scale = suffix->scale;
        r->at += strlen(suffix->name);
    }
    if (!decimal_scale(decimal, scale, units[c->unit].most, &out->number))
        return expected(r, decimal->at, "%s: no more, and no finer", units[c->unit].example);
    return 0;
}

static int read_factor(struct reader *r, struct fail_if_term *out, const struct decimal *decimal)
{
    if (decimal_scale(decimal, FACTOR_ONE, FACTOR_ONE * FACTOR_ONE, &out->factor))
        return 0;
    return expected(r, decimal->at, "a factor up to a million, with six decimals at most");
}

static int read_measured(struct reader *r, struct fail_if *c, struct fail_if_term *out)
{
    size_t at = skip(r);
    int rc;

    out->measured = true;
    if (!is_letter(r->text[at]))
        return expected_term(r, at, c);
    rc = read_value(r, &out->value);
    if (rc == 0 && fail_if_unit(&out->value) != c->unit)
        rc = expected_term(r, at, c);
    return rc;
}

/* value * NUMBER */
static int read_factor_behind(struct reader *r, struct fail_if_term *out)
{
    struct decimal decimal;
    int rc;

    if (!take(r, "*"))
        return 0;
    if (!is_digit(r->text[skip(r)]))
        return expected(r, r->at, "a factor, as 1.2");
    rc = read_decimal(r, &decimal);
    return rc == 0 ? read_factor(r, out, &decimal) : rc;
}

static int read_term(struct reader *r, struct fail_if *c, struct fail_if_term *out)
{
    struct decimal decimal;
    int rc;

    out->factor = FACTOR_ONE;
    if (!is_digit(r->text[skip(r)])) {
        rc = read_measured(r, c, out);
        return rc == 0 ? read_factor_behind(r, out) : rc;
    }
    rc = read_decimal(r, &decimal);
    if (rc < 0)
        return rc;
    if (!take(r, "*"))
        return read_number(r, c, out, &decimal);
    rc = read_factor(r, out, &decimal);
    return rc == 0 ? read_measured(r, c, out) : rc;
}

static int read_sum(struct reader *r, struct fail_if *c)
{
    bool minus = false;

    for (;;) {
        int rc;

        if (c->count == FAIL_IF_TERMS)
            return expected(r, r->at, "%d parts at most", FAIL_IF_TERMS);
        c->terms[c->count].minus = minus;
        rc = read_term(r, c, &c->terms[c->count++]);
        if (rc < 0)
            return rc;
        minus = take(r, "-");
        if (!minus && !take(r, "+"))
            break;
    }
    return r->text[skip(r)] ? expected(r, r->at, "+, - or the end of the condition") : 0;
}

static int read_op(struct reader *r, struct fail_if *c)
{
    /* >= before >, which it begins with */
    static const enum fail_if_op ops[] = {OP_AT_LEAST, OP_AT_MOST, OP_EQUAL,
                                          OP_UNEQUAL,  OP_ABOVE,   OP_BELOW};

    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        c->op = ops[i];
        if (take(r, fail_if_op_sign(c->op)))
            return 0;
    }
    return expected(r, skip(r), ">, >=, <, <=, == or !=");
}

static int read_condition(struct reader *r, struct fail_if *c)
{
    int rc;

    for (size_t i = 0; r->text[i];) {
        size_t bytes = utf8_character(r->text + i, strlen(r->text + i));

        if (bytes == 0)
            return expected(r, i, "UTF-8");
        i += bytes;
    }
    rc = read_value(r, &c->left);
    c->unit = fail_if_unit(&c->left);
    if (rc == 0)
        rc = read_op(r, c);
    return rc == 0 ? read_sum(r, c) : rc;
}

int fail_if_parse(struct fail_if *out, const char *text, size_t *at, struct error *err)
{
    struct reader r = {text, 0, at, err};
    int rc;

    *at = 0;
    *out = (struct fail_if){0};
    rc = read_condition(&r, out);
    if (rc < 0)
        fail_if_release(out);
    return rc;
}
