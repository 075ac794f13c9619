/* Which steps a user waits for, what each wait is called, and where page load ends.
 * Pure; shared by the player's live numbers and the analyzer, so that both mean the same. */
#ifndef STRETTO_CORE_WAIT_H
#define STRETTO_CORE_WAIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/script.h"

/* A browser that asks for nothing for this long has finished its page. */
#define WAIT_BURST_GAP_US INT64_C(1000000)

/* In the order of the story, which is the order of the legend. */
enum wait_kind {
    WAIT_HOME,  /* the homepage */
    WAIT_ASSET, /* scripts, styles, posts */
    WAIT_START, /* session start: handshake, info, token, config */
    WAIT_CALC,  /* calculation */
    WAIT_KINDS,
    WAIT_NONE = WAIT_KINDS, /* nobody waits: sends and closes */
};

/* "homepage", "scripts and styles", "session start", "calculation". */
const char *wait_kind_name(enum wait_kind kind);

/* An answer that the browser left without having waited for anything in it: a heartbeat's stream, a
 * long poll.  Nobody waits for its end, and no page load does. */
bool step_is_in_background(const struct step *step);

/* A script, a style, a picture, a font, by its name's ending. */
bool url_names_asset(const char *url);

/* A picture, a font, by its name's ending: what a browser shows and reads nothing in. */
bool step_is_picture(const struct step *step);

/* What the user waits for in step i. */
enum wait_kind wait_of_step(const struct script *script, size_t i);

/* Page load is over when all steps 0..script_page_load_last() of these have ended: only the first
 * WS_OPEN where the script has one (then *only_last is true), else every request of the first
 * burst, which ends where the browser was quiet for a second. */
size_t script_page_load_last(const struct script *script, bool *only_last);

/* One calculation is the wait from a send until it is settled.  Gives the steps of one script as
 * groups: out[i] is the number of the calculation that step i belongs to, or -1; returns how many.
 * Consecutive receives on one socket without a send between them form one; a send that only begins
 * a message (step->partial) asks for nothing yet. */
size_t script_calculations(const struct script *script, int *out);

#endif
