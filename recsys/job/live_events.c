#include "job/live_events.h"

#include "base/file.h"
#include "base/memory.h"
#include "job/feed.h"
#include "state/event_reader.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TELL_EVERY 4096u /* events between looks at the clock */

static ss_status tell(ss_progress_sink *progress, const char *phase, uint64_t done, uint64_t total, bool finished,
                      ss_error *error)
{
    ss_progress state = {phase, done, total, "events", (double)NAN, finished};
    return ss_progress_tell(progress, &state) ? SS_OK : ss_error_set(error, SS_E_CANCELLED, "stopped on request");
}

/* ---- export ---- */

typedef struct output {
    ss_file_draft *draft; /* NULL: standard output */
    const ss_row_source *source;
    ss_progress_sink *progress;
} output;

static ss_status write_bytes(void *context, const char *bytes, size_t size, ss_error *error)
{
    output *out = context;
    ss_status status = out->draft ? ss_file_draft_write(out->draft, bytes, size, error)
                                  : ss_file_write_all(STDOUT_FILENO, "standard output", bytes, size, error);
    if (status != SS_OK)
        return status;
    ss_progress state = {"export", out->source->bytes_done, 0, "bytes", (double)NAN, false};
    return ss_progress_tell(out->progress, &state) ? SS_OK : ss_error_set(error, SS_E_CANCELLED, "stopped on request");
}

/* What is no file cannot be replaced by one. */
static ss_status check_out(const char *path, ss_error *error)
{
    struct stat about;
    if (stat(path, &about) != 0 || S_ISREG(about.st_mode))
        return SS_OK;
    ss_error_set(error, SS_E_ARGUMENT, "is there and is no file; --out - writes to standard output");
    ss_error_place(error, path, 0);
    return SS_E_ARGUMENT;
}

ss_status ss_events_export(const char *store, const ss_events_export_options *options, ss_progress_sink *progress,
                           uint64_t *rows, ss_error *error)
{
    ss_status status;
    ss_feed *feed = NULL;
    ss_row_source *source = NULL;
    output out = {.progress = progress};
    bool to_file = !ss_slice_equal(ss_slice_of(options->out), SS_SLICE_LITERAL("-"));
    SS_TRY(ss_feed_open(store, &feed, error));
    SS_TRY(ss_feed_source(feed, options->decimals, &source, error));
    ss_event_source_limit(source, options->from, options->until, ss_feed_forgotten(feed));
    out.source = source;
    if (to_file) {
        SS_TRY(check_out(options->out, error));
        SS_TRY(ss_file_draft_begin(options->out, &out.draft, error));
    }
    SS_TRY(ss_event_export(source, options->format, write_bytes, &out, rows, error));
    if (to_file)
        SS_TRY(ss_file_draft_publish(&out.draft, error));
out:
    ss_file_draft_abandon(&out.draft);
    ss_row_source_close(&source);
    ss_feed_close(&feed);
    return status;
}

/* ---- figures ---- */

/* Events come nearly in order of their days: the last one is looked at first. */
static ss_events_day *find_day(ss_events_stats *stats, int64_t day)
{
    size_t at = stats->day_count;
    while (at > 0 && stats->days[at - 1].day > day)
        at--;
    if (at > 0 && stats->days[at - 1].day == day)
        return &stats->days[at - 1];
    if (!ss_array_grow(&stats->days, &stats->day_capacity, stats->day_count + 1, sizeof *stats->days))
        return NULL;
    memmove(&stats->days[at + 1], &stats->days[at], (stats->day_count - at) * sizeof *stats->days);
    stats->days[at] = (ss_events_day){day, 0};
    stats->day_count++;
    return &stats->days[at];
}

static ss_status count_event(ss_events_stats *stats, const ss_live_event *event, ss_error *error)
{
    int64_t day = event->time / SS_DAY - (event->time % SS_DAY < 0);
    ss_events_day *counted = find_day(stats, day);
    if (!counted)
        return ss_error_nomem(error);
    counted->count++;
    stats->by_event[event->event]++;
    stats->with_customer += event->texts[SS_TEXT_CUSTOMER_ID].size > 0;
    if (stats->first_time == SS_NO_TIME || event->time < stats->first_time)
        stats->first_time = event->time;
    if (event->time > stats->last_time)
        stats->last_time = event->time;
    return SS_OK;
}

static ss_status count_all(const ss_feed *feed, ss_progress_sink *progress, ss_events_stats *stats, ss_error *error)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    uint64_t done = 0;
    ss_status status;
    SS_TRY(ss_event_store_extent(ss_feed_events(feed), &stats->extent, error));
    SS_TRY(ss_event_reader_new(ss_feed_events(feed), 1, ss_feed_last(feed), &reader, error));
    for (;;) {
        SS_TRY(ss_event_reader_next(reader, &event, &found, error));
        if (!found)
            break;
        SS_TRY(count_event(stats, &event, error));
        if (++done % TELL_EVERY == 0)
            SS_TRY(tell(progress, "count", done, stats->extent.count, false, error));
    }
    stats->extent.last = ss_feed_last(feed);
    stats->extent.count = done;
    SS_TRY(tell(progress, "count", done, done, true, error));
out:
    ss_event_reader_free(&reader);
    return status;
}

ss_status ss_events_stats_read(const char *store, ss_progress_sink *progress, ss_events_stats *stats, ss_error *error)
{
    ss_events_stats found = {.first_time = SS_NO_TIME, .last_time = SS_NO_TIME};
    ss_feed *feed = NULL;
    ss_status status = ss_feed_open(store, &feed, error);
    if (status == SS_OK)
        status = count_all(feed, progress, &found, error);
    ss_feed_close(&feed);
    if (status == SS_OK)
        *stats = found;
    else
        ss_events_stats_release(&found);
    return status;
}

void ss_events_stats_release(ss_events_stats *stats)
{
    free(stats->days);
    stats->days = NULL;
    stats->day_count = stats->day_capacity = 0;
}
