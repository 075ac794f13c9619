/* A script and two traces as text, compared: for tests of the engine. */
#ifndef STRETTO_TESTS_CHECKER_COMPARE_H
#define STRETTO_TESTS_CHECKER_COMPARE_H

#include "checker/correlate.h"

struct compared {
    struct script *script;
    struct trace a;
    struct trace b;
    struct rules rules;
    struct sents sents;
    struct findings findings;
};

/* a, b and rules may be NULL.  0, or a negative code; compared_release() in either case. */
int compare_texts(struct compared *c, const char *script, const char *a, const char *b,
                  const char *rules, struct error *err);
void compared_release(struct compared *c);

/* "CSRF issued, REQUEST_ID minted" */
void compared_names(const struct compared *c, char *out, size_t size);

/* Lines of scripts and traces: step n begins n seconds after the first. */
#define SCRIPT "# version: 2\n"
#define HOME(n, url)                                                                               \
    "{\"type\":\"REQ_HOME\",\"begin\":\"2026-11-21T04:00:0" #n                                     \
    ".000Z\",\"end\":\"2026-11-21T04:00:0" #n ".100Z\",\"status\":200,\"url\":\"" url "\"}\n"
#define GET(n, url)                                                                                \
    "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T04:00:0" #n                                      \
    ".000Z\",\"end\":\"2026-11-21T04:00:0" #n ".100Z\",\"status\":200,\"url\":\"" url "\"}\n"
#define GET_WITH(n, url, header)                                                                   \
    "{\"type\":\"REQ_GET\",\"begin\":\"2026-11-21T04:00:0" #n                                      \
    ".000Z\",\"end\":\"2026-11-21T04:00:0" #n ".100Z\",\"status\":200,\"url\":\"" url              \
    "\",\"headers\":[\"" header "\"]}\n"
#define ANSWER(step, body)                                                                         \
    "{\"what\":\"answer\",\"step\":" #step                                                         \
    ",\"at_us\":1,\"status\":200,\"headers\":[],\"body\":\"" body "\",\"bytes\":1}\n"

#endif
