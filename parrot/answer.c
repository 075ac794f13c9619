#include "parrot/answer.h"

#include <stdlib.h>
#include <string.h>

#include "parrot/tells.h"

#define SMALL_BODY 100
#define BLOCK_MAX ((size_t)64 << 20)

static const char *filler_text(bool blank)
{
    static const char words[] = "A parrot says again what it has heard, no more and no less.\n";
    static char text[FILLER_BYTES];
    static char blanks[FILLER_BYTES];

    if (!blanks[0]) {
        memset(blanks, ' ', sizeof(blanks));
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = words[i % (sizeof(words) - 1)];
    }
    return blank ? blanks : text;
}

const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {{200, "OK"},
                 {201, "Created"},
                 {202, "Accepted"},
                 {204, "No Content"},
                 {206, "Partial Content"},
                 {301, "Moved Permanently"},
                 {302, "Found"},
                 {303, "See Other"},
                 {304, "Not Modified"},
                 {307, "Temporary Redirect"},
                 {308, "Permanent Redirect"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {500, "Internal Server Error"},
                 {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].status == status)
            return known[i].text;
    }
    return "As Recorded";
}

static const char *type_of(const struct step *step, const struct tells *tells)
{
    static const char *const types[][2] = {
        {".css", "text/css"},
        {".js", "text/javascript"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".ttf", "font/ttf"},
        {".ico", "image/x-icon"},
        {".gif", "image/gif"},
        {".wasm", "application/wasm"},
        {".html", "text/html; charset=utf-8"},
    };
    size_t path = strcspn(step->url, "?#");
    const char *dot = memrchr(step->url, '.', path);

    if (step->left)
        return "text/event-stream";
    if (tells->is_json)
        return "application/json";
    for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++) {
        size_t n = strlen(types[i][0]);

        if ((size_t)(step->url + path - dot) == n && memcmp(dot, types[i][0], n) == 0)
            return types[i][1];
    }
    return step->type == STEP_REQ_HOME ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
}

static bool has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static bool has_header(const struct buf *headers, const char *name)
{
    return headers->data && strcasestr(headers->data, name);
}

/* --- what it tells --- */

static void add_tells(struct tells *tells, const struct answer_maker *maker,
                      const struct step *step)
{
    const struct extraction *e;

    tells->condition = step->poll;
    for (size_t i = 0; i < step->extract_count; i++)
        tells_add(tells, &step->extracts[i]);
    for (size_t i = 0; (e = dialect_answer_tells(maker->dialect, step->method, step->url, i));
         i++) {
        if (names_has(maker->needs, e->name))
            tells_add(tells, e);
    }
}

/* The mark that a stream ends with, as an event. */
static int add_until(const struct step *step, struct buf *body)
{
    return step->left && step->until ? buf_addf(body, "\ndata: %s\n\n", step->until) : 0;
}

/* --- the block --- */

static void size_body(struct answer *a, const struct tells *tells)
{
    uint64_t want = a->step->bytes ? a->step->bytes : SMALL_BODY;

    if (tells->is_whole || !has_body(a->step->status))
        return;
    a->filler = filler_text(tells->is_json);
    a->filler_last = tells->from_start;
    if (want > tells->body.len)
        a->filler_bytes = want - tells->body.len;
}

static int write_head(const struct answer *a, const struct tells *tells, const char *location,
                      struct buf *out)
{
    int status = a->step->status;

    buf_addf(out, "HTTP/1.1 %d %s\r\n", status, status_text(status));
    buf_add(out, tells->headers.data ? tells->headers.data : "", tells->headers.len);
    if (status / 100 == 3 && status != 304 && !has_header(&tells->headers, "Location:"))
        buf_addf(out, "Location: %s\r\n", location);
    if (has_body(status))
        buf_addf(out, "Content-Type: %s\r\n", type_of(a->step, tells));
    if (a->streams)
        buf_adds(out, "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n");
    else if (has_body(status))
        buf_addf(out, "Content-Length: %llu\r\n",
                 (unsigned long long)a->filler_bytes + tells->body.len);
    return buf_adds(out, "\r\n");
}

