/* What is kept of a streamed run beside sums: some sessions whole, and the starts and ends of more.
 * Both are thinned out as they grow, by the sessions' numbers. */
#ifndef STRETTO_ANALYZER_STREAM_SAMPLE_H
#define STRETTO_ANALYZER_STREAM_SAMPLE_H

#include "analyzer/active.h"
#include "analyzer/table.h"

/* Twice as many as a picture has rows for, and 36 MB. */
#define SAMPLE_SESSIONS ((size_t)6000)
#define SAMPLE_EVENTS ((size_t)1500000)
/* 24 MB */
#define SAMPLE_EDGES ((size_t)1000000)

struct kept {
    struct session session; /* its reason is the sample's; times on the wall clock */
    struct event *events;
};

struct edge {
    long id;
    int64_t start_us; /* wall clock */
    int64_t end_us;
    bool done;
};

/* stream_sample_init() makes it; stream_sample_release() accepts a zeroed one. */
struct stream_sample {
    struct kept *list;
    size_t count;
    size_t events;
    size_t every; /* the list has the sessions whose number this divides: a power of two */
    struct edge *edges;
    size_t edge_count;
    size_t edge_cap;
    size_t edge_every; /* likewise */
    int64_t begin_us;  /* of all sessions: the first start, the last end */
    int64_t end_us;
};

void stream_sample_init(struct stream_sample *sample);
void stream_sample_release(struct stream_sample *sample);

/* The one session of a table; its reason may be taken.  0 or -E_NOMEM. */
int stream_sample_add(struct stream_sample *sample, struct table *one);

/* The sessions that were kept, as a table like any other.  Empties the list.  0 or -E_NOMEM. */
int stream_sample_table(struct stream_sample *sample, struct table *out);
/* How many sessions were active when.  0 or -E_NOMEM. */
int stream_sample_active(const struct stream_sample *sample, struct active *out);
/* Seconds between starts, and between ends of those that were done, as struct stats has them. */
int stream_sample_slopes(const struct stream_sample *sample, double *start_every_s,
                         double *end_every_s);

#endif
