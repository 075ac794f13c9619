/* rules.json: what a person knows better.  docs/check.md has the language.
 *
 *   {"values":[
 *     {"match":"9f8b...", "name":"ORDER_ID"},             what it is called
 *     {"match":"/ORD-[0-9]+/", "kind":"literal"},         /.../: a POSIX extended expression
 *     {"at":"POST /login csrf", "kind":"literal"},        METHOD PATH FIELD; * for any; SEND *
 * FIELD
 *     {"match":"k3j9x2", "kind":"minted"}]}
 * kind: literal (never touched), minted, clock.  The first rule that fits decides.
 * Owner  zeroed has no rules; rules_release(). */
#ifndef STRETTO_CHECKER_RULES_H
#define STRETTO_CHECKER_RULES_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

#define RULES_BYTES_MAX ((size_t)1 << 20)

enum rule_kind { RULE_ANY, RULE_LITERAL, RULE_MINTED, RULE_CLOCK };

struct rule {
    const char *match; /* the whole value; NULL: any */
    bool is_regex;
    regex_t regex;
    const char *method; /* NULL: anywhere */
    const char *path;   /* a glob */
    const char *field;  /* a glob */
    const char *name;   /* NULL: as it would be called anyway */
    enum rule_kind kind;
};

struct rules {
    struct rule *items;
    size_t count;
    struct arena owned;
};

/* Reads a file: 0, -E_IO, -E_FORMAT (err names file and rule) or -E_NOMEM. */
int rules_load(struct rules *rules, const char *path, struct error *err);
int rules_parse(struct rules *rules, const char *name, const char *text, size_t len,
                struct error *err);
void rules_release(struct rules *rules);

/* The first that fits this value; NULL: none.  method: of a request, or "SEND". */
const struct rule *rules_find(const struct rules *rules, const char *value, const char *method,
                              const char *path, const char *field);

#endif
