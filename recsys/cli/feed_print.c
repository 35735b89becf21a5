#include "cli/feed_print.h"

#include <inttypes.h>

static void print_count(uint64_t count, const char *what)
{
    if (count > 0)
        printf(", %" PRIu64 " %s", count, what);
}

static void print_counts(const ss_feed_counts *counts, const char *what)
{
    printf("%" PRIu64 " %s%s stored", counts->stored, what, counts->stored == 1 ? "" : "s");
    print_count(counts->repeated, "known already");
    print_count(counts->refused, "refused");
    print_count(counts->bad, "not read");
    putchar('\n');
    if (counts->unknown == 1)
        puts("an item that the generation does not know: it is shown once it has a name");
    else if (counts->unknown > 1)
        printf("%" PRIu64 " items that the generation does not know: they are shown once they have names\n",
               counts->unknown);
}

ss_status ss_feed_print(const ss_row_feed *feed, const char *what, ss_status status, const ss_cli *cli, ss_error *error)
{
    const ss_feed_counts *counts = ss_row_feed_counts(feed);
    if (status == SS_E_ARGUMENT || (status != SS_OK && counts->rows == 0))
        return status;
    if (cli->json)
        printf("{\"rows\": %" PRIu64 ", \"stored\": %" PRIu64 ", \"repeated\": %" PRIu64 ", \"refused\": %" PRIu64
               ", \"bad\": %" PRIu64 ", \"unknown\": %" PRIu64 "}\n",
               counts->rows, counts->stored, counts->repeated, counts->refused, counts->bad, counts->unknown);
    else
        print_counts(counts, what);
    return status == SS_OK ? ss_row_feed_verdict(feed, error) : status;
}
