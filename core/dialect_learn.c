/* Session values: told by answers and messages, seen in what the browser sends. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/dialect_read.h"
#include "core/names.h"

/* A longer text is no session value but a page. */
#define VALUE_BYTES_MAX ((size_t)1 << 20)

static int learn(struct values *values, const struct value_rule *rule, const char *name,
                 const char *text, size_t len)
{
    char *copy;
    int rc;

    if (!len || len > VALUE_BYTES_MAX || memchr(text, 0, len))
        return 0;
    copy = strndup(text, len);
    if (!copy)
        return -E_NOMEM;
    rc = rule->word ? values_set_word(values, name, copy) : values_set(values, name, copy);
    free(copy);
    return rc;
}

/* --- answers --- */

/* needs: only these names are of use; NULL: all are. */
static bool is_asked(const struct value_rule *rule, const char *method, const char *path,
                     const struct names *needs)
{
    return rule->source == VALUE_ANSWER && (!needs || names_has(needs, rule->name)) &&
           request_fits(rule->request, method, path);
}

/* Every dialect for the plain one, which has no rules of its own; else this one.  NULL: no more. */
static const struct dialect *next_asked(const struct dialect *dialect, size_t i)
{
    if (strcmp(dialect->name, "plain") == 0)
        return dialects_at(i);
    return i == 0 ? dialect : NULL;
}

static bool tells(const struct dialect_rules *rules, const char *method, const char *path,
                  const struct names *needs)
{
    for (size_t i = 0; i < rules->value_count; i++) {
        if (is_asked(&rules->values[i], method, path, needs))
            return true;
    }
    return false;
}

static bool any_tells(const struct dialect *dialect, const char *method, const char *path,
                      const struct names *needs)
{
    const struct dialect *asked;

    for (size_t i = 0; (asked = next_asked(dialect, i)); i++) {
        if (tells(asked->rules, method, path, needs))
            return true;
    }
    return false;
}

bool dialect_wants_answer(const struct dialect *dialect, const char *method, const char *path)
{
    return any_tells(dialect, method, path, NULL);
}

bool dialect_tells_needed(const struct dialect *dialect, const char *method, const char *path,
                          const struct names *needs)
{
    return any_tells(dialect, method, path, needs);
}

const struct extraction *dialect_answer_tells(const struct dialect *dialect, const char *method,
                                              const char *path, size_t i)
{
    const struct dialect *asked;

    for (size_t d = 0; (asked = next_asked(dialect, d)); d++) {
        for (size_t k = 0; k < asked->rules->value_count; k++) {
            const struct value_rule *rule = &asked->rules->values[k];

            if (is_asked(rule, method, path, NULL) && i-- == 0)
                return &rule->where;
        }
    }
    return NULL;
}

struct answer {
    const char *method;
    const char *path;
    const char *const *headers;
    const char *body;
    size_t len;
};

static int learn_rule(const struct value_rule *rule, const struct answer *a, struct values *values)
{
    struct buf text;
    int rc;

    buf_init(&text, SIZE_MAX / 4);
    rc = extract_answer(&rule->where, a->headers, a->body, a->len, &text);
    if (rc == 0)
        rc = learn(values, rule, rule->name, text.data ? text.data : "", text.len);
    else if (rc == -E_MISMATCH)
        rc = 0;
    buf_release(&text);
    return rc;
}

static int learn_answer(const struct dialect *dialect, const struct answer *a,
                        struct values *values)
{
    const struct dialect_rules *rules = dialect->rules;
    int rc = 0;

    for (size_t i = 0; i < rules->value_count && rc == 0; i++) {
        if (is_asked(&rules->values[i], a->method, a->path, NULL))
            rc = learn_rule(&rules->values[i], a, values);
    }
    return rc;
}

int dialect_learn_answer(const struct dialect *dialect, const char *method, const char *path,
                         const char *const *headers, const char *body, size_t len,
                         struct values *values)
{
    static const char *const none[] = {NULL};
    const struct answer answer = {method, path, headers ? headers : none, body, len};
    const struct dialect *asked;
    int rc = 0;

