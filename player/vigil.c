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

/* Is there a change to tell, and was the last one long enough ago?  Being behind is told of a
 * second that was late. */
static enum vigil_says tell_lateness(struct vigil *v, bool late, int64_t now_us)
{
    if (v->behind == v->told_behind || v->behind != late ||
        (v->told_us && now_us - v->told_us < VIGIL_QUIET_US))
        return VIGIL_NOTHING;
    v->told_behind = v->behind;
    v->told_us = now_us;
    return v->behind ? VIGIL_BEHIND : VIGIL_KEEPS_UP;
}

enum vigil_says vigil_lateness(struct vigil *v, uint64_t actions, int64_t late_p99_us,
                               int64_t now_us)
{
    bool late = late_p99_us > AUDIT_LATE_US;

    if (actions < AUDIT_ACTIONS) /* of so few one knows neither */
        return VIGIL_NOTHING;
    if (late) {
        if (!v->behind && !v->told_behind)
            v->behind_since_us = now_us - US_PER_S;
        v->behind = true;
        v->behind_until_us = now_us;
    } else if (v->behind && now_us - v->behind_until_us >= VIGIL_STRETCH_US) {
        v->behind = false;
    }
    return tell_lateness(v, late, now_us);
}
