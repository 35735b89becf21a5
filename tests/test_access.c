/* test_access.c: the files of access control: keys, who may read them, and the list of those who may call. */
#include "check.h"

#include "server/access.h"
#include "server/keys.h"
#include "temporary_folder.h"
#include "testing.h"

#include <stdio.h>
#include <sys/stat.h>

#define CALLERS 20

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void a_secret_key_that_others_may_read_is_refused(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0644, 0666};
    ss_keys keys, read;
    ss_error error;
    struct stat about;
    temporary_folder_make(folder);
    temporary_path(path, folder, "server.key");
    expect_ok(ss_keys_generate(&keys, &error), &error);
    expect_ok(ss_keys_write(&keys, path, true, &error), &error);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    expect_ok(ss_keys_read(path, true, &read, &error), &error);
    assert_string_equal(read.secret_key, keys.secret_key);
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_status(ss_keys_read(path, true, &read, &error), SS_E_ACCESS);
        assert_string_equal(error.where, path);
    }
    assert_status(ss_keys_write(&keys, path, true, &error), SS_E_IO); /* never over another */
    temporary_folder_remove(folder);
}

static void everybody_listed_has_their_role_in_any_order(void **state)
{
    (void)state;
    static const char *const roles[] = {"read", "event", "admin"};
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX], text[CALLERS * 80] = "# who\n\n";
    ss_keys keys[CALLERS], stranger;
    ss_access *access = NULL;
    ss_error error;
    size_t used = strlen(text);
    temporary_folder_make(folder);
    temporary_path(path, folder, "allow.txt");
    for (size_t i = 0; i < CALLERS; i++) {
        expect_ok(ss_keys_generate(&keys[i], &error), &error);
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s %s shop%zu\n", keys[i].public_key, roles[i % 3], i);
    }
    write_text(path, text);
    expect_ok(ss_access_read(path, &access, &error), &error);
    assert_int_equal(ss_access_count(access), CALLERS);
    for (size_t i = 0; i < CALLERS; i++)
        assert_int_equal(ss_access_role(access, keys[i].public_key), ss_role_find(ss_slice_of(roles[i % 3])));
    expect_ok(ss_keys_generate(&stranger, &error), &error);
    assert_int_equal(ss_access_role(access, stranger.public_key), SS_ROLE_NONE);
    assert_int_equal(ss_access_role(access, ""), SS_ROLE_NONE);
    ss_access_free(&access);
    temporary_folder_remove(folder);
}

static void a_wrong_list_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const wrong[] = {"# one\nshort read\n", "# one\nKEY reed\n", "# one\nKEY\n",
                                        "KEY read\nKEY admin\n"};
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX], text[256];
    ss_keys keys;
    ss_error error;
    temporary_folder_make(folder);
    temporary_path(path, folder, "allow.txt");
    expect_ok(ss_keys_generate(&keys, &error), &error);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_access *access = NULL;
        size_t used = 0;
        for (const char *at = wrong[i]; *at; at += strncmp(at, "KEY", 3) == 0 ? 3 : 1)
            used +=
                (size_t)(strncmp(at, "KEY", 3) == 0 ? snprintf(text + used, sizeof text - used, "%s", keys.public_key)
                                                    : snprintf(text + used, sizeof text - used, "%c", *at));
        write_text(path, text);
        assert_status(ss_access_read(path, &access, &error), SS_E_FORMAT);
        assert_int_equal(error.line, 2);
        assert_null(access);
    }
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_key_that_others_may_read_is_refused),
        cmocka_unit_test(everybody_listed_has_their_role_in_any_order),
        cmocka_unit_test(a_wrong_list_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
