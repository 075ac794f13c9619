/* JSON read as far as it is wanted: it is JSON for the one reader as for the other, and what is
 * wanted is there as it is in the whole. */
#include <jansson.h>
#include <string.h>

#include "core/extract.h"
#include "core/json_skim.h"
#include "fuzz.h"

static const char *const paths[] = {"a", "b.c", "b.d[0]", "[0]", "[1].a", "[-1][2]", "e|a"};

static void check_value(json_t *whole, json_t *skimmed, const char *path)
{
    json_t *parsed[2];
    json_t *want = json_at(whole, path, &parsed[0]);
    json_t *got = json_at(skimmed, path, &parsed[1]);

    PROMISE(!want == !got);
    PROMISE(!want || json_equal(want, got));
    json_decref(parsed[0]);
    json_decref(parsed[1]);
}

static void check_keys(json_t *whole, json_t *skimmed)
{
    void *at = json_object_iter(whole);
    void *other = json_object_iter(skimmed);

    PROMISE(json_object_size(whole) == json_object_size(skimmed));
    for (; at && other;
         at = json_object_iter_next(whole, at), other = json_object_iter_next(skimmed, other))
        PROMISE(strcmp(json_object_iter_key(at), json_object_iter_key(other)) == 0);
}

static void check(const char *text, size_t len, size_t flags)
{
    struct wanted wanted = {0};
    json_t *whole = json_loadb(text, len, JSON_ALLOW_NUL | flags, NULL);
    json_t *skimmed;

    PROMISE(wanted_add(&wanted, "", WANT_KEYS) == 0);
    PROMISE(wanted_add(&wanted, "k", WANT_KEYS) == 0);
    PROMISE(wanted_add(&wanted, "there", WANT_THERE) == 0);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        PROMISE(wanted_add(&wanted, paths[i], WANT_VALUE) == 0);
    skimmed = json_skim(text, len, flags, &wanted);
    PROMISE(!whole == !skimmed);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && whole; i++)
        check_value(whole, skimmed, paths[i]);
    if (whole) {
        PROMISE(json_is_object(whole) == json_is_object(skimmed));
        check_keys(whole, skimmed);
        check_keys(json_object_get(whole, "k"), json_object_get(skimmed, "k"));
    }
    wanted_release(&wanted);
    json_decref(skimmed);
    json_decref(whole);
}

/* A string is what jansson reads, or it is not read here. */
static void check_string(const char *text, size_t len)
{
    json_t *whole;
    struct buf string;
    size_t n;

    buf_init(&string, 1u << 30);
    n = len && *text == '"' ? json_skim_string(text + 1, len - 1, &string) : 0;
    if (n) {
        whole = json_loadb(text, n + 1, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
        PROMISE(json_string_length(whole) == string.len && json_is_string(whole));
        PROMISE(memcmp(json_string_value(whole), string.data, string.len) == 0);
        json_decref(whole);
    }
    buf_release(&string);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1); /* its end is the end */

    PROMISE(text);
    memcpy(text, data, len);
    text = realloc(text, len ? len : 1);
    check(text, len, 0);
    check(text, len, JSON_DECODE_ANY);
    check_string(text, len);
    free(text);
    return 0;
}
