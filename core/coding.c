#include "core/coding.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "core/base64.h"
#include "core/error.h"

/* \u0001 is the longest of what a byte becomes. */
#define JSON_GROWTH 6

#define HEX_DIGITS "0123456789abcdef"
#define HEX_DIGITS_UPPER "0123456789ABCDEF"

static const char *const words[CODINGS] = {
    [CODING_NONE] = "none",   [CODING_URL] = "url",
    [CODING_FORM] = "form",   [CODING_HTML] = "html",
    [CODING_JSON] = "json",   [CODING_BASE64] = "base64",
    [CODING_JSON2] = "json2", [CODING_BASE64URL] = "base64url",
    [CODING_HEX] = "hex",     [CODING_HEX_UPPER] = "HEX",
};

int coding_find(const char *word, size_t len)
{
    for (int i = CODING_NONE + 1; i < CODINGS; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return i;
    }
    return -1;
}

const char *coding_word(enum coding coding)
{
    return words[coding];
}

/* --- encoding --- */

static bool is_plain(char c, const char *also)
{
    return c && (((unsigned char)c < 0x80 && isalnum((unsigned char)c)) || strchr(also, c));
}

static void add_percent(struct buf *out, unsigned char c)
{
    const char three[3] = {'%', HEX_DIGITS_UPPER[c >> 4], HEX_DIGITS_UPPER[c & 15]};

    buf_add(out, three, 3);
}

static void add_url(struct buf *out, char c)
{
    if (is_plain(c, "-_.!~*'()"))
        buf_addc(out, c);
    else
        add_percent(out, (unsigned char)c);
}

static void add_form(struct buf *out, char c)
{
    if (c == ' ')
        buf_addc(out, '+');
    else if (is_plain(c, "*-._"))
        buf_addc(out, c);
    else
        add_percent(out, (unsigned char)c);
}

static void add_html(struct buf *out, char c)
{
    switch (c) {
    case '&':
        buf_adds(out, "&amp;");
        break;
    case '<':
        buf_adds(out, "&lt;");
        break;
    case '>':
        buf_adds(out, "&gt;");
        break;
    case '"':
        buf_adds(out, "&quot;");
        break;
    case '\'':
        buf_adds(out, "&#39;");
        break;
    default:
        buf_addc(out, c);
    }
}

static const char json_letters[] = "bfnrt";
static const char json_meaning[] = "\b\f\n\r\t";

static void add_json(struct buf *out, char c)
{
    const char *meaning = c ? strchr(json_meaning, c) : NULL;

    if (meaning) {
        buf_addc(out, '\\');
        buf_addc(out, json_letters[meaning - json_meaning]);
    } else if ((unsigned char)c < 0x20) {
        buf_addf(out, "\\u%04x", (unsigned char)c);
    } else {
        if (c == '"' || c == '\\')
            buf_addc(out, '\\');
        buf_addc(out, c);
    }
}

static void add_hex(struct buf *out, char c)
{
    buf_addc(out, HEX_DIGITS[(unsigned char)c >> 4]);
    buf_addc(out, HEX_DIGITS[(unsigned char)c & 15]);
}

static void add_hex_upper(struct buf *out, char c)
{
    buf_addc(out, HEX_DIGITS_UPPER[(unsigned char)c >> 4]);
    buf_addc(out, HEX_DIGITS_UPPER[(unsigned char)c & 15]);
}

static int add_base64url(struct buf *out, const char *text, size_t len)
{
    size_t begin = out->len;

    if (base64_encode(out, text, len) < 0)
        return -E_NOMEM;
    while (out->len > begin && out->data[out->len - 1] == '=')
        out->data[--out->len] = 0;
    for (size_t i = begin; i < out->len; i++) {
        if (out->data[i] == '+')
            out->data[i] = '-';
        else if (out->data[i] == '/')
            out->data[i] = '_';
    }
    return 0;
}

