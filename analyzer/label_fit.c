#include "analyzer/label_fit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

#define CUT_MOST 8192

/* Where " (12)" begins at its end, or its end. */
static size_t number_at(const char *label)
{
    size_t len = strlen(label);
    size_t at = len;

    if (at < 4 || label[--at] != ')')
        return len;
    while (at > 0 && isdigit((unsigned char)label[at - 1]))
        at--;
    return at >= 3 && at + 1 < len && label[at - 1] == '(' && label[at - 2] == ' ' ? at - 2 : len;
}

static char *cut(const struct font *font, char *label, double width)
{
    size_t at = number_at(label);
    struct buf text;
    char *number;
    char *head;

    if (!label[at] || text_width(font, label) <= width)
        return text_fit(font, label, width);
    number = strdup(label + at);
    if (!number)
        return NULL;
    label[at] = 0;
    head = text_fit(font, label, width - text_width(font, number));
    buf_init(&text, CUT_MOST);
    if (head)
        buf_addf(&text, "%s%s", head, number);
    free(head);
    free(number);
    return buf_take(&text);
}

/* Up to which space it fits; 0: up to none. */
static size_t break_at(const struct font *font, char *label, double width)
{
    size_t last = 0;

    for (char *space = strchr(label, ' '); space; space = strchr(space + 1, ' ')) {
        double needed;

        *space = 0;
        needed = text_width(font, label);
        *space = ' ';
        if (needed > width)
            break;
        last = (size_t)(space - label);
    }
    return last;
}

void label_fit(struct label_lines *out, const struct font *font, const char *label, double width,
               size_t most)
{
    char *plain = text_plain(label);
    char *rest = plain;
    size_t at = 0;

    *out = (struct label_lines){0};
    if (!plain)
        return;
    if (most > 1 && text_width(font, plain) > width)
        at = break_at(font, plain, width);
    if (at > 0) {
        plain[at] = 0;
        out->text[out->count++] = strdup(plain);
        rest = plain + at + 1;
    }
    out->text[out->count++] = cut(font, rest, width);
    free(plain);
}

void label_lines_release(struct label_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->text[i]);
    *lines = (struct label_lines){0};
}
