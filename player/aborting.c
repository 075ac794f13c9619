#include "player/aborting.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

static int wrong(const char *text, struct error *err)
{
    return error_set(err, E_USAGE,
                     "--abort-after takes a number of failed sessions, as 20, a share of those "
                     "that ended, as 10%%, or a time, as 30m, not '%s'",
                     text);
}

int abort_parse(struct abort_rule *rule, const char *text, struct error *err)
{
    char *end;
    double number;

    *rule = (struct abort_rule){0};
    if (!text)
        return 0;
    if ((!isdigit((unsigned char)*text) && *text != '.') || strpbrk(text, "eExX"))
        return wrong(text, err);
    number = strtod(text, &end);
    if (!*end && number >= 1 && number < 1e15 && !strchr(text, '.')) {
        rule->kind = ABORT_FAILED;
        rule->failed = (uint64_t)number;
    } else if (strcmp(end, "%") == 0 && number <= 100) {
        rule->kind = ABORT_SHARE;
        rule->percent = number;
    } else if (duration_parse(text, &rule->after_us) == 0 && rule->after_us > 0) {
        rule->kind = ABORT_TIME;
    } else {
        return wrong(text, err);
    }
    return 0;
}

bool abort_decide(const struct abort_rule *rule, uint64_t done, uint64_t failed, int64_t elapsed_us,
                  char *why, size_t size)
{
    uint64_t ended = done + failed;
    char time[DURATION_TEXT];

    switch (rule->kind) {
    case ABORT_FAILED:
        snprintf(why, size, "%llu sessions failed, and --abort-after is %llu",
                 (unsigned long long)failed, (unsigned long long)rule->failed);
        return failed >= rule->failed;
    case ABORT_SHARE:
        snprintf(why, size, "%llu of %llu sessions failed, and --abort-after is %g%%",
                 (unsigned long long)failed, (unsigned long long)ended, rule->percent);
        return ended >= ABORT_ENDED_LEAST && failed &&
               (double)failed * 100 >= rule->percent * (double)ended;
    case ABORT_TIME:
        snprintf(why, size, "%s have passed, as --abort-after says",
                 duration_format(rule->after_us, time, sizeof(time)));
        return elapsed_us >= rule->after_us;
    case ABORT_NEVER:
        break;
    }
    return false;
}
