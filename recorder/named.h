/* Which addresses the page that was opened last names in its text: a browser asks for those because
 * of the page, whatever else had ended before.  Pure.
 * Bounds  NAMED_MAX addresses; of a page with a <base>, none.
 * Owner   zeroed is empty; named_release(). */
#ifndef STRETTO_RECORDER_NAMED_H
#define STRETTO_RECORDER_NAMED_H

#include "core/names.h"

#define NAMED_MAX 2000

struct named {
    struct names paths; /* below the target, as requests have them */
};

/* A page has come: it forgets the one before.  page_path is below the target.  0 or -E_NOMEM. */
int named_learn(struct named *named, const char *target_url, const char *page_path,
                const char *text, size_t len);
bool named_has(const struct named *named, const char *path);
void named_release(struct named *named);

#endif
