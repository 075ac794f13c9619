#include "analyzer/bigfile.h"

#include <stdlib.h>
#include <string.h>

#define ROOM (256 * 1024)
#define NUMBER_MOST 20 /* characters of a 64 bit number with its sign */

int bigfile_open(struct bigfile *file, const char *path, struct error *err)
{
    int rc;

    *file = (struct bigfile){.data = malloc(ROOM)};
    if (!file->data)
        return error_nomem(err);
    rc = outfile_open(&file->out, path, err);
    if (rc < 0) {
        free(file->data);
        file->data = NULL;
    }
    return rc;
}

static void pass_on(struct bigfile *file)
{
    file->failed = file->failed || !outfile_write(&file->out, file->data, file->len);
    file->len = 0;
}

void bigfile_add(struct bigfile *file, const void *data, size_t len)
{
    const char *from = data;

    while (len > ROOM - file->len) {
        size_t part = ROOM - file->len;

        memcpy(file->data + file->len, from, part);
        file->len += part;
        pass_on(file);
        from += part;
        len -= part;
    }
    memcpy(file->data + file->len, from, len);
    file->len += len;
}

void bigfile_adds(struct bigfile *file, const char *text)
{
    bigfile_add(file, text, strlen(text));
}

void bigfile_number(struct bigfile *file, int64_t number)
{
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char text[NUMBER_MOST];
    char *at = text + NUMBER_MOST;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        *--at = '-';
    bigfile_add(file, at, (size_t)(text + NUMBER_MOST - at));
}

int bigfile_close(struct bigfile *file, bool give_up, struct error *err)
{
    pass_on(file);
    free(file->data);
    file->data = NULL;
    return outfile_close(&file->out, give_up || file->failed, err);
}
