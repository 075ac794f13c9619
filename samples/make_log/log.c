#include "samples/make_log/log.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples/make_log/prng.h"

#define PACKAGES 3000
#define WHALES 30
#define WHALE_SHARE 0.34
#define HOURS 24

struct package {
    char name[24];
    char version[12];
    uint32_t bytes;
};

/* When somebody downloads: cumulated weights of the hours. */
struct rhythm {
    double upto[HOURS];
};

struct whale {
    uint32_t ip;
    const char *country;
    const struct rhythm *rhythm;
};

struct log_maker {
    struct prng prng;
    char date[11];
    uint32_t people; /* ordinary downloaders */
    struct rhythm day;
    struct rhythm night;
    struct rhythm flat;
    struct package packages[PACKAGES];
    double package_upto[PACKAGES];
    struct whale whales[WHALES];
    double whale_upto[WHALES];
};

static const double day_weights[HOURS] = {22, 19, 18, 18, 19, 22, 28, 38, 52, 60, 63, 60,
                                          61, 70, 78, 82, 80, 72, 62, 52, 45, 40, 33, 27};

static const char *const countries[] = {"US", "US", "US", "US", "GB", "DE", "DE", "CN", "CN",
                                        "JP", "IN", "FR", "BR", "CA", "AU", "ES", "NL", "KR",
                                        "IT", "CH", "SE", "PL", "MX", "CO", "ZA", "NZ"};
#define COUNTRIES (sizeof(countries) / sizeof(*countries))

static const char *const platforms[][3] = {
    {"4.3.3", "x86_64", "mingw32"},   {"4.4.0", "x86_64", "mingw32"},
    {"4.3.3", "x86_64", "linux-gnu"}, {"4.2.3", "x86_64", "linux-gnu"},
    {"4.4.0", "aarch64", "darwin20"}, {"4.3.2", "x86_64", "darwin20"},
    {"3.6.3", "x86_64", "linux-gnu"}, {"4.1.2", "x86_64", "linux-gnu"},
};
#define PLATFORMS (sizeof(platforms) / sizeof(*platforms))

/* Turns weights into their running shares: the last becomes 1. */
static void cumulate(double *weights, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        weights[i] = sum += weights[i];
    for (int i = 0; i < n; i++)
        weights[i] /= sum;
}

