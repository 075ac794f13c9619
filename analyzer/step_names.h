/* What a person calls the steps of a script.
 *
 * A wait is called by what caused it and what came of it: "Set: who → plot, table".  It stands
 * at the first step of its calculation; every other step is called as build_step_label() has it
 * ("Set: who" of the send, "Updated: table" of a calculation's second message). */
#ifndef STRETTO_ANALYZER_STEP_NAMES_H
#define STRETTO_ANALYZER_STEP_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct build;

#define STEP_NAME_CAUSES " → " /* between the cause and what came of it */

struct step_name {
    char *label;    /* valid UTF-8, one line, some 300 bytes at most */
    size_t key_len; /* so much of it says which step it is: a wait's cause, without what came of it,
                       which may be another in another build */
    bool waited;    /* a wait begins here */
    uint32_t caused; /* of a send: the step at which the wait begins that it caused; 0: none */
};

/* One a step of the build's script; step_names_free().  0 or -E_NOMEM. */
int step_names_make(struct step_name **out, const struct build *build);
void step_names_free(struct step_name *names, size_t count);

#endif
