#include "core/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR)
            return -1;
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int refuse(const char *path, struct error *err)
{
    return error_set(err, E_IO, "cannot write '%s': %s", path, strerror(errno));
}

int write_file(const char *path, const void *data, size_t len, unsigned mode, struct error *err)
{
    char part[PATH_MAX + 8];
    int fd;
    int rc;

    snprintf(part, sizeof(part), "%s.part", path);
    /* Not through a link that somebody laid, and not into a file that others may read. */
    unlink(part);
    fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return refuse(path, err);
    rc = write_all(fd, data, len);
    if (rc == 0)
        rc = fsync(fd);
    if (close(fd) < 0 || rc < 0 || rename(part, path) < 0) {
        refuse(path, err);
        unlink(part);
        return -E_IO;
    }
    return 0;
}
