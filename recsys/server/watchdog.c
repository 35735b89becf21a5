#include "server/watchdog.h"

#include "base/clock.h"

#define LOOKS 4 /* within the time after which silence counts as stuck */

#define MILLISECOND INT64_C(1000000)

void ss_watchdog_init(ss_watchdog *watchdog, int64_t patience, int64_t now)
{
    *watchdog = (ss_watchdog){.interval = patience / LOOKS, .due = now};
}

void ss_watchdog_follow(ss_watchdog *watchdog, const ss_counter *rounds)
{
    watchdog->watched[watchdog->count].rounds = rounds;
    watchdog->watched[watchdog->count++].seen = ss_counted(rounds);
}

bool ss_watchdog_look(ss_watchdog *watchdog, int64_t now)
{
    watchdog->due = now + watchdog->interval;
    for (size_t i = 0; i < watchdog->count; i++)
        if (ss_counted(watchdog->watched[i].rounds) == watchdog->watched[i].seen)
            return false;
    for (size_t i = 0; i < watchdog->count; i++)
        watchdog->watched[i].seen = ss_counted(watchdog->watched[i].rounds);
    return true;
}

long ss_watchdog_timeout(const ss_watchdog *watchdog, long timeout)
{
    if (watchdog->interval == 0)
        return timeout;
    int64_t now = ss_clock_monotonic();
    int64_t left = watchdog->due > now ? (watchdog->due - now + MILLISECOND - 1) / MILLISECOND : 0;
    return timeout >= 0 && timeout < left ? timeout : (long)left;
}
