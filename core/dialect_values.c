/* Reads the rules of "values": what the server issues, what the browser makes up, what it echoes.
 */
#include <stdlib.h>
#include <string.h>

#include "core/dialect_rules.h"

#define MADE_FIELDS                                                                                \
    "name, kind, alphabet, shape, unit, keep, from, step, start, of, hash, coding, sent, before, " \
    "after, pattern, word"
#define ISSUED_FIELDS                                                                              \
    "name, kind, request, from, header, before, after, nth, decode, json, optional, if, word"
#define ECHO_FIELDS "name, kind, pattern, if"

/* A copy without the fields that only this file knows. */
static json_t *without(json_t *json, const char *const *fields)
{
    json_t *copy = json_copy(json);

    for (; copy && *fields; fields++)
        json_object_del(copy, *fields);
    return copy;
}

/* The C library writes repetitions out: "a+" twice, "a{8}" eight times, and those of groups inside
 * each other multiply.  Counted as if all were inside each other. */
#define PATTERN_COPIES_MAX 100000

static bool is_too_large(const char *pattern)
{
    unsigned long copies = 1;

    for (; *pattern && copies <= PATTERN_COPIES_MAX; pattern++) {
        unsigned long most = *pattern == '+' ? 2 : 1;

        for (const char *at = pattern; *at && *pattern == '{' && *at != '}'; at++) {
            unsigned long n = strtoul(at + 1, NULL, 10);

            most = n > most ? n : most;
        }
        copies = most > PATTERN_COPIES_MAX ? most : copies * most;
    }
    return copies > PATTERN_COPIES_MAX;
}

static int load_pattern(struct loader *l, json_t *json, struct value_rule *rule)
{
    const char *pattern;
    char why[120];
    int rc = load_string(l, json, "pattern", &pattern);

    if (rc < 0 || !pattern)
        return rc;
    if (is_too_large(pattern))
        return load_refuse(l, "'pattern': '%.80s' repeats too much", pattern);
    rc = regcomp(&rule->pattern, pattern, REG_EXTENDED);
    if (rc == REG_ESPACE)
        return error_nomem(l->err);
    if (rc != 0) {
        regerror(rc, &rule->pattern, why, sizeof(why));
        return load_refuse(l, "'pattern': '%.80s': %s", pattern, why);
    }
    rule->has_pattern = true;
    return 0;
}

static int find_sent(struct loader *l, const char *word, enum sent *sent)
{
    static const char *const words[] = {[SENT_PATH] = "path",
                                        [SENT_BODY] = "body",
                                        [SENT_MESSAGE] = "message",
                                        [SENT_HEADER] = "header"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], word) == 0) {
            *sent = (enum sent)i;
            return 0;
        }
    }
    return load_refuse(l, "'sent': '%.40s' is none of path, body, message, header", word);
}

/* Where it stands in what the browser sends.  A value without such a place is only made. */
static int load_sent(struct loader *l, json_t *json, struct value_rule *rule)
{
    const char *sent;
    int rc = load_string(l, json, "sent", &sent);

    rule->source = VALUE_SENT;
    if (rc == 0)
        rc = load_string(l, json, "before", &rule->where.before);
    if (rc == 0)
        rc = load_string(l, json, "after", &rule->where.after);
    if (rc == 0)
        rc = load_pattern(l, json, rule);
    if (rc < 0)
        return rc;
    rule->never = !sent;
    if (sent && !rule->has_pattern && !rule->where.before)
        return load_refuse(l, "'sent' wants a 'pattern', or what stands 'before' the value");
    return sent ? find_sent(l, sent, &rule->sent) : 0;
}

static int load_made(struct loader *l, json_t *json, struct value_rule *rule)
{
    static const char *const ours[] = {"sent", "before", "after", "pattern", "word", "note", NULL};
    json_t *maker;
    char *text;
    int rc = load_fields(l, json, MADE_FIELDS);

    if (rc == 0)
        rc = load_sent(l, json, rule);
    if (rc < 0)
        return rc;
    maker = without(json, ours);
    text = maker ? json_dumps(maker, JSON_COMPACT) : NULL;
    rc = text ? makers_add(&l->dialect->makers, text, strlen(text), l->err) : error_nomem(l->err);
    free(text);
    json_decref(maker);
    return rc;
}

/* Behind it goes the number of the echo: _4096 at most. */
#define ECHO_NAME_MAX (VALUE_NAME_MAX - 5)

static int load_echo(struct loader *l, json_t *json, struct value_rule *rule)
{
    size_t n = strlen(rule->name);
    int rc = load_fields(l, json, ECHO_FIELDS);

    rule->source = VALUE_ECHO;
    rule->word = true;
    if (rc == 0)
        rc = load_when(l, json, "if", &rule->when);
    if (rc == 0)
        rc = load_pattern(l, json, rule);
    if (rc == 0 && !rule->has_pattern)
        rc = load_refuse(l, "'pattern' is missing");
    if (rc == 0 && (n > ECHO_NAME_MAX || !value_name_ok(rule->name, n)))
        rc = load_refuse(l, "'name' is not 1 to %d letters, digits and _ . : -", ECHO_NAME_MAX);
    return rc;
}

static int check_issued(struct loader *l, const struct value_rule *rule)
{
    if (rule->source == VALUE_MESSAGE && rule->request)
        return load_refuse(l, "'request' is for answers, not for messages");
    if (rule->source == VALUE_ANSWER && rule->when)
        return load_refuse(l, "'if' is for messages, not for answers");
    if (rule->source == VALUE_ANSWER && !rule->request)
        return load_refuse(l, "'request' is missing: whose answer tells it?");
    return rule->where.json ? load_path(l, rule->where.json) : 0;
}

static int load_issued(struct loader *l, json_t *json, struct value_rule *rule)
{
    static const char *const ours[] = {"kind", "request", "if", "word", "note", NULL};
    json_t *where;
    int rc = load_fields(l, json, ISSUED_FIELDS);

    if (rc == 0)
        rc = load_request(l, json, "request", &rule->request);
    if (rc == 0)
        rc = load_when(l, json, "if", &rule->when);
    if (rc < 0)
        return rc;
    where = without(json, ours);
    rc = where ? extraction_read(&rule->where, where, &l->dialect->rules->owned, l->err)
               : error_nomem(l->err);
    json_decref(where);
    rule->source = rule->where.from == EXTRACT_MESSAGE ? VALUE_MESSAGE : VALUE_ANSWER;
    return rc == 0 ? check_issued(l, rule) : rc;
}

int load_value(struct loader *l, json_t *json, struct value_rule *rule)
{
    const char *kind = json_string_value(json_object_get(json, "kind"));
    int rc;

    rule->name = json_string_value(json_object_get(json, "name"));
    rule->word = json_is_true(json_object_get(json, "word"));
    if (!rule->name || !*rule->name)
        return load_refuse(l, "'name' is missing");
    if (!kind || strcmp(kind, "issued") == 0)
        rc = load_issued(l, json, rule);
    else if (strcmp(kind, "echo") == 0)
        rc = load_echo(l, json, rule);
    else
        rc = load_made(l, json, rule);
    if (rc < 0 && rule->has_pattern)
        regfree(&rule->pattern);
    return rc;
}