static int add_json2(struct buf *out, const char *text, size_t len)
{
    struct buf inner;
    int rc;

    buf_init(&inner, JSON_GROWTH * len);
    rc = coding_encode(CODING_JSON, text, len, &inner);
    if (rc == 0)
        rc = coding_encode(CODING_JSON, inner.data ? inner.data : "", inner.len, out);
    buf_release(&inner);
    return rc;
}

int coding_encode(enum coding coding, const char *text, size_t len, struct buf *out)
{
    static void (*const each[CODINGS])(struct buf *, char) = {
        [CODING_URL] = add_url,   [CODING_FORM] = add_form, [CODING_HTML] = add_html,
        [CODING_JSON] = add_json, [CODING_HEX] = add_hex,   [CODING_HEX_UPPER] = add_hex_upper,
    };

    if (coding == CODING_BASE64)
        return base64_encode(out, text, len);
    if (coding == CODING_BASE64URL)
        return add_base64url(out, text, len);
    if (coding == CODING_JSON2)
        return add_json2(out, text, len);
    if (!each[coding])
        return buf_add(out, text, len);
    for (size_t i = 0; i < len; i++)
        each[coding](out, text[i]);
    return out->failed ? -E_NOMEM : 0;
}

/* --- decoding --- */

static int hex_value(char c)
{
    const char *at = c ? strchr(HEX_DIGITS, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - HEX_DIGITS) : -1;
}

/* The number that exactly `digits` hex digits write; -1: they do not. */
static long hex_number(const char *text, size_t len, size_t digits)
{
    long number = 0;

    if (len < digits)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        int value = hex_value(text[i]);

        if (value < 0)
            return -1;
        number = number << 4 | value;
    }
    return number;
}

static size_t utf8(unsigned long code, char out[CODED_CHARACTER_MAX])
{
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static size_t percent_character(const char *text, size_t len, char *out, size_t *used)
{
    long number = text[0] == '%' ? hex_number(text + 1, len - 1, 2) : -1;

    if (number < 0)
        return 0;
    out[0] = (char)number;
    *used = 3;
    return 1;
}

/* The entities that frameworks write; a page has thousands, none of which stands in a token. */
static const struct {
    const char *name;
    unsigned long code;
} entities[] = {{"amp;", '&'},   {"lt;", '<'},    {"gt;", '>'},  {"quot;", '"'},
                {"apos;", '\''}, {"nbsp;", 0xa0}, {"sol;", '/'}, {"equals;", '='}};

#define ENTITY_DIGITS_MAX 8

static size_t numbered_entity(const char *text, size_t len, char *out, size_t *used)
{
    bool hex = len > 2 && (text[2] == 'x' || text[2] == 'X');
    size_t begin = hex ? 3 : 2;
    unsigned long code = 0;
    size_t i = begin;

    for (; i < len && i < begin + ENTITY_DIGITS_MAX; i++) {
        int value = hex_value(text[i]);

        if (value < 0 || (!hex && value > 9))
            break;
        code = code * (hex ? 16 : 10) + (unsigned long)value;
    }
    if (i == begin || i >= len || text[i] != ';')
        return 0;
    *used = i + 1;
    return utf8(code, out);
}

static size_t html_character(const char *text, size_t len, char *out, size_t *used)
{
    if (text[0] != '&')
        return 0;
    if (len > 1 && text[1] == '#')
        return numbered_entity(text, len, out, used);
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t n = strlen(entities[i].name);

        if (n < len && memcmp(text + 1, entities[i].name, n) == 0) {
            *used = n + 1;
            return utf8(entities[i].code, out);
        }
    }
    return 0;
}

