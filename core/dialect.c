/* The dialects there are, which of them a conversation speaks, and what its requests are. */
#include "core/dialect.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/dialect_files.h"
#include "core/dialect_match.h"
#include "core/dialect_rules.h"

#define DIALECTS_MAX 100
#define DIALECT_FILE_MAX ((size_t)4 << 20)

/* In the order in which they are asked: a person's own first, the newest before the others, plain
 * last. */
static struct dialect *dialects[DIALECTS_MAX];
static size_t dialect_total;

static const struct dialect *find(const char *name)
{
    for (size_t i = 0; i < dialect_total; i++) {
        if (strcmp(dialects[i]->name, name) == 0)
            return dialects[i];
    }
    return NULL;
}

static void drop(const char *name)
{
    for (size_t i = 0; i < dialect_total; i++) {
        if (strcmp(dialects[i]->name, name) != 0)
            continue;
        dialect_free(dialects[i]);
        dialect_total--;
        memmove(dialects + i, dialects + i + 1, (dialect_total - i) * sizeof(struct dialect *));
        return;
    }
}

/* --- the shipped ones --- */

static bool is_plain(const struct dialect_file *file)
{
    return strcmp(file->path, "/plain.json") == 0;
}

static int add_shipped(const struct dialect_file *file, struct error *err)
{
    struct dialect *dialect;
    int rc =
        dialect_load(&dialect, file->path + 1, (const char *)file->bytes, file->len, find, err);

    if (rc == 0)
        dialects[dialect_total++] = dialect;
    return rc;
}

int dialects_init(struct error *err)
{
    int rc = 0;

    if (dialect_total)
        return 0;
    for (int plain = 0; plain < 2; plain++) {
        for (size_t i = 0; i < dialect_count && rc == 0; i++) {
            if (is_plain(&dialect_files[i]) == plain)
                rc = add_shipped(&dialect_files[i], err);
        }
    }
    if (rc < 0)
        dialects_release();
    return rc;
}

void dialects_release(void)
{
    while (dialect_total)
        dialect_free(dialects[--dialect_total]);
}

/* --- a person's own --- */

static int add(const char *path, const struct buf *text, struct error *err)
{
    struct dialect *dialect;
    int rc = dialect_load(&dialect, path, text->data ? text->data : "", text->len, find, err);

    if (rc < 0)
        return rc;
    drop(dialect->name);
    if (dialect_total == DIALECTS_MAX) {
        dialect_free(dialect);
        return error_set(err, E_FORMAT, "%s: there are %d dialects already, which is the most",
                         path, DIALECTS_MAX);
    }
    memmove(dialects + 1, dialects, dialect_total++ * sizeof(struct dialect *));
    dialects[0] = dialect;
    return 0;
}

int dialects_add(const char *path, struct error *err)
{
    struct buf text;
    int rc;

    buf_init(&text, DIALECT_FILE_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -1)
        rc = error_set(err, E_IO, "cannot read the dialect %s: %m", path);
    else if (rc < 0)
        rc = error_set(err, E_FORMAT, "%s: a dialect of more than %zu MB is none", path,
                       DIALECT_FILE_MAX >> 20);
    else
        rc = add(path, &text, err);
    buf_release(&text);
    return rc;
}

/* --- which one --- */

const struct dialect *dialects_at(size_t i)
{
    return i < dialect_total ? dialects[i] : NULL;
}

const struct dialect *dialect_find(const char *name)
{
    return find(name);
}

static const struct dialect *plain_dialect(void)
{
    return find("plain");
}

static bool any_glob_fits(const json_t *globs, const char *text)
{
    for (size_t i = 0; i < json_array_size(globs); i++) {
        if (glob_fits(json_string_value(json_array_get(globs, i)), text))
            return true;
    }
    return false;
}

