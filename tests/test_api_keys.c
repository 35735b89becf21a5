/* test_api_keys.c: the file of HTTP keys: what is made can be used, what is wrong is told with its line, what others could change is not read. */
#include "check.h"

#include "failing_malloc.h"
#include "http/api_keys.h"
#include "temporary_folder.h"
#include "testing.h"

#include <stdio.h>
#include <sys/stat.h>

static const ss_texts no_origins = {.count = 0};
static const ss_texts two_origins = {.text = {"https://shop.example", "http://localhost:8000"}, .count = 2};

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void what_is_made_is_found_and_nothing_else(void **state)
{
    char path[TEMPORARY_PATH_MAX], text[4096], public[SS_API_KEY_SIZE + 1], secret[SS_API_KEY_SIZE + 1];
    struct stat about;
    ss_error error;
    ss_api_keys *keys = NULL;
    temporary_path(path, *state, "keys");
    expect_ok(ss_api_key_add(path, SS_API_PUBLIC, "shop", &two_origins, public, &error), &error);
    expect_ok(ss_api_key_add(path, SS_API_SECRET, NULL, &no_origins, secret, &error), &error);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    read_text(path, text, sizeof text);
    assert_null(strstr(text, public + 3)); /* who reads the file has no key */
    assert_null(strstr(text, secret + 3));
    expect_ok(ss_api_keys_read(path, &keys, &error), &error);

    const ss_api_key *key = ss_api_keys_find(keys, ss_slice_of(public));
    assert_int_equal(ss_api_key_kind(key), SS_API_PUBLIC);
    assert_string_equal(ss_api_key_name(key), "shop");
    assert_int_equal(ss_api_keys_count(keys), 2);
    assert_int_not_equal(ss_api_key_number(key), 0);
    assert_int_not_equal(ss_api_key_number(key), ss_api_key_number(ss_api_keys_find(keys, ss_slice_of(secret))));
    assert_true(ss_api_key_allows_origin(key, SS_SLICE_LITERAL("https://shop.example")));
    assert_true(ss_api_keys_allow_origin(keys, SS_SLICE_LITERAL("http://localhost:8000")));
    static const char *const strangers[] = {
        "http://shop.example", "https://shop.example:8443", "https://shop.example.", "https://shop.exampl", "null", ""};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        assert_false(ss_api_keys_allow_origin(keys, ss_slice_of(strangers[i])));

    key = ss_api_keys_find(keys, ss_slice_of(secret));
    assert_int_equal(ss_api_key_kind(key), SS_API_SECRET);
    assert_string_equal(ss_api_key_name(key), "");
    assert_false(ss_api_key_allows_origin(key, SS_SLICE_LITERAL("https://shop.example")));

    public[SS_API_KEY_SIZE - 1] ^= 1;
    assert_null(ss_api_keys_find(keys, ss_slice_of(public)));
    assert_null(ss_api_keys_find(keys, ss_slice_of("")));
    assert_null(ss_api_keys_find(keys, (ss_slice){secret, SS_API_KEY_SIZE - 1}));
    assert_int_equal(ss_api_key_kind(NULL), SS_API_NONE);
    assert_non_null(ss_api_keys_token_secret(keys, 0)); /* a new file has one */
    assert_null(ss_api_keys_token_secret(keys, 1));
    assert_null(ss_api_keys_token_secret(NULL, 0));
    ss_api_keys_free(&keys);
}

static void keys_look_as_they_are_described(void **state)
{
    char path[TEMPORARY_PATH_MAX], key[SS_API_KEY_SIZE + 1], before[SS_API_KEY_SIZE + 1] = "";
    ss_error error;
    temporary_path(path, *state, "keys");
    for (unsigned i = 0; i < 20; i++) {
        expect_ok(ss_api_key_add(path, i % 2 ? SS_API_PUBLIC : SS_API_SECRET, NULL, &no_origins, key, &error), &error);
        assert_int_equal(strlen(key), SS_API_KEY_SIZE);
        assert_memory_equal(key, i % 2 ? "pk_" : "sk_", 3);
        assert_int_equal(strspn(key + 3, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), SS_API_KEY_SIZE - 3);
        assert_string_not_equal(key, before);
        memcpy(before, key, sizeof before);
    }
}

