#include "analyzer/label_set.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define ROOM_LEAST 64

struct label_slot {
    const char *text; /* NULL: free */
    size_t len;
    uint64_t hash;
    uint32_t number;
};

/* FNV-1a; its bits are mixed, since only the lowest choose the slot and an app chooses the text. */
static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 33;
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 33;
}

static struct label_slot *find(struct label_slot *slots, size_t room, const struct label_slot *key)
{
    size_t at = key->hash & (room - 1);

    while (slots[at].text && (slots[at].hash != key->hash || slots[at].len != key->len ||
                              memcmp(slots[at].text, key->text, key->len) != 0))
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static int grow(struct label_set *set)
{
    size_t room = set->room ? 2 * set->room : ROOM_LEAST;
    struct label_slot *slots = calloc(room, sizeof(*slots));

    if (!slots)
        return -E_NOMEM;
    for (size_t i = 0; i < set->room; i++) {
        if (set->slots[i].text)
            *find(slots, room, &set->slots[i]) = set->slots[i];
    }
    free(set->slots);
    set->slots = slots;
    set->room = room;
    return 0;
}

int label_set_add(struct label_set *set, const char *text, size_t len, uint32_t *number)
{
    struct label_slot key = {text, len, hash_of(text, len), set->count};
    struct label_slot *slot;

    if (2 * (size_t)set->count >= set->room && grow(set) < 0)
        return -E_NOMEM;
    slot = find(set->slots, set->room, &key);
    if (!slot->text) {
        *slot = key;
        set->count++;
    }
    *number = slot->number;
    return 0;
}

void label_set_release(struct label_set *set)
{
    free(set->slots);
    *set = (struct label_set){0};
}
