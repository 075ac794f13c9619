/* Everything that a script sends, text by text, cut into atoms: URLs, headers, bodies, messages.
 *
 * A header that carried a credential in the recording (Authorization, X-...) and that the script
 * does not have is a text too: `added`.  It gets into the script when something is found in it.
 * Owner  zeroed is empty; sents_release().  Texts are lent by the script and the trace. */
#ifndef STRETTO_CHECKER_SENT_H
#define STRETTO_CHECKER_SENT_H

#include "checker/atoms.h"
#include "core/script.h"
#include "core/trace.h"

enum sent_in { IN_URL, IN_HEADER, IN_BODY, IN_MESSAGE };

struct sent_text {
    size_t step; /* index in the script */
    enum sent_in in;
    size_t header; /* IN_HEADER: which of the step's; unused when added */
    bool added;
    const char *text;
    size_t len;
    struct atoms atoms;
};

struct sents {
    struct sent_text *items;
    size_t count;
    size_t capacity;
};

/* trace: of the recording, or NULL.  0 or -E_NOMEM. */
int sents_of_script(struct sents *sents, const struct script *script, const struct trace *trace);
void sents_release(struct sents *sents);

/* A script, a style, a picture, a font: its name never holds a session value of its own. */
bool is_static_file(const char *url);
/* The value of a header in "Name: value" lines; NULL: there is none. */
const char *header_of(const char *const *headers, const char *name);

#endif
