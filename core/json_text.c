#include "core/json_text.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define REPLACEMENT "\"\xEF\xBF\xBD\""

static int refuse(struct buf *out)
{
    out->failed = true;
    return -E_NOMEM;
}

int json_text_value(struct buf *out, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    int rc = text ? buf_adds(out, text) : refuse(out);

    free(text);
    return rc;
}

/* The letter behind a backslash for this byte; 0: it stands for itself, 'u': by its number. */
static char escape_of(unsigned char c)
{
    static const char letters[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

    if (c < 0x20)
        return letters[c];
    return c == '"' || c == '\\' ? (char)c : 0;
}

/* U+2028 or U+2029 begins here: valid in JSON, but the end of a line for readers made of regular
 * expressions, as shinyloadtest's. */
static bool is_line_separator(const char *text, size_t left)
{
    return left >= 3 && memcmp(text, "\xE2\x80", 2) == 0 && ((unsigned char)text[2] & 0xFE) == 0xA8;
}

/* --- eight bytes at a time --- */

#define EIGHT (sizeof(uint64_t))
#define IN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of each byte that is zero. */
static uint64_t zeros(uint64_t eight)
{
    uint64_t low = IN_EACH(0x7fu);

    return ~(((eight & low) + low) | eight | low);
}

static uint64_t load_eight(const char *text)
{
    uint64_t eight;

    memcpy(&eight, text, EIGHT);
    return le64toh(eight);
}

/* Of quotes and backslashes, which a backslash goes before. */
static uint64_t quotes(uint64_t eight)
{
    return zeros(eight ^ IN_EACH('"')) | zeros(eight ^ IN_EACH('\\'));
}

/* Of controls, and of what a line separator begins with. */
static uint64_t rarities(uint64_t eight)
{
    return zeros(eight & IN_EACH(0xe0u)) | zeros(eight ^ IN_EACH(0xe2u));
}

/* How many bytes longer these become. */
static size_t growth(const char *text, size_t from, size_t to, size_t len)
{
    size_t bytes = 0;

    for (size_t i = from; i < to; i++) {
        char letter = escape_of((unsigned char)text[i]);

        bytes += letter == 'u' ? 5 : letter != 0;
        bytes += is_line_separator(text + i, len - i) ? 3 : 0;
    }
    return bytes;
}

static size_t escaped_bytes(const char *text, size_t len)
{
    size_t bytes = len;
    size_t i = 0;

    for (; i + EIGHT <= len; i += EIGHT) {
        uint64_t eight = load_eight(text + i);

        if (rarities(eight))
            bytes += growth(text, i, i + EIGHT, len);
        else
            bytes += (quotes(eight) >> 7) * IN_EACH(1u) >> 56;
    }
    return bytes + growth(text, i, len, len);
}

static char *escape_byte(char *to, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    char letter = escape_of(c);

    if (!letter) {
        *to++ = (char)c;
        return to;
    }
    *to++ = '\\';
    *to++ = letter;
    if (letter == 'u') {
        memcpy(to, "00", 2);
        to[2] = digits[c >> 4];
        to[3] = digits[c & 15];
        to += 4;
    }
    return to;
}

/* One byte, or one line separator: how many bytes of the text that is. */
static size_t escape_one(char **to, const char *text, size_t left)
{
    if (!is_line_separator(text, left)) {
        *to = escape_byte(*to, (unsigned char)*text);
        return 1;
    }
    memcpy(*to, text[2] & 1 ? "\\u2029" : "\\u2028", 6);
    *to += 6;
    return 3;
}

/* Without rarities. */
static char *escape_eight(char *to, const char *text, uint64_t eight)
{
    uint64_t marks = quotes(eight);

    if (!marks) {
        memcpy(to, text, EIGHT);
        return to + EIGHT;
    }
    for (size_t i = 0; i < EIGHT; i++, marks >>= 8) {
        *to = '\\'; /* stays where a mark is */
        to += marks >> 7 & 1;
        *to++ = text[i];
    }
    return to;
}

static char *escape(char *to, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t end = len - i < EIGHT ? len : i + EIGHT;
        uint64_t eight = end - i == EIGHT ? load_eight(text + i) : 0;

        if (!rarities(eight)) {
            to = escape_eight(to, text + i, eight);
            i = end;
        }
        while (i < end)
            i += escape_one(&to, text + i, len - i);
    }
    return to;
}

/* As jansson writes it, but for line separators, in a tenth of its time: messages are long. */
int json_text_string(struct buf *out, const char *text, size_t len)
{
    size_t bytes;
    char *room;

    if (!is_utf8(text, len))
        return buf_adds(out, REPLACEMENT);
    bytes = escaped_bytes(text, len) + 2;
    room = buf_room(out, bytes);
    if (!room)
        return -E_NOMEM;
    *room++ = '"';
    room = escape(room, text, len);
    *room = '"';
    buf_added(out, bytes);
    return 0;
}

int json_text_field(struct buf *out, const char *key, const char *text, size_t len)
{
    buf_addf(out, ",\"%s\":", key);
    return json_text_string(out, text, len);
}

int json_text_list(struct buf *out, const char *key, const char *const *list)
{
    buf_addf(out, ",\"%s\":[", key);
    for (size_t i = 0; list[i]; i++) {
        if (i)
            buf_addc(out, ',');
        json_text_string(out, list[i], strlen(list[i]));
    }
    return buf_addc(out, ']');
}

/* How many bytes a character that begins with this byte has; 0: none does. */
static size_t character_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

static bool is_character(const unsigned char *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return false;
    }
    /* written longer than need be, a surrogate, or beyond U+10FFFF */
    return !(at[0] == 0xe0 && at[1] < 0xa0) && !(at[0] == 0xed && at[1] > 0x9f) &&
           !(at[0] == 0xf0 && at[1] < 0x90) && !(at[0] == 0xf4 && at[1] > 0x8f);
}

/* Eight bytes of ASCII at a time: most of most texts. */
static size_t ascii_run(const unsigned char *at, size_t len)
{
    size_t n = 0;

    for (uint64_t eight; n + sizeof(eight) <= len; n += sizeof(eight)) {
        memcpy(&eight, at + n, sizeof(eight));
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return n;
}

size_t utf8_character(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t n = len ? character_bytes(at[0]) : 0;

    return n && n <= len && is_character(at, n) ? n : 0;
}

bool is_utf8(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t i = ascii_run(at, len); i < len; i += ascii_run(at + i, len - i)) {
        size_t n = utf8_character(text + i, len - i);

        if (!n)
            return false;
        i += n;
    }
    return true;
}