    for (size_t i = 0; rc == 0 && (asked = next_asked(dialect, i)); i++)
        rc = learn_answer(asked, &answer, values);
    return rc;
}

/* --- what the browser sends --- */

/* The last group of the pattern, or all that it fits.  1 or 0. */
static int find_pattern(const regex_t *pattern, const char *text, const char **at, size_t *len)
{
    regmatch_t groups[8];
    size_t best = 0;

    if (regexec(pattern, text, sizeof(groups) / sizeof(groups[0]), groups, 0) != 0)
        return 0;
    for (size_t i = 1; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (groups[i].rm_so >= 0)
            best = i;
    }
    *at = text + groups[best].rm_so;
    *len = (size_t)(groups[best].rm_eo - groups[best].rm_so);
    return 1;
}

static int find_between(const struct extraction *where, const char *text, const char **at,
                        size_t *len)
{
    const char *from = strstr(text, where->before);
    const char *end;

    if (!from)
        return 0;
    from += strlen(where->before);
    end = where->after && *where->after ? strstr(from, where->after) : NULL;
    *at = from;
    *len = end ? (size_t)(end - from) : strlen(from);
    return 1;
}

static int learn_sent(const struct dialect_rules *rules, enum sent what, const char *text,
                      struct values *values)
{
    int rc = 0;

    for (size_t i = 0; i < rules->value_count && rc == 0; i++) {
        const struct value_rule *rule = &rules->values[i];
        const char *at = "";
        size_t len = 0;

        if (rule->source != VALUE_SENT || rule->never || rule->sent != what)
            continue;
        if (rule->has_pattern ? find_pattern(&rule->pattern, text, &at, &len)
                              : find_between(&rule->where, text, &at, &len))
            rc = learn(values, rule, rule->name, at, len);
    }
    return rc;
}

int dialect_learn_sent(const struct dialect *dialect, enum sent what, const char *text, size_t len,
                       struct values *values)
{
    const struct dialect *asked;
    char *copy = strndup(text, len); /* searched as a string */
    int rc = copy ? 0 : -E_NOMEM;

    for (size_t i = 0; rc == 0 && (asked = next_asked(dialect, i)); i++)
        rc = learn_sent(asked->rules, what, copy, values);
    free(copy);
    return rc;
}

/* --- streams --- */

static const char *last_place(const char *body, size_t len, const char *mark)
{
    size_t n = strlen(mark);
    const char *last = NULL;
    const char *at = body;

    while (n && (at = memmem(at, len - (size_t)(at - body), mark, n)))
        last = at++;
    return last;
}

int dialect_stream_mark(const struct dialect *dialect, const char *method, const char *path,
                        const char *body, size_t len, struct buf *out)
{
    const char *mark = NULL;
    const char *last = NULL;

    for (size_t i = 0; i < dialect->rules->request_count; i++) {
        const struct request_rule *rule = &dialect->rules->request_rules[i];

        if (!request_fits(rule->request, method, path))
            continue;
        for (size_t k = 0; k < json_array_size(rule->marks); k++) {
            const char *text = json_string_value(json_array_get(rule->marks, k));
            const char *at = last_place(body, len, text);

            if (at && (!last || at > last)) {
                last = at;
                mark = text;
            }
        }
    }
    return mark ? buf_adds(out, mark) : 0;
}

/* --- messages --- */

static int learn_json(struct message *m, const struct value_rule *rule, json_t *value)
{
    char number[32];

    if (json_is_string(value))
        return learn(&m->learnt, rule, rule->name, json_string_value(value),
                     json_string_length(value));
    if (!json_is_integer(value))
        return 0;
    snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return learn(&m->learnt, rule, rule->name, number, strlen(number));
}

static int learn_text(struct message *m, const struct value_rule *rule, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    struct buf found;
    int rc = text ? 0 : -E_NOMEM;

    buf_init(&found, SIZE_MAX / 4);
    if (rc == 0)
        rc = extract_text(&rule->where, text, strlen(text), &found);
    if (rc == 0)
        rc = learn(&m->learnt, rule, rule->name, found.data ? found.data : "", found.len);
    else if (rc == -E_MISMATCH)
        rc = 0;
    buf_release(&found);
    free(text);
    return rc;
}

