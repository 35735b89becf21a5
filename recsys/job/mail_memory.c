#include "job/mail_memory.h"

#include "base/dictionary.h"
#include "base/file.h"
#include "base/memory.h"
#include "log/table_reader.h"
#include "log/values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WRITTEN    "written.csv"
#define ITEMS      "items.csv"
#define LINE_ROOM  1024u
#define FLUSH_SIZE (1u << 20)

/* Whole seconds since 1970; 0: never. Some bytes a customer matter where there are millions. */
typedef struct written {
    uint32_t times[SS_MAIL_KINDS];
} written;

typedef struct remembered_item { /* microseconds UTC, or SS_NO_TIME */
    int64_t sold_out, restocked;
} remembered_item;

struct ss_mail_memory {
    char folder[PATH_MAX];
    int64_t now;
    ss_table_report report;   /* of written.csv */
    int lock;                 /* owned; -1: it does not save */
    ss_dictionary *customers; /* owned, as are the next */
    written *times;           /* by number of the customer */
    size_t times_room;
    ss_dictionary *item_ids;
    remembered_item *items;
    size_t items_room;
};

/* ---- in memory ---- */

static ss_status customer_entry(ss_mail_memory *memory, ss_slice customer_id, written **entry)
{
    uint32_t number, count = ss_dictionary_count(memory->customers);
    if (!ss_array_grow(&memory->times, &memory->times_room, (size_t)count + 1, sizeof *memory->times))
        return SS_E_NOMEM;
    ss_status status = ss_dictionary_intern(memory->customers, customer_id, &number);
    if (status != SS_OK)
        return status;
    if (number == count)
        memory->times[number] = (written){{0}};
    *entry = &memory->times[number];
    return SS_OK;
}

static ss_status item_entry(ss_mail_memory *memory, ss_slice item_id, remembered_item **entry)
{
    uint32_t number, count = ss_dictionary_count(memory->item_ids);
    if (!ss_array_grow(&memory->items, &memory->items_room, (size_t)count + 1, sizeof *memory->items))
        return SS_E_NOMEM;
    ss_status status = ss_dictionary_intern(memory->item_ids, item_id, &number);
    if (status != SS_OK)
        return status;
    if (number == count)
        memory->items[number] = (remembered_item){SS_NO_TIME, SS_NO_TIME};
    *entry = &memory->items[number];
    return SS_OK;
}

int64_t ss_mail_memory_last(const ss_mail_memory *memory, ss_slice customer_id, ss_mail_kind kind)
{
    uint32_t number = ss_dictionary_find(memory->customers, customer_id), last = 0;
    if (number == SS_NONE)
        return SS_NO_TIME;
    const uint32_t *times = memory->times[number].times;
    for (unsigned i = 0; i < SS_MAIL_KINDS; i++)
        if ((kind == SS_MAIL_KINDS || i == kind) && times[i] > last)
            last = times[i];
    return last ? (int64_t)last * SS_SECOND : SS_NO_TIME;
}

ss_status ss_mail_memory_wrote(ss_mail_memory *memory, ss_slice customer_id, ss_mail_kind kind, int64_t now)
{
    written *entry;
    ss_status status = customer_entry(memory, customer_id, &entry);
    uint32_t seconds = now > 0 && now / SS_SECOND < UINT32_MAX ? (uint32_t)(now / SS_SECOND) : 1;
    if (status == SS_OK && seconds > entry->times[kind])
        entry->times[kind] = seconds;
    return status;
}

ss_status ss_mail_memory_look(ss_mail_memory *memory, ss_slice item_id, bool sold_out, int64_t now)
{
    remembered_item *entry;
    if (!sold_out && ss_dictionary_find(memory->item_ids, item_id) == SS_NONE)
        return SS_OK;
    ss_status status = item_entry(memory, item_id, &entry);
    if (status != SS_OK)
        return status;
    if (sold_out && entry->sold_out == SS_NO_TIME)
        *entry = (remembered_item){now, SS_NO_TIME};
    else if (!sold_out && entry->sold_out != SS_NO_TIME)
        *entry = (remembered_item){SS_NO_TIME, now};
    return SS_OK;
}

