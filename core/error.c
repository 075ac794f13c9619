#include "core/error.h"

#include <stdarg.h>
#include <string.h>

int error_set(struct error *err, int code, const char *fmt, ...)
{
    va_list args;

    if (!err || err->code)
        return -code;
    err->code = code;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return -code;
}

void error_prefix(struct error *err, const char *fmt, ...)
{
    char context[sizeof(err->text)];
    char both[sizeof(err->text)];
    size_t used;
    va_list args;

    if (!err || !err->code)
        return;
    va_start(args, fmt);
    vsnprintf(context, sizeof(context), fmt, args);
    va_end(args);
    used = strlen(context);
    memcpy(both, context, used);
    snprintf(both + used, sizeof(both) - used, "%s", err->text);
    memcpy(err->text, both, sizeof(both));
}

int error_nomem(struct error *err)
{
    return error_set(err, E_NOMEM, "out of memory");
}

int error_exit_code(const struct error *err)
{
    if (!err->code)
        return 0;
    return err->code == E_USAGE ? 2 : 1;
}

void error_print(const char *program, const struct error *err)
{
    char clean[sizeof(err->text)];

    memcpy(clean, err->text, sizeof(clean));
    /* A server's words may stand in the sentence: they must not steer the terminal. */
    for (char *c = clean; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    }
    fprintf(stderr, "%s: %s\n", program, clean);
}
