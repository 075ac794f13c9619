/* The script on disk while it is being recorded: complete after every call.
 *
 * A step is one write() of one whole line; a write that fails half-way is cut off again.  The
 * header goes out with the first step, so a recording of nothing leaves an older file as it was.
 * Owner   script_file_open() .. script_file_close().
 * Errors  0, -E_EXISTS, -E_IO (a full disk), -E_NOMEM; after -E_IO only closing makes sense. */
#ifndef STRETTO_RECORDER_SCRIPT_FILE_H
#define STRETTO_RECORDER_SCRIPT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/dialect.h"
#include "core/error.h"
#include "core/script.h"

struct script_file {
    const char *path; /* lent */
    const char *target_url;
    const struct dialect *dialect;
    const struct makers *makers; /* of the header; lent */
    size_t makers_written;
    int fd;
    bool is_new;  /* made by this program: a script of nothing is removed again */
    bool is_ours; /* what was there before is gone */
    unsigned version;
    size_t steps;
    off_t header_bytes;
    off_t bytes;
};

/* Refuses an existing script, or bodies that would belong to it, unless `overwrite`.  makers may
 * grow: script_file_add() sees to the header. */
int script_file_open(struct script_file *f, const char *path, const char *target_url,
                     const struct makers *makers, bool overwrite, struct error *err);
void script_file_close(struct script_file *f);

int script_file_add(struct script_file *f, const struct step *step, int64_t begin_wall_us,
                    struct error *err);
/* An older script under this name goes, with its bodies and its trace; the first step does this by
 * itself. */
int script_file_claim(struct script_file *f, struct error *err);
/* Puts the dialect's name into the header, once it is known. */
int script_file_set_dialect(struct script_file *f, const struct dialect *dialect,
                            struct error *err);

#endif