ss_status ss_mail_memory_restock(ss_mail_memory *memory, ss_slice item_id, int64_t since)
{
    remembered_item *entry;
    ss_status status = item_entry(memory, item_id, &entry);
    if (status == SS_OK && entry->restocked == SS_NO_TIME)
        *entry = (remembered_item){SS_NO_TIME, since};
    return status;
}

int64_t ss_mail_memory_restocked(const ss_mail_memory *memory, ss_slice item_id)
{
    uint32_t number = ss_dictionary_find(memory->item_ids, item_id);
    return number == SS_NONE ? SS_NO_TIME : memory->items[number].restocked;
}

/* ---- reading ---- */

/* Of whom it is not known when they were written to, it is taken to be now; SS_MAIL_KINDS: on every list. */
static ss_status wrote_now(ss_mail_memory *memory, ss_slice customer_id, ss_mail_kind kind)
{
    ss_status status = SS_OK;
    for (unsigned i = 0; i < SS_MAIL_KINDS && status == SS_OK; i++)
        if (kind == SS_MAIL_KINDS || i == kind)
            status = ss_mail_memory_wrote(memory, customer_id, (ss_mail_kind)i, memory->now);
    return status;
}

static ss_status take_written(ss_table_reader *reader, const ss_row *row)
{
    ss_mail_memory *memory = reader->context;
    ss_slice customer_id;
    int64_t time;
    ss_mail_kind kind = ss_mail_kind_find(ss_table_field(reader, row, 1));
    if (!ss_table_id(reader, row, 0, "no customer_id", &customer_id))
        return SS_OK;
    if (kind == SS_MAIL_KINDS)
        ss_table_refuse(reader, row, 1, "no list", "the name of a list");
    else if (!ss_timestamp_parse(ss_table_field(reader, row, 2), &time))
        ss_table_refuse(reader, row, 2, "no time", "an ISO 8601 time");
    else
        return ss_mail_memory_wrote(memory, customer_id, kind, time);
    return wrote_now(memory, customer_id, kind);
}

/* Of a row with more or fewer fields than the header, or a quote out of place: a list may stand anywhere in it. */
static ss_status take_broken_written(ss_table_reader *reader, const ss_row *row)
{
    ss_slice customer_id = ss_table_field(reader, row, 0);
    return ss_value_id(&customer_id) == SS_ID_FINE ? wrote_now(reader->context, customer_id, SS_MAIL_KINDS) : SS_OK;
}

static bool optional_time(ss_table_reader *reader, const ss_row *row, size_t field, int64_t *time)
{
    ss_slice text = ss_table_field(reader, row, field);
    *time = SS_NO_TIME;
    return text.size == 0 || ss_timestamp_parse(text, time) ||
           ss_table_refuse(reader, row, field, "no time", "an ISO 8601 time, or nothing");
}

static ss_status take_remembered(ss_table_reader *reader, const ss_row *row)
{
    ss_slice item_id;
    remembered_item item, *entry;
    if (!ss_table_id(reader, row, 0, "no item_id", &item_id) || !optional_time(reader, row, 1, &item.sold_out) ||
        !optional_time(reader, row, 2, &item.restocked))
        return SS_OK;
    ss_status status = item_entry(reader->context, item_id, &entry);
    if (status == SS_OK)
        *entry = item;
    return status;
}

/* Reads it with `reader`, which knows how; nothing where there is no such file. All columns must be there. */
static ss_status read_table(ss_mail_memory *memory, ss_table_reader *reader, ss_error *error)
{
    char path[PATH_MAX];
    const char *const paths[] = {path};
    ss_row_source *source = NULL;
    ss_status status = ss_file_join(path, sizeof path, memory->folder, reader->name, error);
    if (status != SS_OK || access(path, F_OK) != 0)
        return status;
    SS_TRY(ss_row_source_open_files(paths, 1, &source, error));
    ss_row_source_rows_are_lines(source); /* no id has a newline, and a stray quote must not cost the rows behind it */
    reader->phase = "read what was written";
    reader->field_count = 3;
    reader->source = source;
    reader->context = memory;
    SS_TRY(ss_table_read(reader, error));
    for (size_t i = 0; reader->mapped && i < reader->field_count; i++)
        if (reader->map[i] == SS_NO_COLUMN)
            SS_TRY(ss_column_map_missing(reader->fields, reader->field_count, reader->columns, reader->map,
                                         (ss_field_range){i, 1}, source, path, error));
out:
    ss_row_source_close(&source);
    return status;
}

