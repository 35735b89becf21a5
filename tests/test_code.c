/* Codes of offers: what is written is read, however it was typed; what was made up or altered is not. */
#include "check.h"

#include "offers/code.h"

static const unsigned char secret[SS_CODE_SECRET] = "the secret of a shop, 32 bytes.";

static ss_code_keys keys_of(const unsigned char bytes[SS_CODE_SECRET])
{
    ss_code_keys keys;
    ss_code_keys_derive(bytes, &keys);
    return keys;
}

static uint64_t random_number(ss_random *random)
{
    return 1 + ss_random_u64(random) % SS_OFFER_NUMBERMAX;
}

static void expect_read(const ss_code_keys *keys, const char *text, uint64_t wanted)
{
    uint64_t number = 0;
    if (!ss_code_read(keys, ss_slice_of(text), &number))
        fail_msg("'%s' is refused", text);
    assert_true(number == wanted);
}

static void expect_refused(const ss_code_keys *keys, ss_slice text)
{
    uint64_t number = 77;
    if (ss_code_read(keys, text, &number))
        fail_msg("'%.*s' is taken", (int)text.size, text.data);
    assert_true(number == 77);
}

/* Computed by tests/test_code_oracle.py's other implementation. */
static void known_codes(void **state)
{
    (void)state;
    ss_code_keys keys = keys_of(secret);
    char code[SS_CODE_TEXT], id[SS_OFFER_ID_TEXT];
    ss_code_write(&keys, 1, code);
    assert_string_equal(code, "7RTZ-KD27-EACA-8VKS");
    ss_code_write(&keys, SS_OFFER_NUMBERMAX, code);
    assert_string_equal(code, "QJVV-PJVF-JMXZ-KJ2A");
    ss_offer_id_write(&keys, 1, id);
    assert_string_equal(id, "7RTZKD27");
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_code_keys keys = keys_of(secret);
    char code[SS_CODE_TEXT], id[SS_OFFER_ID_TEXT];
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t number = i < 5000 ? i + 1 : random_number(&random), read = 0;
        ss_code_write(&keys, number, code);
        expect_read(&keys, code, number);
        ss_offer_id_write(&keys, number, id);
        assert_true(ss_offer_id_read(&keys, ss_slice_of(id), &read) && read == number);
        assert_true(strlen(code) == SS_CODE_TEXT - 1 && strlen(id) == SS_OFFER_ID_TEXT - 1);
        assert_memory_equal(id, code, 4);
        assert_memory_equal(id + 4, code + 5, 4);
    }
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, SS_OFFER_ID_TEXT);
}

/* A bijection: each identity is one number's, and neighbours have nothing in common that could be counted on. */
static void identities_are_a_permutation(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    ss_random random = test_random();
    ss_code_keys keys = keys_of(secret);
    char(*ids)[SS_OFFER_ID_TEXT] = malloc(COUNT * sizeof *ids);
    uint64_t number, flipped = 0, digits[8][32] = {{0}};
    assert_non_null(ids);
    for (uint64_t i = 0; i < COUNT; i++) {
        ss_offer_id_write(&keys, i + 1, ids[i]);
        for (size_t at = 0; at < 8; at++)
            digits[at][(unsigned char)ids[i][at] % 32]++;
    }
    for (size_t at = 0; at < 8; at++)
        for (size_t digit = 0; digit < 32; digit++) /* some digits share a remainder; none is rare, none is common */
            assert_true(digits[at][digit] == 0 || (digits[at][digit] > 2800 && digits[at][digit] < 6800));
    qsort(ids, COUNT, sizeof *ids, by_bytes);
    for (size_t i = 1; i < COUNT; i++)
        assert_string_not_equal(ids[i - 1], ids[i]);
    for (size_t i = 0; i < 1000; i++) { /* and backwards: any identity is some number's */
        char id[SS_OFFER_ID_TEXT], again[SS_OFFER_ID_TEXT];
        for (size_t at = 0; at < 8; at++)
            id[at] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[ss_random_below(&random, 32)];
        id[8] = '\0';
        assert_true(ss_offer_id_read(&keys, ss_slice_of(id), &number));
        ss_offer_id_write(&keys, number, again);
        assert_string_equal(id, again);
        flipped += number >> 39;
    }
    assert_true(flipped > 400 && flipped < 600);
    free(ids);
}

