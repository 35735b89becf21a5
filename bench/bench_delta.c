/*
 * bench_delta: how long it takes to fold a day's events into a generation: the rows of a log become the events of a store
 * (whose current generation was trained before them), then one delta.
 *
 * Usage: bench_delta STORE LOG THREADS. LOG: CSV with the columns of `smartshelf simulate`. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/timestamp.h"
#include "job/delta.h"
#include "measure.h"
#include "state/event_store.h"

#include <string.h>

#define BATCH 10000u

typedef struct loader {
    ss_event_store *events;
    ss_row_source *rows;
    ss_live_event batch[BATCH];
    char texts[BATCH][3][64];
    ss_event_result results[BATCH];
    size_t count;
    uint64_t all;
} loader;

/* order_id, customer_id, item_id, quantity, unit_price, timestamp */
static void take(loader *of, const ss_row *row)
{
    static const ss_event_text texts[] = {SS_TEXT_ORDER_ID, SS_TEXT_CUSTOMER_ID, SS_TEXT_ITEM_ID};
    ss_live_event *event = &of->batch[of->count];
    char number[32];
    *event = (ss_live_event){.event = SS_EVENT_PURCHASE, .unit_price = SS_NO_MONEY, .time = SS_NO_TIME};
    for (unsigned t = 0; t < 3; t++) {
        snprintf(of->texts[of->count][t], 64, "%.*s", (int)row->fields[t].size, row->fields[t].data);
        event->texts[texts[t]] = ss_slice_of(of->texts[of->count][t]);
    }
    snprintf(number, sizeof number, "%.*s", (int)row->fields[3].size, row->fields[3].data);
    event->quantity = strtof(number, NULL);
    of->count++;
}

static ss_status append(loader *of, ss_error *error)
{
    ss_status status =
        ss_event_store_append(of->events, of->batch, of->count, ss_clock_now(), SS_RELAXED, of->results, error);
    of->all += of->count;
    of->count = 0;
    return status;
}

static ss_status load(loader *of, ss_error *error)
{
    for (ss_row row;;) {
        ss_status status = of->rows->next(of->rows, &row, error);
        if (status != SS_OK || row.kind == SS_ROW_END)
            return status == SS_OK && of->count > 0 ? append(of, error) : status;
        if (row.kind == SS_ROW_FIELDS)
            take(of, &row);
        if (of->count == BATCH)
            status = append(of, error);
        if (status != SS_OK)
            return status;
    }
}

static ss_status load_events(const char *store, const char *log, uint64_t *count, ss_error *error)
{
    static loader of;
    ss_environment *environment = NULL;
    const ss_event_store_options options = ss_event_store_defaults();
    ss_status status;
    SS_TRY(ss_environment_open(store, UINT64_C(1) << 33, &environment, error));
    SS_TRY(ss_event_store_open(environment, &options, &of.events, error));
    SS_TRY(ss_row_source_open_files(&log, 1, &of.rows, error));
    SS_TRY(load(&of, error));
    SS_TRY(ss_environment_sync(environment, error));
    *count = of.all;
out:
    ss_row_source_close(&of.rows);
    ss_event_store_close(&of.events);
    ss_environment_close(&environment);
    return status;
}

int main(int argc, char **argv)
{
    const ss_input_options input = {.log = {.max_bad_rows = 0.01}};
    ss_delta_report of;
    ss_error error = {0};
    uint64_t events = 0;
    if (argc != 4)
        return fputs("usage: bench_delta STORE LOG THREADS\n", stderr), 2;
    if (load_events(argv[1], argv[2], &events, &error) != SS_OK)
        return bench_fail("bench_delta", &error);
    int64_t start = ss_clock_monotonic();
    if (ss_delta(argv[1], &input, NULL, ss_clock_now(), atoi(argv[3]), NULL, &of, &error) != SS_OK)
        return bench_fail("bench_delta", &error);
    printf(
        "delta_events %llu events\ndelta_folded %llu rows\ndelta_seconds %.2f s\ndelta_read %.2f s\ndelta_fold %.2f s\n"
        "delta_cooccurrence %.2f s\ndelta_models %.2f s\ndelta_publish %.2f s\n",
        (unsigned long long)events, (unsigned long long)of.folded, (double)(ss_clock_monotonic() - start) / 1e9,
        of.seconds_read, of.seconds_fold, of.seconds_cooccurrence, of.seconds_models, of.seconds_publish);
    return 0;
}
