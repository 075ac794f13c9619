#include "core/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static int make_one(const char *path, struct error *err)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return error_set(err, E_IO, "cannot make the directory '%s': %s", path, strerror(errno));
    return 0;
}

int folder_make(const char *path, struct error *err)
{
    char part[PATH_MAX];
    int rc = 0;

    if (!*path || strlen(path) >= sizeof(part))
        return error_set(err, E_IO, "cannot make the directory '%.100s': its name is %s", path,
                         *path ? "too long" : "empty");
    snprintf(part, sizeof(part), "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash && rc == 0; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        rc = make_one(part, err);
        *slash = '/';
    }
    return rc == 0 ? make_one(part, err) : rc;
}

bool folder_is_taken(const char *path)
{
    struct stat st;
    int entries = 0;
    DIR *dir;

    if (stat(path, &st) < 0)
        return false;
    dir = opendir(path);
    if (!dir)
        return true;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries > 2; /* . and .. */
}
