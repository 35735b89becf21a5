#include "check.h"

#include "base/hash.h"

/* From the reference: XXH3_64bits and XXH3_128bits of the empty text and of others, seed 0. */
static void known_values(void **state)
{
    (void)state;
    assert_true(ss_hash("", 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(ss_hash(NULL, 0) == UINT64_C(0x2D06800538D394C2));
    ss_hash128 empty = ss_hash_128("", 0);
    assert_true(empty.low == UINT64_C(0x6001C324468D497F));
    assert_true(empty.high == UINT64_C(0x99AA06D3014798D8));
    assert_true(ss_hash("a", 1) == UINT64_C(0xE6C632B61E964E1F));
    assert_true(ss_hash("abc", 3) == UINT64_C(0x78AF5F94892F3950));
}

static void every_byte_counts(void **state)
{
    (void)state;
    unsigned char bytes[600] = {0};
    for (size_t size = 1; size <= sizeof bytes; size += 37) {
        uint64_t hash = ss_hash(bytes, size);
        for (size_t i = 0; i < size; i++) {
            bytes[i] ^= 1;
            assert_true(ss_hash(bytes, size) != hash);
            bytes[i] ^= 1;
        }
        assert_true(ss_hash(bytes, size) == hash);
        assert_true(ss_hash(bytes, size - 1) != hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(every_byte_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
