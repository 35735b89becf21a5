/*
 * dump_zone: what a zone makes of times, for tests that know time zones by other means: `dump_zone ZONE`, with one time
 * a line on standard input: microseconds UTC, answered by `DAY WEEKDAY SECOND`; after `@` microseconds of the local
 * clock, answered by the instant.
 */
#include "offers/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void answer(const ss_zone *zone, const char *line)
{
    if (*line == '@') {
        printf("%" PRId64 "\n", ss_zone_instant(zone, strtoll(line + 1, NULL, 10)));
        return;
    }
    ss_local_time local = ss_zone_local(zone, strtoll(line, NULL, 10));
    printf("%d %d %d\n", local.day, local.weekday, local.second);
}

int main(int argc, char **argv)
{
    char line[64];
    ss_zone *zone = NULL;
    if (argc != 2 || ss_zone_new(argv[1], &zone, NULL) != SS_OK)
        return 1;
    while (fgets(line, sizeof line, stdin))
        answer(zone, line);
    ss_zone_free(&zone);
    return 0;
}
