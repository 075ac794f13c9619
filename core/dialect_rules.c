/* Reads a dialect's file: every rule is checked here, so that nothing is left to go wrong while a
 * session plays. */
#include "core/dialect_rules.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS                                                                                     \
    "name, title, target_type, target_types, extends, codec, recognise, values, parts, messages, " \
    "sends, labels, requests, duties"

static int load_recognise(struct loader *l, json_t *json)
{
    json_t *recognise = json_object_get(json, "recognise");
    struct dialect_rules *r = l->dialect->rules;
    int rc;

    if (!recognise)
        return 0;
    rc = load_fields(l, recognise, "sockets, protocols, requests");
    if (rc == 0)
        rc = load_texts(l, recognise, "sockets", &r->sockets);
    if (rc == 0)
        rc = load_texts(l, recognise, "protocols", &r->protocols);
    if (rc == 0)
        rc = load_request(l, recognise, "requests", &r->requests);
    if (rc < 0)
        error_prefix(l->err, "recognise: ");
    return rc;
}

static int load_head(struct loader *l, json_t *json)
{
    struct dialect *d = l->dialect;
    const char *codec = NULL;
    int rc = load_string(l, json, "name", &d->name);

    if (rc == 0 && (!d->name || !*d->name || strpbrk(d->name, " \t\r\n")))
        rc = load_refuse(l, "'name' has to be one word");
    if (rc == 0)
        rc = load_string(l, json, "title", &d->title);
    if (rc == 0)
        rc = load_string(l, json, "target_type", &d->target_type);
    if (rc == 0)
        rc = load_string(l, json, "codec", &codec);
    if (rc < 0)
        return rc;
    d->title = d->title ? d->title : d->name;
    d->target_type = d->target_type ? d->target_type : "Unknown";
    d->rules->codec = codec_find(codec ? codec : "json");
    if (!d->rules->codec)
        return load_refuse(l, "'codec': '%.40s' is none of %s", codec, codec_names());
    return load_texts(l, json, "target_types", &d->rules->target_types);
}

static int load_all(struct loader *l)
{
    json_t *json = l->dialect->rules->json;
    int rc = load_fields(l, json, FIELDS);

    if (rc == 0)
        rc = load_head(l, json);
    if (rc == 0)
        rc = load_recognise(l, json);
    if (rc == 0)
        rc = load_parts(l, json, &l->dialect->rules->parts);
    if (rc == 0)
        rc = load_lists(l);
    if (rc == 0 && rules_want(l->dialect->rules) < 0)
        rc = error_nomem(l->err);
    return rc == 0 ? makers_check(&l->dialect->makers, l->err) : rc;
}

static bool has_name(json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *other = json_string_value(json_object_get(json_array_get(list, i), "name"));

        if (name && other && strcmp(name, other) == 0)
            return true;
    }
    return false;
}

/* Puts their rules behind ours, but for values of a name that we have: those are ours. */
static int merge_lists(json_t *ours, json_t *theirs)
{
    for (size_t i = 0; i < json_array_size(theirs); i++) {
        json_t *rule = json_array_get(theirs, i);

        if (!has_name(ours, json_string_value(json_object_get(rule, "name"))) &&
            json_array_append(ours, rule) < 0)
            return -E_NOMEM;
    }
    return 0;
}

/* What the other dialect has, and this one has not; how to recognise it is not among that. */
static int merge(json_t *json, json_t *from)
{
    const char *key;
    json_t *theirs;

    json_object_foreach(from, key, theirs)
    {
        json_t *ours = json_object_get(json, key);

        if (strcmp(key, "recognise") == 0)
            continue;
        if (!ours && json_object_set_new(json, key, json_deep_copy(theirs)) < 0)
            return -E_NOMEM;
        if (json_is_array(ours) && merge_lists(ours, theirs) < 0)
            return -E_NOMEM;
    }
    return 0;
}

static int extend(struct loader *l, const struct dialect *(*extends)(const char *))
{
    json_t *json = l->dialect->rules->json;
    const struct dialect *base;
    const char *name;
    int rc = load_string(l, json, "extends", &name);

    if (rc < 0 || !name)
        return rc;
    base = extends(name);
    if (!base)
        return load_refuse(l, "'extends': there is no dialect '%.40s'", name);
    return merge(json, base->rules->json) < 0 ? error_nomem(l->err) : 0;
}

static int parse(struct loader *l, const char *text, size_t len)
{
    json_error_t error;

    l->dialect->rules->inner = json_object();
    l->dialect->rules->json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!l->dialect->rules->inner)
        return error_nomem(l->err);
    if (!l->dialect->rules->json)
        return load_refuse(l, "line %d, column %d: %.200s", error.line, error.column, error.text);
    return 0;
}

int dialect_load(struct dialect **out, const char *name, const char *text, size_t len,
                 const struct dialect *(*extends)(const char *), struct error *err)
{
    struct loader l = {.dialect = calloc(1, sizeof(*l.dialect)), .err = err};
    int rc = -E_NOMEM;

    *out = NULL;
    if (l.dialect)
        l.dialect->rules = calloc(1, sizeof(*l.dialect->rules));
    if (!l.dialect || !l.dialect->rules) {
        free(l.dialect);
        return error_nomem(err);
    }
    rc = parse(&l, text, len);
    if (rc == 0)
        rc = extend(&l, extends);
    if (rc == 0)
        rc = load_all(&l);
    if (rc < 0) {
        error_prefix(err, "%s: ", name);
        dialect_free(l.dialect);
        return rc;
    }
    *out = l.dialect;
    return 0;
}

void dialect_free(struct dialect *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->rules->value_count; i++) {
        if (d->rules->values[i].has_pattern)
            regfree(&d->rules->values[i].pattern);
    }
    makers_release(&d->makers);
    json_decref(d->rules->json);
    json_decref(d->rules->inner);
    wanted_release(&d->rules->wanted);
    arena_release(&d->rules->owned);
    free(d->rules);
    free(d);
}
