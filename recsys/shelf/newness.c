#include "shelf/newness.h"

#include "base/timestamp.h"

ss_new_walk ss_new_begin(const ss_catalogue *catalogue, int64_t now, int64_t days)
{
    return (ss_new_walk){.catalogue = catalogue, .now = now, .window = days * SS_DAY};
}

bool ss_new_next(ss_new_walk *walk, uint32_t *item, float *score)
{
    ss_arrival next;
    while (ss_catalogue_next_arrival(walk->catalogue, &walk->at, &next)) {
        *item = next.item;
        *score = 0;
        if (next.time == SS_NO_TIME)
            return true;
        if (walk->now == SS_NO_TIME)
            walk->now = next.time;
        double age = (double)walk->now - (double)next.time, share = 1 - age / (double)walk->window;
        if (age >= 0 && share > 0) {
            *score = (float)share;
            return true;
        }
        if (age >= 0)
            ss_catalogue_skip_dated(walk->catalogue, &walk->at);
    }
    return false;
}
