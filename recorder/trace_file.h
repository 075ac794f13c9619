/* FILE.trace beside the script: what really passed, a line at a time (core/trace.h).
 *
 * Owner   trace_file_open() .. trace_file_close(); zeroed with fd -1 is closed, and writes nothing.
 * Errors  0, -E_IO, -E_NOMEM; a line is whole or not there. */
#ifndef STRETTO_RECORDER_TRACE_FILE_H
#define STRETTO_RECORDER_TRACE_FILE_H

#include <sys/types.h>

#include "core/trace.h"

struct trace_file {
    char *path;
    int fd;
    off_t bytes;
};

/* Makes the file anew, readable by its owner only. */
int trace_file_open(struct trace_file *f, const char *script_path, struct error *err);
void trace_file_close(struct trace_file *f);
int trace_file_add(struct trace_file *f, const struct trace_entry *entry, struct error *err);

#endif
