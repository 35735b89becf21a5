#include "base/progress.h"

#include "base/clock.h"

#include <stddef.h>

#define REPORT_EVERY INT64_C(100000000) /* ten times a second */

bool ss_progress_tell(ss_progress_sink *sink, const ss_progress *progress)
{
    if (!sink || !sink->report)
        return true;
    if (progress->finished) {
        sink->next = 0; /* the phase that follows reports at once */
        return sink->report(sink->context, progress);
    }
    int64_t now = ss_clock_monotonic();
    if (now < sink->next)
        return true;
    sink->next = now + REPORT_EVERY;
    return sink->report(sink->context, progress);
}
