/* What lists remember: kept, read again, pruned; broken files and a second run are told. */
#include "check.h"
#include "failing_malloc.h"
#include "temporary_folder.h"

#include "job/mail_memory.h"

#include <string.h>

#define NOW (INT64_C(1700000000) * SS_SECOND)

static ss_mail_memory *open_memory(const char *store, bool saves)
{
    ss_mail_memory *memory = NULL;
    ss_error error = {0};
    expect_ok(ss_mail_memory_open(store, saves, NOW, &memory, &error), &error);
    return memory;
}

static void save(ss_mail_memory **memory, const ss_left_out *forgotten, int64_t now)
{
    ss_error error = {0};
    expect_ok(ss_mail_memory_save(*memory, forgotten, now, &error), &error);
    ss_mail_memory_close(memory);
}

static void who_was_written_to_is_known_the_next_time(void **state)
{
    ss_mail_memory *memory = open_memory(*state, true);
    ss_slice ann = ss_slice_of("ann, \"the first\""), bob = ss_slice_of("bob");
    assert_true(ss_mail_memory_last(memory, ann, SS_MAIL_KINDS) == SS_NO_TIME);
    assert_status(ss_mail_memory_wrote(memory, ann, SS_MAIL_BIRTHDAY, NOW - SS_DAY), SS_OK);
    assert_status(ss_mail_memory_wrote(memory, ann, SS_MAIL_WIN_BACK, NOW), SS_OK);
    assert_status(ss_mail_memory_wrote(memory, ann, SS_MAIL_WIN_BACK, NOW - 5 * SS_DAY), SS_OK);
    save(&memory, NULL, NOW);
    memory = open_memory(*state, true);
    assert_true(ss_mail_memory_last(memory, ann, SS_MAIL_BIRTHDAY) == NOW - SS_DAY);
    assert_true(ss_mail_memory_last(memory, ann, SS_MAIL_WIN_BACK) == NOW);
    assert_true(ss_mail_memory_last(memory, ann, SS_MAIL_KINDS) == NOW);
    assert_true(ss_mail_memory_last(memory, ann, SS_MAIL_FOR_YOU) == SS_NO_TIME);
    assert_true(ss_mail_memory_last(memory, bob, SS_MAIL_KINDS) == SS_NO_TIME);
    ss_mail_memory_close(&memory);
}

static void what_is_old_or_forgotten_goes(void **state)
{
    ss_mail_memory *memory = open_memory(*state, true);
    ss_left_out *forgotten = ss_left_out_new();
    assert_status(ss_left_out_add(forgotten, ss_slice_of("fay"), NOW - 900 * SS_DAY), SS_OK);
    assert_status(ss_mail_memory_wrote(memory, ss_slice_of("ann"), SS_MAIL_BIRTHDAY, NOW - 399 * SS_DAY), SS_OK);
    assert_status(ss_mail_memory_wrote(memory, ss_slice_of("bob"), SS_MAIL_BIRTHDAY, NOW - 401 * SS_DAY), SS_OK);
    assert_status(ss_mail_memory_wrote(memory, ss_slice_of("fay"), SS_MAIL_BIRTHDAY, NOW), SS_OK);
    save(&memory, forgotten, NOW);
    memory = open_memory(*state, false);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("ann"), SS_MAIL_KINDS) != SS_NO_TIME);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("bob"), SS_MAIL_KINDS) == SS_NO_TIME);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("fay"), SS_MAIL_KINDS) == SS_NO_TIME);
    ss_mail_memory_close(&memory);
    ss_left_out_free(&forgotten);
}

