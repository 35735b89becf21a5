/*
 * fuzz_stored_log.c: whatever the bytes of interactions.safetensors, the validator answers; and what it lets pass is gone on from as a
 * delta does it: events are numbered, held against it and folded in, with a customer forgotten or none (second bit of the first byte), and
 * what comes out keeps the promises of interactions.h.
 */
#include "../temporary_folder.h"
#include "job/delta_held.h"
#include "job/delta_rows.h"
#include "log/left_out.h"
#include "require.h"
#include "sealed_model.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IDS_MAX  8u /* items, and customers, that the folders beside have at the most */
#define ROWS_MAX 4096u

static const char new_rows[] = "order_id,session_id,customer_id,item_id,quantity,unit_price,timestamp,event\n"
                               "o1,,c0,i0,2,3.50,2024-01-01,purchase\n"
                               "o9,,c0,i1,1,2.00,2024-02-01,purchase\n"
                               "o9,,c1,i0,1,2.00,2024-02-01,purchase\n"
                               "o9,,new,new,1,2.00,2024-02-02,purchase\n"
                               "C2,,c0,i0,-2,3.50,2024-02-03,purchase\n"
                               ",s1,c1,i1,,,2024-02-04,view\n"
                               ",s2,,gone,,,2024-02-05,cart_add\n"
                               "o8,,dora,gone,3,,2024-02-06,purchase\n"
                               "o7,,ann,POSTAGE,1,9,2024-02-07,purchase\n";

static char folder[TEMPORARY_PATH_MAX];
static ss_items items_of[IDS_MAX + 1];         /* of so many items; opened when they are wanted first */
static ss_customers customers_of[IDS_MAX + 1]; /* of so many customers and no rows */

static void remove_folder(void)
{
    for (uint32_t i = 0; i <= IDS_MAX; i++) {
        ss_items_close(&items_of[i]);
        ss_customers_close(&customers_of[i]);
    }
    temporary_folder_remove(folder);
}

/* Both files with `count` ids each: i0, i1, … and c0, c1, … */
static void open_ids(uint32_t count)
{
    static const uint64_t offsets[IDS_MAX + 1];
    static const int64_t numbers[IDS_MAX];
    static const uint32_t counts[IDS_MAX];
    uint32_t none[IDS_MAX];
    char texts[IDS_MAX][4], path[TEMPORARY_PATH_MAX + 8];
    ss_slice ids[IDS_MAX];
    ss_dictionary *names = ss_dictionary_new();
    uint32_t number;
    for (uint32_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "c%u", i);
        sample_must(ss_dictionary_intern(names, ss_slice_of(texts[i]), &number));
        texts[i][0] = 'i';
        none[i] = SS_NONE;
        ids[i] = ss_slice_of(texts[i]);
    }
    snprintf(path, sizeof path, "%s/%u", folder, count);
    sample_must(ss_file_make_folders(path, NULL));
    const ss_items_content items = {.count = count,
                                    .ids = ids,
                                    .category = none,
                                    .group = none,
                                    .flags = counts,
                                    .price = numbers,
                                    .cost = numbers,
                                    .stock = numbers,
                                    .available_from = numbers,
                                    .available_until = numbers,
                                    .purchases = counts,
                                    .customers = counts,
                                    .decimals = 2};
    sample_must(ss_items_write(path, &items, NULL));
    sample_must(ss_customers_write(path, names, offsets, NULL, NULL, NULL, NULL, count, NULL));
    sample_must(ss_items_open(path, &items_of[count], NULL));
    sample_must(ss_customers_open(path, &customers_of[count], NULL));
    ss_dictionary_free(&names);
}

static void prepare(void)
{
    if (folder[0])
        return;
    temporary_folder_make(folder);
    for (uint32_t i = 0; i <= IDS_MAX; i++)
        open_ids(i);
    atexit(remove_folder);
}

static void check_rows(const ss_interactions *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        REQUIRE(row->item < log->item_count && row->event < SS_EVENT_COUNT);
        REQUIRE(row->customer == SS_NONE || row->customer < log->customer_count);
        REQUIRE(row->basket == SS_NONE || row->basket < log->basket_count);
    }
}

static void fold(const ss_delta_base *base, const ss_left_out *forgotten, ss_raw_log *events, ss_log_report *report)
{
    ss_delta_ids ids = {0};
    ss_delta_rows rows = {0};
    ss_delta_doubts doubts = {0};
    uint8_t *held = NULL;
    uint64_t count = 0;
    ss_error error;
    ss_status status;
    SS_TRY(ss_delta_check_forgotten(base, forgotten, &error));
    SS_TRY(ss_delta_ids_begin(base, events, &ids, &error));
    SS_TRY(ss_delta_held_find(base, forgotten, &ids, 0, events, &held, &count, &error));
    REQUIRE(count <= events->count);
    SS_TRY(ss_delta_ids_judge(base, events, NULL, &ids, &doubts, &error));
    SS_TRY(ss_delta_rows_make(base, events, held, &ids, forgotten, NULL, report, &rows, &error));
    check_rows(&rows.log);
out:
    ss_delta_rows_release(&rows);
    ss_delta_ids_release(&ids);
    free(held);
}

/* Small ones only: the folders beside hold so many ids. */
static bool can_be_gone_on_from(const ss_stored_log *log)
{
    return log->has_gone && log->has_times && log->item_count <= IDS_MAX && log->customer_count <= IDS_MAX &&
           log->count <= ROWS_MAX;
}

static void go_on_from(const ss_stored_log *log, bool forgets)
{
    ss_raw_log events = {0};
    ss_log_report report = {0};
    ss_row_source *source = NULL;
    ss_error error;
    ss_left_out *forgotten = forgets ? ss_left_out_new() : NULL;
    ss_log_options options = log->options;
    const ss_delta_base base = {log, &items_of[log->item_count], &customers_of[log->customer_count]};
    options.forgotten = forgotten;
    options.newest = log->newest;
    options.keep = true;
    options.max_bad_rows = 1;
    if (forgets)
        sample_must(ss_left_out_add(forgotten, SS_SLICE_LITERAL("c0"), 1706832000 * SS_SECOND));
    sample_must(ss_row_source_open_memory((ss_slice){new_rows, sizeof new_rows - 1}, "new", 0, &source, &error));
    if (ss_raw_log_read(source, &options, NULL, &events, &report, &error) == SS_OK)
        fold(&base, forgotten, &events, &report);
    ss_row_source_close(&source);
    ss_raw_log_free(&events);
    ss_left_out_free(&forgotten);
}

static void open_it(const sample_bytes *bytes, bool forgets)
{
    char path[TEMPORARY_PATH_MAX], said[1024];
    ss_stored_log log = {0};
    ss_error error;
    FILE *file = fopen(temporary_path(path, folder, SS_STORED_LOG_FILE), "wb");
    REQUIRE(file && fwrite(bytes->data, 1, bytes->size, file) == bytes->size && fclose(file) == 0);
    ss_status status = ss_stored_log_open(folder, &log, &error);
    REQUIRE((status == SS_OK) == (log.file != NULL));
    if (status != SS_OK) /* its options are none of this program's */
        ss_error_format(&error, said, sizeof said);
    else if (can_be_gone_on_from(&log))
        go_on_from(&log, forgets);
    ss_stored_log_close(&log);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_error error;
    if (size == 0)
        return 0;
    prepare();
    sample_bytes bytes = sealed_copy(data, size);
    if (ss_model_validate(bytes.data, bytes.size, &ss_stored_log_schema, &error) == SS_OK)
        open_it(&bytes, data[0] & 2);
    free(bytes.data);
    return 0;
}
