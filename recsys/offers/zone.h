/*
 * zone.h: the shop's time zone and when a campaign runs. Time is microseconds UTC; a day of the shop begins at its
 * midnight. Read-only once made; safe from any thread.
 */
#ifndef SS_OFFERS_ZONE_H
#define SS_OFFERS_ZONE_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>

typedef struct ss_zone ss_zone;

/*
 * A name of the time zone database ("Europe/Berlin"), "UTC", or a fixed offset of at most 14:59 ("+02:00"); the last two
 * need no zone files. SS_E_NOT_FOUND: no such zone, or the system's zone files are missing; SS_E_NOMEM. Caller owns the
 * result.
 */
ss_status ss_zone_new(const char *name, ss_zone **zone, ss_error *error);
void ss_zone_free(ss_zone **zone);

/* As it was called, or as the same zone is called otherwise. Borrowed: valid as long as the zone. */
const char *ss_zone_name(const ss_zone *zone);

typedef struct ss_local_time {
    int32_t day;     /* days since 1970-01-01 of the local calendar */
    int32_t weekday; /* 0: Monday */
    int32_t second;  /* of the day, by the local clock */
} ss_local_time;
ss_local_time ss_zone_local(const ss_zone *zone, int64_t now);

/*
 * The first instant at which the shop's clock shows `local` (microseconds since its own 1970-01-01T00:00); where the
 * clock is put forward over it, the instant at which that happens. Within the years 1900 to 2200.
 */
int64_t ss_zone_instant(const ss_zone *zone, int64_t local);

typedef struct ss_schedule {
    int64_t from, until; /* microseconds UTC, from <= t < until; INT64_MIN, INT64_MAX: open */
    uint32_t weekdays;   /* bits 1u << weekday; 0: any */
    int32_t begins,
        ends; /* seconds of the day, begins <= t < ends; over midnight where ends < begins; equal: all day */
} ss_schedule;

/* Does it run? What runs over midnight belongs to the weekday on which it began. */
bool ss_schedule_runs(const ss_schedule *schedule, const ss_zone *zone, int64_t now);

#endif