static ss_status read_tables(ss_mail_memory *memory, ss_error *error)
{
    static const ss_field of_written[] = {{"customer_id", ""}, {"list", ""}, {"time", ""}};
    static const ss_field of_items[] = {{"item_id", ""}, {"sold_out", ""}, {"restocked", ""}};
    ss_table_report items_report = {0};
    ss_table_reader of_customers = {.name = WRITTEN,
                                    .fields = of_written,
                                    .max_bad_rows = 1,
                                    .report = &memory->report,
                                    .take = take_written,
                                    .take_broken = take_broken_written};
    ss_table_reader items = {.name = ITEMS, .fields = of_items, .report = &items_report, .take = take_remembered};
    ss_status status = read_table(memory, &of_customers, error);
    return status == SS_OK ? read_table(memory, &items, error) : status;
}

const ss_table_report *ss_mail_memory_report(const ss_mail_memory *memory)
{
    return &memory->report;
}

/* ---- opening ---- */

static ss_status lock_folder(ss_mail_memory *memory, const char *store, ss_error *error)
{
    char path[PATH_MAX];
    ss_status status = ss_file_make_inside(store, memory->folder, error);
    if (status == SS_OK)
        status = ss_file_join(path, sizeof path, memory->folder, "lock", error);
    if (status != SS_OK)
        return status;
    memory->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (memory->lock < 0)
        return ss_error_io(error, path, "cannot open");
    if (flock(memory->lock, LOCK_EX | LOCK_NB) == 0)
        return SS_OK;
    if (errno != EWOULDBLOCK)
        return ss_error_io(error, path, "cannot lock");
    ss_error_set(error, SS_E_BUSY, "another run is making lists of this store");
    ss_error_place(error, path, 0);
    return SS_E_BUSY;
}

ss_status ss_mail_memory_open(const char *store, bool saves, int64_t now, ss_mail_memory **memory, ss_error *error)
{
    ss_status status = SS_OK;
    ss_mail_memory *new = ss_array_zeroed(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->lock = -1;
    new->now = now;
    new->customers = ss_dictionary_new();
    new->item_ids = ss_dictionary_new();
    if (!new->customers || !new->item_ids)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_file_join(new->folder, sizeof new->folder, store, SS_MAIL_FOLDER, error));
    if (saves)
        SS_TRY(lock_folder(new, store, error));
    SS_TRY(read_tables(new, error));
    *memory = new;
    new = NULL;
out:
    ss_mail_memory_close(&new);
    return status;
}

void ss_mail_memory_close(ss_mail_memory **memory)
{
    ss_mail_memory *old = *memory;
    *memory = NULL;
    if (!old)
        return;
    if (old->lock >= 0)
        close(old->lock);
    ss_dictionary_free(&old->customers);
    ss_dictionary_free(&old->item_ids);
    free(old->times);
    free(old->items);
    free(old);
}

/* ---- saving ---- */

typedef struct saving {
    const ss_mail_memory *memory;
    const ss_left_out *forgotten;
    int64_t oldest;
    ss_buffer text;
    ss_file_draft *draft;
} saving;

static ss_status flush(saving *s, size_t from, ss_error *error)
{
    if (s->text.size < from)
        return SS_OK;
    ss_status status = ss_file_draft_write(s->draft, s->text.data, s->text.size, error);
    ss_buffer_clear(&s->text);
    return status;
}

static ss_status append_time(ss_buffer *out, int64_t time)
{
    char text[SS_TIMESTAMP_TEXT] = "";
    if (time != SS_NO_TIME)
        ss_timestamp_format(time, text);
    return ss_buffer_printf(out, ",%s", text);
}

