/* What lies beside a script: request bodies (FILE.post.0, FILE.post.1, ...) and FILE.trace. */
#ifndef STRETTO_RECORDER_BODIES_H
#define STRETTO_RECORDER_BODIES_H

#include "core/buf.h"

/* "session.log.post.3" of "dir/session.log", with or without the directory.  0 or -E_NOMEM. */
int body_path(struct buf *out, const char *script_path, unsigned number);
const char *body_name(const char *body_path);

/* 1, 0 or -E_NOMEM. */
int bodies_exist(const char *script_path);
/* 0 or -E_NOMEM. */
int bodies_remove(const char *script_path);
/* "session.log.trace".  0 or -E_NOMEM. */
int trace_remove(const char *script_path);

#endif
