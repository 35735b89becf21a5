/* feed_print.h: what became of the rows that were sent, for people and as JSON. On stdout. */
#ifndef SS_CLI_FEED_PRINT_H
#define SS_CLI_FEED_PRINT_H

#include "cli/row_feed.h"

/*
 * Prints the counts whatever `status` sending ended with, `what` being the name of one row, and returns that, or the
 * feed's verdict.
 */
ss_status ss_feed_print(const ss_row_feed *feed, const char *what, ss_status status, const ss_cli *cli,
                        ss_error *error);

#endif
