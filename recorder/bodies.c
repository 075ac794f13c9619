#include "recorder/bodies.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

#define PATH_TEXT_MAX 8192

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

/* How many there are, or -E_NOMEM; with `remove` they are not there any more. */
static int walk(const char *script_path, bool remove)
{
    const char *script = body_name(script_path);
    char *folder = strndup(script_path, (size_t)(script - script_path));
    DIR *dir;
    int found = 0;

    if (!folder)
        return -E_NOMEM;
    dir = opendir(*folder ? folder : ".");
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

int bodies_exist(const char *script_path)
{
    int found = walk(script_path, false);

    return found > 0 ? 1 : found;
}

int bodies_remove(const char *script_path)
{
    int found = walk(script_path, true);

    return found < 0 ? found : 0;
}

int trace_remove(const char *script_path)
{
    struct buf path;
    int rc;

    buf_init(&path, PATH_TEXT_MAX);
    rc = buf_addf(&path, "%s.trace", script_path);
    if (rc == 0)
        unlink(path.data);
    buf_release(&path);
    return rc;
}
