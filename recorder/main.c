/* stretto record: wires the options, the target, the proxy and the capture, and waits for the end.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/stream.h"
#include "core/units.h"
#include "recorder/browser.h"
#include "recorder/capture.h"
#include "recorder/exchange.h"
#include "recorder/limits.h"
#include "recorder/listen.h"
#include "recorder/marks.h"
#include "recorder/options.h"
#include "recorder/proxy.h"
#include "recorder/show.h"
#include "recorder/verify.h"

struct recording {
    struct record_options options;
    struct secrets secrets;
    struct target target;
    SSL_CTX *tls;
    struct listener listener;
    struct capture *capture;
    struct proxy *proxy;
    struct browser browser;
    struct marks marks;
    int signal_fd;
    int64_t begin_us;
};

static int reach_target(struct recording *r, const char *url, struct error *err)
{
    int rc = target_parse(&r->target, url, false, err);

    if (rc < 0)
        return rc;
    if (r->target.tls) {
        r->tls = target_tls_context(&r->options.target, err);
        if (!r->tls)
            return -err->code;
    }
    return upstream_probe(&r->target, r->tls, err);
}

/* Before any thread is started, so that all of them inherit it. */
static void take_signals(struct recording *r)
{
    static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file limit is a full disk: write() says so */
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    r->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    marks_init(&r->marks);
}

/* A connection of the browser takes four: its own, the target's, and two of curl's. */
static void take_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_capture(struct recording *r, struct error *err)
{
    const struct record_options *o = &r->options;
    struct capture_options options = {.path = o->file,
                                      .target_url = r->target.shown,
                                      .overwrite = o->overwrite,
                                      .trace = !o->no_trace,
                                      .secrets = &r->secrets};
    int rc = dialect_of_option(&options.dialect, o->dialect, err);

    if (rc == 0)
        rc = secrets_of_names(&r->secrets, &o->secrets, err);
    return rc == 0 ? capture_open(&r->capture, &options, &show_watcher, err) : rc;
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

static int announce(struct recording *r, struct error *err)
{
    char url[LISTEN_AUTHORITY_TEXT + 16];
    struct error sorry = ERROR_NONE;

    snprintf(url, sizeof(url), "http://%s/", r->listener.authority);
    if (!r->listener.loopback)
        fprintf(stderr,
                "record: %s is open to the network: whoever reaches it uses the app as you\n",
                r->listener.authority);
    fprintf(stderr, "record: open %s in a browser; the session goes to %s\n", url, r->options.file);
    if (r->marks.on)
        fprintf(stderr, "record: type a name and Enter here when a phase begins (login, filter)\n");
    if (r->options.browser)
        return browser_start(&r->browser, url, err);
    if (r->options.open && browser_open(url, &sorry) < 0)
        error_print("record", &sorry);
    return 0;
}

/* --- its end --- */

/* The end of our browser is told by SIGCHLD; all other signals end the recording. */
static bool is_told_to_end(struct recording *r)
{
    struct signalfd_siginfo info;

    while (read(r->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo != SIGCHLD)
            return true;
    }
    return browser_has_ended(&r->browser);
}

/* By itself. */
static int64_t end_us(const struct recording *r)
{
    struct capture_totals totals;
    int64_t end;

    capture_totals(r->capture, &totals);
    if (r->options.browser)
        totals.activity.had_socket = false; /* closing it is the end, not leaving a page */
    end = activity_end_us(&totals.activity, r->options.until_idle_us);
    if (r->options.for_us && r->begin_us + r->options.for_us < end)
        end = r->begin_us + r->options.for_us;
    return end;
}

/* Returns when the recording is over: a signal, the page's end, its time, or a script that cannot
 * be written. */
static void wait_for_end(struct recording *r)
{
    struct error err = ERROR_NONE;

    r->begin_us = clock_monotonic_us();
    while (capture_failure(r->capture, &err) == 0 && clock_monotonic_us() < end_us(r)) {
        struct pollfd fds[2] = {{r->signal_fd, POLLIN, 0}, {marks_fd(&r->marks), POLLIN, 0}};

        poll(fds, 2, END_TICK_MS);
        if (fds[0].revents && is_told_to_end(r))
            return;
        if (fds[1].revents)
            marks_read(&r->marks, r->capture);
    }
}

static int finish(struct recording *r, struct error *err)
{
    struct capture_totals totals;

    proxy_stop(r->proxy);
    r->proxy = NULL;
    if (capture_failure(r->capture, err) < 0)
        return -err->code;
    capture_totals(r->capture, &totals);
    if (!totals.steps)
        return error_set(err, E_NET, "nothing was recorded: no page was opened through http://%s/",
                         r->listener.authority);
    if (capture_finish(r->capture, err) < 0)
        return -err->code;
    show_end(r->capture, r->options.file, &totals);
    return r->options.verify ? verify_export(capture_secrets(r->capture), err) : 0;
}

static int record(struct recording *r, const char *url, struct error *err)
{
    int rc;

    take_signals(r);
    take_descriptors();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    rc = start(r, url, err);
    if (rc == 0)
        rc = announce(r, err);
    if (rc == 0) {
        wait_for_end(r);
        rc = finish(r, err);
    }
    proxy_stop(r->proxy);
    browser_stop(&r->browser);
    capture_close(r->capture);
    SSL_CTX_free(r->tls);
    target_release(&r->target);
    secrets_release(&r->secrets);
    close(r->signal_fd);
    curl_global_cleanup();
    return rc;
}

static int verify(const struct record_options *o, const char *url, struct error *err)
{
    struct verify v = {o->file, url, dialect_find(o->dialect ? o->dialect : "") ? NULL : o->dialect,
                       &o->target};

    return verify_exec(&v, err);
}

int main(int argc, char **argv)
{
    struct recording r = {.signal_fd = -1};
    struct error err = ERROR_NONE;
    int rc = record_options_parse(&r.options, argc, argv, &err);

    if (rc == OPTS_RUN) {
        rc = dialects_init(&err);
        if (rc == 0)
            rc = record(&r, argv[1], &err);
        dialects_release();
        if (rc == 0 && r.options.verify)
            rc = verify(&r.options, argv[1], &err);
    }
    record_options_release(&r.options);
    if (rc < 0)
        error_print("record", &err);
    return error_exit_code(&err);
}
