#include "tests/checker/compare.h"

#include <stdio.h>
#include <string.h>

int compare_texts(struct compared *c, const char *script, const char *a, const char *b,
                  const char *rules, struct error *err)
{
    struct correlate_input in = {.sents = &c->sents};
    int rc;

    *c = (struct compared){0};
    rc = script_parse(&c->script, "script", script, strlen(script), err);
    if (rc == 0 && a)
        rc = trace_parse(&c->a, "a", a, strlen(a), err);
    if (rc == 0 && b)
        rc = trace_parse(&c->b, "b", b, strlen(b), err);
    if (rc == 0 && rules)
        rc = rules_parse(&c->rules, "rules", rules, strlen(rules), err);
    if (rc == 0)
        rc = sents_of_script(&c->sents, c->script, a ? &c->a : NULL);
    in.script = c->script;
    in.a = a ? &c->a : NULL;
    in.b = b ? &c->b : NULL;
    in.rules = &c->rules;
    return rc == 0 ? correlate(&c->findings, &in, err) : rc;
}

void compared_release(struct compared *c)
{
    findings_release(&c->findings);
    sents_release(&c->sents);
    rules_release(&c->rules);
    trace_release(&c->a);
    trace_release(&c->b);
    script_free(c->script);
}

void compared_names(const struct compared *c, char *out, size_t size)
{
    size_t n = 0;

    out[0] = 0;
    for (size_t i = 0; i < c->findings.count && n < size; i++) {
        const struct finding *f = &c->findings.items[i];

        n += (size_t)snprintf(out + n, size - n, "%s%s %s", i ? ", " : "", f->name,
                              value_kind_name(f->kind));
    }
}
