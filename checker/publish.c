#include "checker/publish.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/work.h"
#include "core/write_file.h"

#define TEXT_MAX ((size_t)1 << 30)
#define NAMES_MAX 10000

static void folder_of(const char *path, char out[PATH_MAX])
{
    char copy[PATH_MAX];

    snprintf(copy, sizeof(copy), "%s", path);
    snprintf(out, PATH_MAX, "%s", dirname(copy));
}

static const struct step *same_step(const struct script *script, const struct step *step)
{
    for (size_t i = 0; i < script->count; i++) {
        if (script->steps[i].ordinal == step->ordinal)
            return &script->steps[i];
    }
    return NULL;
}

static bool is_changed(const struct step *old, const struct step *now)
{
    return !old || old->body_bytes != now->body_bytes ||
           memcmp(old->body ? old->body : "", now->body ? now->body : "", now->body_bytes) != 0;
}

/* "session.log.post.3.fixed": a name that nothing has in this folder. */
static int fresh_body(struct script *now, struct step *step, const char *folder)
{
    char path[PATH_MAX + NAME_MAX + 32];
    char name[NAME_MAX + 32];
    char *copy;

    for (unsigned n = 1; n < NAMES_MAX; n++) {
        snprintf(name, sizeof(name), "%s.fixed", step->datafile);
        if (n > 1)
            snprintf(name, sizeof(name), "%s.fixed.%u", step->datafile, n);
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        if (access(path, F_OK) < 0)
            break;
    }
    copy = arena_copy(&now->owned, name, strlen(name));
    if (!copy)
        return -E_NOMEM;
    step->datafile = copy;
    return 0;
}

static int put_body(const struct step *step, const char *folder, struct error *err)
{
    char path[PATH_MAX + NAME_MAX + 2];

    snprintf(path, sizeof(path), "%s/%s", folder, step->datafile);
    return write_file(path, step->body, step->body_bytes, WRITE_FILE_PUBLIC, err);
}

static int put_bodies(const struct script *given, struct script *now, const char *folder,
                      bool elsewhere, struct error *err)
{
    int rc = 0;

    for (size_t i = 0; i < now->count && rc == 0; i++) {
        struct step *step = &now->steps[i];
        bool changed;

        if (!step->datafile || !step->body)
            continue;
        changed = is_changed(same_step(given, step), step);
        if (changed && fresh_body(now, step, folder) < 0)
            return error_nomem(err);
        if (changed || elsewhere)
            rc = put_body(step, folder, err);
    }
    return rc;
}

/* A second name for the old script; the first one is free to be replaced then. */
static int keep_old(const char *path, char *kept, size_t size, struct error *err)
{
    for (unsigned n = 1; n < NAMES_MAX; n++) {
        if (n == 1)
            snprintf(kept, size, "%s.orig", path);
        else
            snprintf(kept, size, "%s.orig.%u", path, n);
        if (link(path, kept) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return error_set(err, E_IO, "cannot keep '%s' as '%s': %s", path, kept, strerror(errno));
}

static int copy_trace(const char *path, const char *output, struct error *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    struct buf text;
    int rc = 0;

    snprintf(from, sizeof(from), "%s.trace", path);
    snprintf(to, sizeof(to), "%s.trace", output);
    buf_init(&text, TEXT_MAX);
    if (access(from, R_OK) == 0 && buf_add_file(&text, from) == 0)
        rc = write_file(to, text.data ? text.data : "", text.len, WRITE_FILE_PRIVATE, err);
    buf_release(&text);
    return rc;
}

int publish(const struct script *given, const char *path, struct script *now, const char *output,
            char *kept, size_t kept_size, struct error *err)
{
    char folder[PATH_MAX];
    char old_folder[PATH_MAX];
    struct buf text;
    int rc;

    kept[0] = 0;
    folder_of(output ? output : path, folder);
    folder_of(path, old_folder);
    rc = put_bodies(given, now, folder, strcmp(folder, old_folder) != 0, err);
    buf_init(&text, TEXT_MAX);
    if (rc == 0 && script_write(now, &text) < 0)
        rc = error_nomem(err);
    if (rc == 0 && !output)
        rc = keep_old(path, kept, kept_size, err);
    if (rc == 0)
        rc = write_file(output ? output : path, text.data, text.len, WRITE_FILE_PUBLIC, err);
    if (rc == 0 && output)
        rc = copy_trace(path, output, err);
    buf_release(&text);
    return rc;
}
