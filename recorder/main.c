/* stretto record: wires the options, the target, the proxy and the capture, and waits for the end.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/opts.h"
#include "core/stream.h"
#include "core/units.h"
#include "recorder/browser.h"
#include "recorder/capture.h"
#include "recorder/exchange.h"
#include "recorder/limits.h"
#include "recorder/listen.h"
#include "recorder/proxy.h"
#include "recorder/show.h"

struct record_options {
    const char *file;
    const char *listen;
    bool open;
    bool overwrite;
    int64_t until_idle_us;
};

#define AT(field) offsetof(struct record_options, field)

static const struct opt record_options[] = {
    {OPT_TEXT, 'o', "output", AT(file), "FILE", "the script to write (session.log)"},
    {OPT_TEXT, 'l', "listen", AT(listen), "HOST:PORT",
     "where the browser finds it (127.0.0.1:8600); port 0 takes any free one"},
    {OPT_FLAG, 0, "open", AT(open), NULL, "open the address in a browser ($BROWSER or xdg-open)"},
    {OPT_FLAG, 0, "overwrite", AT(overwrite), NULL, "replace an existing script and its bodies"},
    {OPT_DURATION, 0, "until-idle", AT(until_idle_us), "TIME",
     "end when nothing was asked for TIME: for apps without a WebSocket"},
    {0},
};

static const struct opt_program program = {
    .name = "stretto record",
    .synopsis = "URL [options]",
    .summary = "Records one session of a web app, in your browser, through a proxy, into a script.",
    .options = record_options,
    .footer =
        "It ends when the page is closed, or at Ctrl-C; the script is complete at any moment.\n"
        "\n"
        "  stretto record http://127.0.0.1:3838/ -o session.log --open\n"
        "  stretto record https://api.example/v1/ --until-idle 10s",
};

struct recording {
    struct record_options options;
    struct target target;
    SSL_CTX *tls;
    struct listener listener;
    struct capture *capture;
    struct proxy *proxy;
    int signal_fd;
};

static int reach_target(struct recording *r, const char *url, struct error *err)
{
    int rc = target_parse(&r->target, url, true, err);

    if (rc < 0)
        return rc;
    if (r->target.tls) {
        r->tls = stream_tls_context(err);
        if (!r->tls)
            return -E_NET;
    }
    return upstream_probe(&r->target, r->tls, err);
}

/* Before any thread is started, so that all of them inherit it. */
static void take_signals(struct recording *r)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file limit is a full disk: write() says so */
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    r->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
}

static int open_capture(struct recording *r, struct error *err)
{
    struct capture_options options = {.path = r->options.file,
                                      .target_url = r->target.url,
                                      .overwrite = r->options.overwrite,
                                      .trace = true};

    return capture_open(&r->capture, &options, &show_watcher, err);
}

static int start(struct recording *r, const char *url, struct error *err)
{
    int rc = reach_target(r, url, err);

    if (rc == 0)
        rc = open_capture(r, err);
    if (rc == 0)
        rc = listen_on(&r->listener, r->options.listen, err);
    if (rc == 0)
        rc = proxy_start(&r->proxy, &r->listener, &r->target, r->tls, r->capture, err);
    return rc;
}

static void announce(const struct recording *r)
{
    struct error err = ERROR_NONE;
    char url[LISTEN_AUTHORITY_TEXT + 16];

    snprintf(url, sizeof(url), "http://%s/", r->listener.authority);
    if (!r->listener.loopback)
        fprintf(stderr,
                "record: %s is open to the network: whoever reaches it uses the app as you\n",
                r->listener.authority);
    fprintf(stderr, "record: open %s in a browser; the session goes to %s\n", url, r->options.file);
    if (r->options.open && browser_open(url, &err) < 0)
        error_print("record", &err);
}

/* Returns when the recording is over: a signal, the page's end, or a script that cannot be written.
 */
static int wait_for_end(struct recording *r, struct error *err)
{
    for (;;) {
        struct pollfd fd = {r->signal_fd, POLLIN, 0};
        struct capture_totals totals;

        if (poll(&fd, 1, END_TICK_MS) > 0)
            return 0;
        if (capture_failure(r->capture, err) < 0)
            return -E_IO;
        capture_totals(r->capture, &totals);
        if (clock_monotonic_us() >= activity_end_us(&totals.activity, r->options.until_idle_us))
            return 0;
    }
}

static int finish(struct recording *r, struct error *err)
{
    struct capture_totals totals;

    proxy_stop(r->proxy);
    r->proxy = NULL;
    if (capture_failure(r->capture, err) < 0)
        return -E_IO;
    capture_totals(r->capture, &totals);
    if (!totals.steps)
        return error_set(err, E_NET, "nothing was recorded: no page was opened through http://%s/",
                         r->listener.authority);
    show_end(r->options.file, &totals);
    return 0;
}

static int record(struct recording *r, const char *url, struct error *err)
{
    int rc;

    take_signals(r);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    rc = start(r, url, err);
    if (rc == 0) {
        announce(r);
        wait_for_end(r, err);
        rc = finish(r, err);
    }
    capture_close(r->capture);
    SSL_CTX_free(r->tls);
    target_release(&r->target);
    close(r->signal_fd);
    curl_global_cleanup();
    return rc;
}

int main(int argc, char **argv)
{
    struct recording r = {.options = {.file = "session.log", .listen = "127.0.0.1:8600"}};
    struct error err = ERROR_NONE;
    int operands = 0;
    int rc = opts_parse(&program, &r.options, argc, argv, &operands, &err);

    if (rc == OPTS_DONE)
        return 0;
    if (rc == OPTS_RUN && operands != 1)
        rc = error_set(&err, E_USAGE, "give one URL, as in: stretto record http://127.0.0.1:3838/");
    if (rc == OPTS_RUN && dialects_init(&err) == 0)
        rc = record(&r, argv[1], &err);
    dialects_release();
    opts_release(&program, &r.options);
    if (rc < 0)
        error_print("record", &err);
    return error_exit_code(&err);
}