static size_t json_unicode(const char *text, size_t len, char *out, size_t *used)
{
    long high = hex_number(text + 2, len - 2, 4);
    long low = -1;

    if (high < 0)
        return 0;
    *used = 6;
    if (high >= 0xd800 && high < 0xdc00 && len >= 12 && text[6] == '\\' && text[7] == 'u')
        low = hex_number(text + 8, len - 8, 4);
    if (low < 0xdc00 || low > 0xdfff)
        return utf8((unsigned long)high, out);
    *used = 12;
    return utf8(0x10000 + ((unsigned long)(high - 0xd800) << 10) + (unsigned long)(low - 0xdc00),
                out);
}

static size_t json_character(const char *text, size_t len, char *out, size_t *used)
{
    const char *letter;

    if (text[0] != '\\' || len < 2)
        return 0;
    if (text[1] == 'u')
        return json_unicode(text, len, out, used);
    letter = text[1] ? strchr(json_letters, text[1]) : NULL;
    if (!letter && text[1] != '"' && text[1] != '\\' && text[1] != '/')
        return 0;
    out[0] = letter ? json_meaning[letter - json_letters] : text[1];
    *used = 2;
    return 1;
}

/* An escape of the inner JSON, which takes up to 12 characters of the outer one. */
#define INNER_MAX 12

static size_t json2_character(const char *text, size_t len, char *out, size_t *used)
{
    char inner[INNER_MAX + CODED_CHARACTER_MAX];
    size_t ends[INNER_MAX + CODED_CHARACTER_MAX] = {0}; /* of text, by bytes of inner */
    size_t inner_used;
    size_t n = 0;
    size_t at = 0;

    while (n < INNER_MAX && at < len && (n == 0 || inner[0] == '\\')) {
        size_t taken;
        size_t more = coding_character(CODING_JSON, text + at, len - at, inner + n, &taken);

        at += taken;
        for (size_t i = 0; i < more; i++)
            ends[n + i] = at;
        n += more;
    }
    n = json_character(inner, n, out, &inner_used);
    if (!n)
        return coding_character(CODING_JSON, text, len, out, used);
    *used = ends[inner_used - 1];
    return n;
}

size_t coding_character(enum coding coding, const char *text, size_t len,
                        char out[CODED_CHARACTER_MAX], size_t *used)
{
    size_t n = 0;

    if (coding == CODING_URL || coding == CODING_FORM)
        n = percent_character(text, len, out, used);
    else if (coding == CODING_HTML)
        n = html_character(text, len, out, used);
    else if (coding == CODING_JSON)
        n = json_character(text, len, out, used);
    else if (coding == CODING_JSON2)
        n = json2_character(text, len, out, used);
    if (n)
        return n;
    out[0] = coding == CODING_FORM && text[0] == '+' ? ' ' : text[0];
    *used = 1;
    return 1;
}

static int decode_base64(const char *text, size_t len, struct buf *out)
{
    struct buf proper;
    int rc;

    buf_init(&proper, len + 4);
    while (len && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++)
        buf_addc(&proper, text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
    while (proper.len % 4 && !proper.failed)
        buf_addc(&proper, '=');
    if (proper.failed)
        rc = -E_NOMEM;
    else
        rc = len % 4 == 1 ? -E_FORMAT : base64_decode(out, proper.data, proper.len);
    buf_release(&proper);
    return rc;
}

bool coding_decodes(enum coding coding)
{
    return coding <= CODING_BASE64URL;
}

int coding_decode(enum coding coding, const char *text, size_t len, struct buf *out)
{
    if (!coding_decodes(coding))
        return -E_FORMAT;
    if (coding == CODING_NONE)
        return buf_add(out, text, len);
    if (coding == CODING_BASE64 || coding == CODING_BASE64URL)
        return decode_base64(text, len, out);
    while (len && !out->failed) {
        char character[CODED_CHARACTER_MAX];
        size_t used;
        size_t n = coding_character(coding, text, len, character, &used);

        buf_add(out, character, n);
        text += used;
        len -= used;
    }
    return out->failed ? -E_NOMEM : 0;
}
