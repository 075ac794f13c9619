#include "player/leaving.h"

int64_t leaving_wake_us(const struct leaving *l)
{
    if (!l->answered)
        return l->start_us + l->patience_us;
    return l->start_us + l->length_us + (l->until ? l->patience_us : 0);
}

enum leaving_say leaving_decide(const struct leaving *l, int64_t now_us)
{
    bool due = now_us >= leaving_wake_us(l);

    if (l->answered && l->until && l->marked)
        return LEAVING_GO;
    if (!due)
        return LEAVING_STAY;
    if (!l->answered || l->until)
        return LEAVING_MISSING;
    return l->alone ? LEAVING_GO : LEAVING_STAY;
}
