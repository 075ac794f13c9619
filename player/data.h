/* The tables of --data: what the script calls ${data:NAME} is the column NAME of one of them.  No
 * secrets: a run's rows and traces show them.
 *
 * A placeholder without a coding stands for the value coded as the place wants it: data_place()
 * writes the coding in, once, so that nothing has to look at the place when a session sends. */
#ifndef STRETTO_PLAYER_DATA_H
#define STRETTO_PLAYER_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/names.h"
#include "core/opts.h"
#include "core/script.h"
#include "core/values.h"
#include "player/users.h"

struct data_column {
    const char *name; /* "data:city"; lent by the names */
    const struct users *table;
    size_t column;
};

/* What one script wants of the tables. */
struct data {
    struct data_column *items;
    size_t count;
    bool by_session; /* rows are dealt by session; else by user */
};

/* The tables that are named, one after the other.  0, as users_load(), or -E_NOMEM; tables[count]
 * is the caller's, by data_free_tables(). */
int data_load_tables(struct users **tables, const struct opt_list *files, struct error *err);
void data_free_tables(struct users *tables, size_t count);

/* Finds a column for every name with the prefix.  0, -E_USAGE (columns that are nowhere, all of
 * them named, or in two tables) or -E_NOMEM. */
int data_init(struct data *data, const struct names *names, const struct users *tables,
              const struct opt_list *files, bool by_session, struct error *err);
void data_release(struct data *data);

/* Sets those of this session.  0 or -E_NOMEM. */
int data_fill(const struct data *data, long user, long session, struct values *values);

/* Writes into every ${data:NAME} of the script that has no coding the one of its place: url in a
 * URL; form, json or none in a body, by its type; json in a message's string, json2 in a string
 * inside it.  0 or -E_NOMEM. */
int data_place(struct script *script);

#endif
