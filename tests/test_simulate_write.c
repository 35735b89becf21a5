#include "check.h"

#include "job/simulate_write.h"
#include "temporary_folder.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char *const NAMES[] = {"one.csv", "two.csv"};

static bool is_there(const char *folder, const char *name)
{
    char path[TEMPORARY_PATH_MAX];
    return access(temporary_path(path, folder, name), F_OK) == 0;
}

static void assert_contents(const char *folder, const char *name, const char *wanted)
{
    char path[TEMPORARY_PATH_MAX];
    ss_buffer data;
    ss_buffer_init(&data, 1 << 20);
    assert_status(ss_file_read(temporary_path(path, folder, name), 1 << 20, &data, NULL), SS_OK);
    assert_string_equal(data.data, wanted);
    ss_buffer_release(&data);
}

static ss_sim_folder open_both(const char *path)
{
    ss_sim_folder folder;
    ss_error error = {0};
    expect_ok(ss_sim_folder_open(&folder, path, NAMES, 2, false, &error), &error);
    return folder;
}

static void fields(void **state)
{
    (void)state;
    char path[TEMPORARY_PATH_MAX];
    temporary_folder_make(path);
    ss_sim_folder folder = open_both(path);
    ss_sim_file *file = &folder.files[0];
    static const uint64_t numbers[] = {0, 9, 10, 18446744073709551615u};
    for (size_t i = 0; i < 4; i++) {
        ss_sim_put_number(file, numbers[i]);
        ss_sim_put_char(file, ' ');
    }
    static const uint32_t cents[] = {0, 5, 99, 100, 123456, 4294967295u};
    for (size_t i = 0; i < 6; i++) {
        ss_sim_put_money(file, cents[i]);
        ss_sim_put_char(file, ' ');
    }
    ss_sim_put_real(file, .25);
    ss_sim_put_char(file, ' ');
    ss_sim_put_real(file, 12.99996);
    ss_sim_put_text(file, "\n");
    ss_sim_put_quoted(file, SS_SLICE_LITERAL("plain"));
    ss_sim_put_quoted(file, SS_SLICE_LITERAL(",a \"b\""));
    ss_sim_put_quoted(file, SS_SLICE_LITERAL("c\nd"));
    assert_status(ss_sim_folder_publish(&folder, NULL), SS_OK);
    assert_contents(path, "one.csv",
                    "0 9 10 18446744073709551615 0.00 0.05 0.99 1.00 1234.56 42949672.95 0.2500 13.0000\n"
                    "plain\",a \"\"b\"\"\"\"c\nd\"");
    assert_contents(path, "two.csv", "");
    temporary_folder_remove(path);
}

static void nothing_shows_before_the_end(void **state)
{
    (void)state;
    char parent[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    temporary_folder_make(parent);
    temporary_path(path, parent, "new");
    ss_sim_folder folder = open_both(path);
    ss_sim_put_text(&folder.files[0], "x");
    assert_status(ss_sim_file_flush(&folder.files[0], NULL), SS_OK);
    assert_int_equal(folder.files[0].bytes, 1);
    assert_false(is_there(path, "one.csv"));
    ss_sim_folder_abandon(&folder);
    assert_false(is_there(parent, "new")); /* the folder was made for it and goes with it */
    ss_sim_folder_abandon(&folder);
    folder = open_both(path);
    assert_status(ss_sim_folder_publish(&folder, NULL), SS_OK);
    ss_sim_folder_abandon(&folder); /* does nothing any more */
    assert_true(is_there(path, "one.csv") && is_there(path, "two.csv"));
    assert_false(is_there(path, "one.csv.partial"));
    temporary_folder_remove(parent);
}

static void what_is_there_stays(void **state)
{
    (void)state;
    char path[TEMPORARY_PATH_MAX], other[TEMPORARY_PATH_MAX];
    temporary_folder_make(path);
    ss_error error = {0};
    ss_sim_folder folder;
    assert_status(ss_file_write_atomic(temporary_path(other, path, "two.csv"), "mine", 4, NULL), SS_OK);
    assert_status(ss_sim_folder_open(&folder, path, NAMES, 2, false, &error), SS_E_ARGUMENT);
    assert_string_equal(error.where, other);
    assert_contents(path, "two.csv", "mine");
    assert_false(is_there(path, "one.csv.partial"));
    expect_ok(ss_sim_folder_open(&folder, path, NAMES, 2, true, &error), &error);
    assert_contents(path, "two.csv", "mine"); /* until the end */
    assert_status(ss_sim_folder_publish(&folder, NULL), SS_OK);
    assert_contents(path, "two.csv", "");
    temporary_folder_remove(path);
}

static void places_one_cannot_write_to(void **state)
{
    (void)state;
    char path[TEMPORARY_PATH_MAX], inside[TEMPORARY_PATH_MAX], file[TEMPORARY_PATH_MAX];
    temporary_folder_make(path);
    ss_error error = {0};
    ss_sim_folder folder;
    assert_status(ss_sim_folder_open(&folder, temporary_path(inside, path, "no/such"), NAMES, 2, false, &error),
                  SS_E_IO);
    assert_int_equal(error.os_errno, ENOENT);
    assert_status(ss_file_write_atomic(temporary_path(file, path, "file"), "x", 1, NULL), SS_OK);
    assert_status(ss_sim_folder_open(&folder, file, NAMES, 2, false, &error), SS_E_IO);
    assert_int_equal(error.os_errno, ENOTDIR);
    assert_int_equal(mkdir(temporary_path(inside, path, "one.csv.partial"), 0755), 0);
    assert_status(ss_sim_folder_open(&folder, path, NAMES, 2, false, &error), SS_E_IO);
    assert_int_equal(error.os_errno, EISDIR);
    char *deep = malloc(SS_SIM_PATH_MAX + 1);
    memset(deep, 'x', SS_SIM_PATH_MAX);
    deep[SS_SIM_PATH_MAX] = '\0';
    assert_status(ss_sim_folder_open(&folder, deep, NAMES, 2, false, &error), SS_E_IO);
    assert_int_equal(error.os_errno, ENAMETOOLONG);
    free(deep);
    temporary_folder_remove(path);
}

/* A disk that fills up: files may not grow beyond 100,000 bytes. */
static void a_full_disk(void **state)
{
    (void)state;
    char path[TEMPORARY_PATH_MAX];
    struct rlimit before, tight;
    ss_error error = {0};
    temporary_folder_make(path);
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 100000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    ss_sim_folder folder = open_both(path);
    setrlimit(RLIMIT_FSIZE, &tight);
    for (int i = 0; i < 1000000; i++) {
        ss_sim_file_row(&folder.files[1]);
        ss_sim_put_text(&folder.files[1], "0123456789\n");
    }
    ss_status status = ss_sim_folder_publish(&folder, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_status(status, SS_E_IO);
    assert_int_equal(error.os_errno, EFBIG);
    assert_non_null(strstr(error.where, "two.csv"));
    ss_sim_folder_abandon(&folder);
    assert_int_equal(rmdir(path), 0); /* empty */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(nothing_shows_before_the_end),
        cmocka_unit_test(what_is_there_stays),
        cmocka_unit_test(places_one_cannot_write_to),
        cmocka_unit_test(a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
