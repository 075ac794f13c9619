#include "recorder/bodies.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = ".post.";

int body_path(struct buf *out, const char *script_path, unsigned number)
{
    return buf_addf(out, "%s%s%u", script_path, mark, number);
}

const char *body_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool is_body(const char *name, const char *script)
{
    size_t len = strlen(script);

    if (strncmp(name, script, len) != 0 || strncmp(name + len, mark, sizeof(mark) - 1) != 0)
        return false;
    name += len + sizeof(mark) - 1;
    return *name && !name[strspn(name, "0123456789")];
}

/* How many there are; with `remove` they are not there any more. */
static unsigned walk(const char *script_path, bool remove)
{
    const char *script = body_name(script_path);
    char *folder = strndup(script_path, (size_t)(script - script_path));
    DIR *dir = folder ? opendir(*folder ? folder : ".") : NULL;
    unsigned found = 0;

    free(folder);
    if (!dir)
        return 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!is_body(entry->d_name, script))
            continue;
        found++;
        if (remove)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return found;
}

bool bodies_exist(const char *script_path)
{
    return walk(script_path, false) > 0;
}

void bodies_remove(const char *script_path)
{
    walk(script_path, true);
}

void trace_remove(const char *script_path)
{
    char *path;

    if (asprintf(&path, "%s.trace", script_path) < 0)
        return;
    unlink(path);
    free(path);
}