static void secrets_of_tokens_are_newest_first(void **state)
{
    char path[TEMPORARY_PATH_MAX], key[SS_API_KEY_SIZE + 1];
    ss_error error;
    ss_api_keys *keys = NULL;
    temporary_path(path, *state, "keys");
    write_text(path, "# made by hand, without an end", 0640);
    expect_ok(ss_api_key_add(path, SS_API_SECRET, NULL, &no_origins, key, &error), &error);
    for (unsigned i = 0; i < SS_API_TOKENS_MAX; i++)
        expect_ok(ss_api_tokens_add(path, i ? "again" : NULL, &error), &error);
    assert_status(ss_api_tokens_add(path, NULL, &error), SS_E_LIMIT);
    expect_ok(ss_api_keys_read(path, &keys, &error), &error);
    for (unsigned i = 0; i < SS_API_TOKENS_MAX; i++)
        assert_non_null(ss_api_keys_token_secret(keys, i));
    assert_null(ss_api_keys_token_secret(keys, SS_API_TOKENS_MAX));
    assert_int_equal(ss_api_key_kind(ss_api_keys_find(keys, ss_slice_of(key))), SS_API_SECRET);
    ss_api_keys_free(&keys);
    write_text(path,
               "0000000000000000000000000000000000000000000000000000000000000001 secret\n"
               "00000000000000000000000000000000000000000000000000000000000000aa tokens\n"
               "00000000000000000000000000000000000000000000000000000000000000bb tokens new\n",
               0600);
    expect_ok(ss_api_keys_read(path, &keys, &error), &error);
    assert_int_equal(ss_api_keys_token_secret(keys, 0)[31], 0xbb);
    assert_int_equal(ss_api_keys_token_secret(keys, 1)[31], 0xaa);
    ss_api_keys_free(&keys);
}

#define HASH "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void a_wrong_line_is_told_with_its_number(void **state)
{
    static const struct {
        const char *line;
        ss_status status;
    } rows[] = {
        {"short public\n", SS_E_FORMAT},
        {"pk_0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567 public\n", SS_E_FORMAT},
        {HASH "00 public\n", SS_E_FORMAT},
        {HASH "\n", SS_E_FORMAT},
        {HASH " admin\n", SS_E_FORMAT},
        {HASH " Public\n", SS_E_FORMAT},
        {HASH " secret name https://shop.example\n", SS_E_FORMAT},
        {HASH " public https://shop.example/\n", SS_E_FORMAT},
        {HASH " public https://shop.example:443\n", SS_E_FORMAT},
        {HASH " public https://Shop.example\n", SS_E_FORMAT},
        {HASH " public name null\n", SS_E_FORMAT},
        {HASH " public name ftp://shop.example\n", SS_E_FORMAT},
        {HASH " public name https://*\n", SS_E_FORMAT},
        {HASH " public \xff\n", SS_E_FORMAT},
        {HASH " public a123456789a123456789a123456789a123456789a123456789a123456789a123\n", SS_E_FORMAT},
        {"1111111111111111111111111111111111111111111111111111111111111111 public\n", SS_E_FORMAT}, /* again */
    };
    char path[TEMPORARY_PATH_MAX], text[1024];
    temporary_path(path, *state, "keys");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_api_keys *keys = NULL;
        ss_error error;
        snprintf(text, sizeof text,
                 "1111111111111111111111111111111111111111111111111111111111111111 secret\n\n# x\n%s", rows[i].line);
        write_text(path, text, 0644);
        assert_status(ss_api_keys_read(path, &keys, &error), rows[i].status);
        assert_null(keys);
        assert_int_equal(error.line, 4);
        assert_string_equal(error.where, path);
        assert_null(strstr(error.found, "pk_")); /* a key that was pasted is not repeated in a log */
    }
}

