/* What the tool knows of one framework's conversation: noise, session values, shapes, labels.
 *
 * A dialect reads one WebSocket message at a time and says what it carries, as a list of `parts`:
 * "output plot", "input who", "config", "custom toast".  The player matches parts and never texts,
 * so a reply may come in any order and over any number of messages.
 * Sources: shiny R/shiny.R, srcts/src/shiny/shinyapp.ts; shiny-server-client lib/; shinyloadtest
 * R/shiny-recorder.R for what a recording leaves out. */
#ifndef STRETTO_CORE_DIALECT_H
#define STRETTO_CORE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/script.h"
#include "core/values.h"

enum message_kind {
    MESSAGE_NOISE,        /* says nothing a step waits for; never recorded: busy, progress, ACK */
    MESSAGE_OPTIONAL,     /* recorded, but no step fails for want of it: frozen, notification */
    MESSAGE_DATA,         /* carries parts that a step may wait for */
    MESSAGE_INIT,         /* tells the session's own values */
    MESSAGE_BEGIN_UPLOAD, /* tells where an upload goes */
    MESSAGE_GONE,         /* the server ended the session: `reason` says why */
};

/* Owner: whoever called dialect_read(), until message_release(). */
struct message {
    enum message_kind kind;
    char **parts; /* what it carries, each once */
    size_t part_count;
    struct values learnt; /* session values that it tells */
    char *reason;         /* MESSAGE_GONE */
};

struct dialect {
    const char *name;        /* "plain", "shiny", "sockjs" */
    const char *target_type; /* what shinyloadtest calls such a target in a script's header */
    /* Fills a zeroed message; 0 or -E_NOMEM.  A text that the dialect cannot read is DATA with
     * the part "message". */
    int (*read)(struct message *m, const char *text, size_t len);
    /* See dialect_send_is_noise(); NULL: never. */
    bool (*send_is_noise)(const char *text, size_t len);
};

extern const struct dialect dialect_plain;
extern const struct dialect dialect_shiny;
extern const struct dialect dialect_sockjs;

/* By the name in a script's header; NULL when there is none. */
const struct dialect *dialect_find(const char *name);
/* The dialect of a script: named in its header, told by its target type, or recognised by its
 * steps. */
const struct dialect *dialect_of(const struct script *script);
/* The dialect of a conversation while it is recorded: by the path of a WebSocket that opens. */
const struct dialect *dialect_of_socket(const char *path);

int dialect_read(const struct dialect *dialect, struct message *m, const char *text, size_t len,
                 bool binary);
void message_release(struct message *m);

/* Is this message of the browser a reflex (an ACK) that no script holds? */
bool dialect_send_is_noise(const struct dialect *dialect, const char *text, size_t len);

/* What a step of a recording is to be called, from its request line; REQ_GET, REQ_POST or REQ when
 * nothing more is known.  `navigation`: the browser said that a person opens a page. */
enum step_type dialect_request_type(const char *method, const char *path, bool navigation);
/* Requests that are proxied but never recorded: /favicon.ico, source maps. */
bool dialect_request_is_noise(const char *path);

/* Session values told by an HTTP body: WORKER by a page, TOKEN by __token__.  0 or -E_NOMEM. */
int dialect_learn_body(enum step_type type, const char *body, size_t len, struct values *values);
/* Session values told by a path, when recording: ROBUST_ID and SOCKJSID are the browser's own. */
int dialect_learn_path(const char *path, struct values *values);
/* Session values that a browser makes up afresh: same alphabet and length.  `state` is the caller's
 * random state (splitmix64), so a run can be repeated. */
int dialect_mint(struct values *values, uint64_t *state);

#endif
