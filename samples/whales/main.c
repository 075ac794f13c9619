/* whales: a dashboard of package downloads that speaks Shiny's conversation, to be recorded and
 * replayed. main.c only wires: options, days, the build's server, the web face, the loop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/opts.h"
#include "samples/whales/http.h"
#include "samples/whales/plots.h"

struct whales_options {
    const char *listen;
    const char *logs;
    long pool;
};

static const struct opt option_table[] = {
    {OPT_TEXT, 'l', "listen", offsetof(struct whales_options, listen), "HOST:PORT",
     "where to listen (127.0.0.1:0, any free port)"},
    {OPT_TEXT, 0, "logs", offsetof(struct whales_options, logs), "DIR",
     "the logs, a file a day: 2024-05-14.csv.gz"},
    {OPT_POSITIVE, 0, "pool", offsetof(struct whales_options, pool), "N",
     "worker processes of the async builds (2)"},
    {0},
};

/* What the loop and the signal handler need to reach. */
struct program {
    uv_loop_t loop;
    uv_async_t wake;
    struct app app;
    struct http *http;
};

static struct program whales;

/* A handler of our own rather than libuv's: while the thread is busy with a row of loads, the
 * next one must not begin. uv_async_send() is safe in a signal handler. */
static void on_signal(int number)
{
    (void)number;
    whales.app.stopping = 1;
    uv_async_send(&whales.wake);
}

static void on_wake(uv_async_t *wake)
{
    http_close(whales.http);
    server_close(whales.app.server);
    uv_close((uv_handle_t *)wake, NULL);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Cuts "HOST:PORT" in two. */
static int parse_listen(const char *text, char *host, size_t size, int *port, struct error *err)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    long number = colon ? strtol(colon + 1, &end, 10) : -1;

    if (!colon || colon == text || (size_t)(colon - text) >= size || end == colon + 1 || *end ||
        number < 0 || number > 65535)
        return error_set(err, E_USAGE,
                         "--listen takes an address and a port as 127.0.0.1:0, "
                         "not '%s'",
                         text);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    *port = (int)number;
    return 0;
}

static int check_options(const struct whales_options *o, int operands, struct error *err)
{
    if (operands)
        return error_set(err, E_USAGE, "takes no operands; '%s --help' lists its options",
                         server_name);
    if (!o->logs)
        return error_set(err, E_USAGE, "needs --logs DIR, a directory of logs made by make_log");
    if (o->pool > 256)
        return error_set(err, E_USAGE, "--pool takes at most 256, not %ld", o->pool);
    return 0;
}

/* Workers are forked before there is anything that they should not have. */
static int start(const struct whales_options *o, const char *host, int port, struct error *err)
{
    int rc = days_find(&whales.app.days, o->logs, err);

    if (rc == 0)
        rc = server_open(&whales.app.server, &whales.loop, o->pool, err);
    if (rc == 0)
        rc = http_open(&whales.http, &whales.loop, &whales.app, host, port, err);
    return rc;
}

static int run(const struct whales_options *o, struct error *err)
{
    char host[256];
    int port = 0;
    int rc = parse_listen(o->listen, host, sizeof(host), &port, err);

    if (rc < 0)
        return rc;
    uv_loop_init(&whales.loop);
    uv_async_init(&whales.loop, &whales.wake, on_wake);
    catch_signals();
    rc = start(o, host, port, err);
    if (rc == 0) {
        printf("%s: listening on http://%s:%d/\n", server_name, host, http_port(whales.http));
        fflush(stdout);
    } else {
        on_signal(0); /* the way out is the same */
    }
    uv_run(&whales.loop, UV_RUN_DEFAULT);
    http_free(whales.http);
    days_release(&whales.app.days);
    plots_release();
    uv_loop_close(&whales.loop);
    return rc;
}

int main(int argc, char **argv)
{
    const struct opt_program program = {
        .name = server_name,
        .synopsis = "--logs DIR [options]",
        .summary = "Serves a dashboard of package downloads, to be recorded and replayed.",
        .options = option_table,
    };
    struct whales_options o = {.listen = "127.0.0.1:0", .pool = 2};
    struct error err = ERROR_NONE;
    int operands;
    int rc = opts_parse(&program, &o, argc, argv, &operands, &err);

    if (rc == OPTS_DONE)
        return 0;
    if (rc == OPTS_RUN)
        rc = check_options(&o, operands, &err);
    if (rc == 0)
        rc = run(&o, &err);
    if (rc == 0)
        return 0;
    error_print(server_name, &err);
    return err.code == E_USAGE ? 2 : 1;
}
