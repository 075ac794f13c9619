/* What a dialect's rules ask a server's message: everything else in it may be passed over. */
#include <stdio.h>
#include <string.h>

#include "core/dialect_match.h"
#include "core/dialect_rules.h"

static int want_path(struct wanted *w, const char *path, enum want want)
{
    return strcmp(path, "@channel") == 0 ? 0 : wanted_add(w, path, want);
}

static int want_conditions(struct wanted *w, const json_t *conditions)
{
    const char *path;
    json_t *want;
    int rc = 0;

    json_object_foreach((json_t *)conditions, path, want)
    {
        if (rc == 0)
            rc = want_path(w, path, json_is_boolean(want) ? WANT_THERE : WANT_VALUE);
    }
    return rc;
}

static int want_when(struct wanted *w, const json_t *when)
{
    int rc = want_conditions(w, when);

    for (size_t i = 0; i < json_array_size(when) && rc == 0; i++)
        rc = want_conditions(w, json_array_get(when, i));
    return rc;
}

/* {each:PATH[].field}: the field of whichever item. */
static int want_each(struct wanted *w, const struct piece *piece)
{
    char path[sizeof(piece->path) + sizeof(piece->field) + 8];

    snprintf(path, sizeof(path), "%s[0]%s%s", piece->path,
             piece->field[0] && piece->field[0] != '[' && piece->field[0] != '|' ? "." : "",
             piece->field);
    return want_path(w, path, WANT_VALUE);
}

static int want_template(struct wanted *w, const char *text)
{
    struct piece piece;
    int rc = 0;

    while (text && rc == 0 && piece_next(&text, &piece)) {
        if (piece.kind == PIECE_VALUE)
            rc = want_path(w, piece.path, WANT_VALUE);
        else if (piece.kind == PIECE_KEYS)
            rc = want_path(w, piece.path, WANT_KEYS);
        else if (piece.kind == PIECE_EACH)
            rc = want_each(w, &piece);
    }
    return rc;
}

/* Every text in it, as deep as it goes: a list of templates, parts by key, a frame to send. */
static int want_templates(struct wanted *w, const json_t *json)
{
    const char *key;
    json_t *value;
    int rc = json_is_string(json) ? want_template(w, json_string_value(json)) : 0;

    json_object_foreach((json_t *)json, key, value)
    {
        if (rc == 0)
            rc = want_templates(w, value);
    }
    for (size_t i = 0; i < json_array_size(json) && rc == 0; i++)
        rc = want_templates(w, json_array_get(json, i));
    return rc;
}

static int want_value(struct wanted *w, const struct value_rule *rule)
{
    int rc = 0;

    if (rule->source != VALUE_MESSAGE && rule->source != VALUE_ECHO)
        return 0;
    rc = want_when(w, rule->when);
    if (rc == 0)
        rc =
            wanted_add(w, rule->source == VALUE_MESSAGE && rule->where.json ? rule->where.json : "",
                       WANT_VALUE);
    return rc;
}

static int want_message(struct wanted *w, const struct message_rule *rule)
{
    int rc = want_when(w, rule->when);

    if (rc == 0)
        rc = want_templates(w, rule->parts);
    return rc == 0 ? want_template(w, rule->reason) : rc;
}

int rules_want(struct dialect_rules *rules)
{
    int rc = wanted_add(&rules->wanted, "", WANT_KEYS);

    if (rc == 0)
        rc = want_templates(&rules->wanted, rules->parts);
    for (size_t i = 0; i < rules->message_count && rc == 0; i++)
        rc = want_message(&rules->wanted, &rules->messages[i]);
    for (size_t i = 0; i < rules->value_count && rc == 0; i++)
        rc = want_value(&rules->wanted, &rules->values[i]);
    for (size_t i = 0; i < rules->duty_count && rc == 0; i++) {
        rc = want_when(&rules->wanted, rules->duties[i].on);
        if (rc == 0)
            rc = want_templates(&rules->wanted, rules->duties[i].send);
    }
    return rc;
}
