/* What a script does, in plain words, at most 80 columns wide where texts allow. */
#ifndef STRETTO_CHECKER_EXPLAIN_H
#define STRETTO_CHECKER_EXPLAIN_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/dialect.h"
#include "core/script.h"

struct script_facts {
    size_t pages;
    size_t requests; /* pages too */
    size_t posts;    /* with a body */
    size_t sends;
    size_t recvs;
    size_t marks;
    uint64_t bytes_sent; /* bodies and messages */
    uint64_t bytes_received;
    int64_t think_us; /* in which nothing was under way: the user thought */
};

/* 0 or -E_NOMEM. */
int script_facts(const struct script *script, struct script_facts *facts);

/* A few lines; with `all` also a line a step and a line a session value.  0 or -E_NOMEM. */
int explain(const struct script *script, const char *name, const struct dialect *dialect, bool all,
            struct buf *out);

/* "line 14 'Login'": for reports.  0 or -E_NOMEM. */
int explain_step(const struct step *step, const struct dialect *dialect, struct buf *out);

/* "body after csrf" value="", "cookie XSRF-TOKEN": in one line.  0 or -E_NOMEM. */
int explain_extraction(const struct extraction *extraction, struct buf *out);

#endif
