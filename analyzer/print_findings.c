/* The notes, then what was found, a build together: an item a finding, its further lines indented,
 * as wide as a terminal's table is. */
#include <string.h>

#include "analyzer/print.h"
#include "analyzer/text.h"
#include "core/buf.h"

#define COLUMNS 100
#define INDENT 2

/* Prints words until a line is full, then goes on below, indented. */
static void print_wrapped(FILE *out, const char *text)
{
    int column = 0;

    while (*text) {
        size_t len = strcspn(text, " ");
        int columns = text_columns(text, len);

        if (column > INDENT && column + 1 + columns > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, len, out);
        column += columns;
        text += len;
        while (*text == ' ')
            text++;
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
