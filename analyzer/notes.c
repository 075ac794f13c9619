#include "analyzer/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/text.h"
#include "core/error.h"

int notes_add(struct notes *notes, const char *text)
{
    char **grown = realloc(notes->list, (notes->count + 1) * sizeof(*grown));

    if (!grown)
        return -E_NOMEM;
    notes->list = grown;
    grown[notes->count] = text_valid(text);
    if (!grown[notes->count])
        return -E_NOMEM;
    notes->count++;
    return 0;
}

int notes_addf(struct notes *notes, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int rc;

    va_start(args, format);
    rc = vasprintf(&text, format, args);
    va_end(args);
    if (rc < 0)
        return -E_NOMEM;
    rc = notes_add(notes, text);
    free(text);
    return rc;
}

int notes_shorten(struct notes *out, const struct notes *notes, size_t most)
{
    size_t kept = notes->count > most ? most - 1 : notes->count;
    int rc = 0;

    for (size_t i = 0; i < kept && rc == 0; i++)
        rc = notes_add(out, notes->list[i]);
    if (rc == 0 && kept < notes->count)
        rc = notes_addf(out, "%zu more: see the report", notes->count - kept);
    return rc;
}

void notes_release(struct notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->list[i]);
    free(notes->list);
    *notes = (struct notes){0};
}
