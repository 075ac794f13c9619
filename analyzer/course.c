#include "analyzer/course.h"

#include <math.h>
#include <stdlib.h>

size_t course_points(const struct wait *waits, size_t count, int64_t from_us,
                     const uint32_t *row_of, struct point *out)
{
    size_t points = 0;
    double x = 0;
    double y = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t row = row_of[waits[i].step];

        /* What another build does in another order would lead backwards. */
        if (row == COURSE_NO_ROW || (points && row < y))
            continue;
        y = row;
        x = fmax(x, (double)(waits[i].start_us - from_us));
        out[points++] = (struct point){x, y};
        x = fmax(x, (double)(waits[i].end_us - from_us));
        out[points++] = (struct point){x, y};
    }
    return points;
}

/* How far b lies from the line through a and c. */
static double aside(struct point a, struct point b, struct point c)
{
    double length = hypot(c.x - a.x, c.y - a.y);

    if (length < 1e-9)
        return hypot(b.x - a.x, b.y - a.y);
    return fabs((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / length;
}

size_t course_thin(struct point *points, size_t count, double by)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        if (left >= 2 && aside(points[left - 2], points[left - 1], points[i]) <= by)
            left--;
        points[left++] = points[i];
    }
    return left;
}

struct length {
    int64_t us;
    size_t session;
};

static int by_length(const void *pa, const void *pb)
{
    const struct length *a = pa;
    const struct length *b = pb;

    if (a->us != b->us)
        return a->us < b->us ? -1 : 1;
    return a->session < b->session ? -1 : 1;
}

long course_choose(const struct table *table, size_t most, size_t *chosen, size_t *counted)
{
    struct length *lengths = malloc((table->session_count + 1) * sizeof(*lengths));
    size_t n = 0;
    size_t take;

    if (!lengths)
        return -E_NOMEM;
    for (size_t i = 0; i < table->session_count; i++) {
        const struct session *s = &table->sessions[i];

        if (s->counted)
            lengths[n++] = (struct length){s->end_us - s->start_us, i};
    }
    qsort(lengths, n, sizeof(*lengths), by_length);
    take = n < most ? n : most;
    for (size_t i = 0; i < take; i++)
        chosen[i] = lengths[take > 1 ? i * (n - 1) / (take - 1) : 0].session;
    free(lengths);
    *counted = n;
    return (long)take;
}

void course_label_rows(const double *at, const bool *important, size_t rows, double gap,
                       bool *labelled)
{
    size_t next = 0; /* important one that has a label */
    double free_from = -INFINITY;

    for (size_t i = 0; i < rows; i++) {
        labelled[i] = important[i] && at[i] >= free_from;
        if (labelled[i])
            free_from = at[i] + gap;
    }
    free_from = -INFINITY;
    for (size_t i = 0; i < rows; i++) {
        while (next < rows && (next <= i || !labelled[next]))
            next++;
        if (!labelled[i])
            labelled[i] = at[i] >= free_from && (next == rows || at[next] - at[i] >= gap);
        if (labelled[i])
            free_from = at[i] + gap;
    }
}
