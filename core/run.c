#include "core/run.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/run_scan.h"

static const struct {
    const char *name;
    enum run_event event;
} session_events[] = {
    {RUN_EVENT_CREATE, RUN_SESSION_CREATE},
    {RUN_EVENT_DONE, RUN_SESSION_DONE},
    {RUN_EVENT_FAIL, RUN_SESSION_FAIL},
};

/* Rows are written by the thousand a second beside the load: no printf. */
static char *put_number(char *to, uint64_t number)
{
    char digits[20];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (n)
        *to++ = digits[--n];
    return to;
}

static char *put_signed(char *to, int64_t number)
{
    if (number < 0)
        *to++ = '-';
    return put_number(to, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static char *put_event(char *to, const struct run_row *row)
{
    if (row->event == RUN_STEP_START || row->event == RUN_STEP_END) {
        to = stpcpy(to, step_type_name(row->type));
        return stpcpy(to, row->event == RUN_STEP_START ? "_START" : "_END");
    }
    for (size_t i = 0; i < sizeof(session_events) / sizeof(session_events[0]); i++) {
        if (session_events[i].event == row->event)
            return stpcpy(to, session_events[i].name);
    }
    return to;
}

static char *put_time(char *to, int64_t time_us)
{
    unsigned us = (unsigned)(time_us % 1000);

    to = put_signed(to, time_us / 1000);
    *to++ = '.';
    *to++ = (char)('0' + us / 100);
    *to++ = (char)('0' + us / 10 % 10);
    *to++ = (char)('0' + us % 10);
    return to;
}

static char *put_until_comment(char *to, const struct run_row *row)
{
    to = put_signed(to, row->session);
    *to++ = ',';
    to = put_signed(to, row->user);
    *to++ = ',';
    to = put_signed(to, row->iteration);
    *to++ = ',';
    to = put_event(to, row);
    *to++ = ',';
    to = put_time(to, row->time_us);
    *to++ = ',';
    to = put_number(to, row->line);
    *to++ = ',';
    return to;
}

static char *put_phases(char *to, const struct run_phases *phases)
{
    const int64_t times[] = {phases->blocked_us, phases->dns_us, phases->connect_us, phases->tls_us,
                             phases->first_byte_us};

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        *to++ = ',';
        if (times[i] >= 0)
            to = put_number(to, (uint64_t)times[i]);
    }
    *to++ = ',';
    return phases->bytes == RUN_BYTES_NONE ? to : put_number(to, phases->bytes);
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

/* Numbers of 20 digits, an event of 40 letters, phases: with room to spare. */
#define ROW_TEXT 384

int run_row_write(struct buf *out, const struct run_row *row)
{
    char text[ROW_TEXT];
    char *to = put_until_comment(text, row);

    if (row->comment && *row->comment) {
        buf_add(out, text, (size_t)(to - text));
        add_comment(out, row->comment);
        to = text;
    }
    to = row->phases ? put_phases(to, row->phases) : stpcpy(to, ",,,,,,");
    *to++ = '\n';
    buf_add(out, text, (size_t)(to - text));
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

    errno = 0;
    *out = strtol(text, &end, 10);
    return end == text || *end || errno ? -E_FORMAT : 0;
}

/* Milliseconds with any number of decimals, exactly: a double would do, but only just. */
static int parse_time(const char *text, int64_t *out_us)
{
    char *end;
    long long ms = strtoll(text, &end, 10);
    int64_t scale = 100;
    int64_t us;

    if (*text < '0' || *text > '9' || ms >= RUN_TIME_MOST_MS)
        return -E_FORMAT;
    us = ms * 1000;
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9'; end++, scale /= 10)
            us += (*end - '0') * scale;
    }
    *out_us = us;
    return *end ? -E_FORMAT : 0;
}

/* A phase: digits, or nothing. */
static bool parse_phase(const char *text, int64_t *out)
{
    char *end;

    *out = RUN_PHASE_NONE;
    if (!*text)
        return true;
    if (*text < '0' || *text > '9')
        return false;
    *out = strtoll(text, &end, 10);
    return !*end;
}

static bool parse_phases(struct run_phases *phases, char *rest)
{
    int64_t *const times[] = {&phases->blocked_us, &phases->dns_us, &phases->connect_us,
                              &phases->tls_us, &phases->first_byte_us};
    bool any = false;
    int64_t bytes;
    char *field;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        field = next_field(&rest);
        if (!field || !parse_phase(field, times[i]))
            return false;
        any = any || *times[i] >= 0;
    }
    field = next_field(&rest);
    if (!field || rest || !parse_phase(field, &bytes))
        return false;
    phases->bytes = bytes < 0 ? RUN_BYTES_NONE : (uint64_t)bytes;
    return any || bytes >= 0;
}

int run_row_parse(struct run_row *row, char *line)
{
    struct run_phases unread;
    int rc = run_row_parse_phases(row, &unread, line);

    row->phases = NULL;
    return rc;
}

/* Any row: fields in quotes, comments, signs. */
static int parse_any(struct run_row *row, struct run_phases *phases, char *line)
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
    row->phases = parse_phases(phases, line) ? phases : NULL;
    return parse_event(row, fields[3]);
}

int run_row_parse_phases(struct run_row *row, struct run_phases *phases, char *line)
{
    return run_row_scan(row, phases, line) ? 0 : parse_any(row, phases, line);
}
