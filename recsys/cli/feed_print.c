#include "cli/feed_print.h"

#include <inttypes.h>

ss_status ss_feed_print(const ss_row_feed *feed, const char *what, ss_status status, const ss_cli *cli, ss_error *error)
{
    const ss_feed_counts *counts = ss_row_feed_counts(feed);
    if (status == SS_E_ARGUMENT || (status != SS_OK && counts->rows == 0))
        return status;
    if (cli->json)
        printf("{\"rows\": %" PRIu64 ", \"stored\": %" PRIu64 ", \"repeated\": %" PRIu64 ", \"refused\": %" PRIu64
               ", \"bad\": %" PRIu64 "}\n",
               counts->rows, counts->stored, counts->repeated, counts->refused, counts->bad);
    else
        printf("%" PRIu64 " %s%s stored, %" PRIu64 " known already, %" PRIu64 " refused, %" PRIu64 " not read\n",
               counts->stored, what, counts->stored == 1 ? "" : "s", counts->repeated, counts->refused, counts->bad);
    return status == SS_OK ? ss_row_feed_verdict(feed, error) : status;
}
