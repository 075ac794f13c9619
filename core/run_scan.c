#include "core/run_scan.h"

#include <limits.h>
#include <string.h>

/* So many digits fit whatever they are read into. */
#define DIGITS_LINE 9
#define DIGITS_TIME 15
#define DIGITS_LONG 18

/* A number of at most so many digits: what stands behind it, or NULL. */
static const char *scan_number(const char *at, int most, int64_t *out)
{
    const char *begin = at;
    uint64_t number = 0;

    while (*at >= '0' && *at <= '9' && at - begin <= most)
        number = number * 10 + (unsigned)(*at++ - '0');
    *out = (int64_t)number;
    return at == begin || at - begin > most ? NULL : at;
}

/* The same, and a comma behind it, which is passed. */
static const char *scan_field(const char *at, int most, int64_t *out)
{
    at = scan_number(at, most, out);
    return at && *at == ',' ? at + 1 : NULL;
}

/* Milliseconds with at most three decimals. */
static const char *scan_time(const char *at, int64_t *out_us)
{
    int64_t scale = 100;
    int64_t us;

    at = scan_number(at, DIGITS_TIME, &us);
    if (!at || us >= RUN_TIME_MOST_MS)
        return NULL;
    us *= 1000;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9' && scale > 0; at++, scale /= 10)
            us += (*at - '0') * scale;
    }
    *out_us = us;
    return *at == ',' ? at + 1 : NULL;
}

/* In the order of how often they come. */
static const struct {
    const char *word;
    size_t len;
    enum run_event event;
    enum step_type type;
} words[] = {
#define STEP_WORDS(name)                                                                           \
    {#name "_START", sizeof(#name "_START") - 1, RUN_STEP_START, STEP_##name},                     \
    {                                                                                              \
#name "_END", sizeof(#name "_END") - 1, RUN_STEP_END, STEP_##name                          \
    }
    STEP_WORDS(REQ_GET),
    STEP_WORDS(WS_RECV),
    STEP_WORDS(WS_SEND),
    STEP_WORDS(REQ_POST),
    STEP_WORDS(REQ_HOME),
    STEP_WORDS(WS_OPEN),
    STEP_WORDS(WS_RECV_INIT),
    STEP_WORDS(WS_CLOSE),
    STEP_WORDS(REQ),
    STEP_WORDS(REQ_TOK),
    STEP_WORDS(REQ_SINF),
    STEP_WORDS(WS_RECV_BEGIN_UPLOAD),
#undef STEP_WORDS
    {RUN_EVENT_CREATE, sizeof(RUN_EVENT_CREATE) - 1, RUN_SESSION_CREATE, 0},
    {RUN_EVENT_DONE, sizeof(RUN_EVENT_DONE) - 1, RUN_SESSION_DONE, 0},
};

static const char *scan_event(const char *at, struct run_row *row)
{
    size_t len = 0;

    while (at[len] && at[len] != ',')
        len++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].len != len || memcmp(words[i].word, at, len) != 0)
            continue;
        row->event = words[i].event;
        row->type = words[i].type;
        return at[len] ? at + len + 1 : NULL;
    }
    return NULL;
}

/* A column of a phase, behind its comma: digits or nothing. */
static const char *scan_phase(const char *at, int64_t *out)
{
    if (!at || *at++ != ',')
        return NULL;
    *out = RUN_PHASE_NONE;
    return *at == ',' || !*at ? at : scan_number(at, DIGITS_LONG, out);
}

/* All of them, from the comma behind the comment to the end of the line. */
static bool scan_phases(const char *at, struct run_row *row, struct run_phases *phases)
{
    int64_t bytes = RUN_PHASE_NONE;

    row->phases = NULL;
    if (!*at || strcmp(at, ",,,,,,") == 0)
        return true;
    at = scan_phase(at, &phases->blocked_us);
    at = scan_phase(at, &phases->dns_us);
    at = scan_phase(at, &phases->connect_us);
    at = scan_phase(at, &phases->tls_us);
    at = scan_phase(at, &phases->first_byte_us);
    at = scan_phase(at, &bytes);
    phases->bytes = bytes < 0 ? RUN_BYTES_NONE : (uint64_t)bytes;
    row->phases = phases;
    return at && !*at;
}

bool run_row_scan(struct run_row *row, struct run_phases *phases, const char *line)
{
    int64_t session;
    int64_t user;
    int64_t iteration;
    int64_t number;

    line = scan_field(line, DIGITS_LONG, &session);
    line = line ? scan_field(line, DIGITS_LONG, &user) : NULL;
    line = line ? scan_field(line, DIGITS_LONG, &iteration) : NULL;
    line = line ? scan_event(line, row) : NULL;
    line = line ? scan_time(line, &row->time_us) : NULL;
    line = line ? scan_field(line, DIGITS_LINE, &number) : NULL;
    if (!line || (*line && *line != ','))
        return false;
    row->session = session;
    row->user = user;
    row->iteration = iteration;
    row->line = (unsigned)number;
    row->comment = "";
    return scan_phases(line, row, phases);
}
