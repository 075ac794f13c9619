/* One line of a script, into a step.  Private to script.c; the fuzz target uses it too. */
#ifndef STRETTO_CORE_SCRIPT_LINE_H
#define STRETTO_CORE_SCRIPT_LINE_H

#include "core/arena.h"
#include "core/script.h"

/* begin_us and end_us are UTC since 1970 here.  Strings go to the arena.
 * 0, -E_FORMAT with what is wrong (the caller adds file and line), or -E_NOMEM. */
int step_parse(struct step *step, struct arena *arena, const char *line, size_t len,
               struct error *err);

#endif
