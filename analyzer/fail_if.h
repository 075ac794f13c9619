/* A condition of --fail-if, read and written back.  Pure; analyzer/verdict.h holds it against
 * builds.
 *
 *     condition   value (> | >= | < | <= | == | !=) sum
 *     sum         term ((+ | -) term)...
 *     term        NUMBER [UNIT], or [NUMBER *] value, or value * NUMBER
 *     value       [build .] metric . statistic, or failed alone, which is failed.count
 *     build       a word of letters, digits, _, - and /, or build["LABEL"]
 *     metric      page_load, calculation, session, step["LABEL"], failed, lateness
 *     statistic   min, p50, p99.9, max, mean, rate, count
 *
 * Numbers   whole ones, so that they compare exactly: see enum fail_if_unit.
 * Owner     whoever called fail_if_parse(), until fail_if_release(); a zeroed struct is empty. */
#ifndef STRETTO_ANALYZER_FAIL_IF_H
#define STRETTO_ANALYZER_FAIL_IF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/metric.h"
#include "core/buf.h"
#include "core/error.h"

/* What a number counts; both sides of a condition count the same. */
enum fail_if_unit {
    UNIT_TIME,       /* microseconds */
    UNIT_COUNT,      /* ones */
    UNIT_SHARE,      /* billionths of all */
    UNIT_PER_SECOND, /* billionths */
};
#define BILLION INT64_C(1000000000)

enum statistic { STAT_MIN, STAT_PERCENTILE, STAT_MAX, STAT_MEAN, STAT_RATE, STAT_COUNT };

struct fail_if_value {
    char *build; /* NULL: the one that the condition is held against */
    enum metric metric;
    char *step; /* METRIC_STEP: its label */
    enum statistic statistic;
    uint32_t percentile; /* STAT_PERCENTILE: in thousandths of a percent */
};

#define FACTOR_ONE INT64_C(1000000)

struct fail_if_term {
    bool minus;
    bool measured;  /* factor * value; else number */
    int64_t number; /* in the condition's unit */
    int64_t factor; /* in millionths */
    struct fail_if_value value;
};

enum fail_if_op { OP_ABOVE, OP_AT_LEAST, OP_BELOW, OP_AT_MOST, OP_EQUAL, OP_UNEQUAL };

#define FAIL_IF_TERMS 8

struct fail_if {
    struct fail_if_value left;
    enum fail_if_op op;
    enum fail_if_unit unit;
    struct fail_if_term terms[FAIL_IF_TERMS];
    size_t count;
};

/* 0, -E_NOMEM, or -E_USAGE: the sentence begins with the column (from 1, in characters) and tells
 * what was expected there; *at is that place in bytes. */
int fail_if_parse(struct fail_if *out, const char *text, size_t *at, struct error *err);
void fail_if_release(struct fail_if *condition);

enum fail_if_unit fail_if_unit(const struct fail_if_value *value);

/* Written in one way, whatever way it was read in; all this can be read again.  Whether memory
 * sufficed shows in out->failed. */
void fail_if_print(struct buf *out, const struct fail_if *condition);
/* The right side alone, and a value: step["Set: who"].p95 */
void fail_if_print_sum(struct buf *out, const struct fail_if *condition);
void fail_if_print_value(struct buf *out, const struct fail_if_value *value);
const char *fail_if_op_sign(enum fail_if_op op);

#endif
