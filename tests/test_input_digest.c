/* The digest of the input depends on the fields alone. */
#include "testing.h"

#include "log/input_digest.h"

#include <string.h>

static ss_hash128 digest_of(const ss_slice *fields, size_t columns, size_t rows)
{
    static ss_input_digest digest;
    ss_input_digest_start(&digest);
    for (size_t row = 0; row < rows; row++)
        ss_input_digest_row(&digest, fields + row * columns, columns);
    return ss_input_digest_finish(&digest);
}

static bool same(ss_hash128 a, ss_hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

static void where_the_fields_lie_does_not_matter(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLUMNS = 3 };
    ss_random random = test_random();
    char *together = malloc(ROWS * COLUMNS * 40), *apart = malloc(ROWS * COLUMNS * 80);
    ss_slice *a = malloc(ROWS * COLUMNS * sizeof *a), *b = malloc(ROWS * COLUMNS * sizeof *b);
    char *to = together, *far = apart;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        size_t size = ss_random_below(&random, 30);
        for (size_t j = 0; j < size; j++)
            to[j] = far[j] = (char)('a' + ss_random_below(&random, 26));
        to[size] = i % 2 ? ';' : '\t';
        a[i] = (ss_slice){to, size};
        b[i] = (ss_slice){far, size};
        to += size + 1;
        far += size + 1 + ss_random_below(&random, 20);
    }
    ss_hash128 wanted = digest_of(a, COLUMNS, ROWS);
    assert_true(same(wanted, digest_of(b, COLUMNS, ROWS)));
    assert_false(same(wanted, digest_of(a, COLUMNS, ROWS - 1)));
    b[ROWS] = SS_SLICE_LITERAL("?");
    assert_false(same(wanted, digest_of(b, COLUMNS, ROWS)));
    free(together);
    free(apart);
    free(a);
    free(b);
}

static void rows_and_fields_have_borders(void **state)
{
    (void)state;
    const ss_slice ab_c[] = {SS_SLICE_LITERAL("ab"), SS_SLICE_LITERAL("c")};
    const ss_slice a_bc[] = {SS_SLICE_LITERAL("a"), SS_SLICE_LITERAL("bc")};
    assert_false(same(digest_of(ab_c, 2, 1), digest_of(a_bc, 2, 1)));
    assert_false(same(digest_of(ab_c, 2, 1), digest_of(ab_c, 1, 2)));
    assert_false(same(digest_of(ab_c, 2, 0), digest_of(ab_c, 2, 1)));
    assert_false(same(digest_of(ab_c, 0, 1), digest_of(ab_c, 0, 2)));
}

static void a_row_longer_than_a_block(void **state)
{
    (void)state;
    size_t size = 3 * SS_DIGEST_BLOCK;
    char *text = malloc(size), *copy = malloc(size + 8);
    memset(text, 'x', size);
    memset(copy, 'x', size + 8);
    const ss_slice one[] = {{text, size / 2}, {text + size / 2 + 1, size / 2 - 1}};
    const ss_slice two[] = {{copy + 1, size / 2}, {copy + 3, size / 2 - 1}};
    assert_true(same(digest_of(one, 2, 1), digest_of(two, 2, 1)));
    text[size - 1] = 'y';
    assert_false(same(digest_of(one, 2, 1), digest_of(two, 2, 1)));
    free(text);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_fields_lie_does_not_matter),
        cmocka_unit_test(rows_and_fields_have_borders),
        cmocka_unit_test(a_row_longer_than_a_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
