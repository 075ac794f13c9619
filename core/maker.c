/* A row a field says what is read, checked and written; a row a kind says which fields it has. */
#include "core/maker.h"

#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/coding.h"
#include "core/units.h"

#define SHAPE_MAX 1024
#define MADE_MAX ((size_t)1 << 20)

static const char *const kinds[] = {
    [MAKER_MINTED] = "minted",
    [MAKER_CLOCK] = "clock",
    [MAKER_COUNTER] = "counter",
    [MAKER_COMPUTED] = "computed",
};

static const char *const units[] = {"s", "ms", "us", "iso", NULL};
static const char *const codings[] = {"hex", "HEX", "base64", "base64url", NULL};

static const struct text_field {
    const char *key;
    size_t at;
    enum maker_kind kind;
    bool required;
    const char *const *words; /* NULL: any text */
} text_fields[] = {
    {"alphabet", offsetof(struct maker, alphabet), MAKER_MINTED, true, NULL},
    {"shape", offsetof(struct maker, shape), MAKER_MINTED, true, NULL},
    {"unit", offsetof(struct maker, unit), MAKER_CLOCK, true, units},
    {"start", offsetof(struct maker, start), MAKER_COUNTER, false, NULL},
    {"of", offsetof(struct maker, of), MAKER_COMPUTED, true, NULL},
    {"hash", offsetof(struct maker, hash), MAKER_COMPUTED, false, digest_hashes},
    {"coding", offsetof(struct maker, coding), MAKER_COMPUTED, false, codings},
};

#define TEXT_FIELDS (sizeof(text_fields) / sizeof(text_fields[0]))

static char **text_of(const struct maker *maker, const struct text_field *field)
{
    return (char **)((char *)maker + field->at);
}

static void maker_release(struct maker *maker)
{
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        free(*text_of(maker, &text_fields[i]));
    free(maker->name);
}

void makers_release(struct makers *makers)
{
    for (size_t i = 0; i < makers->count; i++)
        maker_release(&makers->items[i]);
    free(makers->items);
    *makers = (struct makers){0};
}

const struct maker *makers_find(const struct makers *makers, const char *name, size_t len)
{
    for (size_t i = 0; i < makers->count; i++) {
        const char *other = makers->items[i].name;

        if (strncmp(other, name, len) == 0 && !other[len])
            return &makers->items[i];
    }
    return NULL;
}

/* --- reading --- */

static bool is_word(const char *const *words, const char *text)
{
    while (*words && strcmp(*words, text) != 0)
        words++;
    return *words;
}

static int read_text(struct maker *maker, json_t *json, const struct text_field *field,
                     struct error *err)
{
    json_t *value = json_object_get(json, field->key);
    const char *text = json_string_value(value);

    if (!value && !field->required)
        return 0;
    if (!text || (field->words && !is_word(field->words, text)) ||
        strlen(text) != json_string_length(value))
        return error_set(err, E_FORMAT, "value %s: \"%s\" is %s", maker->name, field->key,
                         !value ? "missing"
                         : text ? "none of the words that docs/script-format.md lists"
                                : "not a string");
    *text_of(maker, field) = strdup(text);
    return *text_of(maker, field) ? 0 : error_nomem(err);
}

/* "0-9A-F_" written out, each letter once; a dash that makes no range goes to the end, so that what
 * is written out reads the same again.  0 or -1: not ASCII, a range that runs backwards, nothing */
static int write_out(const char *spec, char out[128])
{
    bool has[128] = {false};
    size_t n = 0;

    for (size_t i = 0; spec[i]; i++) {
        bool range = spec[i + 1] == '-' && spec[i + 2];
        unsigned char from = (unsigned char)spec[i];
        unsigned char to = range ? (unsigned char)spec[i + 2] : from;

        if (from <= ' ' || to >= 0x7f || to < from)
            return -1;
        for (unsigned char c = from; c <= to; c++) {
            if (!has[c] && c != '-')
                out[n++] = (char)c;
            has[c] = true;
        }
        i += range ? 2 : 0;
    }
    if (has['-'])
        out[n++] = '-';
    out[n] = 0;
    return n ? 0 : -1;
}

static int check_minted(struct maker *maker, struct error *err)
{
    char letters[128];

    if (strlen(maker->shape) > SHAPE_MAX || !strchr(maker->shape, '?'))
        return error_set(err, E_FORMAT,
                         "value %s: \"shape\" has no ? for a letter, or is longer than %d",
                         maker->name, SHAPE_MAX);
    if (write_out(maker->alphabet, letters) < 0)
        return error_set(err, E_FORMAT, "value %s: \"alphabet\" is not like 0-9A-Za-z_",
                         maker->name);
    free(maker->alphabet);
    maker->alphabet = strdup(letters);
    return maker->alphabet ? 0 : error_nomem(err);
}

