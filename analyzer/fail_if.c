#include "analyzer/fail_if.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_text.h"
#include "core/units.h"

static void release_value(struct fail_if_value *value)
{
    free(value->build);
    free(value->step);
}

void fail_if_release(struct fail_if *condition)
{
    release_value(&condition->left);
    for (size_t i = 0; i < condition->count; i++)
        release_value(&condition->terms[i].value);
    *condition = (struct fail_if){0};
}

const char *fail_if_op_sign(enum fail_if_op op)
{
    static const char *const signs[] = {">", ">=", "<", "<=", "==", "!="};

    return signs[op];
}

/* 12 and 345000 of 1000000: "12.345" */
static void print_decimal(struct buf *out, int64_t value, int64_t one)
{
    int64_t rest = value % one;

    buf_addf(out, "%" PRId64, value / one);
    if (rest)
        buf_addc(out, '.');
    for (; rest; rest = rest * 10 % one)
        buf_addc(out, (char)('0' + rest * 10 / one));
}

static void print_label(struct buf *out, const char *name, const char *label)
{
    buf_addf(out, "%s[", name);
    json_text_string(out, label, strlen(label));
    buf_addc(out, ']');
}

static bool is_word(const char *label)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] = "0123456789-/";

    for (size_t i = 0; label[i]; i++) {
        if (!strchr(letters, label[i]) && (i == 0 || !strchr(others, label[i])))
            return false;
    }
    return label[0];
}

static void print_statistic(struct buf *out, const struct fail_if_value *value)
{
    static const char *const names[] = {
        [STAT_MIN] = "min",   [STAT_MAX] = "max",     [STAT_MEAN] = "mean",
        [STAT_RATE] = "rate", [STAT_COUNT] = "count",
    };

    if (value->statistic != STAT_PERCENTILE) {
        buf_adds(out, names[value->statistic]);
        return;
    }
    buf_addc(out, 'p');
    print_decimal(out, value->percentile, 1000);
}

void fail_if_print_value(struct buf *out, const struct fail_if_value *value)
{
    if (value->build && is_word(value->build))
        buf_addf(out, "%s.", value->build);
    else if (value->build) {
        print_label(out, "build", value->build);
        buf_addc(out, '.');
    }
    if (value->metric == METRIC_STEP)
        print_label(out, metric_name(value->metric), value->step);
    else
        buf_adds(out, metric_name(value->metric));
    buf_addc(out, '.');
    print_statistic(out, value);
}

/* In the largest unit of which it is a whole number. */
static void print_time(struct buf *out, int64_t us)
{
    if (us % US_PER_S == 0)
        buf_addf(out, "%" PRId64 "s", us / US_PER_S);
    else if (us % US_PER_MS == 0)
        buf_addf(out, "%" PRId64 "ms", us / US_PER_MS);
    else
        buf_addf(out, "%" PRId64 "us", us);
}

static void print_number(struct buf *out, int64_t number, enum fail_if_unit unit)
{
    switch (unit) {
    case UNIT_TIME:
        print_time(out, number);
        break;
    case UNIT_COUNT:
        buf_addf(out, "%" PRId64, number);
        break;
    case UNIT_SHARE:
        print_decimal(out, number, BILLION / 100);
        buf_addc(out, '%');
        break;
    case UNIT_PER_SECOND:
        print_decimal(out, number, BILLION);
        buf_adds(out, "/s");
        break;
    }
}

static void print_term(struct buf *out, const struct fail_if_term *term, enum fail_if_unit unit)
{
    if (!term->measured) {
        print_number(out, term->number, unit);
        return;
    }
    if (term->factor != FACTOR_ONE) {
        print_decimal(out, term->factor, FACTOR_ONE);
        buf_adds(out, " * ");
    }
    fail_if_print_value(out, &term->value);
}

void fail_if_print_sum(struct buf *out, const struct fail_if *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        if (i > 0)
            buf_adds(out, condition->terms[i].minus ? " - " : " + ");
        print_term(out, &condition->terms[i], condition->unit);
    }
}

void fail_if_print(struct buf *out, const struct fail_if *condition)
{
    fail_if_print_value(out, &condition->left);
    buf_addf(out, " %s ", fail_if_op_sign(condition->op));
    fail_if_print_sum(out, condition);
}
