/* Both sides of a condition are whole numbers of the same unit, a factor is in millionths: so a
 * comparison is one of whole numbers, and exact. */
#include "analyzer/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/measure.h"
#include "analyzer/text.h"
#include "core/units.h"

__extension__ typedef __int128 wide;

#define TEXT_MOST 8192

/* The condition, and a caret under the character at byte `at`. */
static void point_at(FILE *talk, const char *condition, size_t at)
{
    char *head = strndup(condition, at);
    char *valid_head = head ? text_valid(head) : NULL;
    char *valid = text_valid(condition);
    char *plain = valid ? text_plain(valid) : NULL;

    if (plain && valid_head)
        fprintf(talk, "  %s\n  %*s^\n", plain, text_columns(valid_head), "");
    free(head);
    free(valid_head);
    free(valid);
    free(plain);
}

int verdict_parse(const char *const *conditions, size_t count, FILE *talk, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct fail_if condition;
        size_t at;
        int rc = fail_if_parse(&condition, conditions[i], &at, err);

        fail_if_release(&condition);
        if (rc == -E_USAGE)
            point_at(talk, conditions[i], at);
        if (rc < 0) {
            error_prefix(err, "--fail-if: ");
            return rc;
        }
    }
    return 0;
}

/* One condition, and the build that it is held against at the moment. */
struct holding {
    struct verdict *out;
    struct measurer measurer;
    const struct fail_if *condition;
    const char *text; /* of the condition */
    size_t build;
};

/* What both sides came to; a side that is not known has a reason and the value that it is of. */
struct sides {
    int64_t left;
    wide right; /* in millionths */
    const char *why;
    const struct fail_if_value *missing;
};

/* Its value in the build it names, or else in the one that the condition is held against. */
static int measure_value(struct holding *h, const struct fail_if_value *value, int64_t *out,
                         struct sides *sides)
{
    size_t build = value->build ? build_called(h->measurer.scene, value->build) : h->build;
    struct measured measured;
    int rc = measure(&h->measurer, value, build, &measured);

    if (rc < 0)
        return rc;
    *out = measured.number;
    if (!measured.known && !sides->missing) {
        sides->missing = value;
        sides->why = measured.why;
    }
    return 0;
}

static int measure_sides(struct holding *h, struct sides *sides)
{
    const struct fail_if *c = h->condition;
    int rc = measure_value(h, &c->left, &sides->left, sides);

    for (size_t i = 0; i < c->count && rc == 0; i++) {
        const struct fail_if_term *term = &c->terms[i];
        int64_t number = term->number;

        if (term->measured)
            rc = measure_value(h, &term->value, &number, sides);
        sides->right += (term->minus ? -1 : 1) * (wide)number * term->factor;
    }
    return rc;
}

static bool is_true(enum fail_if_op op, wide left, wide right)
{
    switch (op) {
    case OP_ABOVE:
        return left > right;
    case OP_AT_LEAST:
        return left >= right;
    case OP_BELOW:
        return left < right;
    case OP_AT_MOST:
        return left <= right;
    case OP_EQUAL:
        return left == right;
    case OP_UNEQUAL:
        return left != right;
    }
    return false;
}

#define NUMBER_TEXT 64

/* As a person reads it; or to the last digit. */
static const char *number_text(int64_t number, enum fail_if_unit unit, bool exact,
                               char out[NUMBER_TEXT])
{
    if (unit == UNIT_COUNT)
        snprintf(out, NUMBER_TEXT, "%" PRId64, number);
    else if (unit == UNIT_SHARE)
        snprintf(out, NUMBER_TEXT, exact ? "%.7f%%" : "%.3g%%", (double)number * 100 / BILLION);
    else if (unit == UNIT_PER_SECOND)
        snprintf(out, NUMBER_TEXT, exact ? "%.9f/s" : "%.3g/s", (double)number / BILLION);
    else if (exact || number < 0)
        snprintf(out, NUMBER_TEXT, "%.6f s", (double)number / US_PER_S);
    else
        duration_format(number, out, NUMBER_TEXT);
    return out;
}

/* "page_load.p95 is 12.4 s, above 10 s" */
static void tell_sides(struct buf *out, const struct fail_if *c, const struct sides *sides,
                       bool broken)
{
    static const char *const words[][2] = {
        [OP_ABOVE] = {"not above", "above"},     [OP_AT_LEAST] = {"not at least", "at least"},
        [OP_BELOW] = {"not below", "below"},     [OP_AT_MOST] = {"not at most", "at most"},
        [OP_EQUAL] = {"not exactly", "exactly"}, [OP_UNEQUAL] = {"which is", "not"},
    };
    wide half = sides->right < 0 ? -FACTOR_ONE / 2 : FACTOR_ONE / 2;
    int64_t right = (int64_t)((sides->right + half) / FACTOR_ONE);
    char texts[2][NUMBER_TEXT];
    /* Different numbers that look the same would puzzle. */
    bool exact = sides->left != right && strcmp(number_text(sides->left, c->unit, false, texts[0]),
                                                number_text(right, c->unit, false, texts[1])) == 0;

    fail_if_print_value(out, &c->left);
    buf_addf(out, " is %s, %s %s", number_text(sides->left, c->unit, exact, texts[0]),
             words[c->op][broken], number_text(right, c->unit, exact, texts[1]));
    if (c->count == 1 && !c->terms[0].measured)
        return;
    buf_adds(out, " (");
    fail_if_print_sum(out, c);
    buf_addc(out, ')');
}

