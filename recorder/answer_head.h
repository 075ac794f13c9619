/* The head of an answer, built line by line.  Pure.
 *
 * A zeroed struct is empty and ready.  Owner   answer_head_release().
 * Errors  0, -E_PROTOCOL or -E_NOMEM. */
#ifndef STRETTO_RECORDER_ANSWER_HEAD_H
#define STRETTO_RECORDER_ANSWER_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/headers.h"

struct answer_head {
    int status;   /* 0: not yet known */
    char *reason; /* as sent: "OK", or "" */
    struct headers headers;
    size_t bytes;
    bool done; /* the empty line has come */
};

/* One line, with or without its line end.  A status line begins the head anew; other lines behind
 * the end of the head are left out. */
int answer_head_line(struct answer_head *head, const char *line, size_t len);
void answer_head_release(struct answer_head *head);

#endif
