#include "core/run.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static const struct {
    const char *name;
    enum run_event event;
} session_events[] = {
    {RUN_EVENT_CREATE, RUN_SESSION_CREATE},
    {RUN_EVENT_DONE, RUN_SESSION_DONE},
    {RUN_EVENT_FAIL, RUN_SESSION_FAIL},
};

static void add_event(struct buf *out, const struct run_row *row)
{
    if (row->event == RUN_STEP_START || row->event == RUN_STEP_END) {
        buf_adds(out, step_type_name(row->type));
        buf_adds(out, row->event == RUN_STEP_START ? "_START" : "_END");
        return;
    }
    for (size_t i = 0; i < sizeof(session_events) / sizeof(session_events[0]); i++) {
        if (session_events[i].event == row->event)
            buf_adds(out, session_events[i].name);
    }
}

/* Always quoted; the reason may be a server's own words, so control characters leave it too. */
static void add_comment(struct buf *out, const char *comment)
{
    buf_addc(out, '"');
    for (; *comment; comment++) {
        if (*comment == '"')
            buf_adds(out, "\"\"");
        else if ((unsigned char)*comment < 0x20 || *comment == '#')
            buf_addc(out, ' ');
        else
            buf_addc(out, *comment);
    }
    buf_addc(out, '"');
}

int run_row_write(struct buf *out, const struct run_row *row)
{
    buf_addf(out, "%ld,%ld,%ld,", row->session, row->user, row->iteration);
    add_event(out, row);
    buf_addf(out, ",%lld.%03d,%u,", (long long)(row->time_us / 1000), (int)(row->time_us % 1000),
             row->line);
    if (row->comment && *row->comment)
        add_comment(out, row->comment);
    buf_addc(out, '\n');
    return out->failed ? -E_NOMEM : 0;
}

/* Cuts the next field off *rest, unquoting it in place; NULL when there is none. */
static char *next_field(char **rest)
{
    char *field = *rest;
    char *to = field;
    char *from = field;
    bool quoted;

    if (!field)
        return NULL;
    quoted = *from == '"';
    if (quoted)
        from++;
    for (;; from++) {
        if (quoted && from[0] == '"' && from[1] == '"')
            from++; /* a doubled quote is one */
        else if (quoted && *from == '"') {
            from++;
            break;
        } else if (!*from || (!quoted && *from == ','))
            break;
        *to++ = *from;
    }
    *rest = *from == ',' ? from + 1 : NULL;
    *to = 0;
    return field;
}

static int parse_event(struct run_row *row, const char *name)
{
    const char *underscore = strrchr(name, '_');
    char type[40];
    int found;

    for (size_t i = 0; i < sizeof(session_events) / sizeof(session_events[0]); i++) {
        if (strcmp(name, session_events[i].name) == 0) {
            row->event = session_events[i].event;
            return 0;
        }
    }
    row->event = RUN_OTHER;
    if (!underscore || (size_t)(underscore - name) >= sizeof(type))
        return 0;
    snprintf(type, sizeof(type), "%.*s", (int)(underscore - name), name);
    found = step_type_find(type);
    if (found < 0)
        return 0;
    row->type = (enum step_type)found;
    if (strcmp(underscore, "_START") == 0)
        row->event = RUN_STEP_START;
    else if (strcmp(underscore, "_END") == 0)
        row->event = RUN_STEP_END;
    return 0;
}

static int parse_long(const char *text, long *out)
{
    char *end;

    *out = strtol(text, &end, 10);
    return end == text || *end ? -E_FORMAT : 0;
}

/* Milliseconds with any number of decimals, exactly: a double would do, but only just. */
static int parse_time(const char *text, int64_t *out_us)
{
    char *end;
    long long ms = strtoll(text, &end, 10);
    int64_t scale = 100;
    int64_t us;

    if (*text < '0' || *text > '9' || ms >= INT64_MAX / 1000)
        return -E_FORMAT;
    us = ms * 1000;
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9'; end++, scale /= 10)
            us += (*end - '0') * scale;
    }
    *out_us = us;
    return *end ? -E_FORMAT : 0;
}

int run_row_parse(struct run_row *row, char *line)
{
    char *fields[7];
    long number = 0;

    for (size_t i = 0; i < 7; i++) {
        fields[i] = next_field(&line);
        if (!fields[i])
            return -E_FORMAT;
    }
    if (parse_long(fields[0], &row->session) < 0 || parse_long(fields[1], &row->user) < 0 ||
        parse_long(fields[2], &row->iteration) < 0 || parse_time(fields[4], &row->time_us) < 0 ||
        parse_long(fields[5], &number) < 0 || number < 0 || number > UINT_MAX)
        return -E_FORMAT;
    row->line = (unsigned)number;
    row->comment = fields[6];
    return parse_event(row, fields[3]);
}
