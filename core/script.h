/* One recorded session, in the order it happened.  The file format: docs/script-format.md.
 *
 * Shape   `count` steps; their begin_us starts at 0 and never decreases, and end_us >= begin_us.
 *         Every WS_* step belongs to a socket 0..sockets-1 that a WS_OPEN before it opened.
 * Owner   the caller of script_parse()/script_load(), until script_free(); at() lends.
 * Sharing nothing changes after parse() and dialect_mark_partial(), so worker processes share it
 *         across fork().
 * Errors  0, or -E_FORMAT / -E_NOMEM / -E_IO.  On error *out is NULL and err->text names the line;
 *         err is never NULL.
 */
#ifndef STRETTO_CORE_SCRIPT_H
#define STRETTO_CORE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/extract.h"
#include "core/maker.h"

enum step_type {
    STEP_REQ_HOME,             /* GET of a page that a person opened */
    STEP_REQ_GET,              /* any other GET */
    STEP_REQ_SINF,             /* GET of SockJS' info, Shiny Server */
    STEP_REQ_TOK,              /* GET of __token__, Shiny Server Pro and Connect */
    STEP_REQ_POST,             /* POST, its body in datafile */
    STEP_REQ,                  /* version 2: any method, named in `method` */
    STEP_WS_OPEN,              /* handshake, from request to answer */
    STEP_WS_RECV_INIT,         /* the message that tells ${SESSION} */
    STEP_WS_RECV,              /* a message from the server */
    STEP_WS_RECV_BEGIN_UPLOAD, /* the message that tells ${UPLOAD_URL} and ${UPLOAD_JOB_ID} */
    STEP_WS_SEND,              /* a message from the browser */
    STEP_WS_CLOSE,             /* the socket closes: the browser did it, unless from_server */
    STEP_TYPES
};

struct step {
    enum step_type type;
    unsigned line;      /* in the file, header lines counted, from 1: input_line_number of a run */
    unsigned socket;    /* WS_*: which WebSocket, from 0 */
    unsigned ordinal;   /* its place among the step lines of the file, from 0: core/trace.h */
    int64_t begin_us;   /* since the first step began */
    int64_t end_us;     /* when it had ended; == begin_us where the file does not tell */
    int status;         /* requests: the HTTP status; otherwise 0 */
    const char *method; /* requests: "GET", "POST", ... */
    const char *url; /* requests, WS_OPEN: path and query below the target, placeholders inside */
    const char *message; /* WS_SEND, WS_RECV*: the text, or the bytes when binary; terminated */
    size_t message_bytes;
    bool binary;
    bool partial; /* WS_SEND: only begins a message, a later one completes it; not in the file:
                     dialect_mark_partial() finds out */
    const char *datafile; /* requests: name of the body's file beside the script; NULL: no body */
    const char *body;     /* its bytes, when the script was loaded with bodies; else NULL */
    size_t body_bytes;
    bool body_expand;  /* the body has placeholders; else it passes untouched, whatever is in it */
    bool left;         /* requests: the browser hung up at end_us, before the answer had ended */
    bool named;        /* requests: the page before it names its address */
    const char *until; /* of those: the last thing that had come, in the dialect's words, or NULL */
    /* requests: repeated, so long after each answer, until one fits this condition
     * (core/condition.h), which is where the step ends; NULL: once */
    const char *poll;
    int64_t poll_every_us;
    const char *const
        *headers;   /* requests, WS_OPEN: "Name: value" worth sending again; NULL-ended, or NULL */
    uint64_t bytes; /* requests: size of the answer's body as it came; 0 where nobody told */
    const struct extraction *extracts; /* session values that its answer or message tells: a
                                          message's are EXTRACT_MESSAGE, an answer's the others */
    size_t extract_count;
    const char *mark;   /* the phase that begins with this step ("login"); NULL: none */
    bool from_server;   /* WS_CLOSE: the server closed */
    unsigned code;      /* WS_CLOSE: the code in the close frame; 0: none */
    const char *reason; /* WS_CLOSE: its text, or NULL */
};

struct script {
    unsigned version;        /* 1: shinyloadtest's own; 2: has what does not fit there */
    const char *target_url;  /* where it was recorded, "" if the file does not tell */
    const char *target_type; /* "R/Shiny", "Shiny Server or Shiny Server Pro", ..., or "" */
    const char *dialect;     /* a dialect's name, or "" */
    struct makers makers;    /* "# value:" lines: values that sessions make */
    struct step *steps;
    size_t count;
    unsigned sockets;
    int64_t begin_wall_us; /* UTC of the first step */
    int64_t length_us;     /* from the first begin to the last end */
    struct buf text;       /* the file's own bytes, as read */
    struct arena owned;    /* what the pointers above point into */
};

/* The words of the file format: "REQ_HOME", ... */
const char *step_type_name(enum step_type type);
/* -1 when there is no such word. */
int step_type_find(const char *name);
bool step_is_request(const struct step *step);
bool step_is_recv(const struct step *step);

/* Reads a script from memory; bodies are not read.  `name` is the file's name, for messages. */
int script_parse(struct script **out, const char *name, const void *data, size_t len,
                 struct error *err);

/* Reads a script file; with `bodies` also the datafiles beside it. */
int script_load(struct script **out, const char *path, bool bodies, struct error *err);
void script_free(struct script *script);

const struct step *script_at(const struct script *script, size_t i);

/* Writing, a line at a time, so that a recorder's file is complete at any moment.
 * The version is a digit at a fixed place of the first line: SCRIPT_VERSION_AT bytes in. */
#define SCRIPT_VERSION_AT 11
int script_write_header(struct buf *out, unsigned version, const char *target_url,
                        const char *target_type, const char *dialect);
/* One line and its newline.  begin_wall_us: UTC of the moment that begin_us counts from.
 * Shared fields as shinyloadtest writes them, then ours ("begin_us", "end_us", "socket", ...).
 * 0 or -E_NOMEM. */
int step_write(struct buf *out, const struct step *step, int64_t begin_wall_us);
/* The least version that can carry this step: 2 where a reader of version 1 would replay something
 * else. */
unsigned step_version(const struct step *step);
/* "# value: {...}" and its newline; a script with one is of version 2.  0 or -E_NOMEM. */
int script_write_value(struct buf *out, const struct maker *maker);

/* A whole script, as it may be read again: the header lines that are known, then the steps in the
 * order of their ordinals; bodies by name.  The version is raised where a step needs it.
 * 0 or -E_NOMEM. */
int script_write(const struct script *script, struct buf *out);

#endif
