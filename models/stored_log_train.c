#include "models/stored_log_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "log/gone.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_ROOM    4096
#define OPTION_KEY   "log."
#define NEWEST_KEY   "newest."
#define FROM_KEY     "events_from"
#define TEXTS_PREFIX "exclude-items"

_Static_assert(sizeof(ss_interaction) == 3 * sizeof(uint64_t), "a row is three words");

/* ---- writing ---- */

typedef struct output {
    ss_model_writer *writer;
    unsigned texts; /* written so far of the option that may be given several times */
    ss_error *error;
} output;

static ss_status put_option(void *context, const char *name, const ss_option *option, const char *value)
{
    output *to = context;
    char key[SS_TENSOR_NAME_MAX + 1];
    if (option->type == SS_OPTION_TEXTS)
        snprintf(key, sizeof key, OPTION_KEY "%s.%u", name, to->texts++);
    else
        snprintf(key, sizeof key, OPTION_KEY "%s", name);
    return ss_model_writer_metadata(to->writer, key, value, to->error);
}

/* As it turned out to be, for what follows the log; where no order has the prefix that stays open. */
static const char *settled_prefix(const ss_log_options *options, const ss_log_report *report)
{
    if (!report->cancelling)
        return options->cancel_prefix;
    if (!report->cancels)
        return "";
    return options->cancel_prefix ? options->cancel_prefix : SS_USUAL_CANCEL_PREFIX;
}

static ss_status put_instant(output *to, const char *key, int64_t instant)
{
    return instant == SS_NO_TIME ? SS_OK : ss_model_writer_metadata_f64(to->writer, key, (double)instant, to->error);
}

static ss_status put_options(output *to, const ss_log_options *options, const ss_log_report *report)
{
    ss_log_options settled = *options;
    ss_option_group groups[SS_LOG_GROUPS];
    char key[SS_TENSOR_NAME_MAX + 1];
    settled.cancel_prefix = settled_prefix(options, report);
    ss_status status = ss_options_dump(groups, ss_log_option_groups(&settled, groups), put_option, to);
    for (unsigned event = 0; event < SS_EVENT_COUNT && status == SS_OK; event++) {
        snprintf(key, sizeof key, NEWEST_KEY "%s", ss_event_name((ss_event)event));
        status = put_instant(to, key, report->newest_of[event]);
    }
    return status == SS_OK ? put_instant(to, FROM_KEY, options->events_from) : status;
}

static ss_status put_flags(output *to, const ss_interactions *log, bool has_catalog)
{
    const struct {
        const char *key;
        bool value;
    } flags[] = {{"catalog", has_catalog},
                 {"ids_folded", log->ids_folded},
                 {"has_times", log->has_times},
                 {"has_baskets", log->has_baskets},
                 {"has_customers", log->has_customers},
                 {"has_purchases", log->has_purchases}};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof flags / sizeof *flags && status == SS_OK; i++)
        status = ss_model_writer_metadata(to->writer, flags[i].key, flags[i].value ? "1" : "0", to->error);
    return status;
}

static ss_status put_ids(output *to, const char *name, const ss_dictionary *ids, ss_strings_builder *builder)
{
    ss_status status = builder ? SS_OK : ss_error_nomem(to->error);
    uint32_t count = ids ? ss_dictionary_count(ids) : 0;
    for (uint32_t i = 0; i < count && status == SS_OK; i++)
        status = ss_strings_builder_push_id(builder, ss_dictionary_id(ids, i), to->error);
    return status == SS_OK ? ss_strings_builder_add(builder, to->writer, name, true, to->error) : status;
}

static ss_status put_numbers(output *to, const char *name, const uint32_t *numbers, uint64_t count)
{
    return ss_model_writer_add(to->writer, name, SS_U32, numbers, count, 0, to->error);
}

/* The columns of ids stay until the file is finished. */
typedef struct columns {
    ss_strings_builder *set_aside, *items, *customers; /* owned */
    uint32_t *items_read;                              /* owned */
    ss_interaction *origins;                           /* owned */
} columns;

static void columns_release(columns *of)
{
    ss_strings_builder_free(&of->set_aside);
    ss_strings_builder_free(&of->items);
    ss_strings_builder_free(&of->customers);
    free(of->items_read);
    free(of->origins);
}

