/* The notes, then what was found, a build together: an item a finding, its further lines indented,
 * as wide as a terminal's table is. */
#include <ctype.h>
#include <pango/pango.h>
#include <string.h>

#include "analyzer/print.h"
#include "analyzer/text.h"
#include "core/buf.h"

#define COLUMNS 100
#define INDENT 2
#define UNIT_MOST 4

/* A number and its unit stay together: "12 s", "5 %". */
static bool binds(const char *text, size_t len)
{
    const char *next = text + len + 1;

    return len && text[len] && isdigit((unsigned char)text[len - 1]) &&
           !isdigit((unsigned char)*next) && strcspn(next, " ") <= UNIT_MOST;
}

/* What may stand at the end of a line and not be broken: its bytes. */
static size_t word_length(const char *text)
{
    size_t len = strcspn(text, " ");

    while (binds(text, len))
        len += 1 + strcspn(text + len + 1, " ");
    return len;
}

static int columns_of(const char *text, size_t len)
{
    int columns = 0;

    for (const char *end = text + len; text < end; text = g_utf8_next_char(text))
        columns += text_columns_of(g_utf8_get_char(text));
    return columns;
}

/* Prints words until a line is full, then goes on below, indented. */
static void print_wrapped(FILE *out, const char *text)
{
    int column = 0;

    for (bool first = true; *text; first = false) {
        size_t len = word_length(text);
        int columns = columns_of(text, len);

        if (!first && column + 1 + columns > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (!first) {
            column += fputc(' ', out) == ' ';
        }
        fwrite(text, 1, len, out);
        column += columns;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_about(FILE *out, const struct findings *findings, size_t build)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->list[i].build == build)
            print_wrapped(out, findings->list[i].text);
    }
}

static void print_note(FILE *out, const char *note)
{
    struct buf line;

    buf_init(&line, strlen(note) + sizeof("Note: ."));
    buf_addf(&line, "Note: %s.", note);
    if (!line.failed)
        print_wrapped(out, line.data);
    buf_release(&line);
}

void print_findings(FILE *out, const struct scene *scene, const struct findings *findings)
{
    for (size_t i = 0; i < scene->notes->count; i++)
        print_note(out, scene->notes->list[i]);
    for (size_t i = 0; i < scene->count; i++) {
        fputs(i || scene->notes->count ? "\n" : "", out);
        print_about(out, findings, i);
    }
    print_about(out, findings, FINDING_OF_ALL);
}
