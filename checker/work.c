#include "checker/work.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/write_file.h"

#define SCRIPT_MAX ((size_t)1 << 30)

int work_open(struct work *work, struct error *err)
{
    const char *tmp = getenv("TMPDIR");

    *work = (struct work){.versions = 0};
    if (snprintf(work->dir, sizeof(work->dir), "%s/stretto-check-XXXXXX",
                 tmp && *tmp ? tmp : "/tmp") >= (int)sizeof(work->dir)) {
        work->dir[0] = 0;
        return error_set(err, E_IO, "TMPDIR is too long a path");
    }
    if (mkdtemp(work->dir))
        return 0;
    error_set(err, E_IO, "cannot make a folder '%s' to work in: %s", work->dir, strerror(errno));
    work->dir[0] = 0;
    return -E_IO;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    remove(path);
    return 0;
}

void work_remove(struct work *work)
{
    if (work->dir[0])
        nftw(work->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    work->dir[0] = 0;
}

const char *work_dir(const struct work *work, unsigned version, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%u", work->dir, version);
    return out;
}

static int add_bodies(const char *dir, const struct script *script, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < script->count && rc == 0; i++) {
        const struct step *step = &script->steps[i];
        char path[PATH_MAX + NAME_MAX + 2];

        if (!step->datafile || !step->body)
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, step->datafile);
        rc = write_file(path, step->body, step->body_bytes, WRITE_FILE_PRIVATE, err);
    }
    return rc;
}

int work_add(struct work *work, const struct script *script, struct error *err)
{
    char dir[PATH_MAX];
    char path[PATH_MAX + 16];
    struct buf text;
    int rc;

    work_dir(work, work->versions, dir);
    snprintf(path, sizeof(path), "%s/script.log", dir);
    buf_init(&text, SCRIPT_MAX);
    if (mkdir(dir, 0700) < 0)
        rc = error_set(err, E_IO, "cannot make the folder '%s': %s", dir, strerror(errno));
    else if (script_write(script, &text) < 0)
        rc = error_nomem(err);
    else
        rc = write_file(path, text.data, text.len, WRITE_FILE_PRIVATE, err);
    buf_release(&text);
    if (rc == 0)
        rc = add_bodies(dir, script, err);
    work->versions += rc == 0;
    return rc;
}

int work_load(const struct work *work, unsigned version, struct script **out, struct error *err)
{
    char dir[PATH_MAX];
    char path[PATH_MAX + 16];

    snprintf(path, sizeof(path), "%s/script.log", work_dir(work, version, dir));
    return script_load(out, path, true, err);
}
