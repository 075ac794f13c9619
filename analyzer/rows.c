#include "analyzer/rows.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/lines.h"

static bool is_csv(const char *name)
{
    size_t len = strlen(name);

    return len > 4 && strcmp(name + len - 4, ".csv") == 0;
}

static int add_file(struct row_files *files, const char *run, const char *name, struct error *err)
{
    char **grown = realloc(files->paths, (files->count + 1) * sizeof(*grown));
    char path[PATH_MAX];
    struct stat st;

    if (!grown)
        return error_nomem(err);
    files->paths = grown;
    snprintf(path, sizeof(path), "%.*s/" RUN_SESSIONS "/%s", PATH_MAX - NAME_MAX - 20, run, name);
    files->paths[files->count] = strdup(path);
    if (!files->paths[files->count])
        return error_nomem(err);
    files->count++;
    if (stat(path, &st) == 0)
        files->bytes += (uint64_t)st.st_size;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int row_files_find(struct row_files *files, const char *run, struct error *err)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *dir;
    int rc = 0;

    *files = (struct row_files){0};
    snprintf(path, sizeof(path), "%.*s/" RUN_SESSIONS, PATH_MAX - NAME_MAX - 20, run);
    dir = opendir(path);
    if (!dir)
        return error_set(err, E_IO, "%s: no run is there: its " RUN_SESSIONS "/ cannot be read: %s",
                         run, strerror(errno));
    while (rc == 0 && (entry = readdir(dir)))
        rc = is_csv(entry->d_name) ? add_file(files, run, entry->d_name, err) : 0;
    closedir(dir);
    if (files->count)
        qsort(files->paths, files->count, sizeof(*files->paths), by_name);
    return rc;
}

void row_files_release(struct row_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct row_files){0};
}

/* A '#' line is shinycannon's comment, the header line names the columns: neither is a row. */
static bool is_row(const char *line)
{
    if (*line >= '0' && *line <= '9')
        return true;
    return *line && *line != '#' && strncmp(line, "session_id,", 11) != 0 &&
           strncmp(line, "\"session_id\"", 12) != 0;
}

static int read_line(char *line, struct row_taker *taker)
{
    struct run_phases phases;
    struct run_row row = {0};

    if (!is_row(line))
        return 0;
    if (run_row_parse_phases(&row, &phases, line) < 0) {
        taker->skipped++;
        return 0;
    }
    return taker->take(taker->user, &row);
}

int rows_read(const char *path, struct row_taker *taker, struct error *err)
{
    struct lines lines;
    char *line;
    int rc = lines_open(&lines, path, err);

    if (rc < 0)
        return rc;
    while ((rc = lines_next(&lines, &line, err)) > LINES_END) {
        if (rc == LINES_TORN)
            taker->skipped++;
        else if ((rc = read_line(line, taker)) < 0) {
            rc = rc == -E_NOMEM ? error_nomem(err) : rc;
            break;
        }
    }
    lines_close(&lines);
    return rc;
}
