/*
 * bench_csv.c: how fast a CSV purchase log is read.
 *
 *   bench_csv [FILE]
 *   bench_csv --write FILE [ROWS]
 *
 * Without a file it writes one of 10 million rows to a temporary folder and removes it at the end; with --write it only
 * writes one, for peers to read as well. Prints lines
 * `name value unit` to standard output. Each figure is the best of several runs, the file in the page cache.
 */
#include "base/clock.h"
#include "base/random.h"
#include "log/raw_log.h"
#include "log/read_log.h"
#include "log/row_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS      10000000u
#define CUSTOMERS 200000u
#define ITEMS     50000u
#define RUNS      5

static int fail(const ss_error *error)
{
    char text[1024];
    ss_error_format(error, text, sizeof text);
    fprintf(stderr, "bench_csv: %s\n", text);
    return 1;
}

/* A plausible log: orders of some six items, few items often and many seldom. */
static bool write_log(const char *path, unsigned rows)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    ss_random random;
    ss_random_seed(&random, 1);
    fputs("order_id,customer_id,item_id,quantity,unit_price,timestamp\n", file);
    unsigned order = 536365, customer = 0, minute = 0;
    for (unsigned row = 0; row < rows; row++) {
        if (row == 0 || ss_random_below(&random, 6) == 0) {
            order++;
            customer = ss_random_below(&random, CUSTOMERS);
            minute = row / 20;
        }
        double unit = ss_random_unit(&random);
        unsigned item = (unsigned)(unit * unit * unit * ITEMS);
        unsigned cents = 25 + (unsigned)(ss_random_mix(item) % 2000);
        fprintf(file, "%u,%u,%05u,%u,%u.%02u,2010-%02u-%02u %02u:%02u:00\n", order, 10000 + customer, 10000 + item,
                1 + ss_random_below(&random, 12), cents / 100, cents % 100, 1 + minute / 40320 % 12,
                1 + minute / 1440 % 28, minute / 60 % 24, minute % 60);
    }
    bool good = !ferror(file);
    return fclose(file) == 0 && good;
}

typedef struct reading {
    uint64_t rows, broken, bytes;
    int64_t nanoseconds;
} reading;

static ss_status split(const char *path, reading *totals, ss_error *error)
{
    ss_row_source *source = NULL;
    int64_t begin = ss_clock_monotonic();
    ss_status status = SS_OK;
    SS_TRY(ss_row_source_open_files(&path, 1, &source, error));
    for (;;) {
        ss_row row;
        SS_TRY(source->next(source, &row, error));
        if (row.kind == SS_ROW_END)
            break;
        totals->rows++;
        totals->broken += row.kind == SS_ROW_BROKEN;
        for (size_t i = 0; i < row.field_count; i++)
            totals->bytes += row.fields[i].size;
    }
    totals->nanoseconds = ss_clock_monotonic() - begin;
out:
    ss_row_source_close(&source);
    return status;
}

/* Values parsed and checked, ids interned. */
static ss_status read_interned(const char *path, reading *totals, ss_error *error)
{
    ss_row_source *source = NULL;
    ss_raw_log log = {0};
    ss_log_options options = ss_log_defaults();
    ss_log_report report = {0};
    int64_t begin = ss_clock_monotonic();
    ss_status status = SS_OK;
    SS_TRY(ss_row_source_open_files(&path, 1, &source, error));
    SS_TRY(ss_raw_log_read(source, &options, NULL, &log, &report, error));
    totals->nanoseconds = ss_clock_monotonic() - begin;
    totals->rows = report.rows;
out:
    ss_row_source_close(&source);
    ss_raw_log_free(&log);
    return status;
}

/*
 * The whole way to interactions: then rules, returns, repeats, rows sorted by customer and time, items by popularity.
 */
static ss_status read_whole(const char *path, reading *totals, ss_error *error)
{
    ss_row_source *source = NULL;
    ss_interactions interactions = {0};
    ss_log_options options = ss_log_defaults();
    ss_log_report report;
    int64_t begin = ss_clock_monotonic();
    ss_status status = SS_OK;
    SS_TRY(ss_row_source_open_files(&path, 1, &source, error));
    SS_TRY(ss_log_read(source, &options, NULL, NULL, &interactions, &report, error));
    totals->nanoseconds = ss_clock_monotonic() - begin;
    totals->rows = report.rows;
out:
    ss_row_source_close(&source);
    ss_interactions_free(&interactions);
    return status;
}

typedef ss_status (*way)(const char *path, reading *totals, ss_error *error);

/* The best of several runs, and its lines. */
static ss_status measure(const char *path, const char *name, way read, reading *best, ss_error *error)
{
    for (int run = 0; run < RUNS; run++) {
        reading totals = {0};
        ss_status status = read(path, &totals, error);
        if (status != SS_OK)
            return status;
        if (run == 0 || totals.nanoseconds < best->nanoseconds)
            *best = totals;
    }
    struct stat about = {0};
    stat(path, &about);
    double seconds = (double)best->nanoseconds * 1e-9;
    printf("csv_%s_seconds %.4f s\n", name, seconds);
    printf("csv_%s_rate %.0f rows/s\n", name, (double)best->rows / seconds);
    printf("csv_%s_row %.1f ns\n", name, (double)best->nanoseconds / (double)best->rows);
    printf("csv_%s_bandwidth %.0f MB/s\n", name, (double)about.st_size / seconds * 1e-6);
    return SS_OK;
}

static int measure_all(const char *path)
{
    ss_error error = {0};
    reading split_best = {0}, read_best = {0}, whole_best = {0};
    if (measure(path, "tokenise", split, &split_best, &error) != SS_OK ||
        measure(path, "read", read_interned, &read_best, &error) != SS_OK ||
        measure(path, "whole", read_whole, &whole_best, &error) != SS_OK)
        return fail(&error);
    printf("csv_rows %" PRIu64 " rows\n", split_best.rows);
    printf("csv_broken_rows %" PRIu64 " rows\n", split_best.broken);
    printf("csv_field_bytes %" PRIu64 " bytes\n", split_best.bytes);
    return 0;
}

static int write_only(const char *path, const char *rows)
{
    long count = rows ? atol(rows) : (long)ROWS;
    if (count >= 1 && count <= UINT32_MAX && write_log(path, (unsigned)count))
        return 0;
    perror("bench_csv: cannot write the log");
    return 1;
}

static int measure_own(void)
{
    char folder[] = "/tmp/bench_csv.XXXXXX", path[sizeof folder + sizeof "/log.csv"];
    if (!mkdtemp(folder)) {
        perror("bench_csv: mkdtemp");
        return 1;
    }
    snprintf(path, sizeof path, "%s/log.csv", folder);
    int result = 1;
    if (write_log(path, ROWS))
        result = measure_all(path);
    else
        perror("bench_csv: cannot write the log");
    unlink(path);
    rmdir(folder);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return measure_own();
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "--write") == 0)
        return write_only(argv[2], argc == 4 ? argv[3] : NULL);
    if (argc == 2 && argv[1][0] != '-')
        return measure_all(argv[1]);
    fputs("usage: bench_csv [FILE] | bench_csv --write FILE [ROWS]\n", stderr);
    return 2;
}
