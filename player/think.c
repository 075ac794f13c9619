#include "player/think.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "player/draw.h"

/* What is drawn here is not what arrivals draw. */
#define THINKING UINT64_C(0x7468696e6b)

static const struct dist {
    const char *word;
    enum think_dist dist;
    double max; /* of the spread; 0: it has none */
} dists[] = {
    {"lognormal", THINK_LOGNORMAL, THINK_LOGNORMAL_MAX},
    {"uniform", THINK_UNIFORM, 1},
    {"exponential", THINK_EXPONENTIAL, 0},
};

static bool read_number(const char *text, double *out, char **end)
{
    if (!isdigit((unsigned char)*text) && *text != '.')
        return false;
    *out = strtod(text, end);
    return *end != text && isfinite(*out);
}

static bool read_dist(struct think *think, const char *text)
{
    size_t n = strcspn(text, ":");
    char *end;

    for (size_t i = 0; i < sizeof(dists) / sizeof(dists[0]); i++) {
        const struct dist *d = &dists[i];

        if (strlen(d->word) != n || memcmp(d->word, text, n) != 0)
            continue;
        think->dist = d->dist;
        if (d->max == 0)
            return !text[n];
        return text[n] && read_number(text + n + 1, &think->spread, &end) && !*end &&
               think->spread <= d->max;
    }
    return false;
}

static bool read(struct think *think, const char *text)
{
    char *end;

    *think = (struct think){.factor = 1};
    if (!read_number(text, &think->factor, &end))
        return read_dist(think, text);
    return !*end || (*end == '*' && read_dist(think, end + 1));
}

int think_parse(struct think *think, const char *text, struct error *err)
{
    if (read(think, text))
        return 0;
    return error_set(err, E_USAGE,
                     "--think takes a number, lognormal:S (S up to %d), uniform:P (P up to 1) or "
                     "exponential, or both as 0.5*lognormal:0.3, not '%s'",
                     THINK_LOGNORMAL_MAX, text);
}

static double draw(const struct think *think, uint64_t seed, uint64_t session, uint64_t step)
{
    seed ^= THINKING;
    switch (think->dist) {
    case THINK_LOGNORMAL:
        return exp(think->spread * draw_normal(seed, session, step) -
                   think->spread * think->spread / 2);
    case THINK_UNIFORM:
        return 1 + think->spread * (2 * draw_unit(seed, session, step) - 1);
    case THINK_EXPONENTIAL:
        return draw_exponential(seed, session, step);
    case THINK_AS_RECORDED:
        break;
    }
    return 1;
}

int64_t think_us(const struct think *think, uint64_t seed, long session, size_t step, bool users,
                 int64_t gap_us)
{
    double us = (double)gap_us * think->factor;

    if (users && gap_us >= THINK_LEAST_US)
        us *= draw(think, seed, (uint64_t)session, step);
    return (int64_t)us;
}
