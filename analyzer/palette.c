#include "analyzer/palette.h"

#include <math.h>

static const struct {
    uint32_t rgb;
    const char *class;
    const char *open_class; /* of a wait whose end never came */
} kinds[] = {
    [WAIT_HOME] = {0xc8102e, "wait home", "wait home unanswered"},
    [WAIT_ASSET] = {0xf4a3b8, "wait asset", "wait asset unanswered"},
    [WAIT_START] = {0x2fa874, "wait start", "wait start unanswered"},
    [WAIT_CALC] = {0x3f84cf, "wait calc", "wait calc unanswered"},
};

uint32_t wait_colour(enum wait_kind kind)
{
    return kinds[kind].rgb;
}

const char *wait_class(enum wait_kind kind)
{
    return kinds[kind].class;
}

const char *wait_open_class(enum wait_kind kind)
{
    return kinds[kind].open_class;
}

/* Okabe and Ito's, its yellow left out (it vanishes on white), darker where lines are thin. */
static const struct {
    uint32_t rgb;
    const char *class;
} builds[BUILD_COLOURS] = {
    {0xd55e00, "build b0"}, {0x0072b2, "build b1"}, {0x009e73, "build b2"}, {0xa3457f, "build b3"},
    {0xc98a00, "build b4"}, {0x3b3b3b, "build b5"}, {0x2f8fc4, "build b6"}, {0x7f6a00, "build b7"},
};

uint32_t build_colour(size_t build)
{
    return builds[build % BUILD_COLOURS].rgb;
}

const char *build_class(size_t build)
{
    return builds[build % BUILD_COLOURS].class;
}

size_t crowd_level(double share)
{
    return (size_t)fmin(fmax(share, 0) * CROWD_LEVELS, CROWD_LEVELS - 1);
}

uint32_t crowd_level_colour(size_t level)
{
    /* Cividis, without its palest part: even in grey more is darker. */
    static const uint32_t colours[CROWD_LEVELS] = {0xd8c860, 0xb4a76f, 0x928b77,
                                                   0x707075, 0x4a576b, 0x0a2f62};

    return colours[level < CROWD_LEVELS ? level : CROWD_LEVELS - 1];
}

const char *crowd_class(size_t level)
{
    static const char *const classes[CROWD_LEVELS] = {"crowd c0", "crowd c1", "crowd c2",
                                                      "crowd c3", "crowd c4", "crowd c5"};

    return classes[level < CROWD_LEVELS ? level : CROWD_LEVELS - 1];
}