static int read_number(const struct maker *maker, json_t *json, const char *key, int64_t *out,
                       struct error *err)
{
    json_t *value = json_object_get(json, key);

    if (value && !json_is_integer(value))
        return error_set(err, E_FORMAT, "value %s: \"%s\" is not a whole number", maker->name, key);
    *out = value ? json_integer_value(value) : 1;
    return 0;
}

static int read_kind(struct maker *maker, json_t *json, struct error *err)
{
    const char *word = json_string_value(json_object_get(json, "kind"));

    for (size_t i = 0; word && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i], word) == 0) {
            maker->kind = (enum maker_kind)i;
            return 0;
        }
    }
    return error_set(err, E_FORMAT, "value %s: \"kind\" is not minted, clock, counter or computed",
                     maker->name);
}

static int read_fields(struct maker *maker, json_t *json, struct error *err)
{
    json_t *keep = json_object_get(json, "keep");
    int rc = read_kind(maker, json, err);

    for (size_t i = 0; i < TEXT_FIELDS && rc == 0; i++) {
        if (text_fields[i].kind == maker->kind)
            rc = read_text(maker, json, &text_fields[i], err);
    }
    if (rc == 0 && keep && !json_is_boolean(keep))
        rc = error_set(err, E_FORMAT, "value %s: \"keep\" is neither true nor false", maker->name);
    maker->keep = maker->kind == MAKER_CLOCK && json_is_true(keep);
    if (rc == 0 && maker->kind == MAKER_COUNTER)
        rc = read_number(maker, json, "from", &maker->from, err);
    if (rc == 0 && maker->kind == MAKER_COUNTER)
        rc = read_number(maker, json, "step", &maker->step, err);
    if (rc == 0 && maker->kind == MAKER_MINTED)
        rc = check_minted(maker, err);
    return rc;
}

static int read_maker(struct maker *maker, json_t *json, struct error *err)
{
    json_t *name = json_object_get(json, "name");

    if (!json_is_string(name) || !value_name_ok(json_string_value(name), json_string_length(name)))
        return error_set(err, E_FORMAT,
                         "a value's \"name\" is not 1 to %d letters, digits and _ . : -",
                         VALUE_NAME_MAX);
    maker->name = strdup(json_string_value(name));
    return maker->name ? read_fields(maker, json, err) : error_nomem(err);
}

/* Takes what the maker owns, when it succeeds. */
static int append(struct makers *makers, const struct maker *maker)
{
    struct maker *items = realloc(makers->items, (makers->count + 1) * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    makers->items = items;
    items[makers->count++] = *maker;
    return 0;
}

static int put(struct makers *makers, const struct maker *maker)
{
    struct maker *old = (struct maker *)makers_find(makers, maker->name, strlen(maker->name));

    if (!old)
        return append(makers, maker);
    maker_release(old);
    *old = *maker;
    return 0;
}

int makers_add(struct makers *makers, const char *json, size_t len, struct error *err)
{
    struct maker maker = {0};
    json_error_t why;
    json_t *object = json_loadb(json, len, 0, &why);
    int rc;

    if (!json_is_object(object))
        rc = error_set(err, E_FORMAT, "a value is not a JSON object: %s",
                       object ? "it is something else" : why.text);
    else
        rc = read_maker(&maker, object, err);
    json_decref(object);
    if (rc == 0 && makers->count >= MAKERS_MAX)
        rc = error_set(err, E_FORMAT, "value %s: there are %d values already, which is the most",
                       maker.name, MAKERS_MAX);
    if (rc == 0 && put(makers, &maker) < 0)
        rc = error_nomem(err);
    if (rc < 0)
        maker_release(&maker);
    return rc;
}

static int copy_maker(struct maker *copy, const struct maker *from)
{
    *copy = *from;
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        *text_of(copy, &text_fields[i]) = NULL;
    copy->name = strdup(from->name);
    if (!copy->name)
        return -E_NOMEM;
    for (size_t i = 0; i < TEXT_FIELDS; i++) {
        const char *text = *text_of(from, &text_fields[i]);

        if (text && !(*text_of(copy, &text_fields[i]) = strdup(text)))
            return -E_NOMEM;
    }
    return 0;
}

int makers_add_all(struct makers *makers, const struct makers *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct maker *m = &from->items[i];
        struct maker copy;

        if (makers_find(makers, m->name, strlen(m->name)))
            continue;
        if (copy_maker(&copy, m) < 0 || append(makers, &copy) < 0) {
            maker_release(&copy);
            return -E_NOMEM;
        }
    }
    return 0;
}