static ss_status put_gone(output *to, const ss_interactions *log, uint32_t item_count, columns *of)
{
    const ss_gone *gone = log->gone;
    uint64_t customers = ss_dictionary_count(gone->customers);
    ss_status status;
    of->items = ss_strings_builder_new();
    of->customers = ss_strings_builder_new();
    of->items_read = ss_array_zeroed(item_count, sizeof *of->items_read);
    SS_TRY(of->items_read ? SS_OK : ss_error_nomem(to->error));
    if (log->item_count > 0)
        memcpy(of->items_read, gone->item_rows, log->item_count * sizeof *of->items_read);
    SS_TRY(put_numbers(to, "items.read", of->items_read, item_count));
    SS_TRY(put_numbers(to, "set_aside.read", gone->set_aside_rows,
                       log->set_aside ? ss_dictionary_count(log->set_aside) : 0));
    SS_TRY(put_ids(to, "gone.items", gone->items, of->items));
    SS_TRY(put_numbers(to, "gone.items.read", gone->gone_rows, ss_dictionary_count(gone->items)));
    SS_TRY(put_ids(to, "gone.customers", gone->customers, of->customers));
    SS_TRY(put_numbers(to, "gone.before", gone->before, customers));
    if (gone->spent)
        SS_TRY(ss_model_writer_add(to->writer, "gone.spent", SS_I64, gone->spent, customers, 0, to->error));
out:
    return status;
}

/* Items that only a catalogue names have their numbers before those that are gone. */
static ss_status put_origins(output *to, const ss_interactions *log, uint32_t item_count, columns *of)
{
    of->origins = ss_array_new(log->origin_count, sizeof *of->origins);
    if (!of->origins)
        return ss_error_nomem(to->error);
    for (size_t i = 0; i < log->origin_count; i++) {
        of->origins[i] = log->origins[i];
        if (log->origins[i].item >= log->item_count)
            of->origins[i].item += item_count - log->item_count;
    }
    return ss_model_writer_add(to->writer, "origins", SS_U64, of->origins, log->origin_count, 3, to->error);
}

static void count_rows(const ss_interactions *log, uint32_t *of_item, uint32_t *of_customer)
{
    for (size_t i = 0; i < log->count; i++) {
        of_item[log->rows[i].item]++;
        if (log->rows[i].customer != SS_NONE)
            of_customer[log->rows[i].customer]++;
    }
}

static ss_status put_tensors(output *to, const ss_interactions *log, const uint32_t *of_item, uint32_t item_count,
                             const uint32_t *of_customer)
{
    ss_status status;
    ss_error *error = to->error;
    uint64_t baskets = log->basket_keys ? log->key_count : 0;
    SS_TRY(ss_model_writer_add(to->writer, "rows", SS_U64, log->rows, log->count, 3, error));
    SS_TRY(ss_model_writer_add(to->writer, "items.rows", SS_U32, of_item, item_count, 0, error));
    SS_TRY(ss_model_writer_add(to->writer, "customers.rows", SS_U32, of_customer, log->customer_count, 0, error));
    SS_TRY(ss_model_writer_add(to->writer, "baskets.keys", SS_U64, log->basket_keys, baskets, 0, error));
    if (log->spent)
        SS_TRY(ss_model_writer_add(to->writer, "spent", SS_I64, log->spent, log->customer_count, 0, error));
out:
    return status;
}

ss_status ss_stored_log_write(const ss_interactions *interactions, uint32_t item_count, bool has_catalog,
                              const ss_log_options *options, const ss_log_report *report, const char *generation_path,
                              ss_error *error)
{
    ss_status status;
    char path[PATH_ROOM];
    uint32_t *of_item = ss_array_zeroed(item_count, sizeof *of_item);
    uint32_t *of_customer = ss_array_zeroed(interactions->customer_count, sizeof *of_customer);
    columns of = {.set_aside = ss_strings_builder_new()};
    output to = {ss_model_writer_new(&ss_stored_log_schema), 0, error};
    SS_TRY(of_item && of_customer && to.writer ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_STORED_LOG_FILE, error));
    count_rows(interactions, of_item, of_customer);
    SS_TRY(put_tensors(&to, interactions, of_item, item_count, of_customer));
    SS_TRY(put_origins(&to, interactions, item_count, &of));
    SS_TRY(put_ids(&to, "set_aside", interactions->set_aside, of.set_aside));
    SS_TRY(put_gone(&to, interactions, item_count, &of));
    SS_TRY(put_flags(&to, interactions, has_catalog));
    SS_TRY(put_options(&to, options, report));
    SS_TRY(ss_model_writer_finish(to.writer, path, error));
out:
    ss_model_writer_free(&to.writer);
    columns_release(&of);
    free(of_item);
    free(of_customer);
    return status;
}

/* ---- reading ---- */

typedef struct option_reader {
    ss_option_group groups[SS_LOG_GROUPS];
    ss_error *error;
} option_reader;

