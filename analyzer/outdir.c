#include "analyzer/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_parents(const char *dir, struct error *err)
{
    char path[PATH_MAX];

    if (strlen(dir) >= PATH_MAX - NAME_MAX)
        return error_set(err, E_IO, "%.100s...: %s", dir, strerror(ENAMETOOLONG));
    strcpy(path, dir);
    for (char *slash = path + 1; *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = 0;
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return error_set(err, E_IO, "%s: cannot make this directory: %s", path,
                             strerror(errno));
        *slash = '/';
    }
    return 0;
}

static bool holds_something(DIR *dir)
{
    struct dirent *entry;

    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return true;
    }
    return false;
}

static int check_empty(const char *path, struct error *err)
{
    DIR *dir = opendir(path);
    bool full;

    if (!dir)
        return error_set(err, E_IO, "%s: cannot put the report there: %s", path, strerror(errno));
    full = holds_something(dir);
    closedir(dir);
    if (full)
        return error_set(err, E_EXISTS,
                         "%s: exists and is not empty; name another directory with -o, or write "
                         "into it with --overwrite",
                         path);
    return 0;
}

int outdir_make(const char *dir, bool overwrite, struct error *err)
{
    int rc;

    if (!*dir)
        return error_set(err, E_USAGE, "-o needs the name of a directory");
    rc = make_parents(dir, err);
    if (rc < 0)
        return rc;
    if (mkdir(dir, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return error_set(err, E_IO, "%s: cannot make this directory: %s", dir, strerror(errno));
    return overwrite ? 0 : check_empty(dir, err);
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
