#include "cli/row_feed.h"

#include "base/arena.h"
#include "base/hash.h"
#include "cli/connection.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES_MAX (SMARTSHELF_REQUEST_MAX / 2) /* of texts; their names and heads come on top */
#define ROW_BYTES       192u                         /* of a row's names, heads and numbers */
#define ARENA_BLOCK     ((size_t)1 << 16)
#define LINES_SAID_MAX  50u /* lines on standard error; what comes beyond is counted */
#define IDENTITY_MAX    (1u << 16)

/* Where a row of the batch stood. */
typedef struct row_place {
    const char *name;
    uint64_t line;
} row_place;

struct ss_row_feed {
    const ss_feed_kind *kind;
    ss_arena *texts; /* of the batch */
    ss_feed_counts counts;
    uint64_t said;
    /* the row at hand */
    ss_slice fields[SS_FEED_FIELDS_MAX];
    row_place at;
    bool from_options, no_memory;
    ss_error *error; /* of a row from options */
    /* the batch */
    row_place places[SMARTSHELF_CHANGES_MAX];
    size_t count, bytes;
};

ss_status ss_row_feed_new(const ss_feed_kind *kind, ss_row_feed **feed, ss_error *error)
{
    ss_row_feed *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->kind = kind;
    new->texts = ss_arena_new(ARENA_BLOCK, SIZE_MAX);
    if (!new->texts) {
        free(new);
        return ss_error_nomem(error);
    }
    *feed = new;
    return SS_OK;
}

void ss_row_feed_free(ss_row_feed **feed)
{
    ss_row_feed *old = *feed;
    *feed = NULL;
    if (!old)
        return;
    ss_arena_free(&old->texts);
    free(old);
}

const ss_feed_counts *ss_row_feed_counts(const ss_row_feed *feed)
{
    return &feed->counts;
}

/* ---- the row at hand ---- */

ss_slice ss_row_feed_field(const ss_row_feed *feed, size_t field)
{
    return feed->fields[field];
}

const char *ss_row_feed_keep(ss_row_feed *feed, ss_slice text)
{
    const char *copy = ss_arena_copy(feed->texts, text);
    feed->no_memory |= !copy;
    feed->bytes += text.size;
    return copy;
}

const char *ss_row_feed_text(ss_row_feed *feed, size_t field)
{
    return feed->fields[field].size > 0 ? ss_row_feed_keep(feed, feed->fields[field]) : NULL;
}

/* One line on standard error, as long as there are not too many. */
static void say(ss_row_feed *feed, const ss_error *error)
{
    char text[1024];
    ss_error_format(error, text, sizeof text);
    if (feed->said++ < LINES_SAID_MAX)
        fprintf(stderr, "smartshelf: %s\n", text);
    else if (feed->said == LINES_SAID_MAX + 1)
        fputs("smartshelf: and more; they are counted only\n", stderr);
}

bool ss_row_feed_refuse(ss_row_feed *feed, size_t field, const char *message, const char *expected)
{
    ss_error error = {0};
    ss_error_set(&error, feed->from_options ? SS_E_ARGUMENT : SS_E_FORMAT, "%s", message);
    if (feed->at.name)
        ss_error_place(&error, feed->at.name, feed->at.line);
    if (field < feed->kind->field_count) {
        ss_error_field(&error, feed->kind->fields[field].name);
        ss_error_found(&error, feed->fields[field].data, feed->fields[field].size, expected);
    }
    feed->counts.bad++;
    if (!feed->from_options)
        say(feed, &error);
    else if (feed->error)
        *feed->error = error;
    return false;
}

