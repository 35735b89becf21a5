/* test_visitor_token.c: a token is good for its customer, its session and its time, and no bit of it can be changed. */
#include "check.h"

#include "http/visitor_token.h"
#include "temporary_folder.h"

#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#define SESSION SS_SLICE_LITERAL("8f14e45f-ceea-467f-a0e6-5f1e1cbe2a7b")
#define NOW     INT64_C(1795413476820019)

static const ss_texts no_origins = {.count = 0};

static ss_api_keys *new_keys(const char *path)
{
    char key[SS_API_KEY_SIZE + 1];
    ss_api_keys *keys = NULL;
    ss_error error;
    if (access(path, F_OK) != 0)
        expect_ok(ss_api_key_add(path, SS_API_SECRET, NULL, &no_origins, key, &error), &error);
    expect_ok(ss_api_keys_read(path, &keys, &error), &error);
    return keys;
}

static ss_visitor_token_state read_token(const ss_api_keys *keys, const char *token, ss_slice session, int64_t now,
                                         const char *expected)
{
    char customer[SS_ID_MAX];
    size_t size = SIZE_MAX;
    ss_visitor_token_state state = ss_visitor_token_read(keys, ss_slice_of(token), session, now, customer, &size);
    if (state == SS_TOKEN_GOOD)
        assert_slice_equal(((ss_slice){customer, size}), expected);
    else
        assert_int_equal(size, SIZE_MAX);
    return state;
}

static void a_token_is_good_for_its_customer_session_and_time(void **state)
{
    char path[TEMPORARY_PATH_MAX], token[SS_VISITOR_TOKEN_SIZE], longest[SS_ID_MAX + 1] = "";
    ss_error error;
    ss_api_keys *keys = new_keys(temporary_path(path, *state, "keys"));
    memset(longest, 'x', SS_ID_MAX);
    const char *customers[] = {"c", "17850", "max@example.com", longest};
    for (size_t i = 0; i < sizeof customers / sizeof *customers; i++) {
        expect_ok(ss_visitor_token_make(keys, ss_slice_of(customers[i]), SESSION, NOW, token, &error), &error);
        assert_int_equal(strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
                         strlen(token));
        assert_int_equal(read_token(keys, token, SESSION, NOW - 1, customers[i]), SS_TOKEN_GOOD);
        assert_int_equal(read_token(keys, token, SESSION, NOW, ""), SS_TOKEN_EXPIRED);
        assert_int_equal(read_token(keys, token, SS_SLICE_LITERAL("another-session-of-somebody"), NOW - 1, ""),
                         SS_TOKEN_FALSE);
        assert_int_equal(read_token(keys, token, SS_SLICE_LITERAL(""), NOW - 1, ""), SS_TOKEN_FALSE);
        assert_int_equal(read_token(NULL, token, SESSION, NOW - 1, ""), SS_TOKEN_FALSE);
    }
    ss_api_keys_free(&keys);
}

/* Whoever reads a page's source or a log of addresses learns no customer's name. */
static void a_token_tells_nobody_who(void **state)
{
    char path[TEMPORARY_PATH_MAX], one[SS_VISITOR_TOKEN_SIZE], other[SS_VISITOR_TOKEN_SIZE];
    unsigned char bytes[SS_VISITOR_TOKEN_SIZE];
    size_t size;
    ss_api_keys *keys = new_keys(temporary_path(path, *state, "keys"));
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("max@example.com"), SESSION, NOW, one, NULL), SS_OK);
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("max@example.com"), SESSION, NOW, other, NULL), SS_OK);
    assert_string_not_equal(one, other);
    assert_int_equal(sodium_base642bin(bytes, sizeof bytes, one, strlen(one), NULL, &size, NULL,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     0);
    assert_null(memmem(bytes, size, "max", 3));
    ss_api_keys_free(&keys);
}

