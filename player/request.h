/* What one request sends: a step's, with this session's values filled in, or a duty's. */
#ifndef STRETTO_PLAYER_REQUEST_H
#define STRETTO_PLAYER_REQUEST_H

#include <curl/curl.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/dialect.h"
#include "core/error.h"
#include "core/script.h"
#include "core/values.h"
#include "player/play.h"

#define REQUEST_URL_MAX ((size_t)1 << 20)
#define REQUEST_HEADERS_MAX ((size_t)1 << 20)
#define REQUEST_BODY_MAX ((size_t)1 << 30)

/* Owner: request_release(); a zeroed one is empty. */
struct request {
    const char *method; /* lent by the script or by the dialect */
    struct buf url;
    size_t path_at; /* where the path below the target begins in it */
    struct curl_slist *headers;
    const char *body; /* NULL: none; lent by the script, or `own` */
    size_t body_bytes;
    struct buf own;
};

/* Cookies of recorded headers go into the jar.  0, -E_NOMEM, or -E_MISMATCH: a value cannot be
 * sent where the script wants it. */
int request_of_step(struct request *r, const struct play *play, const struct step *step,
                    struct values *values, CURLSH *jar, struct error *err);
/* A duty's, to this path below the target; takes the bytes of duty->data. */
int request_of_duty(struct request *r, const struct play *play, struct duty *duty, const char *path,
                    struct values *values, struct error *err);
void request_release(struct request *r);

/* The path and query below the target, filled in. */
const char *request_path(const struct request *r);
/* Tells curl all of it but how to get there.  The request must outlive the transfer. */
void request_set(const struct request *r, CURL *easy);
bool request_has_header(const struct request *r, const char *name);
int request_add_header(struct request *r, const char *header);

/* The headers that the options and a step ask for, filled in, one terminated string after another;
 * those of Cookie go into the jar instead.  As request_of_step(). */
int request_headers(const struct play *play, const struct step *step, struct values *values,
                    CURLSH *jar, struct buf *out, struct error *err);

#endif