static ss_status take_option(void *context, const char *key, const char *value)
{
    option_reader *reader = context;
    if (strncmp(key, OPTION_KEY, sizeof OPTION_KEY - 1) != 0)
        return SS_OK;
    const char *name = key + sizeof OPTION_KEY - 1;
    if (strncmp(name, TEXTS_PREFIX ".", sizeof TEXTS_PREFIX) == 0)
        name = TEXTS_PREFIX;
    return ss_options_set(reader->groups, SS_LOG_GROUPS, name, value, reader->error);
}

static int64_t instant_of(const ss_model_file *file, const char *key)
{
    double instant;
    return ss_model_file_metadata_f64(file, key, &instant) && instant > -0x1p55 && instant < 0x1p55 ? (int64_t)instant
                                                                                                    : SS_NO_TIME;
}

static bool flag_of(const ss_model_file *file, const char *key)
{
    const char *text = ss_model_file_metadata(file, key);
    return text && strcmp(text, "1") == 0;
}

static ss_status read_metadata(ss_stored_log *log, ss_error *error)
{
    option_reader reader = {.error = error};
    char key[SS_TENSOR_NAME_MAX + 1];
    log->has_catalog = flag_of(log->file, "catalog");
    log->ids_folded = flag_of(log->file, "ids_folded");
    log->has_times = flag_of(log->file, "has_times");
    log->has_baskets = flag_of(log->file, "has_baskets");
    log->has_customers = flag_of(log->file, "has_customers");
    log->has_purchases = flag_of(log->file, "has_purchases");
    for (unsigned event = 0; event < SS_EVENT_COUNT; event++) {
        snprintf(key, sizeof key, NEWEST_KEY "%s", ss_event_name((ss_event)event));
        log->newest[event] = instant_of(log->file, key);
    }
    log->options = ss_log_defaults();
    log->options.events_from = instant_of(log->file, FROM_KEY);
    ss_log_option_groups(&log->options, reader.groups);
    return ss_model_file_each_metadata(log->file, take_option, &reader);
}

static void view_tensors(ss_stored_log *log)
{
    const ss_tensor *rows = ss_model_file_tensor(log->file, "rows"),
                    *origins = ss_model_file_tensor(log->file, "origins"),
                    *items = ss_model_file_tensor(log->file, "items.rows"),
                    *customers = ss_model_file_tensor(log->file, "customers.rows"),
                    *baskets = ss_model_file_tensor(log->file, "baskets.keys"),
                    *spent = ss_model_file_tensor(log->file, "spent");
    log->rows = rows->data;
    log->count = rows->shape[0];
    log->origins = origins->data;
    log->origin_count = origins->shape[0];
    log->item_count = (uint32_t)items->count;
    log->item_rows = items->data;
    log->customer_count = (uint32_t)customers->count;
    log->basket_count = (uint32_t)baskets->count;
    log->basket_keys = baskets->data;
    log->spent = spent ? spent->data : NULL;
    ss_strings_view(log->file, "set_aside", &log->set_aside);
}

/* All of it stands or nothing. */
static void view_gone(ss_stored_log *log)
{
    const ss_tensor *before = ss_model_file_tensor(log->file, "gone.before"),
                    *spent = ss_model_file_tensor(log->file, "gone.spent");
    log->has_gone = before != NULL;
    if (!before)
        return;
    log->gone_before = before->data;
    log->gone_spent = spent ? spent->data : NULL;
    log->item_reads = ss_model_file_tensor(log->file, "items.read")->data;
    log->set_aside_reads = ss_model_file_tensor(log->file, "set_aside.read")->data;
    log->gone_item_reads = ss_model_file_tensor(log->file, "gone.items.read")->data;
    ss_strings_view(log->file, "gone.items", &log->gone_items);
    ss_strings_view(log->file, "gone.customers", &log->gone_customers);
}

ss_status ss_stored_log_open(const char *generation_path, ss_stored_log *log, ss_error *error)
{
    ss_status status;
    ss_stored_log opened = {0};
    char path[PATH_ROOM];
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_STORED_LOG_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_stored_log_schema, &opened.file, error));
    SS_TRY(ss_model_file_verify(opened.file, error));
    view_tensors(&opened);
    view_gone(&opened);
    SS_TRY(read_metadata(&opened, error));
    *log = opened;
    opened.file = NULL;
out:
    ss_model_file_close(&opened.file);
    return status;
}

void ss_stored_log_close(ss_stored_log *log)
{
    ss_model_file_close(&log->file);
    *log = (ss_stored_log){0};
}
