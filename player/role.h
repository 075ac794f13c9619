/* What one kind of user does: a script of the run, made ready to be played.  A run has one, or the
 * several of a mix.  Made before the first session starts, shared by the workers through fork();
 * nothing in it changes afterwards. */
#ifndef STRETTO_PLAYER_ROLE_H
#define STRETTO_PLAYER_ROLE_H

#include "core/dialect.h"
#include "core/maker.h"
#include "core/names.h"
#include "core/script.h"
#include "player/data.h"
#include "player/expect.h"
#include "player/logins.h"
#include "player/options.h"
#include "player/plan.h"

struct request;

struct role {
    const char *path;  /* of the script; lent by the options */
    char *name;        /* in a mix: of its run below the mix's directory */
    char *dir;         /* of its run */
    unsigned number;   /* its place in the run, from 0 */
    size_t first_step; /* steps of the roles before it: numbers a step in the whole run */
    struct script *script;
    const struct dialect *dialect;
    struct plan plan;
    struct makers makers; /* the script's and its dialect's */
    struct names needs;   /* the values that the script uses: others are not kept */
    struct logins logins; /* the secrets among them */
    struct data data;     /* what tables tell */
    size_t thinks_from;   /* the first step behind the page load: gaps from here on are a user's */
    struct expect_sets *sets; /* one a socket of the script */
    /* Per step: the number of its first extraction, counted through the script. */
    size_t *extractions;
    size_t extractions_count;
    struct request *requests; /* per step: where it is the same for every session */
    int *calculations;        /* per step: which calculation it belongs to, or -1 */
};

/* Reads the script at role->path and what it needs; the dialects are there already (dialects_init),
 * and the tables of options->data.  0 or a negative code; owner: role_release(), which takes a
 * zeroed one too. */
int role_init(struct role *role, const struct play_options *options, const struct users *tables,
              struct error *err);
void role_release(struct role *role);

/* How long the session thinks before this step. */
int64_t role_gap_us(const struct role *role, const struct think *think, uint64_t seed, long session,
                    size_t step);
/* How long a session takes where the app answers as fast as when it was recorded. */
int64_t role_length_us(const struct role *role, const struct think *think);

#endif
