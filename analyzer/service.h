/* How fast sessions come, how fast the app serves them, and whether it keeps up.  Pure.
 *
 * Arrivals are the leading edge: seconds from one session's start to the next one's.
 *
 * Service is the trailing edge, counted in parts of sessions: each wait that ends is a piece of its
 * session's work, as large as the step takes when nobody else is there.  Counting only sessions
 * that end would tell of the arrivals at first, and of the end of the run at last.  Only time in
 * which sessions queue counts: in the rest the app waits for users.
 *
 * An app keeps up when sessions take no longer at the end of the run than at its beginning. */
#ifndef STRETTO_ANALYZER_SERVICE_H
#define STRETTO_ANALYZER_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/passages.h"
#include "analyzer/table.h"

enum service_limit {
    LIMIT_NONE,   /* too little was seen to say anything */
    LIMIT_BEYOND, /* it keeps up; what it would bear was not reached */
    LIMIT_SEEN,   /* sessions queued: every_s is what it serves then */
    LIMIT_BUSY,   /* it keeps up and one thing at a time is done: from how busy it was */
};

struct service {
    bool by_users;   /* users play session after session: they wait for the app before they come
                        again, so nobody can fall behind */
    double arrive_s; /* between two starts; NAN under two sessions */
    bool falls_behind;
    double longer; /* by how many seconds a session becomes longer each second of the run */
    enum service_limit limit;
    double every_s; /* one session served; with its interval, 95 % */
    double low_s;
    double high_s;
    double busy;     /* share of the time in which somebody waited */
    double waited_s; /* in one session, on average; requests side by side count each */
    double own_s;    /* the same if nobody else were there */
};

/* 0 or -E_NOMEM. */
int service_compute(struct service *out, const struct passages *passages,
                    const struct table *table);

#endif