static int learn_value(struct message *m, const struct value_rule *rule, json_t *json)
{
    json_t *parsed = NULL;
    int rc;

    if (rule->where.before || rule->where.after || rule->where.decode || !rule->where.json)
        return learn_text(m, rule, json);
    rc = learn_json(m, rule, json_at(json, rule->where.json, &parsed));
    json_decref(parsed);
    return rc;
}

/* --- echoes: the k-th distinct id is NAME_k, k from 1 --- */

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_word(const char *text, const char *at, size_t len)
{
    return (at == text || !is_letter(at[-1])) && !is_letter(at[len]);
}

static int learn_echo(struct message *m, const struct value_rule *rule, json_t *seen,
                      const char *id, size_t len)
{
    char key[200];
    char name[VALUE_NAME_MAX + 1];

    if (len >= sizeof(key) || json_object_size(seen) >= ECHOES_MAX)
        return 0;
    memcpy(key, id, len);
    key[len] = 0;
    if (json_object_get(seen, key))
        return 0;
    if (json_object_set_new(seen, key, json_true()) < 0)
        return -E_NOMEM;
    snprintf(name, sizeof(name), "%s_%zu", rule->name, json_object_size(seen));
    return learn(&m->learnt, rule, name, id, len);
}

static int learn_echoes(struct message *m, const struct value_rule *rule, json_t *seen,
                        const char *text)
{
    /* where to look goes in: told only where to begin, regexec() measures the rest each time */
    const regoff_t end = (regoff_t)strlen(text);
    regmatch_t match = {0, end};
    int rc = 0;

    while (rc == 0 && match.rm_so < end &&
           regexec(&rule->pattern, text, 1, &match, REG_STARTEND) == 0) {
        size_t len = (size_t)(match.rm_eo - match.rm_so);

        if (len && is_word(text, text + match.rm_so, len))
            rc = learn_echo(m, rule, seen, text + match.rm_so, len);
        match = (regmatch_t){match.rm_eo + !len, end};
    }
    return rc;
}

static int echo(struct reader *reader, size_t index, const struct scene *scene)
{
    const struct value_rule *rule = &reader->dialect->rules->values[index];
    json_t *kept = reader->echoes ? reader->echoes[index] : NULL;
    json_t *seen = kept ? json_incref(kept) : json_object();
    char *text = json_dumps(scene->json, JSON_COMPACT | JSON_ENCODE_ANY);
    int rc = text && seen ? learn_echoes(reader->message, rule, seen, text) : -E_NOMEM;

    if (rc == 0 && reader->echoes && !kept)
        reader->echoes[index] = json_incref(seen);
    json_decref(seen);
    free(text);
    return rc;
}

int learn_from_message(struct reader *reader, const struct scene *scene)
{
    const struct dialect_rules *rules = reader->dialect->rules;
    int rc = 0;

    for (size_t i = 0; i < rules->value_count && rc == 0; i++) {
        const struct value_rule *rule = &rules->values[i];

        if (rule->source != VALUE_MESSAGE && rule->source != VALUE_ECHO)
            continue;
        if (!when_fits(rule->when, scene))
            continue;
        rc = rule->source == VALUE_ECHO ? echo(reader, i, scene)
                                        : learn_value(reader->message, rule, scene->json);
    }
    return rc;
}

const char *dialect_echo_pattern(const struct dialect *dialect, const char *name)
{
    json_t *rules = json_object_get(dialect->rules->json, "values");

    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *rule = json_array_get(rules, i);
        const char *kind = json_string_value(json_object_get(rule, "kind"));
        const char *own = json_string_value(json_object_get(rule, "name"));
        size_t n = own && kind && strcmp(kind, "echo") == 0 ? strlen(own) : 0;

        if (n && strncmp(own, name, n) == 0 && name[n] == '_')
            return json_string_value(json_object_get(rule, "pattern"));
    }
    return NULL;
}
