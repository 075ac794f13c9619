#include "tests/core/testing.h"

#include "tests/core/refusal.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

static bool counting;
static long asked;      /* so far in this call */
static long refused_at; /* 0: none is refused */
static bool onward;     /* all after it are refused too */

static bool refuse(void)
{
    if (!counting)
        return false;
    asked++;
    return asked == refused_at || (onward && asked > refused_at);
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refuse() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return refuse() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return refuse() ? NULL : __real_strndup(text, len);
}

static int attempt_refusing(int (*attempt)(void *user), void *user, long at)
{
    int rc;

    asked = 0;
    refused_at = at;
    counting = true;
    rc = attempt(user);
    counting = false;
    return rc;
}

static long in_turn(const char *name, int (*attempt)(void *user), void *user)
{
    for (long at = 1;; at++) {
        int rc = attempt_refusing(attempt, user, at);

        if (asked < at) {
            if (rc != 0)
                fail_msg("%s: %d, although nothing was refused", name, rc);
            return asked;
        }
        if (rc == 0)
            fail_msg("%s: allocation %ld was refused and nobody says so", name, at);
    }
}

long refuse_in_turn(const char *name, int (*attempt)(void *user), void *user)
{
    onward = false;
    return in_turn(name, attempt, user);
}

long refuse_onward_in_turn(const char *name, int (*attempt)(void *user), void *user)
{
    onward = true;
    return in_turn(name, attempt, user);
}
