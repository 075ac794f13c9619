#include "samples/whales/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

void names_release(struct names *n)
{
    free(n->bytes);
    free(n->starts);
    free(n->slots);
    *n = (struct names){0};
}

const char *names_at(const struct names *n, uint32_t number)
{
    return n->bytes + n->starts[number];
}

size_t names_length(const struct names *n, uint32_t number)
{
    return n->starts[number + 1] - n->starts[number] - 1;
}

/* FNV-1a: the strings are a few bytes long, so a simple hash is also the quick one. */
static uint32_t hash_of(const char *text, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h ^ (h >> 15);
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *find_slot(const struct names *n, const char *text, size_t len)
{
    uint32_t at = hash_of(text, len) & (n->slot_count - 1);

    for (;; at = (at + 1) & (n->slot_count - 1)) {
        uint32_t held = n->slots[at];

        if (!held ||
            (names_length(n, held - 1) == len && memcmp(names_at(n, held - 1), text, len) == 0))
            return &n->slots[at];
    }
}

/* Slots are at most half full; starts has as many places as half the slots, and one more. */
static int grow_slots(struct names *n)
{
    uint32_t count = n->slot_count ? n->slot_count * 2 : 64;
    uint32_t *starts = realloc(n->starts, (count / 2 + 1) * sizeof(*starts));
    uint32_t *slots;

    if (!starts)
        return -E_NOMEM;
    n->starts = starts;
    slots = calloc(count, sizeof(*slots));
    if (!slots)
        return -E_NOMEM;
    free(n->slots);
    n->slots = slots;
    n->slot_count = count;
    starts[n->count] = (uint32_t)n->len;
    for (uint32_t i = 0; i < n->count; i++)
        *find_slot(n, names_at(n, i), names_length(n, i)) = i + 1;
    return 0;
}

static int grow_bytes(struct names *n, size_t more)
{
    size_t cap = n->cap ? n->cap : 512;
    char *bytes;

    while (cap < n->len + more)
        cap *= 2;
    if (cap == n->cap)
        return 0;
    bytes = realloc(n->bytes, cap);
    if (!bytes)
        return -E_NOMEM;
    n->bytes = bytes;
    n->cap = cap;
    return 0;
}

static int add(struct names *n, const char *text, size_t len)
{
    if (n->count == NAMES_MAX)
        return -E_FORMAT;
    if (n->count >= n->slot_count / 2 && grow_slots(n) < 0)
        return -E_NOMEM;
    if (grow_bytes(n, len + 1) < 0)
        return -E_NOMEM;
    *find_slot(n, text, len) = n->count + 1;
    memcpy(n->bytes + n->len, text, len);
    n->bytes[n->len + len] = 0;
    n->len += len + 1;
    n->starts[++n->count] = (uint32_t)n->len;
    return (int)n->count - 1;
}

int names_intern(struct names *n, const char *text, size_t len)
{
    if (n->slot_count) {
        uint32_t held = *find_slot(n, text, len);

        if (held)
            return (int)held - 1;
    }
    return add(n, text, len);
}
