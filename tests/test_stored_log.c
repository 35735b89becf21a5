/* test_stored_log.c: the log beside the models is read back as it was learned from; whatever is broken in it is found. */
#include "check.h"

#include "failing_malloc.h"
#include "log/gone.h"
#include "memory_rows.h"
#include "models/stored_log_train.h"
#include "temporary_folder.h"

#include <string.h>

typedef struct fixture {
    char folder[TEMPORARY_PATH_MAX];
    ss_interactions log;
    ss_log_options options;
    ss_log_report report;
} fixture;

static const char text[] = "order_id,session_id,customer_id,item_id,quantity,unit_price,timestamp,event\n"
                           "o1,,ann,mug,2,3.50,2024-01-01,purchase\n"
                           "o1,,ann,cup,1,2.00,2024-01-01,purchase\n"
                           "o2,,bob,mug,1,3.50,2024-01-02,purchase\n"
                           ",s1,bob,pan,,,2024-01-03,view\n"
                           ",s1,,pan,,,2024-01-04,view\n"
                           "C3,,ann,cup,-1,2.00,2024-01-05,purchase\n"
                           "o5,,dora,POSTAGE,1,9,2024-01-05,purchase\n"
                           "o4,,cleo,POSTAGE,1,9,2024-01-05,purchase\n"
                           "o4,,cleo,mug,1,,1969-12-31,purchase\n";

static int set_up(void **state)
{
    fixture *fix = calloc(1, sizeof *fix);
    ss_error error;
    ss_row_source *source = memory_rows_open(text);
    temporary_folder_make(fix->folder);
    fix->options = ss_log_defaults();
    fix->options.keep = true;
    fix->options.exclude_items = (ss_texts){{"POST*", "GIFT*"}, 2};
    fix->options.fees = SS_FEES_KEEP;
    fix->options.decimals = 3;
    expect_ok(ss_log_read(source, &fix->options, NULL, NULL, &fix->log, &fix->report, &error), &error);
    ss_row_source_close(&source);
    *state = fix;
    return 0;
}

static int tear_down(void **state)
{
    fixture *fix = *state;
    ss_interactions_free(&fix->log);
    temporary_folder_remove(fix->folder);
    free(fix);
    return 0;
}

#define ITEMS 4 /* one of which only a catalogue names */

static ss_status write_log(const fixture *fix, ss_error *error)
{
    return ss_stored_log_write(&fix->log, ITEMS, true, &fix->options, &fix->report, fix->folder, error);
}

static void the_log_comes_back(void **state)
{
    fixture *fix = *state;
    ss_stored_log stored;
    ss_error error;
    expect_ok(write_log(fix, &error), &error);
    expect_ok(ss_stored_log_open(fix->folder, &stored, &error), &error);
    assert_int_equal(stored.count, fix->log.count);
    assert_memory_equal(stored.rows, fix->log.rows, fix->log.count * sizeof *fix->log.rows);
    assert_int_equal(stored.item_count, ITEMS);
    assert_int_equal(stored.item_rows[3], 0);
    assert_int_equal(stored.customer_count, 3);
    assert_memory_equal(stored.spent, fix->log.spent, 3 * sizeof *stored.spent);
    assert_int_equal(stored.basket_count, fix->log.key_count);
    assert_true(fix->log.key_count > fix->log.basket_count); /* the returning order's */
    assert_int_equal(stored.origin_count, fix->log.origin_count);
    for (size_t i = 0; i < stored.origin_count; i++) {
        ss_interaction origin = stored.origins[i];
        if (origin.item >= ITEMS) /* those gone come behind those that only a catalogue names */
            origin.item -= ITEMS - fix->log.item_count;
        assert_memory_equal(&origin, &fix->log.origins[i], sizeof origin);
    }
    assert_memory_equal(stored.basket_keys, fix->log.basket_keys, stored.basket_count * sizeof *stored.basket_keys);
    assert_true(stored.has_catalog && stored.has_times && stored.has_baskets && stored.has_customers);
    assert_true(stored.has_purchases && !stored.ids_folded);
    assert_int_not_equal(ss_strings_find(&stored.set_aside, SS_SLICE_LITERAL("POSTAGE")), SS_NONE);
    ss_stored_log_close(&stored);
}

/* ann gave all her cups back, which nobody else bought; dora bought nothing but a fee. */
static void what_is_gone_comes_back(void **state)
{
    fixture *fix = *state;
    ss_stored_log stored;
    ss_error error;
    expect_ok(write_log(fix, &error), &error);
    expect_ok(ss_stored_log_open(fix->folder, &stored, &error), &error);
    uint32_t mug = ss_dictionary_find(fix->log.items, SS_SLICE_LITERAL("mug")),
             postage = ss_strings_find(&stored.set_aside, SS_SLICE_LITERAL("POSTAGE"));
    assert_true(stored.has_gone);
    assert_int_equal(stored.gone_items.count, 1);
    assert_slice_equal(ss_strings_at(&stored.gone_items, 0), "cup");
    assert_int_equal(stored.gone_item_reads[0], 2);
    assert_int_equal(stored.item_reads[mug], 3);
    assert_int_equal(stored.item_reads[3], 0);
    assert_int_equal(stored.set_aside_reads[postage], 2);
    assert_int_equal(stored.gone_customers.count, 1);
    assert_slice_equal(ss_strings_at(&stored.gone_customers, 0), "dora");
    assert_int_equal(stored.gone_before[0], 2);
    assert_int_equal(stored.gone_spent[0], 0);
    assert_int_equal(stored.origins[0].item, ITEMS);
    ss_stored_log_close(&stored);
}

