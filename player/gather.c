#include "player/gather.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/json_text.h"

/* The bytes of the character at text; 0: it is none, or not for the eye. */
static size_t shown_bytes(const char *text, size_t len)
{
    unsigned char c = (unsigned char)text[0];

    return c < 0x20 || c == 0x7f ? 0 : utf8_character(text, len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

const char *gather_show(const char *text, size_t len, char out[GATHER_SHOWN_TEXT])
{
    size_t used = 0;
    size_t at = 0;

    for (int shown = 0; shown < GATHER_SHOWN && at < len; shown++) {
        size_t n = shown_bytes(text + at, len - at);

        if (n)
            memcpy(out + used, text + at, n);
        else
            out[used] = is_blank(text[at]) ? ' ' : '.';
        used += n ? n : 1;
        at += n ? n : 1;
        while (at < len && is_blank(text[at]) && out[used - 1] == ' ')
            at++; /* the white space of a page says nothing */
    }
    out[used] = 0;
    return out;
}

static int set_value(struct values *values, const char *name, struct buf *value)
{
    if (value->failed || buf_adds(value, "") < 0)
        return -E_NOMEM;
    return values_set(values, name, value->data ? value->data : "");
}

/* "looked for 'name="csrf" value="' in its body": where a value should have been. */
static void describe_place(const struct extraction *e, char *out, size_t size)
{
    static const char *const wheres[] = {[EXTRACT_BODY] = "the answer's body",
                                         [EXTRACT_HEADER] = "the answer's header",
                                         [EXTRACT_COOKIE] = "the answer's cookie",
                                         [EXTRACT_MESSAGE] = "the messages that end this step"};
    char shown[GATHER_SHOWN_TEXT];
    const char *after = e->before ? " behind '" : e->json ? " at the JSON path '" : "";
    const char *what = e->before ? e->before : e->json ? e->json : "";

    snprintf(out, size, "%s%s%.60s%s%s%s", wheres[e->from], e->header ? " " : "",
             e->header ? e->header : "", after, gather_show(what, strlen(what), shown),
             *after ? "'" : "");
}

static const char *find_header(const char *const *headers, const char *name)
{
    size_t n = strlen(name);

    for (; headers && *headers; headers++) {
        if (strncasecmp(*headers, name, n) == 0 && (*headers)[n] == ':')
            return *headers;
    }
    return NULL;
}

static int say_missing(const struct extraction *e, const struct answer *a, struct error *err)
{
    char place[320];
    char shown[GATHER_SHOWN_TEXT];
    const char *came = a->body;
    size_t len = a->body_bytes;

    describe_place(e, place, sizeof(place));
    if (e->from != EXTRACT_BODY) {
        came = find_header(a->headers, e->from == EXTRACT_COOKIE ? "Set-Cookie" : e->header);
        len = came ? strlen(came) : 0;
    }
    if (!came || !len)
        return error_set(err, E_MISMATCH, "no value for ${%.80s} in %s; status %d came with %s",
                         e->name, place, a->status,
                         e->from == EXTRACT_BODY ? "an empty one" : "none of that kind");
    return error_set(err, E_MISMATCH, "no value for ${%.80s} in %s; status %d came with '%s'",
                     e->name, place, a->status, gather_show(came, len, shown));
}

static int gather_one(const struct extraction *e, const struct answer *a, struct values *values,
                      struct error *err)
{
    struct buf value;
    int rc;

    buf_init(&value, GATHER_VALUE_MAX);
    rc = extract_answer(e, a->headers, a->body, a->body_bytes, &value);
    if (rc == 0)
        rc = set_value(values, e->name, &value);
    buf_release(&value);
    if (rc == -E_MISMATCH)
        return e->optional ? 0 : say_missing(e, a, err);
    return rc < 0 ? error_nomem(err) : 0;
}

int gather_answer(const struct step *step, const struct answer *answer, struct values *values,
                  struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < step->extract_count && rc == 0; i++) {
        if (step->extracts[i].from != EXTRACT_MESSAGE)
            rc = gather_one(&step->extracts[i], answer, values, err);
    }
    return rc;
}

/* In the whole text, or in one of its lines. */
static int find_in(const struct extraction *e, const char *text, size_t len, struct buf *value)
{
    int rc = extract_text(e, text, len, value);
    const char *end = text + len;

    while (rc == -E_MISMATCH && text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));

        if (!stop)
            stop = end;
        rc = extract_text(e, text, (size_t)(stop - text), value);
        text = stop + 1;
    }
    return rc;
}

int gather_message(const struct extraction *e, const char *text, size_t len, struct values *values)
{
    struct buf value;
    int rc;

    buf_init(&value, GATHER_VALUE_MAX);
    rc = find_in(e, text, len, &value);
    if (rc == 0)
        rc = set_value(values, e->name, &value);
    buf_release(&value);
    return rc;
}

int gather_message_missing(const struct extraction *e, const char *text, size_t len,
                           struct error *err)
{
    char place[320];
    char shown[GATHER_SHOWN_TEXT];

    describe_place(e, place, sizeof(place));
    if (!text)
        return error_set(err, E_MISMATCH, "no value for ${%.80s} in %s; none came", e->name, place);
    return error_set(err, E_MISMATCH, "no value for ${%.80s} in %s; the last was '%s'", e->name,
                     place, gather_show(text, len, shown));
}

int gather_needed(const struct values *learnt, const struct names *needs, struct values *values)
{
    for (size_t i = 0; i < learnt->count; i++) {
        const struct value *v = &learnt->items[i];

        if (names_has(needs, v->name) && values_set(values, v->name, v->value) < 0)
            return -E_NOMEM;
    }
    return 0;
}
