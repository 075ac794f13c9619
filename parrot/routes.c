#include "parrot/routes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static bool is_literal(const struct route *r)
{
    return r->literal_bytes == r->url_bytes;
}

static bool has_method(const struct route *r, const char *method, size_t bytes)
{
    return strlen(r->method) == bytes && memcmp(r->method, method, bytes) == 0;
}

static struct route *find_same(struct routes *routes, const char *method, const char *url)
{
    for (size_t i = 0; i < routes->count; i++) {
        if (strcmp(routes->items[i].method, method) == 0 && strcmp(routes->items[i].url, url) == 0)
            return &routes->items[i];
    }
    return NULL;
}

static struct route *add_route(struct routes *routes, const char *method, const char *url)
{
    size_t bytes = strlen(url);
    struct route *grown = realloc(routes->items, (routes->count + 1) * sizeof(*grown));

    if (!grown)
        return NULL;
    routes->items = grown;
    grown[routes->count] = (struct route){.method = method,
                                          .url = url,
                                          .url_bytes = bytes,
                                          .literal_bytes = pattern_literal_bytes(url, bytes),
                                          .order = routes->count};
    return &grown[routes->count++];
}

int routes_add(struct routes *routes, const char *method, const char *url, size_t item)
{
    struct route *route = find_same(routes, method, url);
    size_t *grown;

    if (!route)
        route = add_route(routes, method, url);
    grown = route ? realloc(route->items, (route->count + 1) * sizeof(*grown)) : NULL;
    if (!grown)
        return -E_NOMEM;
    route->items = grown;
    grown[route->count++] = item;
    return 0;
}

void routes_release(struct routes *routes)
{
    for (size_t i = 0; i < routes->count; i++)
        free(routes->items[i].items);
    free(routes->items);
    free(routes->table);
    *routes = (struct routes){0};
}

/* --- the literal ones --- */

/* FNV-1a */
static uint64_t hash_on(uint64_t hash, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static size_t slot_of(const struct routes *routes, const char *method, size_t method_bytes,
                      const char *url, size_t url_bytes)
{
    uint64_t hash = hash_on(UINT64_C(0xcbf29ce484222325), method, method_bytes);

    return (size_t)(hash_on(hash, url, url_bytes) % routes->table_size);
}

/* Literal ones behind, the most literal pattern first. */
static int by_literal_bytes(const void *a, const void *b)
{
    const struct route *x = a;
    const struct route *y = b;

    if (is_literal(x) != is_literal(y))
        return is_literal(x) ? 1 : -1;
    if (x->literal_bytes != y->literal_bytes)
        return x->literal_bytes < y->literal_bytes ? 1 : -1;
    return x->order < y->order ? -1 : 1;
}

int routes_ready(struct routes *routes)
{
    if (!routes->count)
        return 0;
    qsort(routes->items, routes->count, sizeof(*routes->items), by_literal_bytes);
    routes->table_size = routes->count * 4 + 1;
    routes->table = calloc(routes->table_size, sizeof(*routes->table));
    if (!routes->table)
        return -E_NOMEM;
    for (size_t i = 0; i < routes->count; i++) {
        const struct route *r = &routes->items[i];
        size_t slot = slot_of(routes, r->method, strlen(r->method), r->url, r->url_bytes);

        while (routes->table[slot])
            slot = (slot + 1) % routes->table_size;
        routes->table[slot] = i + 1;
    }
    return 0;
}

static const struct route *find_literal(const struct routes *routes, const char *method,
                                        size_t method_bytes, const char *url, size_t url_bytes)
{
    size_t slot = slot_of(routes, method, method_bytes, url, url_bytes);

    for (; routes->table[slot]; slot = (slot + 1) % routes->table_size) {
        const struct route *r = &routes->items[routes->table[slot] - 1];

        if (is_literal(r) && r->url_bytes == url_bytes && memcmp(r->url, url, url_bytes) == 0 &&
            has_method(r, method, method_bytes))
            return r;
    }
    return NULL;
}

const struct route *routes_find(const struct routes *routes, const char *method,
                                size_t method_bytes, const char *url, size_t url_bytes,
                                struct captures *captures)
{
    const struct route *found;

    captures->count = 0;
    if (!routes->count)
        return NULL;
    found = find_literal(routes, method, method_bytes, url, url_bytes);
    for (int loose = 0; loose < 2 && !found; loose++) {
        for (size_t i = 0; i < routes->count && !is_literal(&routes->items[i]); i++) {
            const struct route *r = &routes->items[i];

            if (has_method(r, method, method_bytes) &&
                pattern_fits(r->url, r->url_bytes, url, url_bytes, loose, captures))
                return r;
        }
    }
    return found;
}