/* --- making --- */

/* splitmix64 (Steele, Lea, Flood 2014): small, seedable, good enough for ids. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void mint(const struct maker *maker, struct values *values, struct buf *out)
{
    size_t letters = strlen(maker->alphabet);

    for (const char *c = maker->shape; *c; c++)
        buf_addc(out, *c == '?' ? maker->alphabet[next_random(&values->random) % letters] : *c);
}

static void tell_time(const struct maker *maker, int64_t wall_us, struct buf *out)
{
    char utc[UTC_TEXT];

    if (strcmp(maker->unit, "iso") == 0)
        buf_adds(out, utc_format(wall_us, utc));
    else if (strcmp(maker->unit, "us") == 0)
        buf_addf(out, "%" PRId64, wall_us);
    else
        buf_addf(out, "%" PRId64,
                 wall_us / (strcmp(maker->unit, "ms") == 0 ? US_PER_MS : US_PER_S));
}

/* What a counter counts on from: a number that the server told, or nothing. */
static int add_start(const struct maker *maker, struct values *values, uint64_t *now)
{
    struct buf text;
    int rc;

    if (!maker->start)
        return 0;
    buf_init(&text, MADE_MAX);
    rc = values_expand(values, maker->start, strlen(maker->start), &text);
    if (rc == 0)
        *now += (uint64_t)strtoll(text.data ? text.data : "", NULL, 10);
    buf_release(&text);
    return rc;
}

/* Where it stands is kept under a name that no placeholder can have. */
static int count_on(const struct maker *maker, struct values *values, struct buf *out)
{
    char state[VALUE_NAME_MAX + 8];
    char number[24];
    const char *last;
    uint64_t now = (uint64_t)maker->from;

    snprintf(state, sizeof(state), "%s#", maker->name);
    last = values_get(values, state);
    if (last)
        now = (uint64_t)strtoll(last, NULL, 10) + (uint64_t)maker->step;
    else if (add_start(maker, values, &now) < 0)
        return -E_NOMEM;
    snprintf(number, sizeof(number), "%" PRId64, (int64_t)now);
    buf_adds(out, number);
    return values_set(values, state, number);
}

static int compute(const struct maker *maker, struct values *values, struct buf *out)
{
    struct buf text;
    int rc;

    buf_init(&text, MADE_MAX);
    rc = values_expand(values, maker->of, strlen(maker->of), &text);
    if (rc == 0)
        rc = digest_add(maker->hash, maker->coding, text.data ? text.data : "", text.len, out);
    buf_release(&text);
    /* Words were checked when it was read: what remains is a hash that libcrypto refuses, as a
     * strict machine does with md5; the value is then empty, and the server says so. */
    return rc == -E_FORMAT ? 0 : rc;
}

int maker_make(const struct maker *maker, struct values *values, int64_t wall_us, struct buf *out)
{
    size_t begin = out->len;
    bool keep = maker->kind == MAKER_MINTED || maker->keep;
    int rc = 0;

    switch (maker->kind) {
    case MAKER_MINTED:
        mint(maker, values, out);
        break;
    case MAKER_CLOCK:
        tell_time(maker, wall_us, out);
        break;
    case MAKER_COUNTER:
        rc = count_on(maker, values, out);
        break;
    case MAKER_COMPUTED:
        rc = compute(maker, values, out);
        break;
    }
    if (rc < 0 || out->failed)
        return -E_NOMEM;
    return keep ? values_set(values, maker->name, out->data + begin) : 0;
}

/* --- writing --- */

static int set_text(json_t *json, const struct maker *maker, const struct text_field *field)
{
    const char *text = *text_of(maker, field);

    return text ? json_object_set_new(json, field->key, json_string(text)) : 0;
}

static int set_numbers(json_t *json, const struct maker *maker)
{
    if (maker->kind != MAKER_COUNTER)
        return maker->keep ? json_object_set_new(json, "keep", json_true()) : 0;
    return json_object_set_new(json, "from", json_integer(maker->from)) |
           json_object_set_new(json, "step", json_integer(maker->step));
}

static json_t *to_json(const struct maker *maker)
{
    json_t *json = json_object();
    int rc = json_object_set_new(json, "name", json_string(maker->name));

    rc |= json_object_set_new(json, "kind", json_string(kinds[maker->kind]));
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        rc |= set_text(json, maker, &text_fields[i]);
    if (rc == 0 && set_numbers(json, maker) == 0)
        return json;
    json_decref(json);
    return NULL;
}

int maker_write(const struct maker *maker, struct buf *out)
{
    json_t *json = to_json(maker);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    int rc = text ? buf_adds(out, text) : -E_NOMEM;

    free(text);
    json_decref(json);
    return rc;
}
