#include "analyzer/csv_cell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/text.h"

/* The signs that begin a formula, as wide as Latin letters and as wide as Chinese ones. */
static bool is_formula(const char *text)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return true;
    }
    return false;
}

void csv_cell_add(struct buf *out, const char *text)
{
    char *plain = text_plain(text);
    bool quoted;

    if (!plain) {
        out->failed = true;
        return;
    }
    quoted = plain[strcspn(plain, "\",'")] || *plain == ' ';
    if (quoted)
        buf_addc(out, '"');
    if (is_formula(plain))
        buf_addc(out, '\'');
    for (const char *c = plain; *c; c++)
        buf_adds(out, *c == '"' ? "\"\"" : (char[]){*c, 0});
    if (quoted)
        buf_addc(out, '"');
    free(plain);
}
