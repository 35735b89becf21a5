/* Names become grams: words, borders, case, scripts, repeats, limits, bytes that are no text. */
#include "models/name_grams.h"

#include "base/hash.h"
#include "check.h"

static ss_name_gram grams[SS_NAME_GRAMS_MAX];

/* How often the gram of these code points occurs in a name. */
static uint32_t count_of(const char *name, const uint32_t *letters, size_t size)
{
    uint64_t key = ss_hash(letters, size * sizeof *letters);
    size_t count = ss_name_grams(ss_slice_of(name), grams);
    for (size_t i = 0; i < count; i++)
        if (grams[i].key == key)
            return grams[i].count;
    return 0;
}

#define COUNT(NAME, ...)                                                                                               \
    count_of(NAME, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static size_t total_of(const char *name)
{
    size_t count = ss_name_grams(ss_slice_of(name), grams), total = 0;
    for (size_t i = 0; i < count; i++) {
        total += grams[i].count;
        if (i > 0)
            assert_true(grams[i - 1].key < grams[i].key);
    }
    return total;
}

static void words_between_borders(void **state)
{
    (void)state;
    assert_int_equal(total_of("mug"), 5);
    assert_int_equal(COUNT("mug", ' ', 'm', 'u'), 1);
    assert_int_equal(COUNT("mug", 'm', 'u', 'g'), 1);
    assert_int_equal(COUNT("mug", 'u', 'g', ' '), 1);
    assert_int_equal(COUNT("mug", ' ', 'm', 'u', 'g'), 1);
    assert_int_equal(COUNT("mug", 'm', 'u', 'g', ' '), 1);
    assert_int_equal(total_of("a"), 1);
    assert_int_equal(COUNT("a", ' ', 'a', ' '), 1);
    assert_int_equal(total_of("at"), 3);
    assert_int_equal(total_of(""), 0);
    assert_int_equal(total_of(" - / "), 0);
}

static void punctuation_parts_and_repeats_are_counted(void **state)
{
    (void)state;
    assert_int_equal(COUNT("MUG, mug / Mug's", ' ', 'm', 'u', 'g'), 3);
    assert_int_equal(COUNT("MUG, mug / Mug's", ' ', 's', ' '), 1);
    assert_int_equal(COUNT("red\u00a0mug", 'd', ' ', ' '), 0);
    assert_int_equal(total_of("red\u00a0mug"), 10);
    assert_int_equal(total_of("mug \u2615 \U0001f375"), 5); /* symbols are no words */
}

static void order_of_words_does_not_matter(void **state)
{
    static ss_name_gram other[SS_NAME_GRAMS_MAX];
    (void)state;
    size_t count = ss_name_grams(ss_slice_of("Rote Tasse, 250 ml"), grams);
    assert_int_equal(ss_name_grams(ss_slice_of("250 ML tasse ROTE"), other), count);
    assert_memory_equal(grams, other, count * sizeof *grams);
}

static void case_is_folded_in_every_script_that_has_it(void **state)
{
    static const char *const pairs[][2] = {
        {"\u00c4PFEL", "\u00e4pfel"},                                           /* German */
        {"\u010cAJ \u017bURAWINA \u0141Y", "\u010daj \u017curawina \u0142y"},   /* Czech, Polish */
        {"\u03a4\u03a3\u0391\u0399", "\u03c4\u03c3\u03b1\u03b9"},               /* Greek */
        {"\u0427\u0410\u0419 \u0401\u041b", "\u0447\u0430\u0439 \u0451\u043b"}, /* Russian */
        {"\u1e9e\u1ea4P", "\u1e9e\u1ea5p"},                                     /* Vietnamese */
        {"\uff34\uff25\uff21", "\uff54\uff45\uff41"},                           /* full width */
        {"\u8336\u676f", "\u8336\u676f"},                                       /* no case */
    };
    static ss_name_gram other[SS_NAME_GRAMS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t count = ss_name_grams(ss_slice_of(pairs[i][0]), grams);
        assert_true(count > 0);
        assert_int_equal(ss_name_grams(ss_slice_of(pairs[i][1]), other), count);
        assert_memory_equal(grams, other, count * sizeof *grams);
    }
    assert_int_equal(COUNT("\u8336\u676f", ' ', 0x8336, 0x676f), 1);
    assert_int_equal(ss_letter_fold(0x3c2), 0x3c3); /* the final sigma */
    assert_int_equal(ss_letter_fold('z'), 'z');
    assert_int_equal(ss_letter_fold(0xd7), 0xd7);
}

static void small_letters_stay_and_folding_ends(void **state)
{
    (void)state;
    for (uint32_t letter = 0; letter < 0x11000; letter++) {
        uint32_t folded = ss_letter_fold(letter);
        assert_int_equal(ss_letter_fold(folded), folded);
        assert_int_equal(ss_letter_in_word(folded), ss_letter_in_word(letter));
    }
}

static void long_names_are_cut(void **state)
{
    static char name[9001];
    (void)state;
    for (size_t i = 0; i < 9000; i++)
        name[i] = (char)('a' + i * i % 26);
    assert_int_equal(total_of(name), SS_NAME_GRAMS_MAX);
    memset(name, 'a', 9000);
    assert_int_equal(total_of(name), SS_NAME_GRAMS_MAX);
}

static void bytes_that_are_no_text_part_words(void **state)
{
    (void)state;
    assert_int_equal(total_of("mug\xff\xfemug"), 10);
    assert_int_equal(total_of("mug\xe2\x98"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_between_borders),
        cmocka_unit_test(punctuation_parts_and_repeats_are_counted),
        cmocka_unit_test(order_of_words_does_not_matter),
        cmocka_unit_test(case_is_folded_in_every_script_that_has_it),
        cmocka_unit_test(small_letters_stay_and_folding_ends),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(bytes_that_are_no_text_part_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
