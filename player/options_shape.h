/* The options that give a load its shape: read from their words, checked against each other.
 * Private to options*.c; errors are -E_USAGE or -E_NOMEM. */
#ifndef STRETTO_PLAYER_OPTIONS_SHAPE_H
#define STRETTO_PLAYER_OPTIONS_SHAPE_H

#include "player/options.h"

/* The scripts and the URL, from the operands and --script. */
int options_read_scripts(struct play_options *options, char **operands, int count,
                         struct error *err);
/* All else. */
int options_read_shape(struct play_options *options, struct error *err);
void options_release_shape(struct play_options *options);

#endif
