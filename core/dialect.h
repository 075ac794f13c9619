/* What the tool knows of one framework's conversation: noise, session values, shapes, duties,
 * labels.  A dialect is a JSON file (dialects/NAME.json, shipped inside the programs; a user's own
 * by --dialect FILE) and, where bytes must be decoded first, a codec in C.  docs/dialects.md has
 * the language.
 *
 * A dialect reads one WebSocket message at a time and says what it carries, as a list of `parts`:
 * "output plot", "input who", "config", "reply 7".  The player matches parts and never texts, so a
 * reply may come in any order and over any number of messages. */
#ifndef STRETTO_CORE_DIALECT_H
#define STRETTO_CORE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/script.h"
#include "core/values.h"

/* --- the dialects there are --- */

struct dialect_rules;

struct dialect {
    const char *name;        /* "plain", "shiny", "sockjs", "streamlit", ... */
    const char *title;       /* "Shiny for R and Python" */
    const char *target_type; /* what shinyloadtest calls such a target in a script's header */
    struct makers makers;    /* values that its browser makes up: ids, clocks, counters */
    struct dialect_rules *rules;
};

/* Reads the shipped dialects; once, before there are threads.  0, -E_NOMEM, or -E_FORMAT. */
int dialects_init(struct error *err);
/* A user's own; one of a shipped name takes its place.  0, -E_IO, -E_FORMAT (err names file and
 * rule), -E_NOMEM. */
int dialects_add(const char *path, struct error *err);
void dialects_release(void);
/* The i-th, in the order in which they are asked whether they know a conversation; NULL: no more.
 */
const struct dialect *dialects_at(size_t i);

/* By the name in a script's header; NULL when there is none.  "plain" is always there. */
const struct dialect *dialect_find(const char *name);
/* The dialect of a script: named in its header, told by its target type, or recognised by its
 * steps; else plain. */
const struct dialect *dialect_of(const struct script *script);
/* While recording: the framework by the path of a WebSocket that opens and by the subprotocols that
 * the browser offers ("bokeh, TOKEN"; NULL: none); else plain. */
const struct dialect *dialect_of_handshake(const char *path, const char *protocols);
/* The same by a request; NULL: it tells nothing. */
const struct dialect *dialect_of_request(const char *method, const char *path);

/* --- what requests are --- */

/* What a step of a recording is to be called, from its request line; REQ_GET, REQ_POST or REQ when
 * nothing more is known.  `navigation`: the browser said that a person opens a page. */
enum step_type dialect_request_type(const char *method, const char *path, bool navigation);
/* Requests that are proxied but never recorded: /favicon.ico, source maps, and what the dialect
 * calls a reflex or noise (__extendsession__).  dialect may be plain. */
bool dialect_request_is_noise(const struct dialect *dialect, const char *method, const char *path);
/* A browser that wants the result of a job repeats this request until its answer fits this
 * condition (core/condition.h).  NULL: it asks once. */
const char *dialect_poll(const struct dialect *dialect, const char *method, const char *path);

/* --- session values over HTTP --- */

/* Does the dialect want to see the answer to this request? */
bool dialect_wants_answer(const struct dialect *dialect, const char *method, const char *path);
/* The same at play, where only some values are of any use: does a rule for this answer tell one of
 * these names? */
struct names;
bool dialect_tells_needed(const struct dialect *dialect, const char *method, const char *path,
                          const struct names *needs);
/* The i-th place at which an answer to this request may tell a value, whose name is where->name;
 * NULL: there are no more.  For who makes answers. */
const struct extraction *dialect_answer_tells(const struct dialect *dialect, const char *method,
                                              const char *path, size_t i);
/* Session values told by an answer, decoded.  headers: "Name: value", NULL-ended.  The plain
 * dialect, which is what a recording has until it knows better, learns by the rules of all.
 * 0 or -E_NOMEM. */
int dialect_learn_answer(const struct dialect *dialect, const char *method, const char *path,
                         const char *const *headers, const char *body, size_t len,
                         struct values *values);

/* What a browser sends, when recording: values that it made up (ids, clocks) are learnt by where
 * they stand, so that values_templatize() finds them. */
enum sent { SENT_PATH, SENT_BODY, SENT_MESSAGE, SENT_HEADER };
int dialect_learn_sent(const struct dialect *dialect, enum sent what, const char *text, size_t len,
                       struct values *values);

/* The last thing that a streamed answer (server-sent events) said, when the dialect knows that
 * nothing that matters comes after it ("process_completed"): appended to out.  For the answers that
 * a browser leaves.  0 or -E_NOMEM. */
int dialect_stream_mark(const struct dialect *dialect, const char *method, const char *path,
                        const char *body, size_t len, struct buf *out);

/* --- messages --- */

enum message_kind {
    MESSAGE_NOISE,        /* says nothing a step waits for; never recorded: busy, progress, ACK */
    MESSAGE_OPTIONAL,     /* recorded, but no step fails for want of it: frozen, notification */
    MESSAGE_DATA,         /* carries parts that a step may wait for */
    MESSAGE_INIT,         /* tells the session's own values */
    MESSAGE_BEGIN_UPLOAD, /* tells where an upload goes */
    MESSAGE_GONE,         /* the server ended the session: `reason` says why */
};

/* A message that updates more outputs than this at once is none that a person looks at; what it
 * carries beyond is left out. */
#define MESSAGE_PARTS_MAX 4096

