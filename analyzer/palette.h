/* The colours of all charts, and their names in the SVG: the page of the report gives the classes
 * other colours in the dark.  Chosen to stay apart for those who see no red or green, and in grey.
 */
#ifndef STRETTO_ANALYZER_PALETTE_H
#define STRETTO_ANALYZER_PALETTE_H

#include <stddef.h>
#include <stdint.h>

#include "core/wait.h"

#define INK 0x1f2933
#define INK_SOFT 0x52606d
#define INK_WARN 0xb23b00
#define GRID 0xe4e7eb
#define PAPER 0xffffff
#define LIFE 0xedf0f4      /* a session's whole time, behind its waits */
#define LIMIT 0xe8b100     /* the mark line */
#define LIMIT_INK 0x7a5c00 /* its label */

/* Red homepage, pink scripts and styles, green start, blue calculation: dark, light, and two
 * between. */
uint32_t wait_colour(enum wait_kind kind);
/* "wait home" */
const char *wait_class(enum wait_kind kind);
/* Of a wait whose end never came: "wait home unanswered". */
const char *wait_open_class(enum wait_kind kind);

/* The colour of build 0, 1, ... where several share one panel; they come again after BUILD_COLOURS.
 */
#define BUILD_COLOURS 8
uint32_t build_colour(size_t build);
/* "build b0" */
const char *build_class(size_t build);

/* What happened a second, in the chart of throughput. */
#define FLOW_STARTED_RGB 0x9fb0c3
#define FLOW_FINISHED_RGB 0x14724f
#define FLOW_FAILED_RGB 0xc8102e
#define FLOW_REQUESTS_RGB 0xc2557a
#define FLOW_MESSAGES_RGB 0x2f6fb8
#define FLOW_ACTIVE_RGB 0x7d8ea3

/* How many sessions were active: from few (level 0: pale; share 0) to many (dark; share 1). */
#define CROWD_LEVELS 6
size_t crowd_level(double share);
uint32_t crowd_level_colour(size_t level);
/* "crowd c0" */
const char *crowd_class(size_t level);

#endif