static ss_status append_customer(saving *s, uint32_t number)
{
    ss_slice customer_id = ss_dictionary_id(s->memory->customers, number);
    ss_status status = SS_OK;
    for (unsigned kind = 0; kind < SS_MAIL_KINDS && status == SS_OK; kind++) {
        int64_t time = (int64_t)s->memory->times[number].times[kind] * SS_SECOND;
        if (time == 0 || time < s->oldest || ss_left_out_has(s->forgotten, customer_id, SS_NO_TIME))
            continue;
        SS_TRY(ss_buffer_append_csv(&s->text, customer_id));
        SS_TRY(ss_buffer_printf(&s->text, ",%s", ss_mail_kind_name((ss_mail_kind)kind)));
        SS_TRY(append_time(&s->text, time));
        SS_TRY(ss_buffer_append_text(&s->text, "\n"));
    }
out:
    return status;
}

static ss_status append_item(saving *s, uint32_t number)
{
    const remembered_item *item = &s->memory->items[number];
    ss_status status = SS_OK;
    if (item->sold_out == SS_NO_TIME && item->restocked < s->oldest)
        return SS_OK;
    SS_TRY(ss_buffer_append_csv(&s->text, ss_dictionary_id(s->memory->item_ids, number)));
    SS_TRY(append_time(&s->text, item->sold_out));
    SS_TRY(append_time(&s->text, item->restocked));
    SS_TRY(ss_buffer_append_text(&s->text, "\n"));
out:
    return status;
}

static ss_status save_table(saving *s, const char *name, const char *header, uint32_t count,
                            ss_status (*append)(saving *s, uint32_t number), ss_error *error)
{
    char path[PATH_MAX];
    ss_status status;
    SS_TRY(ss_file_join(path, sizeof path, s->memory->folder, name, error));
    SS_TRY(ss_file_draft_begin(path, &s->draft, error));
    ss_buffer_clear(&s->text);
    status = ss_buffer_append_text(&s->text, header);
    for (uint32_t i = 0; i < count && status == SS_OK; i++) {
        SS_TRY(append(s, i) == SS_OK ? SS_OK : ss_error_nomem(error));
        SS_TRY(flush(s, FLUSH_SIZE, error));
    }
    SS_TRY(status == SS_OK ? SS_OK : ss_error_nomem(error));
    SS_TRY(flush(s, 0, error));
    SS_TRY(ss_file_draft_publish(&s->draft, error));
out:
    ss_file_draft_abandon(&s->draft);
    return status;
}

/* A second name for what is replaced, for whoever looks for its bad rows. */
static ss_status keep_bad_rows(const ss_mail_memory *memory, ss_error *error)
{
    char path[PATH_MAX], kept[PATH_MAX];
    ss_status status;
    if (memory->report.bad_rows == 0)
        return SS_OK;
    SS_TRY(ss_file_join(path, sizeof path, memory->folder, WRITTEN, error));
    SS_TRY(ss_file_join(kept, sizeof kept, memory->folder, WRITTEN ".bad", error));
    if ((unlink(kept) != 0 && errno != ENOENT) || (link(path, kept) != 0 && errno != ENOENT))
        status = ss_error_io(error, kept, "cannot keep the rows that cannot be read");
out:
    return status;
}

ss_status ss_mail_memory_save(const ss_mail_memory *memory, const ss_left_out *forgotten, int64_t now, ss_error *error)
{
    saving s = {.memory = memory, .forgotten = forgotten, .oldest = now - SS_MAIL_MEMORY_DAYS * SS_DAY};
    ss_buffer_init(&s.text, FLUSH_SIZE + SS_MAIL_KINDS * (size_t)LINE_ROOM);
    ss_status status = keep_bad_rows(memory, error);
    if (status == SS_OK)
        status = save_table(&s, WRITTEN, "customer_id,list,time\n", ss_dictionary_count(memory->customers),
                            append_customer, error);
    if (status == SS_OK)
        status = save_table(&s, ITEMS, "item_id,sold_out,restocked\n", ss_dictionary_count(memory->item_ids),
                            append_item, error);
    ss_buffer_release(&s.text);
    return status;
}