/* So that what follows is read by the same rules. */
static void how_it_was_read_comes_back(void **state)
{
    fixture *fix = *state;
    ss_stored_log stored;
    ss_error error;
    fix->options.notation = (ss_notation){true, SS_TIME_DAY_SLASHES};
    expect_ok(write_log(fix, &error), &error);
    expect_ok(ss_stored_log_open(fix->folder, &stored, &error), &error);
    assert_int_equal(stored.options.exclude_items.count, 2);
    assert_string_equal(stored.options.exclude_items.text[0], "POST*");
    assert_string_equal(stored.options.exclude_items.text[1], "GIFT*");
    assert_int_equal(stored.options.fees, SS_FEES_KEEP);
    assert_int_equal(stored.options.decimals, 3);
    assert_true(stored.options.notation.decimal_comma);
    assert_int_equal(stored.options.notation.time_form, SS_TIME_DAY_SLASHES);
    assert_string_equal(stored.options.cancel_prefix, "C"); /* the one row of such an order is negative */
    assert_int_equal(stored.options.events_from, SS_NO_TIME);
    assert_int_equal(stored.newest[SS_EVENT_PURCHASE], INT64_C(1704412800000000));
    assert_int_equal(stored.newest[SS_EVENT_VIEW], INT64_C(1704326400000000));
    assert_int_equal(stored.newest[SS_EVENT_CLICK], SS_NO_TIME);
    ss_stored_log_close(&stored);
}

/* The key of an order and of a session; a basket of either has its own. */
static void baskets_keep_their_keys(void **state)
{
    fixture *fix = *state;
    uint64_t order = ss_basket_key(false, SS_SLICE_LITERAL("o1")),
             session = ss_basket_key(true, SS_SLICE_LITERAL("s1"));
    bool found_order = false, found_session = false;
    assert_true(ss_basket_key(false, SS_SLICE_LITERAL("s1")) != session);
    for (size_t i = 0; i < fix->log.count; i++) {
        uint64_t key = fix->log.basket_keys[fix->log.rows[i].basket];
        found_session |= key == session && fix->log.rows[i].event == SS_EVENT_VIEW;
        found_order |= key == order && fix->log.rows[i].event == SS_EVENT_PURCHASE;
    }
    assert_true(found_order && found_session);
}

/* What is written now is refused when it is opened; the error names the tensor. */
static void refuse(fixture *fix, const char *tensor)
{
    ss_stored_log stored = {0};
    ss_error error;
    char path[TEMPORARY_PATH_MAX], said[1024];
    unlink(temporary_path(path, fix->folder, SS_STORED_LOG_FILE));
    expect_ok(write_log(fix, &error), &error);
    assert_status(ss_stored_log_open(fix->folder, &stored, &error), SS_E_CORRUPT);
    ss_error_format(&error, said, sizeof said);
    assert_non_null(strstr(said, tensor));
    assert_null(stored.file);
}

static void broken_rows_are_found(void **state)
{
    fixture *fix = *state;
    ss_interaction *rows = fix->log.rows, first = rows[0];
    rows[0].event = SS_EVENT_COUNT;
    refuse(fix, "rows");
    rows[0] = first;
    rows[0].quantity = 0;
    refuse(fix, "rows");
    rows[0] = first;
    rows[0].basket = fix->log.key_count;
    refuse(fix, "rows");
    rows[0] = first;
    assert_int_equal(rows[1].customer, rows[2].customer);
    rows[1].time = INT64_C(1) << 54;
    refuse(fix, "rows");
}

static void what_is_told_of_those_gone_is_checked(void **state)
{
    fixture *fix = *state;
    uint32_t item = fix->log.origins[0].item;
    fix->log.gone->before[0] = 4;
    refuse(fix, "gone.before");
    fix->log.gone->before[0] = 2;
    fix->log.origins[0].item = item + 1;
    refuse(fix, "origins");
    fix->log.origins[0].item = item;
    fix->log.origins[0].customer = 4;
    refuse(fix, "origins");
}

static bool try_to_write(void *context)
{
    fixture *fix = context;
    ss_error error;
    char path[TEMPORARY_PATH_MAX];
    unlink(temporary_path(path, fix->folder, SS_STORED_LOG_FILE));
    bool written = write_log(fix, &error) == SS_OK;
    assert_true((access(path, F_OK) == 0) == written);
    return written;
}

static bool try_to_open(void *context)
{
    fixture *fix = context;
    ss_stored_log stored = {0};
    ss_error error;
    bool opened = ss_stored_log_open(fix->folder, &stored, &error) == SS_OK;
    assert_true((stored.file != NULL) == opened);
    ss_stored_log_close(&stored);
    return opened;
}

static void allocations_that_fail_are_told(void **state)
{
    assert_true(failing_malloc_torture(try_to_write, *state) > 0);
    assert_true(failing_malloc_torture(try_to_open, *state) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_log_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_gone_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_it_was_read_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(baskets_keep_their_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_rows_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_told_of_those_gone_is_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(allocations_that_fail_are_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