static void an_item_is_back_when_it_was_sold_out_before(void **state)
{
    ss_mail_memory *memory = open_memory(*state, true);
    ss_slice tea = ss_slice_of("tea"), pot = ss_slice_of("pot");
    assert_status(ss_mail_memory_look(memory, tea, true, NOW - 9 * SS_DAY), SS_OK);
    assert_status(ss_mail_memory_look(memory, tea, true, NOW - 8 * SS_DAY), SS_OK);
    assert_status(ss_mail_memory_look(memory, pot, false, NOW - 8 * SS_DAY), SS_OK);
    save(&memory, NULL, NOW);
    memory = open_memory(*state, true);
    assert_true(ss_mail_memory_restocked(memory, tea) == SS_NO_TIME);
    assert_status(ss_mail_memory_look(memory, tea, false, NOW), SS_OK);
    assert_status(ss_mail_memory_look(memory, pot, false, NOW), SS_OK);
    assert_true(ss_mail_memory_restocked(memory, tea) == NOW);
    assert_true(ss_mail_memory_restocked(memory, pot) == SS_NO_TIME);
    save(&memory, NULL, NOW);
    memory = open_memory(*state, true);
    assert_status(ss_mail_memory_look(memory, tea, false, NOW + SS_DAY), SS_OK);
    assert_true(ss_mail_memory_restocked(memory, tea) == NOW);
    assert_status(ss_mail_memory_restock(memory, tea, NOW + SS_DAY), SS_OK); /* known already */
    assert_true(ss_mail_memory_restocked(memory, tea) == NOW);
    assert_status(ss_mail_memory_look(memory, tea, true, NOW + 2 * SS_DAY), SS_OK);
    assert_true(ss_mail_memory_restocked(memory, tea) == SS_NO_TIME);
    assert_status(ss_mail_memory_restock(memory, pot, NOW - SS_DAY), SS_OK);
    assert_true(ss_mail_memory_restocked(memory, pot) == NOW - SS_DAY);
    ss_mail_memory_close(&memory);
}

static void write_text(const char *folder, const char *name, const char *text)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    expect_ok(ss_file_make_folders(temporary_path(path, folder, SS_MAIL_FOLDER), &error), &error);
    char file[TEMPORARY_PATH_MAX];
    expect_ok(ss_file_write_atomic(temporary_path(file, path, name), text, strlen(text), &error), &error);
}

static void broken_lines_are_told_with_their_place(void **state)
{
    static const struct {
        const char *file, *text, *problem;
    } cases[] = {
        {"written.csv", "list,time\nbirthday,2023-01-01\n", "customer_id"},
        {"written.csv", "customer_id,time\nann,2023-01-01\n", "list"},
        {"items.csv", "item_id,sold_out,restocked\ntea,soon,\n", "items.csv:2"},
        {"items.csv", "item_id,sold_out,restocked\ntea,,2023-13-01\n", "items.csv:2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_mail_memory *memory = NULL;
        ss_error error = {0};
        char text[1024];
        write_text(*state, "written.csv", "customer_id,list,time\n");
        write_text(*state, "items.csv", "item_id,sold_out,restocked\n");
        write_text(*state, cases[i].file, cases[i].text);
        assert_true(ss_mail_memory_open(*state, false, NOW, &memory, &error) != SS_OK);
        assert_null(memory);
        ss_error_format(&error, text, sizeof text);
        if (!strstr(text, cases[i].problem))
            fail_msg("case %zu: %s", i, text);
    }
}

/* Who a row that cannot be read may name is not written to again. */
static void bad_rows_count_as_written_to_now(void **state)
{
    static const char text[] =
        "customer_id,list,time\nann,birthday,2023-01-01\nbob,birthdays,2023-01-01\n"
        "cid,win_back,lately\n,birthday,2023-01-01\ndan\n\"e\"\"f\",birthday,2023-01-01,by hand\n"
        "\"gus,birthday,2023-01-01\nhal,birthday,2023-01-02\n";
    static const char *const now[] = {"bob", "cid", "dan", "e\"f"}, *const lines[] = {"3", "4", "5", "6", "7"};
    char path[TEMPORARY_PATH_MAX];
    write_text(*state, "written.csv", text);
    ss_mail_memory *memory = open_memory(*state, true);
    for (size_t i = 0; i < sizeof now / sizeof *now; i++)
        assert_true(ss_mail_memory_last(memory, ss_slice_of(now[i]), SS_MAIL_KINDS) == NOW);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("bob"), SS_MAIL_FOR_YOU) == NOW); /* which list is not known */
    assert_true(ss_mail_memory_last(memory, ss_slice_of("cid"), SS_MAIL_WIN_BACK) == NOW);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("cid"), SS_MAIL_FOR_YOU) == SS_NO_TIME);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("ann"), SS_MAIL_KINDS) == INT64_C(1672531200) * SS_SECOND);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("hal"), SS_MAIL_KINDS) == INT64_C(1672617600) * SS_SECOND);
    const ss_table_report *report = ss_mail_memory_report(memory);
    assert_int_equal(report->rows, 8);
    assert_int_equal(report->bad_rows, 6);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(path, sizeof path, "written.csv:%s", lines[i]);
        assert_non_null(strstr(report->first_bad[i], path));
    }
    save(&memory, NULL, NOW);
    char folder[TEMPORARY_PATH_MAX];
    ss_buffer kept;
    ss_buffer_init(&kept, sizeof text);
    temporary_path(path, temporary_path(folder, *state, SS_MAIL_FOLDER), "written.csv.bad");
    assert_status(ss_file_read(path, sizeof text, &kept, NULL), SS_OK);
    assert_int_equal(kept.size, sizeof text - 1);
    assert_memory_equal(kept.data, text, sizeof text - 1);
    ss_buffer_release(&kept);
    memory = open_memory(*state, false);
    assert_int_equal(ss_mail_memory_report(memory)->bad_rows, 0);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("dan"), SS_MAIL_KINDS) == NOW);
    ss_mail_memory_close(&memory);
}

