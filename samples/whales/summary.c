#include "samples/whales/summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes and files by downloader: an open-addressing table, at most half full. */
struct total {
    uint64_t bytes;
    uint32_t ip;
    uint32_t files; /* 0: the place is free */
    uint32_t row;   /* one of its rows, for the country */
};

struct totals {
    struct total *at;
    uint32_t slots;
    uint32_t count;
};

static struct total *find(struct totals *s, uint32_t ip)
{
    uint32_t i = (ip * 2654435761u) & (s->slots - 1);

    while (s->at[i].files && s->at[i].ip != ip)
        i = (i + 1) & (s->slots - 1);
    return &s->at[i];
}

static int grow(struct totals *s)
{
    struct totals larger = {.slots = s->slots ? s->slots * 2 : 4096, .count = s->count};

    larger.at = calloc(larger.slots, sizeof(*larger.at));
    if (!larger.at)
        return -E_NOMEM;
    for (uint32_t i = 0; i < s->slots; i++) {
        if (s->at[i].files)
            *find(&larger, s->at[i].ip) = s->at[i];
    }
    free(s->at);
    *s = larger;
    return 0;
}

static int count_row(struct totals *s, const struct table *t, uint32_t row)
{
    struct total *total;

    if (s->count >= s->slots / 2 && grow(s) < 0)
        return -E_NOMEM;
    total = find(s, t->ip[row]);
    if (!total->files) {
        total->ip = t->ip[row];
        total->row = row;
        s->count++;
    }
    total->files++;
    total->bytes += t->size[row];
    return 0;
}

static int totals_of(const struct table *t, struct totals *out, struct error *err)
{
    *out = (struct totals){0};
    for (uint32_t row = 0; row < t->rows; row++) {
        if (count_row(out, t, row) < 0) {
            free(out->at);
            error_nomem(err);
            return -E_NOMEM;
        }
    }
    return 0;
}

int overview_of(const struct table *t, struct overview *out, struct error *err)
{
    struct totals totals;
    int rc = totals_of(t, &totals, err);

    *out = (struct overview){0};
    if (rc < 0)
        return rc;
    out->ips = totals.count;
    free(totals.at);
    for (uint32_t row = 0; row < t->rows; row++)
        out->bytes[t->time_s[row] / 3600] += t->size[row];
    for (int h = 0; h < HOURS; h++)
        out->all_bytes += out->bytes[h];
    out->all_files = t->rows;
    return 0;
}

static bool bigger(const struct total *a, const struct total *b)
{
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->ip < b->ip;
}

/* Keeps the best `max` seen so far, in order; there are at most WHALES_MAX of them. */
static void keep_biggest(struct total *best, uint32_t *count, uint32_t max, const struct total *one)
{
    uint32_t at = *count;

    if (at == max && !bigger(one, &best[at - 1]))
        return;
    if (at < max)
        (*count)++;
    else
        at--;
    for (; at > 0 && bigger(one, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = *one;
}

static void add_hours(const struct table *t, struct whales *w)
{
    for (uint32_t row = 0; row < t->rows; row++) {
        for (uint32_t i = 0; i < w->count; i++) {
            if (w->at[i].ip == t->ip[row])
                w->at[i].by_hour[t->time_s[row] / 3600] += t->size[row];
        }
    }
}

int whales_of(const struct table *t, uint32_t count, struct whales *out, struct error *err)
{
    struct totals totals;
    struct total best[WHALES_MAX] = {0};
    int rc = totals_of(t, &totals, err);

    memset(out, 0, sizeof(*out));
    if (rc < 0)
        return rc;
    if (count > WHALES_MAX)
        count = WHALES_MAX;
    for (uint32_t i = 0; count && i < totals.slots; i++) {
        if (totals.at[i].files)
            keep_biggest(best, &out->count, count, &totals.at[i]);
    }
    for (uint32_t i = 0; i < out->count; i++) {
        struct whale *w = &out->at[i];

        *w = (struct whale){.ip = best[i].ip, .files = best[i].files, .bytes = best[i].bytes};
        snprintf(w->country, sizeof(w->country), "%s", table_text_at(t, TEXT_COUNTRY, best[i].row));
    }
    free(totals.at);
    add_hours(t, out);
    return 0;
}

static void count_download(struct detail *d, struct package_use *use, const struct table *t,
                           uint32_t row)
{
    struct package_use *p = &use[t->text[TEXT_PACKAGE][row]];

    if (!d->who.files)
        snprintf(d->who.country, sizeof(d->who.country), "%s", table_text_at(t, TEXT_COUNTRY, row));
    if (!p->files) {
        snprintf(p->name, sizeof(p->name), "%s", table_text_at(t, TEXT_PACKAGE, row));
        d->packages++;
    }
    d->who.files++;
    d->who.bytes += t->size[row];
    d->who.by_hour[t->time_s[row] / 3600] += t->size[row];
    p->files++;
    p->bytes += t->size[row];
}

static int by_use(const void *a, const void *b)
{
    const struct package_use *left = a;
    const struct package_use *right = b;

    if (left->files != right->files)
        return left->files < right->files ? 1 : -1;
    return strcmp(left->name, right->name);
}

int detail_of(const struct table *t, uint32_t ip, struct detail *out, struct error *err)
{
    uint32_t packages = t->names[TEXT_PACKAGE].count;
    struct package_use *use = calloc(packages ? packages : 1, sizeof(*use));

    memset(out, 0, sizeof(*out));
    if (!use)
        return error_nomem(err);
    out->who.ip = ip;
    for (uint32_t row = 0; row < t->rows; row++) {
        if (t->ip[row] == ip)
            count_download(out, use, t, row);
    }
    qsort(use, packages, sizeof(*use), by_use);
    while (out->shown < packages && out->shown < PACKAGES_SHOWN && use[out->shown].files) {
        out->top[out->shown] = use[out->shown];
        out->shown++;
    }
    free(use);
    if (!out->who.files)
        return error_set(err, E_MISMATCH, "nobody of the number %u downloaded on this day", ip);
    return 0;
}

int summary_of(const struct table *t, struct summary *out, struct error *err)
{
    int rc;

    memset(out, 0, sizeof(*out));
    rc = overview_of(t, &out->overview, err);
    if (rc == 0)
        rc = whales_of(t, WHALES_MAX, &out->whales, err);
    for (uint32_t i = 0; i < out->whales.count && rc == 0; i++)
        rc = detail_of(t, out->whales.at[i].ip, &out->details[i], err);
    return rc;
}

const char *whale_name(const struct whale *w, char out[WHALE_NAME])
{
    snprintf(out, WHALE_NAME, "ip %u [%s]", w->ip, w->country);
    return out;
}

int whale_ip(const char *name, uint32_t *out_ip)
{
    char bracket;

    return sscanf(name, "ip %u %c", out_ip, &bracket) == 2 && bracket == '[' ? 0 : -E_FORMAT;
}