void ss_row_feed_identity(const ss_row_feed *feed, char text[33])
{
    static const char none[] = "";
    char all[IDENTITY_MAX];
    const char *name = feed->at.name ? strrchr(feed->at.name, '/') : NULL;
    name = name ? name + 1 : feed->at.name ? feed->at.name : none;
    int size = snprintf(all, sizeof all, "%s %" PRIu64, name, feed->at.line);
    size_t used = size > 0 ? (size_t)size : 0;
    for (size_t i = 0; i < feed->kind->field_count && used < sizeof all; i++) {
        size = snprintf(all + used, sizeof all - used, "%c%.*s", '\0', (int)feed->fields[i].size, feed->fields[i].data);
        used += size > 0 ? (size_t)size : 0;
    }
    ss_hash128 hash = ss_hash_128(all, used < sizeof all ? used : sizeof all);
    snprintf(text, 33, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}

/* ---- the batch ---- */

/* What the server's word for a refusal means (recsys/server/PROTOCOL.md has them all). */
static const char *meaning(const char *refused)
{
    static const struct {
        const char *word, *text;
    } meanings[] = {
        {"event", "no such event"},
        {"item_id", "the item's id is empty, too long, no UTF-8 or has control characters"},
        {"id", "one of the ids is too long, no UTF-8 or has control characters"},
        {"no_group", "neither session, customer nor order is told"},
        {"quantity", "the quantity is no number"},
        {"late", "too old for an event; a log for `smartshelf train` is the place for it"},
        {"no_field", "nothing of the item is set or cleared"},
        {"set_and_cleared", "the same column is set and cleared"},
        {"money", "price or cost is out of range"},
        {"date", "a date is out of range, or the first after the last"},
        {"text", "a text is too long, no UTF-8 or has control characters"},
        {"no_room", "there are as many new items as --items.new-capacity of the server allows"},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(meanings[i].word, refused) == 0)
            return meanings[i].text;
    return refused;
}

static void note_results(ss_row_feed *feed, const smartshelf_answer *answer)
{
    feed->counts.stored += answer->stored;
    feed->counts.repeated += answer->repeated;
    feed->counts.refused += answer->refused;
    for (size_t i = 0; i < answer->result_count && i < feed->count; i++) {
        ss_error error = {0};
        feed->counts.unknown += answer->results[i].is_new;
        if (!answer->results[i].refused)
            continue;
        ss_error_set(&error, SS_E_RANGE, "the server refuses it: %s (%s)", meaning(answer->results[i].refused),
                     answer->results[i].refused);
        if (feed->places[i].name)
            ss_error_place(&error, feed->places[i].name, feed->places[i].line);
        say(feed, &error);
    }
}

static ss_status send_batch(ss_row_feed *feed, const char *place, ss_error *error)
{
    smartshelf_answer answer = {0};
    if (feed->count == 0)
        return SS_OK;
    smartshelf_status sent = feed->kind->send(feed->kind->context, feed->count, &answer);
    ss_status status = ss_connection_check(sent, &answer, place, error);
    if (status == SS_OK)
        note_results(feed, &answer);
    smartshelf_answer_release(&answer);
    feed->count = feed->bytes = 0;
    ss_arena_reset(feed->texts);
    return status;
}

/* The row at hand becomes one of the batch, if it can. */
static ss_status take_row(ss_row_feed *feed, ss_error *error)
{
    feed->counts.rows++;
    feed->bytes += ROW_BYTES;
    bool taken = feed->kind->take(feed->kind->context, feed, feed->count);
    if (feed->no_memory)
        return ss_error_nomem(error);
    if (taken)
        feed->places[feed->count++] = feed->at;
    return SS_OK;
}

ss_status ss_row_feed_one(ss_row_feed *feed, const char *const *texts, const char *place, ss_error *error)
{
    for (size_t i = 0; i < feed->kind->field_count; i++)
        feed->fields[i] = ss_slice_trim(ss_slice_of(texts[i] ? texts[i] : ""));
    feed->from_options = true;
    feed->error = error;
    ss_status status = take_row(feed, error);
    if (status == SS_OK && feed->count == 0)
        return SS_E_ARGUMENT;
    return status == SS_OK ? send_batch(feed, place, error) : status;
}

/* ---- files ---- */

typedef struct file_reader {
    ss_row_feed *feed;
    ss_row_source *source;
    const char *columns, *place;
    size_t map[SS_FEED_FIELDS_MAX];
    uint64_t generation; /* of the columns in `map` */
    bool mapped;
} file_reader;

static ss_status map_columns(file_reader *reader, const ss_row *row, ss_error *error)
{
    const ss_feed_kind *kind = reader->feed->kind;
    if (reader->mapped && reader->generation == reader->source->generation)
        return SS_OK;
    const ss_mapping mapping = {"--columns", reader->columns};
    ss_status status =
        ss_column_map_make(kind->fields, kind->field_count, mapping, reader->source, row->place, reader->map, error);
    if (status == SS_OK && reader->map[kind->required] == SS_NO_COLUMN)
        status = ss_column_map_missing(kind->fields, kind->field_count, mapping, reader->map,
                                       (ss_field_range){kind->required, 1}, reader->source, row->place, error);
    reader->generation = reader->source->generation;
    reader->mapped = status == SS_OK;
    return status;
}

static ss_status take_file_row(file_reader *reader, const ss_row *row, ss_error *error)
{
    ss_row_feed *feed = reader->feed;
    memset(feed->fields, 0, sizeof feed->fields);
    feed->at = (row_place){ss_row_feed_keep(feed, ss_slice_of(row->place)), row->line};
    if (row->kind == SS_ROW_BROKEN) {
        feed->counts.rows++;
        ss_row_feed_refuse(feed, SS_FEED_FIELDS_MAX, row->problem, NULL);
        return SS_OK;
    }
    ss_status status = map_columns(reader, row, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < feed->kind->field_count; i++)
        feed->fields[i] =
            reader->map[i] < row->field_count ? ss_slice_trim(row->fields[reader->map[i]]) : (ss_slice){"", 0};
    return take_row(feed, error);
}

static bool is_full(const ss_row_feed *feed)
{
    return feed->count == SMARTSHELF_CHANGES_MAX || feed->bytes >= BATCH_BYTES_MAX;
}

static ss_status tell(const ss_row_feed *feed, const ss_cli *cli, bool finished, ss_error *error)
{
    const ss_progress progress = {feed->kind->phase, feed->counts.rows, finished ? feed->counts.rows : 0, "rows",
                                  (double)NAN,       finished};
    if (ss_progress_tell(cli->progress, &progress))
        return SS_OK;
    return ss_error_set(error, SS_E_CANCELLED, "stopped on request after %" PRIu64 " rows", feed->counts.rows);
}

/* Until the end of the files. */
static ss_status send_rows(file_reader *reader, const ss_cli *cli, ss_error *error)
{
    ss_row row;
    ss_status status;
    ss_row_feed *feed = reader->feed;
    do {
        SS_TRY(reader->source->next(reader->source, &row, error));
        if (row.kind != SS_ROW_END)
            SS_TRY(take_file_row(reader, &row, error));
        if (row.kind == SS_ROW_END || is_full(feed)) {
            SS_TRY(send_batch(feed, reader->place, error));
            SS_TRY(tell(feed, cli, row.kind == SS_ROW_END, error));
        }
    } while (row.kind != SS_ROW_END);
out:
    return status;
}

ss_status ss_row_feed_files(ss_row_feed *feed, const ss_texts *files, const char *columns, const char *place,
                            const ss_cli *cli, ss_error *error)
{
    file_reader reader = {.feed = feed, .columns = columns, .place = place};
    ss_status status = ss_row_source_open_files(files->text, files->count, &reader.source, error);
    if (status == SS_OK)
        status = tell(feed, cli, false, error);
    if (status == SS_OK)
        status = send_rows(&reader, cli, error);
    ss_row_source_close(&reader.source);
    return status;
}

ss_status ss_row_feed_verdict(const ss_row_feed *feed, ss_error *error)
{
    const ss_feed_counts *counts = &feed->counts;
    if (counts->bad == 0 && counts->refused == 0)
        return SS_OK;
    if (feed->from_options)
        return ss_error_set(error, SS_E_BAD_INPUT, "nothing is changed");
    return ss_error_set(error, SS_E_BAD_INPUT, "%" PRIu64 " of %" PRIu64 " rows were not read or refused",
                        counts->bad + counts->refused, counts->rows);
}
