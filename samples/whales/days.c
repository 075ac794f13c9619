#include "samples/whales/days.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_log(const char *name)
{
    static const char shape[] = "0000-00-00.csv.gz";

    if (strlen(name) != strlen(shape))
        return false;
    for (size_t i = 0; shape[i]; i++) {
        if (shape[i] == '0' ? name[i] < '0' || name[i] > '9' : name[i] != shape[i])
            return false;
    }
    return true;
}

static int add(struct days *d, const char *name)
{
    char(*names)[11] = realloc(d->names, (d->count + 1) * sizeof(*names));

    if (!names)
        return -E_NOMEM;
    d->names = names;
    memcpy(names[d->count], name, 10);
    names[d->count++][10] = 0;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int days_find(struct days *out, const char *dir, struct error *err)
{
    DIR *entries = opendir(dir);
    const struct dirent *entry;
    int rc = 0;

    *out = (struct days){.dir = dir};
    if (!entries)
        return error_set(err, E_IO, "cannot open the directory of logs %s: %s", dir,
                         strerror(errno));
    while (rc == 0 && (entry = readdir(entries))) {
        if (is_log(entry->d_name))
            rc = add(out, entry->d_name);
    }
    closedir(entries);
    if (rc < 0) {
        days_release(out);
        return error_nomem(err);
    }
    if (!out->count)
        return error_set(err, E_IO, "no logs in %s: make some with make_log, as 2024-05-14.csv.gz",
                         dir);
    qsort(out->names, out->count, sizeof(*out->names), by_name);
    return 0;
}

void days_release(struct days *d)
{
    free(d->names);
    d->names = NULL;
    d->count = 0;
}

int days_path(const struct days *d, const char *day, char *path, size_t size, struct error *err)
{
    if (!bsearch(day, d->names, d->count, sizeof(*d->names), by_name))
        return error_set(err, E_MISMATCH, "There is no log of %s", day[0] ? day : "no day");
    snprintf(path, size, "%s/%s.csv.gz", d->dir, day);
    return 0;
}
