/* Messages as seen on the wire, what they are, and what they carry. */
#ifndef STRETTO_TESTS_CORE_DIALECT_CASES_H
#define STRETTO_TESTS_CORE_DIALECT_CASES_H

#include "tests/core/testing.h"

#include "tests/core/dialects.h"

#define NOISE MESSAGE_NOISE
#define OPTIONAL MESSAGE_OPTIONAL
#define DATA MESSAGE_DATA
#define INIT MESSAGE_INIT
#define UPLOAD MESSAGE_BEGIN_UPLOAD
#define GONE MESSAGE_GONE

struct message_case {
    const char *name;
    const char *text;
    enum message_kind kind;
    const char *parts;  /* joined by " | " */
    const char *learnt; /* NAME=value, joined by a space */
    const char *reason; /* part of it; NULL: none */
};

static inline void join_parts(const struct message *m, char *out, size_t size)
{
    out[0] = 0;
    for (size_t i = 0; i < m->part_count; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? " | " : "", m->parts[i]);
}

static inline void join_learnt(const struct message *m, char *out, size_t size)
{
    out[0] = 0;
    for (size_t i = 0; i < m->learnt.count; i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s=%s", i ? " " : "",
                 m->learnt.items[i].name, m->learnt.items[i].value);
}

static inline void check_messages(const struct dialect *dialect, const struct message_case *cases,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct message_case *c = &cases[i];
        size_t len = strlen(c->text);
        char *text = malloc(len ? len : 1); /* no terminator: none is promised */
        struct message m = {0};
        char joined[500];

        memcpy(text, c->text, len);
        assert_int_equal(dialect_read(dialect, &m, text, len, false), 0);
        if (m.kind != c->kind)
            fail_msg("%s, %s: kind %d", dialect->name, c->name, (int)m.kind);
        join_parts(&m, joined, sizeof(joined));
        if (strcmp(joined, c->parts) != 0)
            fail_msg("%s, %s: parts '%s'", dialect->name, c->name, joined);
        join_learnt(&m, joined, sizeof(joined));
        if (strcmp(joined, c->learnt) != 0)
            fail_msg("%s, %s: learns '%s'", dialect->name, c->name, joined);
        if (c->reason ? !m.reason || !strstr(m.reason, c->reason) : m.reason != NULL)
            fail_msg("%s, %s: reason '%s'", dialect->name, c->name, m.reason ? m.reason : "");
        message_release(&m);
        free(text);
    }
}

#endif
