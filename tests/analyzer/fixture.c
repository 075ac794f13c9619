#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define T "2026-11-21T00:33:3"

const char fixture_script[] =
    "# version: 1\n"
    "# target_url: http://127.0.0.1:3838/\n"
    "# target_type: R/Shiny\n"
    "{\"type\":\"REQ_HOME\",\"begin\":\"" T "2.000Z\",\"end\":\"" T
    "2.100Z\",\"status\":200,\"url\":\"/\"}\n"
    "{\"type\":\"REQ_GET\",\"begin\":\"" T "2.110Z\",\"end\":\"" T
    "2.130Z\",\"status\":200,\"url\":\"/a.js\"}\n"
    "{\"type\":\"WS_OPEN\",\"begin\":\"" T "2.140Z\",\"url\":\"/websocket/\"}\n"
    "{\"type\":\"WS_SEND\",\"begin\":\"" T
    "2.210Z\",\"message\":\"{\\\"method\\\":\\\"init\\\",\\\"data\\\":{}}\"}\n"
    "{\"type\":\"WS_RECV_INIT\",\"begin\":\"" T
    "2.300Z\",\"message\":\"{\\\"config\\\":{\\\"sessionId\\\":\\\"${SESSION}\\\"}}\"}\n"
    "{\"type\":\"WS_SEND\",\"begin\":\"" T
    "3.300Z\",\"message\":\"{\\\"method\\\":\\\"update\\\",\\\"data\\\":{\\\"n\\\":1}}\"}\n"
    "{\"type\":\"WS_RECV\",\"begin\":\"" T
    "3.700Z\",\"message\":\"{\\\"values\\\":{\\\"p\\\":1}}\"}\n"
    "{\"type\":\"WS_RECV\",\"begin\":\"" T
    "3.900Z\",\"message\":\"{\\\"values\\\":{\\\"t\\\":1}}\"}\n"
    "{\"type\":\"WS_CLOSE\",\"begin\":\"" T "4.400Z\"}\n";

const char fixture_header[] =
    "session_id,worker_id,iteration,event,timestamp,input_line_number,comment\n";

static const struct {
    int ms;
    const char *event;
    int line;
} rows[] = {
    {0, "PLAYER_SESSION_CREATE", 0},
    {0, "REQ_HOME_START", 4},
    {100, "REQ_HOME_END", 4},
    {100, "PLAYBACK_SLEEPBEFORE_START", 5},
    {110, "PLAYBACK_SLEEPBEFORE_END", 5},
    {110, "REQ_GET_START", 5},
    {130, "REQ_GET_END", 5},
    {140, "WS_OPEN_START", 6},
    {200, "WS_OPEN_END", 6},
    {210, "WS_SEND_START", 7},
    {210, "WS_SEND_END", 7},
    {210, "WS_RECV_INIT_START", 8},
    {300, "WS_RECV_INIT_END", 8},
    {1300, "WS_SEND_START", 9},
    {1300, "WS_SEND_END", 9},
    {1300, "WS_RECV_START", 10},
    {1300, "WS_RECV_START", 11},
    {1700, "WS_RECV_END", 10},
    {1900, "WS_RECV_END", 11},
    {2400, "WS_CLOSE_START", 12},
    {2400, "WS_CLOSE_END", 12},
    {2400, "PLAYBACK_DONE", 0},
};

struct script *fixture_parse(void)
{
    struct script *script = NULL;
    struct error err = ERROR_NONE;

    if (script_parse(&script, "fixture", fixture_script, strlen(fixture_script), &err) < 0)
        error_print("fixture", &err);
    return script;
}

static void add_row(struct buf *out, const struct fixture_session *s, const char *event, int ms,
                    int line, const char *comment)
{
    buf_addf(out, "%ld,%ld,%ld,%s,%lld%s,%d,%s\n", s->id, s->of_user ? s->user : s->id,
             s->iteration, event, (long long)(FIXTURE_EPOCH_MS + s->start_ms + ms),
             s->shinycannon ? "" : ".000", line, comment);
}

void fixture_rows(struct buf *out, const struct fixture_session *s)
{
    int count = s->stop_before ? s->stop_before : (int)(sizeof(rows) / sizeof(rows[0]));

    for (int i = 0; i < count; i++)
        add_row(out, s, rows[i].event, rows[i].ms, rows[i].line, "");
    if (s->fail)
        add_row(out, s, "PLAYBACK_FAIL", rows[count - 1].ms + 500, 10, s->fail);
}

char *fixture_dir(void)
{
    const char *tmp = getenv("TMPDIR");
    char path[256];

    snprintf(path, sizeof(path), "%s/stretto-test-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(path) ? strdup(path) : NULL;
}

void fixture_remove(char *dir)
{
    char command[300];

    /* The name is mkdtemp()'s own. */
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", dir);
    free(dir);
}

void fixture_write(const char *dir, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    file = fopen(path, "wb");
    if (!file || fputs(text, file) == EOF || fclose(file) != 0) {
        perror(path);
        abort();
    }
}

void fixture_run(const char *dir, const char *name, long count)
{
    fixture_run_by_users(dir, name, count, count);
}

void fixture_run_by_users(const char *dir, const char *name, long count, long users)
{
    char file[128];
    struct buf csv;

    buf_init(&csv, 1 << 24);
    buf_adds(&csv, fixture_header);
    for (long i = 0; i < count; i++)
        fixture_rows(&csv, &(struct fixture_session){.id = i,
                                                     .start_ms = i * 2000,
                                                     .of_user = true,
                                                     .user = i % users,
                                                     .iteration = i / users});
    snprintf(file, sizeof(file), "%s/recording.log", name);
    fixture_write(dir, file, fixture_script);
    snprintf(file, sizeof(file), "%s/sessions/0.csv", name);
    fixture_write(dir, file, csv.data);
    buf_release(&csv);
}

void fixture_users(const char *dir, const char *name)
{
    char file[128];
    struct buf csv;

    buf_init(&csv, 1 << 20);
    buf_adds(&csv, fixture_header);
    for (long i = 0; i < 6; i++)
        fixture_rows(&csv, &(struct fixture_session){.id = i,
                                                     .start_ms = i % 2 * 1000 + i / 2 * 3000,
                                                     .of_user = true,
                                                     .user = 7 - i % 2,
                                                     .iteration = i / 2});
    snprintf(file, sizeof(file), "%s/recording.log", name);
    fixture_write(dir, file, fixture_script);
    snprintf(file, sizeof(file), "%s/sessions/0.csv", name);
    fixture_write(dir, file, csv.data);
    buf_release(&csv);
}

char *fixture_read(const char *dir, const char *name)
{
    char path[512];
    struct buf text;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    buf_init(&text, 1 << 26);
    if (buf_add_file(&text, path) < 0) {
        buf_release(&text);
        return NULL;
    }
    return text.data ? buf_take(&text) : strdup("");
}

void fixture_lost(const char *dir, const char *reason)
{
    struct buf csv;

    buf_init(&csv, 1 << 20);
    fixture_rows(&csv, &(struct fixture_session){0});
    fixture_rows(&csv, &(struct fixture_session){
                           .id = 1, .start_ms = 1000, .stop_before = 16, .fail = reason});
    fixture_rows(&csv, &(struct fixture_session){.id = 2, .start_ms = 2000, .stop_before = 12});
    fixture_write(dir, "lost/recording.log", fixture_script);
    fixture_write(dir, "lost/sessions/0.csv", csv.data);
    buf_release(&csv);
}