/* Whether it is closed rows later or not. */
static void a_stray_quote_costs_its_own_row(void **state)
{
    static const char text[] = "customer_id,list,time\n\"ann,birthday,2023-01-01\nbob,birthday,2023-01-01\n"
                               "cid\",birthday,2023-01-01\ndan,\"birthday,2023-01-01\nel,birthday,2023-01-01\n"
                               "fay,\"birth\"day,2023-01-01\n";
    static const char *const as_written[] = {"bob", "cid\"", "el"}, *const now[] = {"dan", "fay"};
    write_text(*state, "written.csv", text);
    ss_mail_memory *memory = open_memory(*state, false);
    for (size_t i = 0; i < sizeof as_written / sizeof *as_written; i++)
        assert_true(ss_mail_memory_last(memory, ss_slice_of(as_written[i]), SS_MAIL_KINDS) ==
                    INT64_C(1672531200) * SS_SECOND);
    for (size_t i = 0; i < sizeof now / sizeof *now; i++)
        assert_true(ss_mail_memory_last(memory, ss_slice_of(now[i]), SS_MAIL_KINDS) == NOW);
    assert_int_equal(ss_mail_memory_report(memory)->rows, 6);
    assert_int_equal(ss_mail_memory_report(memory)->bad_rows, 3);
    assert_non_null(strstr(ss_mail_memory_report(memory)->first_bad[0], "written.csv:2"));
    assert_non_null(strstr(ss_mail_memory_report(memory)->first_bad[0], "a quote that is not closed in its line"));
    ss_mail_memory_close(&memory);
}

static void one_run_saves_at_a_time(void **state)
{
    ss_mail_memory *first = open_memory(*state, true), *second = NULL, *reader = open_memory(*state, false);
    ss_error error = {0};
    assert_status(ss_mail_memory_open(*state, true, NOW, &second, &error), SS_E_BUSY);
    ss_mail_memory_close(&first);
    second = open_memory(*state, true);
    ss_mail_memory_close(&second);
    ss_mail_memory_close(&reader);
}

static bool remember(void *context)
{
    ss_mail_memory *memory = NULL;
    bool done = ss_mail_memory_open(context, true, NOW, &memory, NULL) == SS_OK &&
                ss_mail_memory_wrote(memory, ss_slice_of("bob"), SS_MAIL_FOR_YOU, NOW) == SS_OK &&
                ss_mail_memory_look(memory, ss_slice_of("pot"), true, NOW) == SS_OK &&
                ss_mail_memory_save(memory, NULL, NOW, NULL) == SS_OK;
    ss_mail_memory_close(&memory);
    return done;
}

static void without_memory_nothing_is_lost(void **state)
{
    write_text(*state, "written.csv", "customer_id,list,time\nann,birthday,2023-01-01\n");
    failing_malloc_torture(remember, *state);
    ss_mail_memory *memory = open_memory(*state, false);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("ann"), SS_MAIL_BIRTHDAY) != SS_NO_TIME);
    assert_true(ss_mail_memory_last(memory, ss_slice_of("bob"), SS_MAIL_FOR_YOU) == NOW);
    ss_mail_memory_close(&memory);
}

#define IN_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(who_was_written_to_is_known_the_next_time),
        IN_FOLDER(what_is_old_or_forgotten_goes),
        IN_FOLDER(an_item_is_back_when_it_was_sold_out_before),
        IN_FOLDER(broken_lines_are_told_with_their_place),
        IN_FOLDER(bad_rows_count_as_written_to_now),
        IN_FOLDER(a_stray_quote_costs_its_own_row),
        IN_FOLDER(one_run_saves_at_a_time),
        IN_FOLDER(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