static void a_file_that_others_could_use_is_refused(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        ss_status status;
    } rows[] = {
        {HASH " public\n", 0644, SS_OK},
        {HASH " public\n", 0664, SS_E_ACCESS},
        {HASH " public\n", 0602, SS_E_ACCESS},
        {HASH " public\n" HASH " tokens\n", 0640, SS_OK},
        {HASH " public\n" HASH " tokens\n", 0644, SS_E_ACCESS},
        {HASH " tokens\n", 0600, SS_E_FORMAT},
        {"", 0600, SS_E_FORMAT},
    };
    char path[TEMPORARY_PATH_MAX];
    temporary_path(path, *state, "keys");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_api_keys *keys = NULL;
        write_text(path, rows[i].text, rows[i].mode);
        assert_status(ss_api_keys_read(path, &keys, NULL), rows[i].status);
        ss_api_keys_free(&keys);
    }
    temporary_path(path, *state, "no such file");
    ss_api_keys *keys = NULL;
    assert_status(ss_api_keys_read(path, &keys, NULL), SS_E_NOT_FOUND);
}

static void what_could_not_stand_there_is_not_added(void **state)
{
    static const char *const names[] = {"", "two words", "https://x", "line\nHASH secret", "tab\t"};
    static const ss_texts wrong_origins[] = {{.text = {"https://shop.example/"}, .count = 1},
                                             {.text = {"https://a", "*"}, .count = 2},
                                             {.text = {"https://a b"}, .count = 1}};
    char path[TEMPORARY_PATH_MAX], key[SS_API_KEY_SIZE + 1] = "";
    ss_error error;
    temporary_path(path, *state, "keys");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_status(ss_api_key_add(path, SS_API_PUBLIC, names[i], &no_origins, key, &error), SS_E_ARGUMENT);
        assert_status(ss_api_tokens_add(path, names[i], &error), SS_E_ARGUMENT);
    }
    for (size_t i = 0; i < sizeof wrong_origins / sizeof *wrong_origins; i++)
        assert_status(ss_api_key_add(path, SS_API_PUBLIC, NULL, &wrong_origins[i], key, &error), SS_E_ARGUMENT);
    assert_status(ss_api_key_add(path, SS_API_SECRET, NULL, &two_origins, key, &error), SS_E_ARGUMENT);
    assert_int_equal(access(path, F_OK), -1);
    write_text(path, "broken\n", 0600); /* what is broken is not added to */
    assert_status(ss_api_key_add(path, SS_API_PUBLIC, NULL, &no_origins, key, &error), SS_E_FORMAT);
    assert_string_equal(key, "");
}

/* What could not be read afterwards is not added. */
static void a_full_file_is_not_added_to(void **state)
{
    char path[TEMPORARY_PATH_MAX], text[SS_API_KEYS_MAX * 80u], key[SS_API_KEY_SIZE + 1] = "";
    size_t size = 0;
    ss_error error;
    ss_api_keys *keys = NULL;
    temporary_path(path, *state, "keys");
    for (unsigned i = 0; i < SS_API_KEYS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%064x public\n", i + 1);
    write_text(path, text, 0600);
    assert_status(ss_api_key_add(path, SS_API_SECRET, NULL, &no_origins, key, &error), SS_E_LIMIT);
    assert_string_equal(key, "");
    expect_ok(ss_api_tokens_add(path, NULL, &error), &error);
    expect_ok(ss_api_keys_read(path, &keys, &error), &error);
    assert_int_equal(ss_api_keys_count(keys), SS_API_KEYS_MAX);
    ss_api_keys_free(&keys);
}

static bool read_keys(void *path)
{
    ss_api_keys *keys = NULL;
    ss_status status = ss_api_keys_read(path, &keys, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    assert_true((keys != NULL) == (status == SS_OK));
    ss_api_keys_free(&keys);
    return status == SS_OK;
}

static void memory_that_fails(void **state)
{
    char path[TEMPORARY_PATH_MAX], key[SS_API_KEY_SIZE + 1];
    temporary_path(path, *state, "keys");
    assert_status(ss_api_key_add(path, SS_API_PUBLIC, "a", &two_origins, key, NULL), SS_OK);
    assert_true(failing_malloc_torture(read_keys, path) > 0);
}

int main(void)
{
#define IN_A_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(what_is_made_is_found_and_nothing_else),
        IN_A_FOLDER(keys_look_as_they_are_described),
        IN_A_FOLDER(secrets_of_tokens_are_newest_first),
        IN_A_FOLDER(a_wrong_line_is_told_with_its_number),
        IN_A_FOLDER(a_file_that_others_could_use_is_refused),
        IN_A_FOLDER(what_could_not_stand_there_is_not_added),
        IN_A_FOLDER(a_full_file_is_not_added_to),
        IN_A_FOLDER(memory_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
