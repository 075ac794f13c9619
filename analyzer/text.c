#include "analyzer/text.h"

#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\u2026"
#define REPLACEMENT "\uFFFD"

char *text_valid(const char *text)
{
    char *copy = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
    char *to = copy;

    if (!copy)
        return NULL;
    while (*text) {
        const char *good_until;

        g_utf8_validate(text, -1, &good_until);
        memcpy(to, text, (size_t)(good_until - text));
        to += good_until - text;
        text = good_until;
        if (*text) {
            memcpy(to, REPLACEMENT, strlen(REPLACEMENT));
            to += strlen(REPLACEMENT);
            text++;
        }
    }
    *to = 0;
    return copy;
}

/* U+0000 to U+001F, U+007F, and U+0080 to U+009F, which UTF-8 writes as C2 80 to C2 9F; U+2028 to
 * U+202E and U+2066 to U+2069, which end a line or turn the text behind them around; and the two
 * code points that XML forbids although they are valid, U+FFFE and U+FFFF. */
static size_t control_length(const unsigned char *c)
{
    if (*c < 0x20 || *c == 0x7f)
        return 1;
    if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
        return 2;
    if (c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
                         (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)))
        return 3;
    if (c[0] == 0xef && c[1] == 0xbf && (c[2] == 0xbe || c[2] == 0xbf))
        return 3;
    return 0;
}

char *text_plain(const char *text)
{
    char *copy = strdup(text);
    char *to = copy;

    if (!copy)
        return NULL;
    for (char *from = copy; *from;) {
        size_t control = control_length((const unsigned char *)from);

        *to++ = control ? ' ' : *from;
        from += control ? control : 1;
    }
    *to = 0;
    return copy;
}

char *text_short(const char *text, size_t most)
{
    char *valid = text_valid(text);
    char *plain = valid ? text_plain(valid) : NULL;
    size_t len = most;
    char *words;

    free(valid);
    if (!plain || strlen(plain) <= most)
        return plain;
    while (((unsigned char)plain[len] & 0xC0) == 0x80)
        len--;
    if (asprintf(&words, "%.*s" ELLIPSIS, (int)len, plain) < 0)
        words = NULL;
    free(plain);
    return words;
}

int text_columns_of(uint32_t character)
{
    return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

int text_columns(const char *text)
{
    int columns = 0;

    for (; *text; text = g_utf8_next_char(text))
        columns += text_columns_of(g_utf8_get_char(text));
    return columns;
}

void text_set_font(PangoLayout *layout, const struct font *font)
{
    PangoFontDescription *description = pango_font_description_from_string(TEXT_FAMILY);

    pango_font_description_set_absolute_size(description, font->size * PANGO_SCALE);
    if (font->bold)
        pango_font_description_set_weight(description, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, description);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_font_description_free(description);
}

static PangoLayout *layout_new(const struct font *font)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    PangoLayout *layout = pango_layout_new(context);

    text_set_font(layout, font);
    g_object_unref(context);
    return layout;
}

static double layout_width(PangoLayout *layout, const char *text, size_t len)
{
    int width;

    pango_layout_set_text(layout, text, (int)len);
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

double text_width(const struct font *font, const char *text)
{
    PangoLayout *layout = layout_new(font);
    double width = layout_width(layout, text, strlen(text));

    g_object_unref(layout);
    return width;
}

/* The most characters that fit, found by halving: a label may be very long. */
static size_t bytes_that_fit(PangoLayout *layout, const char *text, double width)
{
    size_t low = 0;
    size_t high = (size_t)g_utf8_strlen(text, -1);

    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        size_t bytes = (size_t)(g_utf8_offset_to_pointer(text, (glong)middle) - text);

        if (layout_width(layout, text, bytes) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    return (size_t)(g_utf8_offset_to_pointer(text, (glong)low) - text);
}

static char *cut_to_fit(PangoLayout *layout, const char *text, double width)
{
    double room = width - layout_width(layout, ELLIPSIS, strlen(ELLIPSIS));
    size_t fits = bytes_that_fit(layout, text, room);
    char *copy = malloc(fits + sizeof(ELLIPSIS));

    if (!copy)
        return NULL;
    memcpy(copy, text, fits);
    memcpy(copy + fits, ELLIPSIS, sizeof(ELLIPSIS));
    return copy;
}

char *text_fit(const struct font *font, const char *text, double width)
{
    /* Nothing wider than this many bytes fits on any picture; longer ones would cost time. */
    char *head = strndup(text, 4096);
    char *valid = head ? text_valid(head) : NULL; /* it may be cut inside a character */
    PangoLayout *layout = layout_new(font);

    free(head);
    if (valid && layout_width(layout, valid, strlen(valid)) > width) {
        char *cut = cut_to_fit(layout, valid, width);

        free(valid);
        valid = cut;
    }
    g_object_unref(layout);
    return valid;
}

/* Both are read by the leak sanitizer, where there is one.  fontconfig keeps what it found until
 * FcFini(), which is not safe to call: see text_shutdown().  All else is still checked. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

void text_shutdown(void)
{
    /* Not cairo_debug_reset_static_data() nor FcFini(): a thread of pango's own may still be
     * looking for fonts, and both may abort then. */
    pango_cairo_font_map_set_default(NULL);
}
