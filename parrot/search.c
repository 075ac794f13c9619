#include "parrot/search.h"

#include <math.h>

/* A step up is by what the busiest process has left, within these. */
#define GROWTH_LEAST 1.5
#define GROWTH_MOST 8.0
#define BUSY_AIM 0.7
/* Good and bad this near to each other are near enough. */
#define NEAR 1.15

enum limit trial_limit(const struct trial *t)
{
    if (t->failed)
        return LIMIT_FAILED;
    if (t->worker_cpu > BUSY_LIMIT)
        return LIMIT_WORKER;
    if (t->parrot_cpu > BUSY_LIMIT)
        return LIMIT_PARROT;
    return t->late_us > LATE_LIMIT_US ? LIMIT_LATE : LIMIT_NONE;
}

static double growth(const struct trial *last)
{
    double busy = fmax(last->worker_cpu, last->parrot_cpu);
    double by = busy > 0 ? BUSY_AIM / busy : GROWTH_MOST;

    return fmin(fmax(by, GROWTH_LEAST), GROWTH_MOST);
}

double search_next(const struct search *s, const struct trial *last, double most)
{
    if (s->good >= most)
        return 0;
    if (!s->bad)
        return fmin(s->good * growth(last), most);
    if (!s->good)
        return s->bad / 4 >= 1 ? s->bad / 4 : 0;
    if (s->bad / s->good <= NEAR || s->bad - s->good <= 1)
        return 0;
    return fmax(floor(sqrt(s->good * s->bad)), s->good + 1);
}

double round_down(double sessions)
{
    double unit = 1;

    while (sessions / unit >= 100)
        unit *= 10;
    return floor(sessions / unit) * unit;
}
