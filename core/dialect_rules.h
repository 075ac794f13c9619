/* A dialect's file as rules that can be asked; private to dialect*.c and conversation.c.
 *
 * The JSON itself is kept and checked once, when it is read: what is left for later (conditions,
 * templates) is looked at where it stands, without copies.  The language: docs/dialects.md.
 * Owner   dialect_load() .. dialect_free(). */
#ifndef STRETTO_CORE_DIALECT_RULES_H
#define STRETTO_CORE_DIALECT_RULES_H

#include <jansson.h>
#include <regex.h>

#include "core/arena.h"
#include "core/codec.h"
#include "core/dialect.h"
#include "core/extract.h"
#include "core/json_skim.h"

/* The longest path in a condition or a template, and the most rules of one list. */
#define RULE_PATH_MAX 256
#define RULES_MAX 1000

/* `when`: an object of conditions, a list of those (any of them), or NULL: always. */
struct message_rule {
    json_t *when;
    enum message_kind kind;
    json_t *parts; /* NULL: the dialect's */
    bool lasting;  /* each names one answer only */
    const char *reason;
};

struct label_rule {
    json_t *when;
    bool noise;    /* sends only */
    json_t *label; /* a template, or a list of which the first that says something counts:
                      templates, and lists of those that are all told; NULL */
};

struct request_rule {
    json_t *request; /* "METHOD GLOB", or a list */
    bool noise;
    json_t *marks;    /* a list of texts, or NULL */
    const char *poll; /* a condition as JSON, or NULL */
};

enum value_source { VALUE_ANSWER, VALUE_MESSAGE, VALUE_SENT, VALUE_ECHO };

struct value_rule {
    enum value_source source;
    const char *name;
    struct extraction where; /* ANSWER, MESSAGE; SENT: its name, before and after */
    json_t *request;         /* ANSWER */
    json_t *when;            /* MESSAGE, ECHO */
    enum sent sent;          /* SENT */
    bool never;              /* SENT: made, but not looked for */
    bool has_pattern;        /* SENT, ECHO */
    regex_t pattern;
    bool word;
};

struct duty_rule {
    int64_t every_us; /* 0: when a message that fits `on` comes */
    json_t *on;
    int64_t after_us;
    bool leaving;     /* instead of both: when the client leaves for good */
    bool rests;       /* counted from the client's last frame */
    const char *with; /* only in sessions that have this value; NULL: all */
    json_t *send;     /* or NULL: */
    const char *method;
    const char *path;
};

struct dialect_rules {
    json_t *json; /* what everything below points into */
    const struct codec *codec;
    json_t *sockets; /* recognise: lists, or NULL */
    json_t *protocols;
    json_t *requests;
    json_t *target_types; /* other names of such targets, or NULL */
    json_t *parts;        /* of messages whose rule has none of its own; NULL: the keys */
    json_t *inner;        /* see codec_frame */
    struct message_rule *messages;
    size_t message_count;
    struct label_rule *sends;
    size_t send_count;
    struct label_rule *labels;
    size_t label_count;
    struct request_rule *request_rules;
    size_t request_count;
    struct value_rule *values;
    size_t value_count;
    struct duty_rule *duties;
    size_t duty_count;
    bool codec_duties;    /* {"builtin": ...} */
    struct wanted wanted; /* what all these ask of a server's message */
    struct arena owned;
};

/* `name`: the file's, for messages.  extends: finds the dialect that "extends" names.
 * 0, -E_FORMAT or -E_NOMEM; *out is NULL then. */
int dialect_load(struct dialect **out, const char *name, const char *text, size_t len,
                 const struct dialect *(*extends)(const char *), struct error *err);
void dialect_free(struct dialect *dialect);

/* --- for the loaders: 0 or a code, with the error set --- */

struct loader {
    struct dialect *dialect;
    struct error *err;
};

/* dialect_check.c */
int load_refuse(struct loader *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Only these fields ("if, is, parts"), and "note". */
int load_fields(struct loader *l, json_t *json, const char *known);
/* A string there, or NULL; a list of strings, or NULL. */
int load_string(struct loader *l, json_t *json, const char *key, const char **out);
int load_texts(struct loader *l, json_t *json, const char *key, json_t **out);
int load_duration(struct loader *l, json_t *json, const char *key, int64_t *out);
/* Conditions, a template, a template or a list of them, "METHOD GLOB" or a list of them. */
int load_when(struct loader *l, json_t *json, const char *key, json_t **out);
int load_template(struct loader *l, const char *text, bool in_send);
int load_templates(struct loader *l, json_t *json, const char *key, json_t **out);
/* The same, in which an item may be such a list itself. */
int load_labels(struct loader *l, json_t *json, const char *key, json_t **out);
int load_request(struct loader *l, json_t *json, const char *key, json_t **out);
/* A path that something will be looked for at. */
int load_path(struct loader *l, const char *path);

/* dialect_lists.c */
int load_parts(struct loader *l, json_t *json, json_t **out);
int load_lists(struct loader *l);

/* dialect_wanted.c: fills rules->wanted, from all the others.  0 or -E_NOMEM. */
int rules_want(struct dialect_rules *rules);

/* dialect_values.c: one rule of "values" */
int load_value(struct loader *l, json_t *json, struct value_rule *rule);

#endif
