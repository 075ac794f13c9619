/* Turns what belongs to one session into placeholders, as it is recorded.
 *
 * Learns session values from what the browser sends, from answers and from messages by the
 * dialect's rules, and secrets by core/secrets.h; and writes what a session is to send with
 * placeholders for both.  An ordinary message from the server keeps its text, secrets apart: the
 * player matches its shape, and a person reading the script sees what really came.
 * Order   of each text: what looks like a placeholder is escaped, then secrets go, then values.
 * Owner   correlation_init() .. correlation_release(); it must not move in between.
 * Errors  0 or -E_NOMEM where nothing else is said. */
#ifndef STRETTO_RECORDER_CORRELATE_H
#define STRETTO_RECORDER_CORRELATE_H

#include "core/dialect.h"
#include "core/names.h"
#include "core/secrets.h"
#include "recorder/heard.h"

struct correlation {
    const struct dialect *dialect; /* of the requests; "plain" until it is known */
    struct values values;
    struct secrets secrets;
    struct makers makers; /* of values computed from secrets */
    struct heard heard;
    struct names wanted; /* placeholders that were written */
};

/* secrets: those given, copied; or NULL. */
int correlation_init(struct correlation *c, const struct secrets *secrets);
void correlation_release(struct correlation *c);

/* --- what the browser sends, as a template --- */

int correlate_path(struct correlation *c, const char *path, struct buf *out);
/* "Name: value". */
int correlate_header(struct correlation *c, const char *header, struct buf *out);
/* A cookie that no answer of this recording set: "name=${env:COOKIE_NAME}". */
int correlate_cookie(struct correlation *c, const char *name, size_t name_len, const char *value,
                     size_t value_len, struct buf *out);
/* 1: it has placeholders, or what looks like one, and must be expanded; 0: as it was. */
int correlate_body(struct correlation *c, const char *content_type, const char *body, size_t len,
                   struct buf *out);
int correlate_send(struct correlation *c, const struct dialect *dialect, const char *data,
                   size_t len, bool binary, struct buf *out);

/* --- what the server says --- */

/* headers: "Name: value", NULL-ended; the body decoded, or what is known of it. */
int correlate_answer(struct correlation *c, const char *method, const char *path,
                     const char *const *headers, const char *body, size_t len);
/* What a message is, and its text as recorded.  *type is STEP_TYPES when it is noise;
 * *binary: the frame is, and then what is recorded of it. */
int correlate_recv(struct correlation *c, struct conversation *conversation, const char *data,
                   size_t len, bool *binary, int64_t now_us, enum step_type *type, struct buf *out);

/* A text that nobody sends again, without secrets. */
int correlate_mask(const struct correlation *c, const char *text, size_t len, struct buf *out);
/* A binary text without secrets: they are blanked, since nothing could be filled in. */
int correlate_blank(const struct correlation *c, const char *data, size_t len, struct buf *out);

#endif