/* --- holes --- */

static int add_hole(struct answer *a, size_t at, unsigned number, bool slash)
{
    struct hole *grown = realloc(a->holes, (a->hole_count + 1) * sizeof(*grown));

    if (!grown)
        return -E_NOMEM;
    a->holes = grown;
    grown[a->hole_count++] = (struct hole){at, number, slash};
    return 0;
}

static int find_holes(struct answer *a, const struct answer_maker *maker, const struct tells *tells)
{
    for (unsigned i = 0; i < tells->count; i++) {
        const struct tell *tell = &tells->items[i];
        const char *at = a->block;
        const char *end = a->block + a->block_bytes;
        bool seen = false;

        for (unsigned k = 0; k < i; k++)
            seen = seen || strcmp(tells->items[k].mark, tell->mark) == 0;
        while (!seen && (at = memmem(at, (size_t)(end - at), tell->mark, TELL_BYTES))) {
            if (add_hole(a, (size_t)(at - a->block), i,
                         names_has(maker->first, tell->where->name)) < 0)
                return -E_NOMEM;
            at += TELL_BYTES;
        }
    }
    return 0;
}

void answer_fill(const struct answer *a, char *at, size_t from, size_t bytes, uint64_t seed)
{
    for (size_t i = 0; i < a->hole_count; i++) {
        const struct hole *hole = &a->holes[i];
        uint64_t random = seed + hole->number;

        if (hole->at < from || hole->at + RANDOM_VALUE_BYTES > from + bytes)
            continue;
        random_value(&random, at + hole->at - from);
        if (hole->slash)
            at[hole->at - from] = '/';
    }
}

/* --- all of it --- */

static int build(struct answer *a, const struct answer_maker *maker, struct tells *tells,
                 const char *location)
{
    struct buf block;
    int rc;

    buf_init(&block, BLOCK_MAX);
    rc = tells_write(tells);
    if (rc == 0)
        rc = add_until(a->step, &tells->body);
    if (rc == 0) {
        size_body(a, tells);
        rc = write_head(a, tells, location, &block);
        a->head_bytes = block.len;
    }
    if (rc == 0 && has_body(a->step->status))
        rc = buf_add(&block, tells->body.data ? tells->body.data : "", tells->body.len);
    a->block_bytes = block.len;
    a->block = rc == 0 ? buf_take(&block) : NULL;
    buf_release(&block);
    return a->block ? find_holes(a, maker, tells) : -E_NOMEM;
}

static int warn(const struct step *step, const struct tells *tells, struct buf *warnings)
{
    const struct extraction *missing;
    int rc = tells_check(tells, &missing);

    if (rc < 0 || !missing)
        return rc;
    return buf_addf(warnings,
                    "line %u: %s %s: its answer cannot be made to tell ${%s}; a replay fails "
                    "there\n",
                    step->line, step->method, step->url, missing->name);
}

int answer_init(struct answer *answer, const struct answer_maker *maker, const struct step *step,
                const char *location, struct buf *warnings)
{
    struct tells *tells = malloc(sizeof(*tells));
    int rc;

    *answer = (struct answer){.step = step, .streams = step->left};
    if (!tells)
        return -E_NOMEM;
    answer->wait_us = (int64_t)((double)(step->end_us - step->begin_us) * maker->delay);
    tells_init(tells);
    add_tells(tells, maker, step);
    rc = build(answer, maker, tells, location);
    if (rc == 0)
        rc = warn(step, tells, warnings);
    tells_release(tells);
    free(tells);
    return rc;
}

void answer_release(struct answer *answer)
{
    free(answer->block);
    free(answer->holes);
    *answer = (struct answer){0};
}
