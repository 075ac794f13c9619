#include "player/data.h"

#include <stdlib.h>
#include <string.h>

static bool is_data(const char *name)
{
    return strncmp(name, DATA_PREFIX, strlen(DATA_PREFIX)) == 0;
}

int data_load_tables(struct users **tables, const struct opt_list *files, struct error *err)
{
    int rc = 0;

    *tables = calloc(files->count + 1, sizeof(**tables));
    if (!*tables)
        return error_nomem(err);
    for (size_t i = 0; i < files->count && rc == 0; i++)
        rc = users_load(&(*tables)[i], files->items[i], err);
    return rc;
}

void data_free_tables(struct users *tables, size_t count)
{
    for (size_t i = 0; tables && i < count; i++)
        users_release(&tables[i]);
    free(tables);
}

static int find(struct data_column *d, const struct users *tables, const struct opt_list *files,
                struct error *err)
{
    const char *name = d->name + strlen(DATA_PREFIX);
    size_t first = 0;

    for (size_t i = 0; i < files->count; i++) {
        size_t column;

        if (!users_column(&tables[i], name, &column))
            continue;
        if (d->table)
            return error_set(err, E_USAGE,
                             "the script needs the column '%s', and both %s and %s have one", name,
                             files->items[first], files->items[i]);
        first = i;
        d->table = &tables[i];
        d->column = column;
    }
    return 0;
}

static int say_missing(const struct buf *names, size_t count, bool tables, struct error *err)
{
    const char *s = count == 1 ? "" : "s";

    if (!tables)
        return error_set(err, E_USAGE,
                         "the script needs the data column%s %.300s: give --data FILE.csv with "
                         "%s",
                         s, names->data, count == 1 ? "it" : "them");
    return error_set(err, E_USAGE,
                     "the script needs the data column%s %.300s, and no --data has %s", s,
                     names->data, count == 1 ? "it" : "them");
}

int data_init(struct data *data, const struct names *names, const struct users *tables,
              const struct opt_list *files, bool by_session, struct error *err)
{
    struct buf missing;
    size_t count = 0;
    int rc = 0;

    *data = (struct data){.by_session = by_session};
    data->items = calloc(names->count + 1, sizeof(*data->items));
    if (!data->items)
        return error_nomem(err);
    buf_init(&missing, 65536);
    for (size_t i = 0; i < names->count && rc == 0; i++) {
        struct data_column *d = &data->items[data->count];

        if (!is_data(names->items[i]))
            continue;
        data->count++;
        d->name = names->items[i];
        rc = find(d, tables, files, err);
        if (rc == 0 && !d->table)
            buf_addf(&missing, "%s%s", count++ ? ", " : "", d->name + strlen(DATA_PREFIX));
    }
    if (rc == 0 && missing.failed)
        rc = error_nomem(err);
    else if (rc == 0 && count)
        rc = say_missing(&missing, count, files->count, err);
    buf_release(&missing);
    if (rc < 0)
        data_release(data);
    return rc;
}

void data_release(struct data *data)
{
    free(data->items);
    *data = (struct data){0};
}

int data_fill(const struct data *data, long user, long session, struct values *values)
{
    for (size_t i = 0; i < data->count; i++) {
        const struct data_column *d = &data->items[i];
        const char *cell = users_cell(d->table, data->by_session ? session : user, d->column);

        if (values_set(values, d->name, cell) < 0)
            return -E_NOMEM;
    }
    return 0;
}
