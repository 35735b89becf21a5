/* Where lists go: one file, a folder, those held out apart; whole or not at all. */
#include "check.h"
#include "temporary_folder.h"

#include "job/mail_out.h"

#include <string.h>
#include <unistd.h>

static const ss_mail_kind kinds[] = {SS_MAIL_BIRTHDAY, SS_MAIL_WIN_BACK};

static ss_mail_out *open_out(const char *folder, const char *name, bool holdout)
{
    char path[TEMPORARY_PATH_MAX];
    ss_mail_out *out = NULL;
    ss_error error = {0};
    expect_ok(ss_mail_out_open(temporary_path(path, folder, name), SS_MAIL_CSV, 1, kinds, 2, holdout, &out, &error),
              &error);
    return out;
}

static void write_rows(ss_mail_out *out)
{
    ss_error error = {0};
    expect_ok(ss_mail_out_write(out, SS_MAIL_WIN_BACK, false, ss_slice_of("ann\n"), &error), &error);
    expect_ok(ss_mail_out_write(out, SS_MAIL_BIRTHDAY, true, ss_slice_of("bob\n"), &error), &error);
    expect_ok(ss_mail_out_write(out, SS_MAIL_BIRTHDAY, false, ss_slice_of("cid\n"), &error), &error);
}

/* Behind the line of columns the file holds just that. */
static void expect_file(const char *folder, const char *name, const char *wanted)
{
    char path[TEMPORARY_PATH_MAX];
    ss_buffer text;
    ss_error error = {0};
    ss_buffer_init(&text, 1u << 16);
    expect_ok(ss_file_read(temporary_path(path, folder, name), 1u << 16, &text, &error), &error);
    assert_memory_equal(text.data, "customer_id,list,", 17);
    assert_string_equal(strchr(text.data, '\n') + 1, wanted);
    ss_buffer_release(&text);
}

static bool is_there(const char *folder, const char *name)
{
    char path[TEMPORARY_PATH_MAX];
    return access(temporary_path(path, folder, name), F_OK) == 0;
}

static void publish(ss_mail_out **out)
{
    ss_error error = {0};
    expect_ok(ss_mail_out_flush(*out, &error), &error);
    expect_ok(ss_mail_out_publish(out, &error), &error);
    assert_null(*out);
}

static void one_file_and_those_held_out_beside_it(void **state)
{
    ss_mail_out *out = open_out(*state, "mails.new.csv", true);
    write_rows(out);
    assert_false(is_there(*state, "mails.new.csv"));
    publish(&out);
    expect_file(*state, "mails.new.csv", "ann\ncid\n");
    expect_file(*state, "mails.new.holdout.csv", "bob\n");
}

static void a_file_without_ending(void **state)
{
    ss_mail_out *out = open_out(*state, ".mails", true);
    write_rows(out);
    publish(&out);
    expect_file(*state, ".mails", "ann\ncid\n");
    expect_file(*state, ".mails.holdout", "bob\n");
}

static void a_folder_has_a_file_for_each_list(void **state)
{
    ss_mail_out *out = open_out(*state, "lists/", true);
    write_rows(out);
    publish(&out);
    expect_file(*state, "lists/win_back.csv", "ann\n");
    expect_file(*state, "lists/birthday.csv", "cid\n");
    expect_file(*state, "lists/holdout.csv", "bob\n");
    assert_false(is_there(*state, "lists/for_you.csv"));
}

static void an_old_file_stays_until_the_new_one_is_whole(void **state)
{
    ss_mail_out *out = open_out(*state, "mails.csv", false);
    write_rows(out);
    publish(&out);
    expect_file(*state, "mails.csv", "ann\ncid\n");
    out = open_out(*state, "mails.csv", false);
    write_rows(out);
    write_rows(out);
    ss_mail_out_abandon(&out);
    expect_file(*state, "mails.csv", "ann\ncid\n");
    assert_false(is_there(*state, "mails.holdout.csv"));
}

static void what_cannot_be_written_is_told_at_once(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_mail_out *out = NULL;
    ss_error error = {0};
    temporary_path(path, *state, "no/such/folder.csv");
    assert_true(ss_mail_out_open(path, SS_MAIL_CSV, 1, kinds, 2, false, &out, &error) != SS_OK);
    assert_null(out);
}

#define IN_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(one_file_and_those_held_out_beside_it),  IN_FOLDER(a_file_without_ending),
        IN_FOLDER(a_folder_has_a_file_for_each_list),      IN_FOLDER(an_old_file_stays_until_the_new_one_is_whole),
        IN_FOLDER(what_cannot_be_written_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
