/* stretto parrot: a server made from a script.  main.c only wires: options, dialects, the book, the
 * server, and at the end what it saw. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "parrot/calibrate.h"
#include "parrot/server.h"

/* Each connection takes a descriptor. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int serve(const struct book *book, const struct parrot_options *options, struct error *err)
{
    struct server *server = calloc(1, sizeof(*server));
    int rc = server ? server_run(server, book, options, err) : error_nomem(err);

    if (rc == 0)
        count_say(&server->count);
    if (rc == 0 && options->count)
        rc = count_write(&server->count, options->count, err);
    free(server);
    return rc;
}

static int run(const struct parrot_options *options, struct error *err)
{
    struct book book = {0};
    int rc;

    if (options->calibrate)
        return calibrate_run(options, err);
    rc = dialects_init(err);

    if (rc == 0 && options->dialect)
        rc = dialects_add(options->dialect, err);
    if (rc == 0)
        rc = book_init(&book, options, err);
    if (rc == 0)
        rc = serve(&book, options, err);
    book_release(&book);
    dialects_release();
    return rc;
}

int main(int argc, char **argv)
{
    struct parrot_options options;
    struct error err = ERROR_NONE;
    int rc = parrot_options_parse(&options, argc, argv, &err);

    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (rc == OPTS_RUN)
        run(&options, &err);
    if (err.code)
        error_print("parrot", &err);
    return error_exit_code(&err);
}
