/* test_row_source.c: files as one log: several of them, each as its content says; and files that are no log. */
#include "packed.h"
#include "rows_text.h"

#include "base/file.h"
#include "failing_malloc.h"

#define LITERAL(TEXT)                                                                                                  \
    {                                                                                                                  \
        TEXT, sizeof(TEXT) - 1                                                                                         \
    }
#define FILES_MAX 4

typedef struct log_files {
    char path[40];
    char files[FILES_MAX][60];
    const char *paths[FILES_MAX];
    size_t count;
} log_files;

static int make_folder(void **state)
{
    log_files *made = calloc(1, sizeof *made);
    snprintf(made->path, sizeof made->path, "/tmp/ss_rows.XXXXXX");
    *state = made;
    return mkdtemp(made->path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    log_files *made = *state;
    ss_file_remove_tree(made->path, NULL);
    free(made);
    return 0;
}

/* Files a, b, c, … */
static void add_file(log_files *folder, const void *bytes, size_t size)
{
    const char name[] = {(char)('a' + folder->count), '\0'};
    char *path = folder->files[folder->count];
    assert_int_equal(ss_file_join(path, sizeof folder->files[0], folder->path, name, NULL), SS_OK);
    assert_int_equal(ss_file_write_atomic(path, bytes, size, NULL), SS_OK);
    folder->paths[folder->count++] = path;
}

static void add_text(log_files *folder, const char *text)
{
    add_file(folder, text, strlen(text));
}

/* What the files give, with the folder's name taken out of errors. */
static void expect_rows(const log_files *folder, const char *rows)
{
    ss_buffer text;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_status status = ss_row_source_open_files(folder->paths, folder->count, &source, &error);
    size_t prefix = strlen(folder->path) + 1;
    if (strncmp(error.where, folder->path, prefix - 1) == 0)
        memmove(error.where, error.where + prefix, strlen(error.where + prefix) + 1);
    rows_text_read(status, &error, source, &text);
    char *at = strstr(text.data, folder->path);
    if (at)
        memmove(at, at + prefix, strlen(at + prefix) + 1);
    if (strcmp(text.data, rows) != 0)
        fail_msg("read as:\n%s\nexpected:\n%s", text.data, rows);
    ss_buffer_release(&text);
}

static void files_are_one_log(void **state)
{
    ss_buffer packed;
    ss_buffer_init(&packed, PACKED_MAX);
    pack_gzip("b;a\n3;4\n", 8, &packed);
    add_text(*state, "a,b\n1,2\n");
    add_file(*state, packed.data, packed.size);
    add_text(*state, "{\"b\":5}\n{\"a\":6,\"b\":7}\n");
    ss_buffer_clear(&packed);
    pack_zstd("\na\tc\n8\t9", 8, &packed);
    add_file(*state, packed.data, packed.size);
    expect_rows(*state, "[a|b]\n2:1|2\n[b|a]\n2:3|4\n[b]\n1:5\n[b|a]\n2:7|6\n[a|c]\n3:8|9\n.\n");
    ss_buffer_release(&packed);
}

static void a_file_without_rows_is_fine(void **state)
{
    add_text(*state, "a,b\n");
    add_text(*state, "a,b\n1,2\n");
    add_text(*state, "b,a");
    expect_rows(*state, "[a|b]\n2:1|2\n[b|a]\n.\n");
}

static void places_and_progress_are_told(void **state)
{
    log_files *folder = *state;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_row row;
    add_text(folder, "a\n1\n");
    add_text(folder, "a\n\n2\n");
    expect_ok(ss_row_source_open_files(folder->paths, folder->count, &source, &error), &error);
    assert_int_equal(source->bytes_total, 9);
    assert_int_equal(source->generation, 1);
    expect_ok(source->next(source, &row, &error), &error);
    assert_string_equal(row.place, folder->files[0]);
    assert_int_equal(row.line, 2);
    assert_int_equal(source->bytes_done, 4);
    expect_ok(source->next(source, &row, &error), &error);
    assert_string_equal(row.place, folder->files[1]);
    assert_int_equal(row.line, 3);
    assert_int_equal(source->generation, 2);
    assert_int_equal(source->bytes_done, 9);
    for (int again = 0; again < 3; again++) {
        expect_ok(source->next(source, &row, &error), &error);
        assert_int_equal(row.kind, SS_ROW_END);
    }
    ss_row_source_close(&source);
    assert_null(source);
    ss_row_source_close(&source);
}

static void a_later_file_may_fail(void **state)
{
    add_text(*state, "a,b\n1,2\n");
    add_text(*state, "");
    expect_rows(*state, "[a|b]\n2:1|2\nerror format at b: the file is empty: there is no header\n");
}

static void a_missing_file_fails_before_any_work(void **state)
{
    log_files *folder = *state;
    ss_error error = {0};
    ss_row_source *source = NULL;
    add_text(folder, "a,a\n");
    folder->paths[folder->count++] = "/nonexistent/log.csv";
    assert_int_equal(ss_row_source_open_files(folder->paths, 2, &source, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, "/nonexistent/log.csv");
    assert_null(source);
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    static const char *const twice[] = {"-", "-"};
    ss_row_source *source = NULL;
    assert_int_equal(ss_row_source_open_files(twice, 2, &source, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_row_source_open_files(twice, 0, &source, NULL), SS_E_ARGUMENT);
    assert_null(source);
}

static void other_formats_are_named(void **state)
{
    (void)state;
    static const struct {
        ss_slice bytes;
        const char *says;
    } examples[] = {
        {LITERAL("PK\3\4\x14\0\6\0"), "error unsupported at log: a zip archive or spreadsheet"},
        {LITERAL("BZh91AY&SY"), "error unsupported at log: bzip2 data"},
        {LITERAL("\xfd"
                 "7zXZ\0\0\4"),
         "error unsupported at log: xz data"},
        {LITERAL("PAR1\x15\4\x15\xe0"), "error unsupported at log: a Parquet file"},
        {LITERAL("\xff\xfe"
                 "a\0,\0b\0\n\0"),
         "error unsupported at log: UTF-16 text"},
        {LITERAL("\xfe\xff\0a\0,\0b\0\n"), "error unsupported at log: UTF-16 text"},
        {LITERAL("[{\"a\":1}]"), "error unsupported at log: a JSON array"},
        {LITERAL("\0\0\0\0"), "error format at log:1: a NUL byte"},
        {LITERAL("\x7f"
                 "ELF\2\1\1\0"),
         "error format at log:1: a NUL byte"},
        {LITERAL("\x89PNG\r\n\x1a\n"), "error format at log:1: the name of a column is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        for (size_t chunk = 0; chunk < 8; chunk++) {
            ss_buffer text = rows_text_of(examples[i].bytes, chunk);
            if (strncmp(text.data, examples[i].says, strlen(examples[i].says)) != 0)
                fail_msg("example %zu gave %s", i, text.data);
            ss_buffer_release(&text);
        }
    }
}

static void brackets_are_no_json_array(void **state)
{
    (void)state;
    ss_buffer text = rows_text_of(SS_SLICE_LITERAL("[order],[item]\n1,2\n"), 0);
    assert_string_equal(text.data, "[[order]|[item]]\n2:1|2\n.\n");
    ss_buffer_release(&text);
}

static void what_is_packed_twice_is_refused(void **state)
{
    (void)state;
    ss_buffer once, twice;
    ss_buffer_init(&once, PACKED_MAX);
    ss_buffer_init(&twice, PACKED_MAX);
    pack_zstd("a\n1\n", 4, &once);
    pack_gzip(once.data, once.size, &twice);
    ss_buffer text = rows_text_of((ss_slice){twice.data, twice.size}, 0);
    assert_string_equal(text.data, "error unsupported at log: compressed twice\n");
    ss_buffer_release(&text);
    ss_buffer_release(&once);
    ss_buffer_release(&twice);
}

/* A compressed log cut short: its rows, and then an error; not a shorter log. */
static void a_cut_log_is_an_error(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_buffer log, packed;
    ss_buffer_init(&log, PACKED_MAX);
    ss_buffer_init(&packed, PACKED_MAX);
    ss_buffer_append_text(&log, "a,b\n");
    for (int i = 0; i < 30000; i++)
        ss_buffer_printf(&log, "%u,%u\n", ss_random_below(&random, 1000000), i);
    for (int kind = 0; kind < 2; kind++) {
        ss_buffer_clear(&packed);
        (kind ? pack_zstd : pack_gzip)(log.data, log.size, &packed);
        ss_buffer text = rows_text_of((ss_slice){packed.data, packed.size - 1}, 0);
        const char *end = strrchr(text.data, ':');
        assert_string_equal(end, ": ends early\n");
        assert_non_null(strstr(text.data, "error format at log@"));
        assert_non_null(strstr(text.data, "\n2:"));
        ss_buffer_release(&text);
    }
    ss_buffer_release(&log);
    ss_buffer_release(&packed);
}

typedef struct reading {
    ss_slice bytes;
    uint64_t rows;
} reading;

/* A small chunk, so that every buffer has to grow on the way. */
static bool read_attempt(void *context)
{
    reading *attempt = context;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_row row = {.kind = SS_ROW_FIELDS};
    attempt->rows = 0;
    ss_status status = ss_row_source_open_memory(attempt->bytes, "log", 20, &source, &error);
    while (status == SS_OK && row.kind != SS_ROW_END) {
        status = source->next(source, &row, &error);
        attempt->rows += status == SS_OK && row.kind == SS_ROW_FIELDS;
    }
    if (status != SS_OK)
        assert_int_equal(status, SS_E_NOMEM);
    ss_row_source_close(&source);
    return status == SS_OK;
}

static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    static const char csv[] =
        "a,b\n1,2\n3,\"444444444444444444444444444444444444444444444444444444444444444444\"\n5,6\n";
    static const char ndjson[] = "{\"a\":1,\"b\":\"444444444444444444444444444444444444444444444444\"}\n{\"c\":2}\n";
    ss_buffer packed;
    ss_buffer_init(&packed, PACKED_MAX);
    pack_gzip(csv, sizeof csv - 1, &packed);
    reading attempts[] = {{SS_SLICE_LITERAL(csv), 0}, {SS_SLICE_LITERAL(ndjson), 0}, {{packed.data, packed.size}, 0}};
    static const uint64_t rows[] = {3, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        assert_true(failing_malloc_torture(read_attempt, attempts + i) >= 5);
        assert_int_equal(attempts[i].rows, rows[i]);
    }
    ss_buffer_release(&packed);
}

static bool open_attempt(void *context)
{
    ss_row_source *source = NULL;
    ss_status status = ss_row_source_open_files(((log_files *)context)->paths, 2, &source, NULL);
    bool good = status == SS_OK;
    assert_true(good || (status == SS_E_NOMEM && !source));
    ss_row_source_close(&source);
    return good;
}

static void running_out_of_memory_leaves_no_file_open(void **state)
{
    add_text(*state, "a,b\n1,2\n");
    add_text(*state, "a,b\n1,2\n");
    assert_true(failing_malloc_torture(open_attempt, *state) >= 5);
}

static void the_real_log_is_read_whole(void **state)
{
    (void)state;
    char path[500];
    const char *paths[] = {test_data("online_retail_ii/transactions.csv.gz", path, sizeof path)};
    if (!paths[0])
        skip();
    ss_error error = {0};
    ss_row_source *source = NULL;
    uint64_t rows = 0, bytes = 0;
    expect_ok(ss_row_source_open_files(paths, 1, &source, &error), &error);
    for (ss_row row;; rows++) {
        expect_ok(source->next(source, &row, &error), &error);
        if (row.kind == SS_ROW_END)
            break;
        assert_int_equal(row.kind, SS_ROW_FIELDS);
        for (size_t i = 0; i < row.field_count; i++)
            bytes += row.fields[i].size;
    }
    assert_int_equal(source->bytes_done, source->bytes_total);
    /* As python's csv module reads it; without the header. */
    assert_int_equal(rows, 1044847);
    assert_int_equal(bytes, 45684404);
    ss_row_source_close(&source);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(files_are_one_log),
        WITH_FOLDER(a_file_without_rows_is_fine),
        WITH_FOLDER(places_and_progress_are_told),
        WITH_FOLDER(a_later_file_may_fail),
        WITH_FOLDER(a_missing_file_fails_before_any_work),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(brackets_are_no_json_array),
        cmocka_unit_test(what_is_packed_twice_is_refused),
        cmocka_unit_test(a_cut_log_is_an_error),
        cmocka_unit_test(running_out_of_memory_is_an_error),
        WITH_FOLDER(running_out_of_memory_leaves_no_file_open),
        cmocka_unit_test(the_real_log_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
