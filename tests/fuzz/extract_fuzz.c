/* Extractions: a rule is written as it was read, and what it finds stands in the text.
 * One line of JSON, the rule; then the text. */
#include <string.h>

#include "core/extract.h"
#include "fuzz.h"

static void write_and_read(const struct extraction *e)
{
    struct error err = ERROR_NONE;
    struct arena arena = {0};
    struct extraction again;
    json_t *json = extraction_write(e);
    json_t *twice;

    PROMISE(json);
    PROMISE(extraction_read(&again, json, &arena, &err) == 0);
    twice = extraction_write(&again);
    PROMISE(json_equal(json, twice));
    json_decref(json);
    json_decref(twice);
    arena_release(&arena);
}

static void extract(const struct extraction *e, const char *text, size_t len)
{
    const char *const headers[] = {"Set-Cookie: a=b; Path=/", "Location: /?a=b", NULL};
    struct buf out;
    int rc;

    buf_init(&out, 1u << 30);
    rc = extract_text(e, text, len, &out);
    PROMISE(rc == 0 || (rc == -E_MISMATCH && !out.len));
    if (rc == 0 && !e->decode && !e->json)
        PROMISE(!out.len || memmem(text, len, out.data, out.len));
    buf_clear(&out);
    rc = extract_answer(e, headers, text, len, &out);
    PROMISE(rc == 0 || rc == -E_MISMATCH);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    const char *newline = memchr(data, '\n', len);
    size_t rule = newline ? (size_t)(newline - text) : len;
    size_t begin = newline ? rule + 1 : len;
    json_t *json = json_loadb(text, rule, JSON_ALLOW_NUL, NULL);
    struct error err = ERROR_NONE;
    struct arena arena = {0};
    struct extraction e;
    int rc = extraction_read(&e, json, &arena, &err);

    PROMISE(err.code == -rc && (rc == 0) == !*err.text);
    if (rc == 0) {
        write_and_read(&e);
        extract(&e, text + begin, len - begin);
    }
    json_decref(json);
    arena_release(&arena);
    return 0;
}
