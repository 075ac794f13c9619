/* Jobs whose results the browser asks for again and again: the requests of one series are one step,
 * from where the first begins to where the last, whose answer says it, ends.
 *
 * A series is known by its method and path, as they were sent: the job's name is in there. */
#ifndef STRETTO_RECORDER_POLLS_H
#define STRETTO_RECORDER_POLLS_H

#include <stddef.h>
#include <stdint.h>

/* Series that wait at the same time; of more, the requests stay out of the script. */
#define POLL_SERIES_MAX 1000
/* Of a job that was done when it was first asked for. */
#define POLL_EVERY_US INT64_C(1000000)

struct poll_series {
    char *method;
    char *path;
    int64_t begin_us; /* the first request */
    int64_t last_us;  /* the last one's end */
};

/* Owner: polls_release(); a zeroed one is empty. */
struct polls {
    struct poll_series *items;
    size_t count;
};

void polls_release(struct polls *polls);
/* A request of a series was answered: not yet.  0 or -E_NOMEM. */
int polls_wait(struct polls *polls, const char *method, const char *path, int64_t begin_us,
               int64_t end_us);
/* The request that began at *begin_us has the result: gives where its series began and how long
 * after the answer before it was sent, a millisecond at least, and forgets the series. */
int64_t polls_end(struct polls *polls, const char *method, const char *path, int64_t *begin_us);

#endif
