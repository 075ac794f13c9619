/* What the analyzer has found out, in plain words, each with its number and its confidence: the
 * verdict of the report, the sentences on the terminal, `findings` in summary.json. */
#ifndef STRETTO_ANALYZER_FINDING_H
#define STRETTO_ANALYZER_FINDING_H

#include <stddef.h>

enum finding_weight {
    FINDING_GOOD, /* it is as one wants it */
    FINDING_NOTE, /* to know */
    FINDING_WARN, /* the numbers are not to be relied on, or something is near its limit */
    FINDING_BAD,  /* users suffer */
};

#define FINDING_OF_ALL ((size_t)-1)

struct finding {
    enum finding_weight weight;
    const char *key; /* what kind it is, for machines: "keeps-up"; a string that lives for ever */
    size_t build;    /* which it is about, or FINDING_OF_ALL */
    char *text;      /* one or two sentences, valid UTF-8 */
    /* The number behind it with its confidence interval, in `unit` ("s", "1/s", "ratio", "x");
     * unit NULL: there is none. */
    const char *unit;
    double value;
    double low;
    double high;
    double confidence; /* 0.95; 0: no interval */
};

/* A zeroed struct is empty; findings_release() accepts it. */
struct findings {
    struct finding *list; /* the most important first */
    size_t count;
};

/* Takes the text in any case; NULL is memory that was refused.  0 or -E_NOMEM. */
int findings_add(struct findings *findings, struct finding finding);
void findings_release(struct findings *findings);

/* "good", "note", "warning", "bad" */
const char *finding_weight_name(enum finding_weight weight);

#endif
