/* What the parts of recommend() share: what is known of a build, and how a finding is said. */
#ifndef STRETTO_ANALYZER_RECOMMEND_PARTS_H
#define STRETTO_ANALYZER_RECOMMEND_PARTS_H

#include <stdbool.h>

#include "analyzer/blocking.h"
#include "analyzer/bootstrap.h"
#include "analyzer/charts.h"
#include "analyzer/finding.h"
#include "analyzer/service.h"
#include "core/units.h"

struct evidence {
    const struct scene *scene;
    struct build *build;
    size_t index;      /* of the build */
    double confidence; /* of intervals: less than 0.95 where the player was late */
    uint32_t *group;   /* a step: the first that a user brings about in the same way */
    struct service service;
    struct blocking blocking;
    struct sample page_load;
    struct sample calculation;
    struct sample session;
};

/* 0 or -E_NOMEM; evidence_release() accepts what is left behind. */
int evidence_of(struct evidence *out, const struct scene *scene, size_t index);
void evidence_release(struct evidence *evidence);

/* Page loads are within the mark, calculations are quick: nobody needs advice. */
bool evidence_is_fast(const struct evidence *evidence);
/* Sessions that failed or were cut off are too many for the others to stand for all. */
bool evidence_lost_many(const struct evidence *evidence);

/* Adds a finding of that build; its text begins with the build's label.  The interval is left out
 * where the evidence has no confidence.  0 or -E_NOMEM. */
int say(struct findings *out, const struct evidence *evidence, struct finding finding,
        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Is the blocker of this rank named as one? */
bool evidence_names(const struct evidence *evidence, size_t rank);

extern const char finding_player_late[]; /* the key of what puts all others in doubt */

#define WORDS ((size_t)4 * DURATION_TEXT)

#define LABEL_MOST 60 /* bytes of a step's label in a sentence */

/* "9.1 s" */
const char *time_words(double s, char out[DURATION_TEXT]);
/* " (8.8 s to 9.5 s, 95 %)"; empty where there is no confidence or no interval. */
const char *interval_words(const struct evidence *evidence, double low_s, double high_s,
                           char out[WORDS]);

/* What a user did that made the app do the steps of this group: "Set: day" (line 50), "Set: who"
 * (8 times, first at line 37).  NULL when memory is refused; free() it. */
char *group_words(const struct evidence *evidence, size_t first);

/* Each adds what it has to say; 0 or -E_NOMEM. */
int recommend_speed(struct findings *out, const struct evidence *evidence);
int recommend_rate(struct findings *out, const struct evidence *evidence);
int recommend_blocking(struct findings *out, const struct evidence *evidence);
int recommend_worth(struct findings *out, const struct evidence *evidence);
int recommend_differences(struct findings *out, const struct evidence *evidence,
                          const struct evidence *base);

#endif
