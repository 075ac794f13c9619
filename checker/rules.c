#include "checker/rules.h"

#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/values.h"

struct reading {
    struct rules *rules;
    json_t *json;
    struct error *err;
};

void rules_release(struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->items[i].is_regex)
            regfree(&rules->items[i].regex);
    }
    free(rules->items);
    arena_release(&rules->owned);
    *rules = (struct rules){0};
}

static int read_text(struct reading *r, const char *key, const char **out)
{
    json_t *value = json_object_get(r->json, key);
    const char *text = json_string_value(value);

    *out = NULL;
    if (!value)
        return 0;
    if (!text || !*text)
        return error_set(r->err, E_FORMAT, "\"%s\" is not a text", key);
    *out = arena_copy(&r->rules->owned, text, strlen(text));
    return *out ? 0 : error_nomem(r->err);
}

static int read_match(struct reading *r, struct rule *rule)
{
    int rc = read_text(r, "match", &rule->match);
    size_t n = rule->match ? strlen(rule->match) : 0;
    char why[160];
    int bad;

    if (rc < 0 || n < 3 || rule->match[0] != '/' || rule->match[n - 1] != '/')
        return rc;
    ((char *)rule->match)[n - 1] = 0;
    bad = regcomp(&rule->regex, rule->match + 1, REG_EXTENDED | REG_NOSUB);
    if (bad) {
        regerror(bad, &rule->regex, why, sizeof(why));
        return error_set(r->err, E_FORMAT, "\"match\":\"%s/\" is no regular expression: %s",
                         rule->match, why);
    }
    rule->is_regex = true;
    return 0;
}

/* "POST /login csrf" */
static int read_at(struct reading *r, struct rule *rule)
{
    const char *at;
    int rc = read_text(r, "at", &at);
    char *path = at ? strchr(at, ' ') : NULL;
    char *field = path ? strchr(path + 1, ' ') : NULL;

    if (rc < 0 || !at)
        return rc;
    if (!field || !path[1] || !field[1])
        return error_set(r->err, E_FORMAT,
                         "\"at\":\"%s\" is not METHOD PATH FIELD, as in \"POST /login csrf\"", at);
    *path = *field = 0;
    rule->method = at;
    rule->path = path + 1;
    rule->field = field + 1;
    return 0;
}

static int read_kind(struct reading *r, struct rule *rule)
{
    static const char *const words[] = {"", "literal", "minted", "clock"};
    const char *kind;
    int rc = read_text(r, "kind", &kind);

    if (rc < 0 || !kind)
        return rc;
    for (size_t i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], kind) == 0) {
            rule->kind = (enum rule_kind)i;
            return 0;
        }
    }
    return error_set(r->err, E_FORMAT, "\"kind\":\"%s\" is not literal, minted or clock", kind);
}

static int check_keys(struct reading *r)
{
    static const char *const known[] = {"match", "at", "name", "kind"};
    const char *key;
    json_t *value;

    if (!json_is_object(r->json))
        return error_set(r->err, E_FORMAT, "it is not an object");
    json_object_foreach(r->json, key, value)
    {
        size_t i = 0;

        while (i < sizeof(known) / sizeof(known[0]) && strcmp(known[i], key) != 0)
            i++;
        if (i == sizeof(known) / sizeof(known[0]))
            return error_set(r->err, E_FORMAT,
                             "\"%s\" is no key of a rule; there are match, at, name and kind", key);
    }
    return 0;
}

static int read_rule(struct reading *r, struct rule *rule)
{
    int rc = check_keys(r);

    if (rc == 0)
        rc = read_match(r, rule);
    if (rc == 0)
        rc = read_at(r, rule);
    if (rc == 0)
        rc = read_text(r, "name", &rule->name);
    if (rc == 0)
        rc = read_kind(r, rule);
    if (rc < 0)
        return rc;
    if (!rule->match && !rule->method)
        return error_set(r->err, E_FORMAT, "it needs a \"match\" or an \"at\"");
    if (rule->name && !value_name_ok(rule->name, strlen(rule->name)))
        return error_set(r->err, E_FORMAT, "\"name\":\"%s\" is not letters, digits and _",
                         rule->name);
    if (!rule->name && rule->kind == RULE_ANY)
        return error_set(r->err, E_FORMAT, "it says neither a \"name\" nor a \"kind\"");
    return 0;
}

static int read_values(struct reading *r, json_t *list, const char *name)
{
    size_t i;
    int rc = 0;

    if (!json_is_array(list))
        return error_set(r->err, E_FORMAT, "%s: there is no list \"values\" in it", name);
    r->rules->items = calloc(json_array_size(list) + 1, sizeof(*r->rules->items));
    if (!r->rules->items)
        return error_nomem(r->err);
    json_array_foreach(list, i, r->json)
    {
        rc = read_rule(r, &r->rules->items[r->rules->count++]);
        if (rc < 0) {
            error_prefix(r->err, "%s: rule %zu: ", name, i + 1);
            break;
        }
    }
    return rc;
}

int rules_parse(struct rules *rules, const char *name, const char *text, size_t len,
                struct error *err)
{
    struct reading r = {.rules = rules, .err = err};
    json_error_t why;
    json_t *json = json_loadb(text, len, 0, &why);
    int rc;

    if (!json)
        rc = error_set(err, E_FORMAT, "%s:%d: not JSON: %s", name, why.line, why.text);
    else
        rc = read_values(&r, json_object_get(json, "values"), name);
    json_decref(json);
    if (rc < 0)
        rules_release(rules);
    return rc;
}

int rules_load(struct rules *rules, const char *path, struct error *err)
{
    struct buf text;
    int rc;

    buf_init(&text, RULES_BYTES_MAX);
    rc = buf_add_file(&text, path);
    if (rc == -E_NOMEM)
        error_nomem(err);
    else if (rc < 0)
        rc = error_set(err, E_IO, "cannot read the rules '%s': %s", path, strerror(errno));
    else
        rc = rules_parse(rules, path, text.data ? text.data : "", text.len, err);
    buf_release(&text);
    return rc;
}

static bool value_fits(const struct rule *rule, const char *value)
{
    if (!rule->match)
        return true;
    return rule->is_regex ? regexec(&rule->regex, value, 0, NULL, 0) == 0
                          : strcmp(rule->match, value) == 0;
}

static bool fits(const char *glob, const char *text)
{
    return fnmatch(glob, text, 0) == 0;
}

const struct rule *rules_find(const struct rules *rules, const char *value, const char *method,
                              const char *path, const char *field)
{
    for (size_t i = 0; rules && i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];

        if (value_fits(rule, value) &&
            (!rule->method ||
             (fits(rule->method, method) && fits(rule->path, path) && fits(rule->field, field))))
            return rule;
    }
    return NULL;
}
