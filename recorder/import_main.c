/* stretto import: a HAR file becomes a script, by the same capture that records. */
#include <stdio.h>
#include <string.h>

#include "core/opts.h"
#include "recorder/har_feed.h"
#include "recorder/har_order.h"
#include "recorder/options.h"
#include "recorder/show.h"
#include "recorder/verify.h"

struct import_options {
    const char *file;
    const char *target;
    bool overwrite;
    bool no_trace;
    bool verify;
    bool quiet;
    const char *dialect;
    struct opt_list secrets;
    struct target_options tls;
};

#define AT(field) offsetof(struct import_options, field)

static const struct opt import_options[] = {
    SCRIPT_FILE_ROWS(AT),
    {OPT_TEXT, 0, "target", AT(target), "URL",
     "the app, of all that the file has; else where its first page came from"},
    SCRIPT_CONTENT_ROWS(AT),
    {OPT_FLAG, 'q', "quiet", AT(quiet), NULL, "tell the end only, not every step"},
    TARGET_OPTION_ROWS(AT(tls)),
    {0},
};

static const struct opt_program program = {
    .name = "stretto import",
    .synopsis = "FILE.har [options]",
    .summary = "Makes a script of a HAR file: of Chrome, Firefox, Playwright or mitmproxy.",
    .options = import_options,
    .footer =
        "Save the HAR with its content: in Chrome's network panel \"Export HAR (with\n"
        "sensitive data)\", as the other leaves out cookies and logins.  The script has none\n"
        "of them; it tells which names a replay wants.\n"
        "\n"
        "  stretto import login.har -o session.log --verify",
};

static void on_step_quietly(void *user, const struct step *step, const struct dialect *dialect)
{
    (void)user;
    (void)step;
    (void)dialect;
}

struct import {
    struct import_options options;
    const char *path;
    struct secrets secrets;
    struct har har;
    struct buf origin;
    const char *target_url;
    struct capture *capture;
    struct har_told told;
};

static int find_target(struct import *im, struct error *err)
{
    struct target target;
    int rc;

    buf_init(&im->origin, 1 << 16);
    if (!im->options.target) {
        rc = har_origin(&im->har, im->path, &im->origin, err);
        im->target_url = im->origin.data;
        return rc;
    }
    rc = target_parse(&target, im->options.target, false, err);
    if (rc == 0 && buf_adds(&im->origin, target.url) < 0)
        rc = error_nomem(err);
    im->target_url = im->origin.data;
    target_release(&target);
    return rc;
}

static int open_capture(struct import *im, struct error *err)
{
    const struct import_options *o = &im->options;
    struct capture_watcher watcher = show_watcher;
    struct capture_options options = {.path = o->file,
                                      .target_url = im->target_url,
                                      .overwrite = o->overwrite,
                                      .trace = !o->no_trace,
                                      .secrets = &im->secrets,
                                      .begin_wall_us = har_begin_us(&im->har, im->target_url)};
    int rc = dialect_of_option(&options.dialect, o->dialect, err);

    if (o->quiet)
        watcher.on_step = on_step_quietly;
    if (rc == 0)
        rc = secrets_of_names(&im->secrets, &o->secrets, err);
    return rc == 0 ? capture_open(&im->capture, &options, &watcher, err) : rc;
}

static void show_told(const struct import *im)
{
    const struct har_told *t = &im->told;

    if (t->unanswered)
        fprintf(stderr, "import: left out: %zu request%s that never got an answer\n", t->unanswered,
                t->unanswered == 1 ? "" : "s");
    if (t->cached)
        fprintf(stderr,
                "import: left out: %zu file%s from the browser's cache, which asked nobody\n",
                t->cached, t->cached == 1 ? "" : "s");
    if (t->bodies)
        fprintf(stderr, "import: %zu request bod%s not in %s: those steps send nothing\n",
                t->bodies, t->bodies == 1 ? "y is" : "ies are", im->path);
    if (!t->credentials && strcasestr(im->har.creator, "WebInspector"))
        fprintf(stderr,
                "import: %s has no cookies and no logins: export it with sensitive data if "
                "the app wants them\n",
                im->path);
    for (size_t i = 0; i < t->hosts.count; i++)
        fprintf(stderr, "%s%s", i ? ", " : "import: left out, as other hosts: ", t->hosts.items[i]);
    if (t->hosts.count)
        fputc('\n', stderr);
}

static int finish(struct import *im, struct error *err)
{
    struct capture_totals totals;

    if (capture_failure(im->capture, err) < 0)
        return -err->code;
    capture_totals(im->capture, &totals);
    if (!totals.steps)
        return error_set(err, E_FORMAT,
                         "%s: none of its %zu entries went to %s; --target URL names "
                         "another",
                         im->path, im->har.count, im->target_url);
    if (capture_finish(im->capture, err) < 0)
        return -err->code;
    show_told(im);
    show_end(im->capture, im->options.file, &totals);
    if (!im->options.verify)
        fprintf(stderr, "import: first: stretto check %s --against %s --fix\n", im->options.file,
                im->target_url);
    return im->options.verify ? verify_export(capture_secrets(im->capture), err) : 0;
}

static int import(struct import *im, struct error *err)
{
    int rc = har_load(&im->har, im->path, err);

    if (rc == 0 && har_order(&im->har) < 0)
        rc = error_nomem(err);
    if (rc == 0)
        rc = find_target(im, err);
    if (rc == 0)
        rc = open_capture(im, err);
    if (rc == 0 && har_feed(im->capture, &im->har, im->target_url, &im->told) < 0)
        rc = error_nomem(err);
    if (rc == 0)
        rc = finish(im, err);
    capture_close(im->capture);
    names_release(&im->told.hosts);
    har_release(&im->har);
    secrets_release(&im->secrets);
    return rc;
}

static int verify(const struct import *im, struct error *err)
{
    const char *dialect = im->options.dialect;
    struct verify v = {im->options.file, im->target_url,
                       dialect && !dialect_find(dialect) ? dialect : NULL, &im->options.tls};

    return verify_exec(&v, err);
}

static int run(struct import *im, struct error *err)
{
    int rc = dialects_init(err);

    if (rc == 0)
        rc = import(im, err);
    if (rc == 0 && im->options.verify)
        rc = verify(im, err);
    dialects_release();
    buf_release(&im->origin);
    return rc;
}

int main(int argc, char **argv)
{
    struct import im = {.options = {.file = "session.log"}};
    struct error err = ERROR_NONE;
    int operands = 0;
    int rc;

    show_program = "import";
    rc = opts_parse(&program, &im.options, argc, argv, &operands, &err);

    if (rc == OPTS_RUN && operands != 1)
        rc = error_set(&err, E_USAGE, "give one HAR file, as in: stretto import login.har");
    if (rc == OPTS_RUN) {
        im.path = argv[1];
        rc = run(&im, &err);
    }
    opts_release(&program, &im.options);
    if (rc < 0)
        error_print("import", &err);
    return error_exit_code(&err);
}