static void codes_are_read_as_people_type_them(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_code_keys keys = keys_of(secret);
    for (int i = 0; i < 2000; i++) {
        char code[SS_CODE_TEXT], typed[SS_CODE_TYPED_MAX];
        uint64_t number = random_number(&random);
        size_t length = 0;
        ss_code_write(&keys, number, code);
        for (const char *c = code; *c; c++) {
            while (ss_random_below(&random, 4) == 0 && length < sizeof typed - SS_CODE_TEXT - 1)
                typed[length++] = " -\t"[ss_random_below(&random, 3)];
            if (*c == '-')
                continue;
            bool other = ss_random_below(&random, 2) == 0;
            char letter = other && *c == '0' ? "Oo"[i % 2] : other && *c == '1' ? "IiLl"[i % 4] : *c;
            typed[length++] = other && letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
        }
        typed[length] = '\0';
        expect_read(&keys, typed, number);
    }
}

static void what_is_no_code_is_refused(void **state)
{
    (void)state;
    ss_code_keys keys = keys_of(secret);
    char code[SS_CODE_TEXT], text[256];
    ss_code_write(&keys, 12345, code);
    const char *const wrong[] = {"",
                                 "-",
                                 "    ",
                                 "7KQ2",
                                 "UUUU-UUUU-UUUU-UUUU",
                                 "0000-0000-0000-0000",
                                 "ZZZZ-ZZZZ-ZZZZ-ZZZZ",
                                 "käse-käse-käse-k",
                                 "[1234567890123456",
                                 "@@@@@@@@@@@@@@@@"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(&keys, ss_slice_of(wrong[i]));
    for (size_t size = 0; size < SS_CODE_TEXT - 1; size++) /* cut short */
        expect_refused(&keys, (ss_slice){code, size});
    snprintf(text, sizeof text, "%s0", code);
    expect_refused(&keys, ss_slice_of(text));
    snprintf(text, sizeof text, "%s%s", code, code);
    expect_refused(&keys, ss_slice_of(text));
    snprintf(text, sizeof text, "%s%*s", code, (int)(SS_CODE_TYPED_MAX - strlen(code)), "");
    expect_read(&keys, text, 12345);
    strcat(text, " "); /* one character more than anybody types */
    expect_refused(&keys, ss_slice_of(text));
    expect_refused(&keys, (ss_slice){code, sizeof code}); /* the terminator is no character of it */
}

/* Each character changed into each other one, and neighbours swapped. */
static size_t refuse_near_misses(const ss_code_keys *keys, const char *code)
{
    size_t tried = 0;
    char text[SS_CODE_TEXT];
    for (size_t at = 0; at < SS_CODE_TEXT - 1; at++) {
        strcpy(text, code);
        for (const char *digit = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ"; code[at] != '-' && *digit; digit++) {
            if (*digit == code[at])
                continue;
            text[at] = *digit;
            expect_refused(keys, ss_slice_of(text));
            tried++;
        }
        size_t next = at + (code[at + 1] == '-' ? 2 : 1);
        strcpy(text, code);
        if (code[at] == '-' || !code[at + 1] || code[at] == code[next])
            continue;
        text[at] = code[next];
        text[next] = code[at];
        expect_refused(keys, ss_slice_of(text));
        tried++;
    }
    return tried;
}

static void a_hundred_thousand_forgeries(void **state)
{
    (void)state;
    ss_random random = test_random();
    unsigned char other[SS_CODE_SECRET];
    memcpy(other, secret, sizeof other);
    other[31] ^= 1;
    ss_code_keys keys = keys_of(secret), others = keys_of(other);
    size_t tried = 0;
    while (tried < 100000) {
        char code[SS_CODE_TEXT], foreign[SS_CODE_TEXT], made_up[17];
        uint64_t number = random_number(&random);
        ss_code_write(&keys, number, code);
        tried += refuse_near_misses(&keys, code);
        ss_code_write(&others, number, foreign); /* of another shop, one bit of the secret away */
        expect_refused(&keys, ss_slice_of(foreign));
        for (int i = 0; i < 100; i++, tried++) {
            for (size_t at = 0; at < 16; at++)
                made_up[at] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[ss_random_below(&random, 32)];
            expect_refused(&keys, (ss_slice){made_up, 16});
        }
    }
    print_message("%zu refused\n", tried);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_codes),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(identities_are_a_permutation),
        cmocka_unit_test(codes_are_read_as_people_type_them),
        cmocka_unit_test(what_is_no_code_is_refused),
        cmocka_unit_test(a_hundred_thousand_forgeries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