/* By what it says of either; of both, both have to fit. */
static bool knows_socket(const struct dialect_rules *rules, const char *path, const char *protocols)
{
    if (!rules->sockets && !rules->protocols)
        return false;
    if (rules->sockets && !any_glob_fits(rules->sockets, path))
        return false;
    return !rules->protocols || (protocols && any_glob_fits(rules->protocols, protocols));
}

static const struct dialect *find_by_socket(const char *path, const char *protocols)
{
    for (size_t i = 0; i < dialect_total; i++) {
        if (knows_socket(dialects[i]->rules, path, protocols))
            return dialects[i];
    }
    return NULL;
}

const struct dialect *dialect_of_handshake(const char *path, const char *protocols)
{
    const struct dialect *dialect = find_by_socket(path, protocols);

    return dialect ? dialect : plain_dialect();
}

const struct dialect *dialect_of_request(const char *method, const char *path)
{
    for (size_t i = 0; i < dialect_total; i++) {
        if (request_fits(dialects[i]->rules->requests, method, path))
            return dialects[i];
    }
    return NULL;
}

/* shinyloadtest's word for the target; its "Unknown" says nothing. */
static const struct dialect *find_by_target(const char *type)
{
    for (size_t i = 0; i < dialect_total && *type && strcmp(type, "Unknown") != 0; i++) {
        const json_t *others = dialects[i]->rules->target_types;

        if (strcmp(dialects[i]->target_type, type) == 0)
            return dialects[i];
        for (size_t k = 0; k < json_array_size(others); k++) {
            if (strcmp(json_string_value(json_array_get(others, k)), type) == 0)
                return dialects[i];
        }
    }
    return NULL;
}

static const char *offered_protocols(const struct step *open)
{
    static const char name[] = "Sec-WebSocket-Protocol:";

    for (const char *const *h = open->headers; h && *h; h++) {
        if (strncasecmp(*h, name, sizeof(name) - 1) == 0)
            return *h + sizeof(name) - 1 + strspn(*h + sizeof(name) - 1, " \t");
    }
    return NULL;
}

static const struct dialect *find_by_sockets(const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);
        const struct dialect *dialect = NULL;

        if (step->type == STEP_WS_OPEN)
            dialect = find_by_socket(step->url, offered_protocols(step));
        else if (step->type == STEP_WS_RECV_INIT)
            dialect = find("shiny"); /* shinyloadtest knows it of no other */
        if (dialect)
            return dialect;
    }
    return NULL;
}

static const struct dialect *find_by_requests(const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct step *step = script_at(script, i);
        const struct dialect *dialect =
            step_is_request(step) ? dialect_of_request(step->method, step->url) : NULL;

        if (dialect)
            return dialect;
    }
    return NULL;
}

const struct dialect *dialect_of(const struct script *script)
{
    const struct dialect *dialect = find(script->dialect);

    if (!dialect)
        dialect = find_by_sockets(script);
    if (!dialect)
        dialect = find_by_target(script->target_type);
    if (!dialect)
        dialect = find_by_requests(script);
    return dialect ? dialect : plain_dialect();
}

/* --- requests --- */

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

/* The first rule that fits; NULL: none. */
static const struct request_rule *find_request_rule(const struct dialect *dialect,
                                                    const char *method, const char *path)
{
    for (size_t i = 0; i < dialect->rules->request_count; i++) {
        if (request_fits(dialect->rules->request_rules[i].request, method, path))
            return &dialect->rules->request_rules[i];
    }
    return NULL;
}

const char *dialect_poll(const struct dialect *dialect, const char *method, const char *path)
{
    const struct request_rule *rule = find_request_rule(dialect, method, path);

    return rule ? rule->poll : NULL;
}

bool dialect_request_is_noise(const struct dialect *dialect, const char *method, const char *path)
{
    const struct request_rule *rule = find_request_rule(dialect, method, path);
    size_t len = strcspn(path, "?");

    if (rule)
        return rule->noise;
    return ends_with(path, len, "favicon.ico") || ends_with(path, len, ".js.map") ||
           ends_with(path, len, ".css.map");
}
