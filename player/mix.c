#include "player/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run.h"
#include "player/draw.h"

static unsigned common_divisor(unsigned a, unsigned b)
{
    while (b) {
        unsigned rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static size_t sum_of(const unsigned *weights, size_t count, unsigned *divisor)
{
    size_t sum = 0;

    *divisor = 0;
    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
        *divisor = common_divisor(weights[i], *divisor);
    }
    return sum / *divisor;
}

/* Smooth weighted turns: each gains its weight, the richest goes and pays the sum. */
static void make_order(uint8_t *order, size_t length, const unsigned *weights, size_t count,
                       unsigned divisor)
{
    long credit[MIX_SCRIPTS_MAX] = {0};

    for (size_t at = 0; at < length; at++) {
        size_t best = 0;

        for (size_t i = 0; i < count; i++) {
            credit[i] += weights[i] / divisor;
            if (credit[i] > credit[best])
                best = i;
        }
        credit[best] -= (long)length;
        order[at] = (uint8_t)best;
    }
}

int mix_init(struct mix *mix, const unsigned *weights, size_t count, uint64_t seed,
             struct error *err)
{
    unsigned divisor;

    *mix = (struct mix){.length = sum_of(weights, count, &divisor), .seed = seed};
    mix->order = malloc(mix->length);
    if (!mix->order)
        return error_nomem(err);
    make_order(mix->order, mix->length, weights, count, divisor);
    return 0;
}

void mix_release(struct mix *mix)
{
    free(mix->order);
    *mix = (struct mix){0};
}

unsigned mix_role(const struct mix *mix, long session)
{
    uint64_t block;
    uint64_t turn;

    if (mix->length <= 1)
        return 0;
    block = (uint64_t)session / mix->length;
    turn = draw_bits(mix->seed, UINT64_C(0x6d6978), block);
    return mix->order[((uint64_t)session % mix->length + turn % mix->length) % mix->length];
}

int mix_parse(const char *text, char **path, unsigned *weight, struct error *err)
{
    const char *colon = strrchr(text, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    size_t len = strlen(text);

    *weight = 1;
    if (digits && !colon[1 + digits]) {
        len = (size_t)(colon - text);
        *weight = digits > 4 ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);
    }
    if (!len || !*weight || *weight > MIX_WEIGHT_MAX)
        return error_set(err, E_USAGE,
                         "--script takes FILE or FILE:WEIGHT with a weight from 1 to %d, not '%s'",
                         MIX_WEIGHT_MAX, text);
    *path = strndup(text, len);
    return *path ? 0 : error_nomem(err);
}

/* Taken by a script before it, or by a file of the run itself. */
static bool is_taken(char *const *names, size_t count, const char *name)
{
    static const char *const own[] = {RUN_SCRIPT, RUN_JSON, RUN_SESSIONS, "audit.csv"};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static char *name_of(const char *path, char *const *names, size_t count)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t len = strlen(base);
    size_t room = len + 16;
    char *name = malloc(room);

    if (!name)
        return NULL;
    if (len > 4 && strcmp(base + len - 4, ".log") == 0)
        len -= 4;
    snprintf(name, room, "%.*s", (int)len, base);
    for (unsigned n = 2; is_taken(names, count, name); n++)
        snprintf(name, room, "%.*s-%u", (int)len, base, n);
    return name;
}

int mix_names(char **names, const char *const *paths, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        names[i] = name_of(paths[i], names, i);
        if (!names[i])
            return error_nomem(err);
    }
    return 0;
}