static void no_character_of_it_can_be_changed_added_or_left_out(void **state)
{
    char path[TEMPORARY_PATH_MAX], token[SS_VISITOR_TOKEN_SIZE], changed[SS_VISITOR_TOKEN_SIZE + 2];
    ss_api_keys *keys = new_keys(temporary_path(path, *state, "keys"));
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("17850"), SESSION, NOW, token, NULL), SS_OK);
    for (size_t i = 0; token[i]; i++) {
        strcpy(changed, token);
        changed[i] = token[i] == 'A' ? 'B' : 'A';
        assert_int_equal(read_token(keys, changed, SESSION, 0, ""), SS_TOKEN_FALSE);
        changed[i] = '\0';
        assert_int_equal(read_token(keys, changed, SESSION, 0, ""), SS_TOKEN_FALSE);
    }
    snprintf(changed, sizeof changed, "%sA", token);
    assert_int_equal(read_token(keys, changed, SESSION, 0, ""), SS_TOKEN_FALSE);
    snprintf(changed, sizeof changed, "%s=", token);
    assert_int_equal(read_token(keys, changed, SESSION, 0, ""), SS_TOKEN_FALSE);
    ss_api_keys_free(&keys);
}

static void a_new_secret_leaves_old_tokens_good_until_the_old_one_is_taken_out(void **state)
{
    char path[TEMPORARY_PATH_MAX], before[SS_VISITOR_TOKEN_SIZE], after[SS_VISITOR_TOKEN_SIZE],
        stranger[TEMPORARY_PATH_MAX];
    ss_api_keys *keys = new_keys(temporary_path(path, *state, "keys"));
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("1"), SESSION, NOW, before, NULL), SS_OK);
    assert_status(ss_api_tokens_add(path, NULL, NULL), SS_OK);
    ss_api_keys *newer = new_keys(path), *others = new_keys(temporary_path(stranger, *state, "others"));
    assert_status(ss_visitor_token_make(newer, SS_SLICE_LITERAL("1"), SESSION, NOW, after, NULL), SS_OK);
    assert_int_equal(read_token(newer, before, SESSION, 0, "1"), SS_TOKEN_GOOD);
    assert_int_equal(read_token(newer, after, SESSION, 0, "1"), SS_TOKEN_GOOD);
    assert_int_equal(read_token(keys, after, SESSION, 0, ""), SS_TOKEN_FALSE);
    assert_int_equal(read_token(others, after, SESSION, 0, ""), SS_TOKEN_FALSE);
    ss_api_keys_free(&keys);
    ss_api_keys_free(&newer);
    ss_api_keys_free(&others);
}

static void what_no_token_can_be_made_of(void **state)
{
    static const struct {
        const char *customer, *session;
    } rows[] = {{"", "8f14e45f-ceea-467f-a0e6"},
                {"1", "s-4711"},
                {"1", "s-4711          "},
                {"1", ""},
                {"1", "grün-grün-grün-grün"}};
    char path[TEMPORARY_PATH_MAX], token[SS_VISITOR_TOKEN_SIZE], long_id[SS_ID_MAX + 2] = "";
    FILE *file = fopen(temporary_path(path, *state, "keys"), "w");
    assert_non_null(file);
    fprintf(file, "%064d secret\n", 1);
    fclose(file);
    assert_int_equal(chmod(path, 0600), 0);
    ss_api_keys *keys = new_keys(path);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_status(
            ss_visitor_token_make(keys, ss_slice_of(rows[i].customer), ss_slice_of(rows[i].session), NOW, token, NULL),
            SS_E_ARGUMENT);
    memset(long_id, 'x', SS_ID_MAX + 1);
    assert_status(ss_visitor_token_make(keys, ss_slice_of(long_id), SESSION, NOW, token, NULL), SS_E_ARGUMENT);
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("1"), ss_slice_of(long_id), NOW, token, NULL),
                  SS_E_ARGUMENT);
    assert_status(ss_visitor_token_make(keys, SS_SLICE_LITERAL("1"), SESSION, NOW, token, NULL),
                  SS_E_UNSUPPORTED); /* no secret */
    ss_api_keys_free(&keys);
}

int main(void)
{
#define IN_A_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_token_is_good_for_its_customer_session_and_time),
        IN_A_FOLDER(a_token_tells_nobody_who),
        IN_A_FOLDER(no_character_of_it_can_be_changed_added_or_left_out),
        IN_A_FOLDER(a_new_secret_leaves_old_tokens_good_until_the_old_one_is_taken_out),
        IN_A_FOLDER(what_no_token_can_be_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
