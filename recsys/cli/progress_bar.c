#include "cli/progress_bar.h"

#include "base/clock.h"
#include "cli/stop.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND       INT64_C(1000000000)
#define LINE_SECONDS 5 /* off a terminal, a long phase says something this often */
#define BAR_WIDTH    24
#define RATE_SECONDS 0.01 /* a shorter phase has no rate worth telling */

static void human(double value, char text[16])
{
    static const char units[] = " kMG";
    size_t unit = 0;
    while (value >= 10000 && unit < 3) {
        value /= 1000;
        unit++;
    }
    snprintf(text, 16, unit == 0 ? "%.0f" : "%.1f%c", value, units[unit]);
}

static void bar_text(char *text, size_t size, double share)
{
    size_t filled = (size_t)(share * BAR_WIDTH);
    if (filled > BAR_WIDTH)
        filled = BAR_WIDTH;
    if (size < BAR_WIDTH + 3)
        return;
    memset(text + 1, '#', filled);
    memset(text + 1 + filled, '.', BAR_WIDTH - filled);
    text[0] = '[';
    text[BAR_WIDTH + 1] = ']';
    text[BAR_WIDTH + 2] = '\0';
}

static double phase_seconds(const ss_progress_bar *bar)
{
    return (double)(ss_clock_monotonic() - bar->phase_start) / (double)SECOND;
}

static void describe(const ss_progress_bar *bar, const ss_progress *progress, char *text, size_t size)
{
    double seconds = phase_seconds(bar);
    double rate = seconds > 0 ? (double)progress->done / seconds : 0;
    char done[16], rate_text[32] = "", drawn[BAR_WIDTH + 3] = "", left[32] = "", loss[32] = "";
    human((double)progress->done, done);
    if (seconds >= RATE_SECONDS) {
        char per_second[16];
        human(rate, per_second);
        snprintf(rate_text, sizeof rate_text, ", %s/s", per_second);
    }
    double share = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
    if (progress->total > 0 && bar->terminal)
        bar_text(drawn, sizeof drawn, share);
    if (progress->total > 0 && rate > 0 && !progress->finished)
        snprintf(left, sizeof left, ", %.0f s left", (double)(progress->total - progress->done) / rate);
    if (!isnan(progress->loss) && progress->loss != 0)
        snprintf(loss, sizeof loss, ", loss %.6g", progress->loss);
    snprintf(text, size, "%-18s%s%s %s %s%s, %.1f s%s%s", progress->phase, drawn, *drawn ? "" : "", done,
             progress->unit ? progress->unit : "", rate_text, seconds, loss, left);
}

static void log_progress(const ss_progress_bar *bar, const ss_progress *progress)
{
    char phase[64], loss[32] = "";
    ss_log_quote(ss_slice_of(progress->phase), phase, sizeof phase);
    if (!isnan(progress->loss) && progress->loss != 0)
        snprintf(loss, sizeof loss, " loss=%.6g", progress->loss);
    ss_log(&bar->logger, SS_LOG_INFO, "%s phase=%s done=%" PRIu64 " total=%" PRIu64 " unit=%s seconds=%.1f%s",
           progress->finished ? "phase finished" : "progress", phase, progress->done, progress->total,
           progress->unit ? progress->unit : "none", phase_seconds(bar), loss);
}

static void draw(ss_progress_bar *bar, const ss_progress *progress)
{
    char text[256];
    describe(bar, progress, text, sizeof text);
    if (bar->logger.journal)
        log_progress(bar, progress);
    else if (bar->terminal)
        fprintf(stderr, "\r%-100s%s", text, progress->finished ? "\n" : "");
    else
        fprintf(stderr, "%s\n", text);
    fflush(stderr);
    bar->drawn = bar->terminal && !progress->finished;
}

static void show(ss_progress_bar *bar, const ss_progress *progress)
{
    int64_t now = ss_clock_monotonic();
    if (!bar->phase || strcmp(bar->phase, progress->phase) != 0) {
        ss_progress_bar_end(bar);
        bar->phase = progress->phase;
        bar->phase_start = now;
        bar->next_line = now + LINE_SECONDS * SECOND;
        if (!bar->terminal && !progress->finished)
            return;
    }
    if (!bar->terminal && !progress->finished && now < bar->next_line)
        return;
    bar->next_line = now + LINE_SECONDS * SECOND;
    draw(bar, progress);
    if (progress->finished)
        bar->phase = NULL;
}

static bool report(void *context, const ss_progress *progress)
{
    ss_progress_bar *bar = context;
    if (!bar->quiet)
        show(bar, progress);
    return !ss_stop_wanted();
}

ss_progress_sink ss_progress_bar_begin(ss_progress_bar *bar, const char *area, bool quiet)
{
    *bar = (ss_progress_bar){
        .quiet = quiet, .terminal = isatty(STDERR_FILENO), .logger = ss_logger_of(STDERR_FILENO, SS_LOG_INFO, area)};
    return (ss_progress_sink){.report = report, .context = bar};
}

void ss_progress_bar_end(ss_progress_bar *bar)
{
    if (bar->drawn)
        fputc('\n', stderr);
    bar->drawn = false;
}
