#include "checker/sent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"

void sents_release(struct sents *sents)
{
    for (size_t i = 0; i < sents->count; i++)
        atoms_release(&sents->items[i].atoms);
    free(sents->items);
    *sents = (struct sents){0};
}

static int grow(struct sents *sents)
{
    size_t capacity = sents->capacity ? sents->capacity * 2 : 64;
    struct sent_text *items = realloc(sents->items, capacity * sizeof(*items));

    if (!items)
        return -E_NOMEM;
    sents->items = items;
    sents->capacity = capacity;
    return 0;
}

static int add(struct sents *sents, const struct sent_text *text, const char *content_type)
{
    struct sent_text *s;

    if (sents->count == sents->capacity && grow(sents) < 0)
        return -E_NOMEM;
    s = &sents->items[sents->count++];
    *s = *text;
    switch (s->in) {
    case IN_URL:
        return atoms_of_url(&s->atoms, s->text, s->len);
    case IN_HEADER:
        return atoms_of_header(&s->atoms, s->text);
    case IN_BODY:
        return atoms_of_body(&s->atoms, content_type, s->text, s->len);
    case IN_MESSAGE:
        break;
    }
    return atoms_of_message(&s->atoms, s->text, s->len);
}

const char *header_of(const char *const *headers, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; headers && headers[i]; i++) {
        if (strncasecmp(headers[i], name, n) == 0 && headers[i][n] == ':')
            return headers[i] + n + 1 + strspn(headers[i] + n + 1, " \t");
    }
    return NULL;
}

bool is_static_file(const char *url)
{
    static const char *const endings[] = {".js",    ".mjs", ".css", ".png", ".jpg",
                                          ".jpeg",  ".gif", ".svg", ".ico", ".woff",
                                          ".woff2", ".ttf", ".map", ".webp"};
    size_t path = strcspn(url, "?#");

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);

        if (path > n && strncasecmp(url + path - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

/* A header that the page set, and that may hold what the server told. */
static bool may_carry(const char *line)
{
    static const char *const never[] = {"X-Forwarded-", "X-Requested-With:", "X-Real-Ip:"};

    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        if (strncasecmp(line, never[i], strlen(never[i])) == 0)
            return false;
    }
    return strncasecmp(line, "Authorization:", 14) == 0 || strncasecmp(line, "X-", 2) == 0;
}

static bool has_header(const struct step *step, const char *line)
{
    char name[128];
    size_t n = strcspn(line, ":");

    if (n >= sizeof(name))
        return true;
    memcpy(name, line, n);
    name[n] = 0;
    return header_of(step->headers, name) != NULL;
}

static int add_headers(struct sents *sents, size_t i, const struct step *step,
                       const struct trace *trace)
{
    const struct trace_entry *request =
        trace ? trace_find(trace, TRACE_REQUEST, (long)step->ordinal) : NULL;
    struct sent_text text = {.step = i, .in = IN_HEADER};
    int rc = 0;

    for (size_t k = 0; step->headers && step->headers[k] && rc == 0; k++) {
        text.header = k;
        text.text = step->headers[k];
        text.len = strlen(text.text);
        if (may_carry(text.text))
            rc = add(sents, &text, NULL);
    }
    text.added = true;
    for (size_t k = 0; request && request->headers && request->headers[k] && rc == 0; k++) {
        text.text = request->headers[k];
        text.len = strlen(text.text);
        if (may_carry(text.text) && !has_header(step, text.text) && !is_static_file(step->url))
            rc = add(sents, &text, NULL);
    }
    return rc;
}

static int add_step(struct sents *sents, size_t i, const struct step *step,
                    const struct trace *trace)
{
    int rc = 0;

    if (step->url && (step_is_request(step) || step->type == STEP_WS_OPEN)) {
        rc = add(sents,
                 &(struct sent_text){
                     .step = i, .in = IN_URL, .text = step->url, .len = strlen(step->url)},
                 NULL);
        if (rc == 0)
            rc = add_headers(sents, i, step, trace);
    }
    if (rc == 0 && step->body)
        rc = add(sents,
                 &(struct sent_text){
                     .step = i, .in = IN_BODY, .text = step->body, .len = step->body_bytes},
                 header_of(step->headers, "Content-Type"));
    if (rc == 0 && step->type == STEP_WS_SEND && !step->binary)
        rc =
            add(sents,
                &(struct sent_text){
                    .step = i, .in = IN_MESSAGE, .text = step->message, .len = step->message_bytes},
                NULL);
    return rc;
}

int sents_of_script(struct sents *sents, const struct script *script, const struct trace *trace)
{
    int rc = 0;

    for (size_t i = 0; i < script->count && rc == 0; i++)
        rc = add_step(sents, i, &script->steps[i], trace);
    return rc;
}
