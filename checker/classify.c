#include "checker/classify.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool all_in(const char *v, size_t len, const char *set)
{
    for (size_t i = 0; i < len; i++) {
        if (!v[i] || !strchr(set, v[i]))
            return false;
    }
    return len > 0;
}

static size_t count_in(const char *v, size_t len, const char *set)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += v[i] && strchr(set, v[i]);
    return n;
}

bool value_is_number(const char *v, size_t len)
{
    return len <= 18 && all_in(v, len, DIGITS);
}

bool value_is_long(const char *v, size_t len)
{
    return len >= (all_in(v, len, DIGITS) ? 12u : 6u);
}

bool value_is_worth_asking(const char *v, size_t len)
{
    if (len > 8192)
        return false;
    return count_in(v, len, DIGITS) > 0 || (len >= 16 && !memchr(v, ' ', len));
}

bool look_uuid(const char *v, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? v[i] != '-' : !isxdigit((unsigned char)v[i]))
            return false;
    }
    return true;
}

bool look_jwt(const char *v, size_t len)
{
    const char *dot = memchr(v, '.', len);
    const char *second = dot ? memchr(dot + 1, '.', len - (size_t)(dot + 1 - v)) : NULL;

    return len > 20 && memcmp(v, "eyJ", 3) == 0 && second &&
           all_in(v, len, DIGITS LOWER UPPER "-_.");
}

bool look_whole(const char *v, size_t len)
{
    return look_uuid(v, len) || look_jwt(v, len);
}

/* 0.8472361937462, as Math.random() gives it. */
static bool look_fraction(const char *v, size_t len)
{
    return len >= RANDOM_LEAST + 2 && v[0] == '0' && v[1] == '.' && all_in(v + 2, len - 2, DIGITS);
}

static int class_of(char c)
{
    return isdigit((unsigned char)c)   ? 0
           : isupper((unsigned char)c) ? 1
           : islower((unsigned char)c) ? 2
                                       : 3;
}

/* How often the next letter is of another kind than the one before: words change rarely. */
static size_t changes(const char *v, size_t len)
{
    size_t n = 0;

    for (size_t i = 1; i < len; i++)
        n += class_of(v[i]) != class_of(v[i - 1]);
    return n;
}

static size_t distinct(const char *v, size_t len, int (*is)(int))
{
    bool seen[256] = {false};
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)v[i];

        n += is(c) && !seen[c];
        seen[c] = true;
    }
    return n;
}

static size_t unpadded(const char *v, size_t len)
{
    while (len && v[len - 1] == '=')
        len--;
    return len;
}

static bool look_scrambled(const char *v, size_t len)
{
    size_t n = unpadded(v, len);

    if (n < RANDOM_LEAST || len - n > 2 || !all_in(v, n, DIGITS LOWER UPPER "-_+/"))
        return false;
    if (count_in(v, n, "-_+/") > n / 4)
        return false;
    return distinct(v, n, isdigit) >= 2 && distinct(v, n, isalpha) >= 3 && changes(v, n) * 4 >= n;
}

bool look_random(const char *v, size_t len)
{
    return look_uuid(v, len) || look_fraction(v, len) || look_scrambled(v, len);
}

/* --- making afresh --- */

/* The smallest usual alphabet that has all of these letters. */
static const char *alphabet_of(const char *v, size_t len)
{
    static const char *const usual[][2] = {
        {DIGITS, "0-9"},
        {DIGITS "abcdef", "0-9a-f"},
        {DIGITS "ABCDEF", "0-9A-F"},
        {DIGITS LOWER, "0-9a-z"},
        {DIGITS UPPER, "0-9A-Z"},
        {DIGITS LOWER UPPER, "0-9A-Za-z"},
        {DIGITS LOWER UPPER "-_", "0-9A-Za-z_-"},
        {DIGITS LOWER UPPER "+/", "0-9A-Za-z+/"},
    };

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (all_in(v, len, usual[i][0]))
            return usual[i][1];
    }
    return NULL;
}

/* The version and the variant of a uuid stay what they are. */
static int uuid_shape(const char *v, struct buf *alphabet, struct buf *shape)
{
    buf_adds(alphabet, count_in(v, 36, UPPER) ? "0-9A-F" : "0-9a-f");
    for (size_t i = 0; i < 36; i++)
        buf_addc(shape, v[i] == '-' || i == 14 || i == 19 ? v[i] : '?');
    return alphabet->failed || shape->failed ? -E_NOMEM : 0;
}

int look_minted(const char *v, size_t len, struct buf *alphabet, struct buf *shape)
{
    size_t n = unpadded(v, len);
    size_t begin = look_fraction(v, len) ? 2 : 0;
    const char *letters = alphabet_of(v + begin, n - begin);

    if (look_uuid(v, len))
        return uuid_shape(v, alphabet, shape);
    if (!look_random(v, len) || !letters)
        return -E_MISMATCH;
    buf_adds(alphabet, letters);
    buf_add(shape, v, begin);
    for (size_t i = begin; i < n; i++)
        buf_addc(shape, '?');
    buf_add(shape, v + n, len - n);
    return alphabet->failed || shape->failed ? -E_NOMEM : 0;
}

/* --- times --- */

static const char *number_clock(const char *v, size_t len, int64_t from_us, int64_t to_us)
{
    static const struct {
        size_t digits;
        int64_t us;
        const char *unit;
    } units[] = {{10, US_PER_S, "s"}, {13, US_PER_MS, "ms"}, {16, 1, "us"}};
    int64_t number = strtoll(v, NULL, 10);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (len == units[i].digits && number * units[i].us >= from_us &&
            number * units[i].us <= to_us)
            return units[i].unit;
    }
    return NULL;
}

const char *look_clock(const char *v, size_t len, int64_t from_us, int64_t to_us)
{
    char text[UTC_TEXT];
    int64_t us;

    if (value_is_number(v, len))
        return number_clock(v, len, from_us, to_us);
    if (len < 20 || len >= sizeof(text) || v[len - 1] != 'Z')
        return NULL;
    memcpy(text, v, len);
    text[len] = 0;
    return utc_parse(text, &us) == 0 && us >= from_us && us <= to_us ? "iso" : NULL;
}

/* --- digests --- */

static const char *coding_by_letters(const char *v, size_t len, size_t bytes)
{
    size_t n = unpadded(v, len);

    if (len == bytes * 2 && all_in(v, len, DIGITS "abcdef"))
        return "hex";
    if (len == bytes * 2 && all_in(v, len, DIGITS "ABCDEF"))
        return "HEX";
    if (n != (bytes * 8 + 5) / 6)
        return NULL;
    if (len == (bytes + 2) / 3 * 4 && all_in(v, n, DIGITS LOWER UPPER "+/"))
        return "base64";
    return len == n && all_in(v, n, DIGITS LOWER UPPER "-_") ? "base64url" : NULL;
}

bool look_digest(const char *v, size_t len, struct digest_look *look)
{
    static const struct {
        const char *hash;
        size_t bytes;
    } hashes[] = {{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha512", 64}};

    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        const char *coding = coding_by_letters(v, len, hashes[i].bytes);

        if (coding) {
            *look = (struct digest_look){hashes[i].hash, coding};
            return true;
        }
    }
    return false;
}

bool look_counter(const int64_t *numbers, size_t count, int64_t *step)
{
    if (count < 2)
        return false;
    *step = numbers[1] - numbers[0];
    for (size_t i = 2; i < count; i++) {
        if (numbers[i] - numbers[i - 1] != *step)
            return false;
    }
    return *step != 0;
}
