#include "log/row_source.h"

#include "base/memory.h"
#include "log/csv.h"
#include "log/ndjson.h"
#include <assert.h>
#include <stdlib.h>

typedef struct files_source {
    ss_row_source base;
    ss_input **inputs; /* NULL where a file is done */
    size_t input_count, current;
    uint64_t done_before; /* bytes of the files before the current one */
    size_t chunk;
    ss_window window;
    ss_columns columns;
    ss_csv *csv;
    ss_ndjson *ndjson;
    bool is_ndjson;
    bool lines;   /* a row of CSV is one line */
    bool waiting; /* `first` was read to learn the columns and not yet handed out */
    ss_row first;
} files_source;

/* Formats that are met in place of text, told by their first bytes. */
static const struct {
    ss_slice magic;
    const char *advice;
} foreign[] = {
    {SS_SLICE_LITERAL("PK\3\4"), "a zip archive or spreadsheet: unpack it, or save it as CSV"},
    {SS_SLICE_LITERAL("BZh"), "bzip2 data: unpack it, or pipe it in"},
    {SS_SLICE_LITERAL("\xfd"
                      "7zXZ"),
     "xz data: unpack it, or pipe it in"},
    {SS_SLICE_LITERAL("\x1f\x8b"), "compressed twice"},
    {SS_SLICE_LITERAL("\x28\xb5\x2f\xfd"), "compressed twice"},
    {SS_SLICE_LITERAL("PAR1"), "a Parquet file: export it as CSV or NDJSON"},
    {SS_SLICE_LITERAL("\xff\xfe"), "UTF-16 text: convert it to UTF-8"},
    {SS_SLICE_LITERAL("\xfe\xff"), "UTF-16 text: convert it to UTF-8"},
};
#define MAGIC_MAX 6u

static void files_close(ss_row_source *source)
{
    files_source *files = (files_source *)source;
    for (size_t i = 0; i < files->input_count; i++)
        ss_input_close(files->inputs + i);
    free(files->inputs);
    ss_window_release(&files->window);
    ss_columns_clear(&files->columns);
    ss_csv_free(&files->csv);
    ss_ndjson_free(&files->ndjson);
    free(files);
}

static ss_status refuse_foreign(const ss_window *window, ss_error *error)
{
    ss_slice text = {window->data + window->at, window->end - window->at};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        ss_slice magic = foreign[i].magic;
        if (text.size < magic.size || !ss_slice_equal(magic, (ss_slice){text.data, magic.size}))
            continue;
        ss_error_set(error, SS_E_UNSUPPORTED, "%s", foreign[i].advice);
        ss_error_place(error, ss_input_name(window->input), 0);
        return SS_E_UNSUPPORTED;
    }
    return SS_OK;
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The first two bytes that are not blank, as far as there are any within the longest row; enough is read for the magic
 * bytes too. */
static ss_status first_bytes(ss_window *window, char bytes[2], ss_error *error)
{
    for (;;) {
        const char *text = window->data + window->at;
        size_t size = window->end - window->at, found = 0;
        for (size_t i = 0; i < size && found < 2; i++)
            if (!is_blank(text[i]))
                bytes[found++] = text[i];
        if ((found == 2 && size >= MAGIC_MAX) || window->finished || size > SS_ROW_MAX)
            return SS_OK;
        ss_status status = ss_window_more(window, error);
        if (status != SS_OK)
            return status;
    }
}

static void publish_columns(files_source *files)
{
    files->base.columns = files->columns.names;
    files->base.column_count = files->columns.count;
    files->base.generation++;
}

/* Reads as far as the columns are known. */
static ss_status begin_ndjson(files_source *files, ss_error *error)
{
    if (!files->ndjson)
        files->ndjson = ss_ndjson_new();
    if (!files->ndjson)
        return ss_error_nomem(error);
    ss_ndjson_start(files->ndjson, &files->window, &files->columns);
    files->waiting = true;
    return ss_ndjson_next(files->ndjson, &files->first, error);
}

static ss_status begin_csv(files_source *files, ss_error *error)
{
    if (!files->csv)
        files->csv = ss_csv_new();
    if (!files->csv)
        return ss_error_nomem(error);
    ss_csv_set_lines(files->csv, files->lines);
    return ss_csv_start(files->csv, &files->window, &files->columns, error);
}

