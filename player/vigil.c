#include "player/vigil.h"

#include "player/audit.h"

enum vigil_says vigil_beat(struct vigil *v, int64_t beat_us, int64_t now_us, int64_t patience_us)
{
    int64_t still_us = now_us - beat_us;

    if (still_us < VIGIL_HANG_US) {
        if (!v->hangs)
            return VIGIL_NOTHING;
        v->hangs = false;
        return VIGIL_MOVES;
    }
    v->still_us = still_us;
    if (!v->hangs) {
        v->hangs = true;
        return VIGIL_HANGS;
    }
    if (v->ended || still_us < patience_us)
        return VIGIL_NOTHING;
    v->ended = true;
    return VIGIL_END;
}

enum vigil_says vigil_lateness(struct vigil *v, uint64_t actions, int64_t late_p99_us,
                               int64_t now_us)
{
    /* Of too few actions one knows neither. */
    if (actions < AUDIT_ACTIONS || v->behind == (late_p99_us > AUDIT_LATE_US))
        return VIGIL_NOTHING;
    v->behind = !v->behind;
    if (!v->behind)
        return VIGIL_KEEPS_UP;
    v->behind_since_us = now_us;
    return VIGIL_BEHIND;
}