static int pick(const double *upto, int n, double at)
{
    int low = 0;
    int high = n - 1;

    while (low < high) {
        int middle = (low + high) / 2;

        if (upto[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void zipf(double *weights, int n, double power)
{
    for (int i = 0; i < n; i++)
        weights[i] = 1 / pow(i + 1, power);
    cumulate(weights, n);
}

static void make_rhythms(struct log_maker *m)
{
    for (int h = 0; h < HOURS; h++) {
        m->day.upto[h] = day_weights[h];
        m->night.upto[h] = h >= 1 && h < 5 ? 40 : 1;
        m->flat.upto[h] = 1;
    }
    cumulate(m->day.upto, HOURS);
    cumulate(m->night.upto, HOURS);
    cumulate(m->flat.upto, HOURS);
}

/* The number keeps two made-up names from being the same. */
static void make_package(struct package *p, struct prng *r, int number)
{
    static const char *const heads[] = {"tidy",  "geo",  "bio",  "fast", "data", "net",
                                        "stat",  "plot", "time", "text", "mix",  "rob",
                                        "shiny", "spat", "gen",  "lm"};
    static const char *const tails[] = {"ly",   "kit",   "r",     "tools", "graph", "fit",
                                        "base", "io",    "table", "sim",   "tree",  "map",
                                        "test", "utils", "2",     "X"};

    snprintf(p->name, sizeof(p->name), "%s%s", heads[prng_below(r, 16)], tails[prng_below(r, 16)]);
    if (number >= 16) {
        size_t used = strlen(p->name);

        snprintf(p->name + used, sizeof(p->name) - used, "%d", number);
    }
    snprintf(p->version, sizeof(p->version), "%u.%u.%u", prng_below(r, 4), prng_below(r, 12),
             prng_below(r, 10));
    /* Sizes spread over orders of magnitude: 20 kB to some 8 MB. */
    p->bytes = (uint32_t)(20000 * exp(6 * prng_unit(r) * prng_unit(r)));
}

static void make_whale(struct whale *w, struct log_maker *m, int number)
{
    const struct rhythm *rhythms[] = {&m->flat, &m->night, &m->day};

    /* Each in a stretch of numbers of its own, so that no two are the same; 7 shares no factor
     * with their count, so rank and number have nothing to do with each other. */
    w->ip = (uint32_t)(number * 7 + 11) % WHALES * 331 + prng_below(&m->prng, 331) + 1;
    w->country = countries[prng_below(&m->prng, COUNTRIES)];
    w->rhythm = rhythms[prng_below(&m->prng, 3)];
}

static uint64_t day_number(const char *date)
{
    uint64_t number = 0;

    for (; *date; date++)
        number = number * 16 + (uint64_t)(*date & 15);
    return number;
}

int log_maker_new(struct log_maker **out, uint64_t seed, uint32_t rows, const char *date,
                  struct error *err)
{
    struct log_maker *m = calloc(1, sizeof(*m));

    *out = NULL;
    if (!m)
        return error_nomem(err);
    prng_init(&m->prng, seed);
    snprintf(m->date, sizeof(m->date), "%s", date);
    m->people = rows / 20 + 100;
    make_rhythms(m);
    for (int i = 0; i < PACKAGES; i++)
        make_package(&m->packages[i], &m->prng, i);
    zipf(m->package_upto, PACKAGES, 0.9);
    for (int i = 0; i < WHALES; i++)
        make_whale(&m->whales[i], m, i);
    zipf(m->whale_upto, WHALES, 0.7);
    /* Packages and whales are the seed's, rows are the day's too: whales come back every day. */
    prng_init(&m->prng, seed ^ day_number(date) * UINT64_C(0x9e3779b97f4a7c15));
    *out = m;
    return 0;
}

void log_maker_free(struct log_maker *m)
{
    free(m);
}

int log_header(struct buf *out)
{
    return buf_adds(out, "\"date\",\"time\",\"size\",\"r_version\",\"r_arch\",\"r_os\",\"package\","
                         "\"version\",\"country\",\"ip_id\"\n");
}

/* Clients that are not R (mirrors, curl) leave NA, unquoted, as the real logs have it. */
static void add_platform(struct log_maker *m, struct buf *out, bool whale)
{
    const char *const *p = platforms[prng_below(&m->prng, PLATFORMS)];

    if (prng_below(&m->prng, 100) < (whale ? 70 : 12))
        buf_adds(out, "NA,NA,NA,");
    else
        buf_addf(out, "\"%s\",\"%s\",\"%s\",", p[0], p[1], p[2]);
}

int log_row(struct log_maker *m, struct buf *out)
{
    struct prng *r = &m->prng;
    bool is_whale = prng_unit(r) < WHALE_SHARE;
    const struct whale *w = &m->whales[pick(m->whale_upto, WHALES, prng_unit(r))];
    uint32_t person = prng_below(r, m->people) + WHALES * 331 + 1;
    const struct rhythm *rhythm = is_whale ? w->rhythm : &m->day;
    int hour = pick(rhythm->upto, HOURS, prng_unit(r));
    const struct package *p = &m->packages[pick(m->package_upto, PACKAGES, prng_unit(r))];

    buf_addf(out, "\"%s\",\"%02d:%02u:%02u\",%u,", m->date, hour, prng_below(r, 60),
             prng_below(r, 60), p->bytes);
    add_platform(m, out, is_whale);
    buf_addf(out, "\"%s\",\"%s\",\"%s\",%u\n", p->name, p->version,
             is_whale ? w->country : countries[person % COUNTRIES], is_whale ? w->ip : person);
    return out->failed ? -E_NOMEM : 0;
}
