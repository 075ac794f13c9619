#include "core/dialect.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/dialect_parts.h"

#define PART_MAX 4096

int message_add_part(struct message *m, const char *prefix, const char *name)
{
    struct buf part;
    char **parts;

    buf_init(&part, PART_MAX);
    buf_adds(&part, prefix);
    if (name)
        buf_addf(&part, "%s%.1000s", *prefix ? " " : "", name);
    if (part.failed) {
        buf_release(&part);
        return -E_NOMEM;
    }
    for (size_t i = 0; i < m->part_count; i++) {
        if (strcmp(m->parts[i], part.data) == 0) {
            buf_release(&part);
            return 0;
        }
    }
    parts = realloc(m->parts, (m->part_count + 1) * sizeof(*parts));
    if (!parts) {
        buf_release(&part);
        return -E_NOMEM;
    }
    m->parts = parts;
    m->parts[m->part_count++] = buf_take(&part);
    return 0;
}

void message_release(struct message *m)
{
    for (size_t i = 0; i < m->part_count; i++)
        free(m->parts[i]);
    free(m->parts);
    free(m->reason);
    values_release(&m->learnt);
    *m = (struct message){0};
}

/* A conversation nobody knows: a JSON object has the shape of its keys, the rest is just a message.
 */
static int plain_read(struct message *m, const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
    const char *key;
    json_t *value;
    int rc = 0;

    m->kind = MESSAGE_DATA;
    json_object_foreach(json, key, value)
    {
        if (rc == 0)
            rc = message_add_part(m, "key", key);
    }
    json_decref(json);
    if (rc == 0 && !m->part_count)
        rc = message_add_part(m, "message", NULL);
    return rc;
}

const struct dialect dialect_plain = {
    .name = "plain",
    .target_type = "Unknown",
    .read = plain_read,
};

static const struct dialect *const dialects[] = {&dialect_plain, &dialect_shiny, &dialect_sockjs};

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
        if (strcmp(dialects[i]->name, name) == 0)
            return dialects[i];
    }
    return NULL;
}

const struct dialect *dialect_of_socket(const char *path)
{
    if (strstr(path, "/__sockjs__/"))
        return &dialect_sockjs;
    /* httpuv takes any path, but Shiny's own client only ever asks for this one */
    if (strstr(path, "/websocket/"))
        return &dialect_shiny;
    return &dialect_plain;
}

const struct dialect *dialect_of(const struct script *script)
{
    const struct dialect *named = dialect_find(script->dialect);

    if (named)
        return named;
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);

        if (step->type == STEP_WS_OPEN && strstr(step->url, "/__sockjs__/"))
            return &dialect_sockjs;
        if (step->type == STEP_WS_RECV_INIT)
            return &dialect_shiny;
    }
    return &dialect_plain;
}

int dialect_read(const struct dialect *dialect, struct message *m, const char *text, size_t len,
                 bool binary)
{
    if (!binary)
        return dialect->read(m, text, len);
    m->kind = MESSAGE_DATA;
    return message_add_part(m, "binary message", NULL);
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len >= n && strncasecmp(text + len - n, end, n) == 0;
}

/* shinyloadtest calls these the homepage: a path that ends in a slash, or an R Markdown document.
 */
static bool is_page(const char *path)
{
    size_t len = strcspn(path, "?");

    return ends_with(path, len, "/") || ends_with(path, len, ".rmd");
}

static bool is_sockjs_info(const char *path)
{
    const char *at = strstr(path, "/__sockjs__/");

    return at && (strstr(at, "/n=") || strstr(at, "/o="));
}

enum step_type dialect_request_type(const char *method, const char *path, bool navigation)
{
    if (strcmp(method, "POST") == 0)
        return STEP_REQ_POST;
    if (strcmp(method, "GET") != 0)
        return STEP_REQ;
    if (is_page(path))
        return STEP_REQ_HOME;
    if (strstr(path, "__token__"))
        return STEP_REQ_TOK;
    if (is_sockjs_info(path))
        return STEP_REQ_SINF;
    return navigation ? STEP_REQ_HOME : STEP_REQ_GET;
}

bool dialect_send_is_noise(const struct dialect *dialect, const char *text, size_t len)
{
    return dialect->send_is_noise && dialect->send_is_noise(text, len);
}

bool dialect_request_is_noise(const char *path)
{
    size_t len = strcspn(path, "?");

    return ends_with(path, len, "favicon.ico") || ends_with(path, len, ".js.map") ||
           ends_with(path, len, ".css.map");
}

/* Sets name to text[0..len), if there is any. */
static int learn(struct values *values, const char *name, const char *text, size_t len)
{
    char *copy;
    int rc;

    if (!len)
        return 0;
    copy = strndup(text, len);
    rc = copy ? values_set(values, name, copy) : -E_NOMEM;
    free(copy);
    return rc;
}

static size_t span(const char *text, const char *end, int (*accepts)(int))
{
    const char *at = text;

    while (at < end && accepts((unsigned char)*at))
        at++;
    return (size_t)(at - text);
}

int dialect_learn_body(enum step_type type, const char *body, size_t len, struct values *values)
{
    static const char mark[] = "<base href=\"_w_";
    const char *at;

    if (type == STEP_REQ_TOK)
        return learn(values, "TOKEN", body, len);
    if (type != STEP_REQ_HOME)
        return 0;
    at = memmem(body, len, mark, sizeof(mark) - 1);
    if (!at)
        return 0;
    at += sizeof(mark) - 1;
    return learn(values, "WORKER", at, span(at, body + len, isalnum));
}

/* ".../177/0r002vay/websocket": a server part and a session part, both made up by the browser. */
static int learn_sockjs_id(const char *path, struct values *values)
{
    const char *end = strstr(path, "/websocket");
    const char *at = end;

    for (int slashes = 0; at && at > path && slashes < 2;)
        slashes += *--at == '/';
    if (!at || at <= path)
        return 0;
    return learn(values, "SOCKJSID", at + 1, (size_t)(end - at - 1));
}

int dialect_learn_path(const char *path, struct values *values)
{
    const char *sockjs = strstr(path, "/__sockjs__/");
    const char *id;
    int rc = 0;

    if (!sockjs)
        return 0;
    id = strstr(sockjs, "/n=");
    if (id)
        rc = learn(values, "ROBUST_ID", id + 3, span(id + 3, id + strlen(id), isalnum));
    return rc == 0 ? learn_sockjs_id(sockjs, values) : rc;
}

/* splitmix64 (Steele, Lea, Flood 2014): small, seedable, good enough for ids. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void random_text(char *out, size_t len, const char *alphabet, uint64_t *state)
{
    size_t letters = strlen(alphabet);

    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[next_random(state) % letters];
    out[len] = 0;
}

int dialect_mint(struct values *values, uint64_t *state)
{
    char robust[19];
    char digits[4];
    char letters[9];
    char sockjs[16];

    random_text(robust, 18, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                state);
    random_text(digits, 3, "0123456789", state);
    random_text(letters, 8, "abcdefghijklmnopqrstuvwxyz012345", state);
    snprintf(sockjs, sizeof(sockjs), "%s/%s", digits, letters);
    return values_set(values, "ROBUST_ID", robust) < 0 || values_set(values, "SOCKJSID", sockjs) < 0
               ? -E_NOMEM
               : 0;
}