/* "page_load.p95 is 12.4 s, above 10 s"; NULL when memory is refused. */
static char *outcome_text(const struct fail_if *c, const struct sides *sides, bool broken)
{
    struct buf text;
    char *plain = NULL;

    buf_init(&text, TEXT_MOST);
    if (sides->missing) {
        fail_if_print_value(&text, sides->missing);
        buf_addf(&text, " cannot be told: %s", sides->why);
    } else {
        tell_sides(&text, c, sides, broken);
    }
    if (!text.failed)
        plain = text_plain(text.data);
    buf_release(&text);
    return plain;
}

/* Fills in check->text and outcome; 0 or -E_NOMEM. */
static int tell(struct check *check, const struct fail_if *c, const struct sides *sides)
{
    char *outcome = outcome_text(c, sides, check->broken);
    char *label = text_plain(check->build);

    check->text = NULL;
    if (outcome && label && c->left.build)
        check->text = strdup(outcome);
    else if (outcome && label && asprintf(&check->text, "%s: %s", label, outcome) < 0)
        check->text = NULL;
    if (check->text)
        check->outcome = check->text + strlen(check->text) - strlen(outcome);
    free(outcome);
    free(label);
    return check->text ? 0 : -E_NOMEM;
}

static int add_check(struct holding *h, const struct sides *sides)
{
    struct verdict *out = h->out;
    const struct fail_if *c = h->condition;
    bool broken = sides->missing || is_true(c->op, (wide)sides->left * FACTOR_ONE, sides->right);
    bool timed = c->unit == UNIT_TIME && sides->missing != &c->left;
    struct check *grown = realloc(out->list, (out->count + 1) * sizeof(*grown));

    if (!grown)
        return -E_NOMEM;
    out->list = grown;
    grown[out->count] = (struct check){
        .condition = h->text,
        .build = h->measurer.scene->builds[h->build].label,
        .at = h->build,
        .broken = broken,
        .unknown = sides->missing != NULL,
        .seconds = timed ? (double)sides->left / US_PER_S : 0,
    };
    if (tell(&grown[out->count], c, sides) < 0)
        return -E_NOMEM;
    out->count++;
    out->broken += broken;
    return 0;
}

/* Against the build on the left; or against all that do not stand on the right. */
static bool is_asked(const struct fail_if *c, const char *label)
{
    if (c->left.build)
        return strcmp(c->left.build, label) == 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->terms[i].value.build && strcmp(c->terms[i].value.build, label) == 0)
            return false;
    }
    return true;
}

static int hold(struct holding *h, struct error *err)
{
    const struct scene *scene = h->measurer.scene;
    size_t before = h->out->count;

    for (h->build = 0; h->build < scene->count; h->build++) {
        struct sides sides = {0};

        if (!is_asked(h->condition, scene->builds[h->build].label))
            continue;
        if (measure_sides(h, &sides) < 0 || add_check(h, &sides) < 0)
            return error_nomem(err);
    }
    if (h->out->count > before)
        return 0;
    return error_set(err, E_USAGE,
                     "it is held against every build but those on its right, and there is no "
                     "other: name another run");
}

static int check_names(const struct scene *scene, const struct fail_if *c, struct error *err)
{
    int rc = measure_check(scene, &c->left, err);

    for (size_t i = 0; i < c->count && rc == 0; i++)
        rc = measure_check(scene, &c->terms[i].value, err);
    return rc;
}

static int compute_one(struct holding *h, const char *text, struct error *err)
{
    struct fail_if condition;
    size_t at;
    int rc = fail_if_parse(&condition, text, &at, err);

    h->condition = &condition;
    if (rc == 0)
        rc = check_names(h->measurer.scene, &condition, err);
    if (rc == 0)
        rc = hold(h, err);
    fail_if_release(&condition);
    h->condition = NULL;
    if (rc == -E_USAGE)
        error_prefix(err, "--fail-if '%.100s': ", h->text);
    return rc;
}

static int compute_all(struct holding *h, const char *const *conditions, size_t count,
                       struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        int rc;

        h->text = h->out->conditions[i] = text_valid(conditions[i]);
        if (!h->text)
            return error_nomem(err);
        h->out->condition_count++;
        rc = compute_one(h, conditions[i], err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int verdict_compute(struct verdict *out, const char *const *conditions, size_t count,
                    const struct scene *scene, struct error *err)
{
    struct holding h = {.out = out, .measurer = {.scene = scene}};
    int rc;

    *out = (struct verdict){.conditions = calloc(count + 1, sizeof(*out->conditions))};
    rc = out->conditions ? compute_all(&h, conditions, count, err) : error_nomem(err);
    measurer_release(&h.measurer);
    if (rc < 0)
        verdict_release(out);
    return rc;
}

void verdict_release(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        free(verdict->list[i].text);
    for (size_t i = 0; i < verdict->condition_count; i++)
        free(verdict->conditions[i]);
    free(verdict->list);
    free(verdict->conditions);
    *verdict = (struct verdict){0};
}
