#include "analyzer/outdir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/folder.h"

int outdir_make(const char *dir, bool overwrite, struct error *err)
{
    if (!overwrite && folder_is_taken(dir))
        return error_set(err, E_EXISTS,
                         "'%s' exists already: choose another -o DIR, or --overwrite to write into "
                         "it",
                         dir);
    return folder_make(dir, err);
}

int outfile_open(struct outfile *out, const char *path, struct error *err)
{
    out->path = path;
    out->why = 0;
    snprintf(out->part, sizeof(out->part), "%.4096s.part", path);
    out->file = fopen(out->part, "wb");
    if (!out->file)
        return error_set(err, E_IO, "%s: cannot write: %s", path, strerror(errno));
    return 0;
}

bool outfile_write(struct outfile *out, const void *data, size_t len)
{
    if (fwrite(data, 1, len, out->file) == len)
        return true;
    if (!out->why)
        out->why = errno;
    return false;
}

int outfile_close(struct outfile *out, bool give_up, struct error *err)
{
    /* What the buffer could not pass on shows at the latest now. */
    if (fflush(out->file) != 0 && !out->why)
        out->why = errno;
    if (fclose(out->file) != 0 && !out->why)
        out->why = errno;
    if (!out->why && !give_up) {
        if (rename(out->part, out->path) == 0)
            return 0;
        out->why = errno;
    }
    unlink(out->part);
    return error_set(err, E_IO, "%s: cannot write: %s", out->path, strerror(out->why));
}
