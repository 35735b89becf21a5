#include "offers/zone.h"

#include "base/timestamp.h"
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_SECONDS  86400
#define ZONE_FILES   "/usr/share/zoneinfo"
#define ZONE_NAME    64u
#define OFFSET_HOURS 14

struct ss_zone {
    GTimeZone *rules;
};

/* ---- names ---- */

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* "+HH:MM" or "-HH:MM" */
static bool is_offset(const char *name)
{
    if ((name[0] != '+' && name[0] != '-') || strlen(name) != 6 || name[3] != ':')
        return false;
    for (int i = 1; i < 6; i++)
        if (i != 3 && !is_digit(name[i]))
            return false;
    return (name[1] - '0') * 10 + name[2] - '0' <= OFFSET_HOURS && name[4] < '6';
}

/* Letters, digits and "_+-/", a letter first: no way out of the folder of zone files. */
static bool is_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > ZONE_NAME)
        return false;
    for (size_t i = 0; i < size; i++) {
        bool letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
        if (!letter && (i == 0 || (!is_digit(name[i]) && !strchr("_+-/", name[i]))))
            return false;
    }
    return true;
}

/* GLib complains on standard error of what is no zone file, and takes "UTC+2" for a rule: so they are looked for here. */
static bool has_file(const char *name)
{
    char path[512], magic[4];
    const char *folder = getenv("TZDIR");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : ZONE_FILES, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool good = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return good;
}

static bool is_known(const char *name)
{
    return strcmp(name, "UTC") == 0 || is_offset(name) || (is_name(name) && has_file(name));
}

ss_status ss_zone_new(const char *name, ss_zone **zone, ss_error *error)
{
    GTimeZone *rules = is_known(name) ? g_time_zone_new_identifier(name) : NULL;
    if (!rules) {
        ss_error_set(error, SS_E_NOT_FOUND, "no such time zone, or the system's zone files (tzdata) are missing");
        ss_error_found(error, name, strlen(name), "a name such as Europe/Berlin, UTC or an offset such as +02:00");
        return SS_E_NOT_FOUND;
    }
    ss_zone *new = calloc(1, sizeof *new);
    if (!new) {
        g_time_zone_unref(rules);
        return ss_error_nomem(error);
    }
    new->rules = rules;
    *zone = new;
    return SS_OK;
}

void ss_zone_free(ss_zone **zone)
{
    ss_zone *old = *zone;
    *zone = NULL;
    if (!old)
        return;
    g_time_zone_unref(old->rules);
    free(old);
}

const char *ss_zone_name(const ss_zone *zone)
{
    return g_time_zone_get_identifier(zone->rules);
}

/* ---- clocks ---- */

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static int64_t local_second(const ss_zone *zone, int64_t second)
{
    gint interval = g_time_zone_find_interval(zone->rules, G_TIME_TYPE_UNIVERSAL, second);
    return second + g_time_zone_get_offset(zone->rules, interval);
}

ss_local_time ss_zone_local(const ss_zone *zone, int64_t now)
{
    int64_t local = local_second(zone, floor_div(now, SS_SECOND));
    int64_t day = floor_div(local, DAY_SECONDS);
    int64_t weekday = (day % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday */
    return (ss_local_time){(int32_t)day, (int32_t)weekday, (int32_t)(local - day * DAY_SECONDS)};
}

/* As the clock of `type` has it, where there are two. In a gap GLib goes on to what comes after it. */
static int64_t instant_of(const ss_zone *zone, GTimeType type, int64_t local)
{
    gint64 second = local;
    gint interval = g_time_zone_adjust_time(zone->rules, type, &second);
    return second - g_time_zone_get_offset(zone->rules, interval);
}

int64_t ss_zone_instant(const ss_zone *zone, int64_t local)
{
    int64_t second = floor_div(local, SS_SECOND);
    int64_t standard = instant_of(zone, G_TIME_TYPE_STANDARD, second);
    int64_t daylight = instant_of(zone, G_TIME_TYPE_DAYLIGHT, second);
    int64_t first = standard < daylight ? standard : daylight;
    bool gap = local_second(zone, first) != second;
    return first * SS_SECOND + (gap ? 0 : local - second * SS_SECOND);
}

/* ---- schedules ---- */

bool ss_schedule_runs(const ss_schedule *schedule, const ss_zone *zone, int64_t now)
{
    if (now < schedule->from || now >= schedule->until)
        return false;
    if (schedule->weekdays == 0 && schedule->begins == schedule->ends)
        return true;
    ss_local_time local = ss_zone_local(zone, now);
    bool over_midnight = schedule->ends < schedule->begins;
    bool since_yesterday = over_midnight && local.second < schedule->ends;
    bool on_time = schedule->begins == schedule->ends || since_yesterday ||
                   (local.second >= schedule->begins && (over_midnight || local.second < schedule->ends));
    int32_t weekday = since_yesterday ? (local.weekday + 6) % 7 : local.weekday;
    return on_time && (schedule->weekdays == 0 || schedule->weekdays & 1u << weekday);
}
