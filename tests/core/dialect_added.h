/* A dialect written in a test. */
#ifndef STRETTO_TESTS_CORE_DIALECT_ADDED_H
#define STRETTO_TESTS_CORE_DIALECT_ADDED_H

#include "tests/core/testing.h"

#include <unistd.h>

#include "tests/core/dialects.h"

/* Adds a dialect of this text; the file is called chat.json.  dialects_release() makes the next
 * shipped() start afresh. */
static inline int add_dialect(const char *text, struct error *err)
{
    char folder[] = "/tmp/dialect-XXXXXX";
    char path[64];
    FILE *f;
    int rc;

    shipped("plain");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/chat.json", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    rc = dialects_add(path, err);
    unlink(path);
    rmdir(folder);
    return rc;
}

static inline const struct dialect *added(const char *text)
{
    struct error err = ERROR_NONE;

    if (add_dialect(text, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return dialects_at(0);
}

#endif