/* Owner: whoever passed it in zeroed, until message_release(). */
struct message {
    enum message_kind kind;
    char **parts; /* what it carries, each once */
    size_t part_count;
    size_t lasting;       /* so many of them, the first ones, are of rules with "lasting" */
    struct values learnt; /* session values that it tells; echoes among them are words */
    char *reason;         /* MESSAGE_GONE */
    /* What a script holds of it, where a message came in several frames: all of it, in one text
     * that dialect_read() knows.  NULL: the frame as it came. */
    char *text;
};

void message_release(struct message *m);

/* One WebSocket's conversation: reads what comes in order, and owes what its framework's client
 * owes (ACKs, heartbeats, acknowledgements).  The clock is passed in; nothing here waits.
 * Costs nothing but its struct where the dialect has neither state nor duties.
 * Owner   conversation_init() .. conversation_release(). */
struct conversation {
    const struct dialect *dialect;
    struct conversation_state *state; /* of codec and duties; NULL until there is any */
    bool
        reads_only; /* may be set after conversation_init(): nothing is owed, the browser does it */
};

void conversation_init(struct conversation *c, const struct dialect *dialect);
void conversation_release(struct conversation *c);
/* This socket may be opened again in place of another, which has ended: what a server resumes then
 * (SockJS: CONTINUE) goes on from there.  Before the first frame.  0 or -E_NOMEM. */
int conversation_resume(struct conversation *c, const struct conversation *before);

/* A frame from the server.  A text that the dialect cannot read is DATA with the part "message"; a
 * frame that only begins a message of several is NOISE.  0 or -E_NOMEM. */
int conversation_read(struct conversation *c, const char *data, size_t len, bool binary,
                      int64_t now_us, struct message *m);
/* A frame that the client sent, so that duties know (a heartbeat rests while there is talk). */
void conversation_sent(struct conversation *c, const char *data, size_t len, bool binary,
                       int64_t now_us);

/* Something that the client owes, outside the script's time line. */
struct duty {
    struct buf data; /* the frame, or the request's body */
    bool binary;
    /* Not NULL: a request to `path` instead of a frame.  Without a slash in front, the path is
     * relative to the page.  Lent until the next call. */
    const char *method;
    const char *path;
};

/* When the next duty is due; INT64_MAX: none is. */
int64_t conversation_due_us(const struct conversation *c);
/* Takes one that is due: 1, 0 (none is) or -E_NOMEM; duty->data is buf_init()ed by the caller. */
int conversation_duty(struct conversation *c, int64_t now_us, struct values *values,
                      struct duty *duty);

/* The i-th thing that a client says which leaves for good and tells the server so, instead of being
 * gone: 1 (duty->data, buf_init()ed by the caller, and duty->binary are set), 0 (there is no i-th)
 * or -E_NOMEM. */
int conversation_farewell(struct conversation *c, size_t i, struct values *values,
                          struct duty *duty);

/* Adds the names of the session values that its duties are made of.  0 or -E_NOMEM. */
int dialect_duty_needs(const struct dialect *dialect, struct names *names);

/* One message by itself, without state: for scripts, whose receives are whole messages. */
int dialect_read(const struct dialect *dialect, struct message *m, const char *text, size_t len,
                 bool binary);

/* A frame that the browser sent, as a script holds it, and back: as values_templatize() and
 * values_expand() where it is text; else inside the strings of a frame that the dialect's codec
 * reads, whose lengths follow, and where what a user typed is escaped.  What could not be put in
 * again stays literal.  Appends; 0 or -E_NOMEM. */
int dialect_templatize(const struct dialect *dialect, struct values *values, const char *data,
                       size_t len, bool binary, struct buf *out);
int dialect_expand(const struct dialect *dialect, struct values *values, const char *data,
                   size_t len, bool binary, struct buf *out);

/* Marks the sends that only begin a message (bokeh: header, metadata, content, a frame each): no
 * answer can be one to them.  For who reads a script to wait for answers.  0 or -E_NOMEM. */
int dialect_mark_partial(const struct dialect *dialect, struct script *script);

/* The frames that a server sent of a message which a script holds as one text (bokeh): told in
 * their order; of other dialects the message itself.  What a script does not hold (buffers) is made
 * up. 0, what `frame` gave, or -E_NOMEM. */
int dialect_frames(const struct dialect *dialect, const char *text, size_t len, bool binary,
                   int (*frame)(void *user, const char *data, size_t len, bool binary), void *user);
/* The pattern (an extended regular expression) of the ids that are called so (MODEL_7); NULL: no
 * rule has one.  For who makes up messages. */
const char *dialect_echo_pattern(const struct dialect *dialect, const char *name);

/* What a frame says, as JSON, one document a line: where extractions and correlation look.  A frame
 * that is text already is appended as it is; a binary one that no codec reads says nothing.
 * 0 or -E_NOMEM. */
int dialect_documents(const struct dialect *dialect, const char *data, size_t len, bool binary,
                      bool from_client, struct buf *out);

/* May a message of the browser be a duty at all? */
bool dialect_has_noise_sends(const struct dialect *dialect);
/* Is this message of the browser a duty (an ACK) that no script holds? */
bool dialect_send_is_noise(const struct dialect *dialect, const char *text, size_t len,
                           bool binary);

/* What a person would call this send or receive: "Set: top_n", "Updated: p_top".  0 or -E_NOMEM. */
int dialect_label(const struct dialect *dialect, const struct step *step, struct buf *out);

#endif