/* Recognises the current file and reads its header. */
static ss_status begin_file(files_source *files, ss_error *error)
{
    ss_status status = SS_OK;
    char bytes[2] = {0};
    ss_input *input = files->inputs[files->current];
    SS_TRY(ss_window_start(&files->window, input, files->chunk, error));
    SS_TRY(first_bytes(&files->window, bytes, error));
    SS_TRY(refuse_foreign(&files->window, error));
    if (bytes[0] == '[' && bytes[1] == '{') {
        ss_error_set(error, SS_E_UNSUPPORTED, "a JSON array: write one object a line (NDJSON)");
        ss_error_place(error, ss_input_name(input), 0);
        return SS_E_UNSUPPORTED;
    }
    files->is_ndjson = bytes[0] == '{';
    SS_TRY(files->is_ndjson ? begin_ndjson(files, error) : begin_csv(files, error));
    publish_columns(files);
out:
    return status;
}

static ss_status next_of_file(files_source *files, ss_row *row, ss_error *error)
{
    if (!files->is_ndjson)
        return ss_csv_next(files->csv, row, error);
    if (files->waiting) {
        files->waiting = false;
        *row = files->first;
        return SS_OK;
    }
    ss_status status = ss_ndjson_next(files->ndjson, row, error);
    if (files->columns.count != files->base.column_count)
        publish_columns(files);
    return status;
}

static ss_status files_next(ss_row_source *source, ss_row *row, ss_error *error)
{
    files_source *files = (files_source *)source;
    for (;;) {
        ss_status status = next_of_file(files, row, error);
        files->base.bytes_done = files->done_before + files->window.taken;
        if (status != SS_OK || row->kind != SS_ROW_END || files->current + 1 == files->input_count)
            return status;
        files->done_before = files->base.bytes_done;
        ss_input_close(files->inputs + files->current++);
        status = begin_file(files, error);
        if (status != SS_OK)
            return status;
    }
}

/* A source with room for `count` inputs, none open yet. */
static files_source *files_new(size_t count, size_t chunk)
{
    files_source *files = calloc(1, sizeof *files);
    if (!files)
        return NULL;
    files->base.next = files_next;
    files->base.close = files_close;
    files->chunk = chunk;
    files->inputs = ss_array_zeroed(count, sizeof(ss_input *));
    if (files->inputs)
        return files;
    free(files);
    return NULL;
}

void ss_row_source_rows_are_lines(ss_row_source *source)
{
    files_source *files = (files_source *)source;
    assert(source->next == files_next);
    files->lines = true;
    if (files->csv)
        ss_csv_set_lines(files->csv, true);
}

/* The bytes of all files, or 0 when one does not know how many it has. */
static uint64_t total_bytes(const files_source *files)
{
    uint64_t total = 0;
    for (size_t i = 0; i < files->input_count; i++) {
        uint64_t size = ss_input_size(files->inputs[i]);
        if (size == 0)
            return 0;
        total += size;
    }
    return total;
}

/* Reads the first header and hands the source over; closes it on failure. */
static ss_status files_start(files_source *files, ss_row_source **source, ss_error *error)
{
    files->base.bytes_total = total_bytes(files);
    ss_status status = begin_file(files, error);
    if (status == SS_OK)
        *source = &files->base;
    else
        files_close(&files->base);
    return status;
}

static ss_status check_paths(const char *const *paths, size_t count, ss_error *error)
{
    size_t standard_inputs = 0;
    for (size_t i = 0; i < count; i++)
        standard_inputs += ss_slice_equal(ss_slice_of(paths[i]), SS_SLICE_LITERAL("-"));
    if (count == 0)
        return ss_error_set(error, SS_E_ARGUMENT, "no file is given");
    if (standard_inputs > 1)
        return ss_error_set(error, SS_E_ARGUMENT, "standard input (-) is given more than once");
    return SS_OK;
}

ss_status ss_row_source_open_files(const char *const *paths, size_t path_count, ss_row_source **source, ss_error *error)
{
    files_source *files = NULL;
    ss_status status = check_paths(paths, path_count, error);
    if (status != SS_OK)
        return status;
    files = files_new(path_count, 0);
    if (!files)
        return ss_error_nomem(error);
    for (; files->input_count < path_count; files->input_count++)
        SS_TRY(ss_input_open(paths[files->input_count], files->inputs + files->input_count, error));
    return files_start(files, source, error);
out:
    files_close(&files->base);
    return status;
}

ss_status ss_row_source_open_memory(ss_slice bytes, const char *name, size_t chunk, ss_row_source **source,
                                    ss_error *error)
{
    files_source *files = files_new(1, chunk);
    if (!files)
        return ss_error_nomem(error);
    ss_status status = ss_input_open_memory(bytes, name, chunk, files->inputs, error);
    files->input_count = status == SS_OK;
    if (status == SS_OK)
        return files_start(files, source, error);
    files_close(&files->base);
    return status;
}
