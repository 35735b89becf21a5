/* test_wire.c: MessagePack read and written, held against msgpack-c; the walk before any unpacking. */
#include "check.h"
#include "client/wire.h"
#include "wire_text.h"

#include <msgpack.h>

static uint8_t bytes[WIRE_TEXT_MAX];

static ss_wire_reader reader_of(const char *text)
{
    return (ss_wire_reader){bytes, bytes + wire_text(text, bytes)};
}

static ss_wire_token one_token(const char *text)
{
    ss_wire_reader reader = reader_of(text);
    ss_wire_token token = {0};
    assert_true(ss_wire_next(&reader, &token));
    return token;
}

static void numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ss_wire_kind kind;
        int64_t number;
    } cases[] = {
        {"00", SS_WIRE_UINT, 0},
        {"7f", SS_WIRE_UINT, 127},
        {"cc ff", SS_WIRE_UINT, 255},
        {"cd 01 00", SS_WIRE_UINT, 256},
        {"ce ff ff ff ff", SS_WIRE_UINT, 4294967295},
        {"cf 7f ff ff ff ff ff ff ff", SS_WIRE_UINT, INT64_MAX},
        {"e0", SS_WIRE_INT, -32},
        {"ff", SS_WIRE_INT, -1},
        {"d0 80", SS_WIRE_INT, -128},
        {"d1 80 00", SS_WIRE_INT, -32768},
        {"d2 80 00 00 00", SS_WIRE_INT, INT32_MIN},
        {"d3 80 00 00 00 00 00 00 00", SS_WIRE_INT, INT64_MIN},
        {"d0 05", SS_WIRE_UINT, 5},
        {"d3 00 00 00 00 00 00 00 07", SS_WIRE_UINT, 7},
        {"c2", SS_WIRE_BOOL, 0},
        {"c3", SS_WIRE_BOOL, 1},
        {"92 c0 c0", SS_WIRE_ARRAY, 2},
        {"dc 00 01 c0", SS_WIRE_ARRAY, 1},
        {"dd 00 00 00 01 c0", SS_WIRE_ARRAY, 1},
        {"81 c0 c0", SS_WIRE_MAP, 1},
        {"de 00 01 c0 c0", SS_WIRE_MAP, 1},
        {"df 00 00 00 01 c0 c0", SS_WIRE_MAP, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_wire_token token = one_token(cases[i].text);
        assert_int_equal(token.kind, cases[i].kind);
        assert_int_equal((int64_t)token.number, cases[i].number);
    }
    assert_int_equal(one_token("c0").kind, SS_WIRE_NIL);
    assert_true(one_token("ca 3f 80 00 00").real == 1);
    assert_true(one_token("cb c0 00 00 00 00 00 00 00").real == -2);
}

static void bytes_are_borrowed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ss_wire_kind kind;
        size_t size;
    } cases[] = {
        {"a0", SS_WIRE_TEXT, 0},
        {"<tea>", SS_WIRE_TEXT, 3},
        {"(40)", SS_WIRE_TEXT, 40},
        {"(300)", SS_WIRE_TEXT, 300},
        {"(70000)", SS_WIRE_TEXT, 70000},
        {"c4 02 00 01", SS_WIRE_BYTES, 2},
        {"c5 00 01 00", SS_WIRE_BYTES, 1},
        {"c6 00 00 00 01 00", SS_WIRE_BYTES, 1},
        {"d4 01 02", SS_WIRE_EXT, 2},
        {"d8 01 02 ~15", SS_WIRE_EXT, 17},
        {"c7 02 01 00 00", SS_WIRE_EXT, 3},
        {"c8 00 01 05 00", SS_WIRE_EXT, 2},
        {"c9 00 00 00 00 05", SS_WIRE_EXT, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_wire_token token = one_token(cases[i].text);
        assert_int_equal(token.kind, cases[i].kind);
        assert_int_equal(token.size, cases[i].size);
        assert_true((const uint8_t *)token.bytes > bytes);
    }
}

/* What is cut off, lies about its length or is no MessagePack. */
static void lies_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "c1",
        "a5 61 62",
        "d9",
        "d9 05 61",
        "da 00",
        "da ff ff 61",
        "db 00 00 00",
        "db ff ff ff ff 61 62 63",
        "c4 01",
        "c6 7f ff ff ff 00",
        "c7 01 05",
        "c9 ff ff ff ff 00",
        "d4 01",
        "d8 01 02",
        "cc",
        "cd 01",
        "ce 01 02 03",
        "cf 01 02 03 04 05 06 07",
        "d3 01",
        "ca 00 00 00",
        "cb 00",
        "91",
        "9f 00 00",
        "dc 00",
        "dc 00 02 00",
        "dd 77 35 94 00 c0 c0 c0",
        "81 00",
        "8f 00 ~28",
        "de 00 02 00 00 00",
        "df ff ff ff ff 00 00 00",
        "df 80 00 00 00 00 00 00",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_wire_reader reader = reader_of(cases[i]);
        ss_wire_token token;
        assert_false(ss_wire_next(&reader, &token));
    }
}

static void the_walk_bounds_depth_and_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t values;
        unsigned depth;
        bool fine;
    } cases[] = {
        {"c0", 1, 1, true},
        {"90", 1, 1, true},
        {"91 c0", 2, 1, false},
        {"91 c0", 2, 2, true},
        {"91 c0", 1, 2, false},
        {"91 ~30 c0", 32, 32, true},
        {"91 ~31 c0", 100, 32, false},
        {"82 <a> 91 01 <b> 80", 6, 3, true},
        {"82 <a> 91 01 <b> 80", 6, 2, false},
        {"82 <a> 91 01 <b> 80", 5, 3, false},
        {"c0 c0", 9, 9, false}, /* bytes left over */
        {"92 c0", 9, 9, false},
        {"93 92 c0 c0 c0", 9, 9, false},
        {"dd 77 35 94 00 c0 c0 c0", 1u << 20, 8, false},
        {"c0", 1, 0, false},
        {"c0", 1, 33, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = wire_text(cases[i].text, bytes);
        assert_int_equal(ss_wire_check(bytes, size, cases[i].values, cases[i].depth), cases[i].fine);
    }
}

static void skipping_ends_behind_the_value(void **state)
{
    (void)state;
    ss_wire_reader reader = reader_of("82 <a> 93 01 02 91 c0 <b> (300) 07");
    ss_wire_token token;
    assert_true(ss_wire_skip(&reader, 9));
    assert_true(ss_wire_next(&reader, &token) && token.number == 7);
    reader = reader_of("82 <a> 93 01 02 91 c0 <b> (300) 07");
    assert_false(ss_wire_skip(&reader, 8));
    reader = reader_of("92 c0");
    assert_false(ss_wire_skip(&reader, 100));
}

/* ---- msgpack-c as the oracle ---- */

static const int64_t edges[] = {0,        1,     127,        128,        255,       256,       65535,
                                65536,    70000, 4294967295, 4294967296, INT64_MAX, -1,        -32,
                                -33,      -128,  -129,       -32768,     -32769,    INT32_MIN, INT32_MIN - INT64_C(1),
                                INT64_MIN};

static void assert_packed(const uint8_t *end, const msgpack_sbuffer *wanted)
{
    assert_int_equal(end - bytes, wanted->size);
    assert_memory_equal(bytes, wanted->data, wanted->size);
}

static void numbers_are_written_as_msgpack_c_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        msgpack_sbuffer buffer;
        msgpack_packer packer;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
        msgpack_pack_int64(&packer, edges[i]);
        assert_packed(ss_wire_put_int(bytes, edges[i]), &buffer);
        msgpack_sbuffer_clear(&buffer);
        msgpack_pack_double(&packer, (double)edges[i] / 3);
        assert_packed(ss_wire_put_double(bytes, (double)edges[i] / 3), &buffer);
        msgpack_sbuffer_clear(&buffer);
        msgpack_pack_float(&packer, (float)edges[i] / 3);
        assert_packed(ss_wire_put_float(bytes, (float)edges[i] / 3), &buffer);
        msgpack_sbuffer_destroy(&buffer);
    }
}

static void heads_are_written_as_msgpack_c_does(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        msgpack_sbuffer buffer;
        msgpack_packer packer;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
        msgpack_pack_array(&packer, sizes[i]);
        assert_packed(ss_wire_put_array(bytes, (uint32_t)sizes[i]), &buffer);
        msgpack_sbuffer_clear(&buffer);
        msgpack_pack_map(&packer, sizes[i]);
        assert_packed(ss_wire_put_map(bytes, (uint32_t)sizes[i]), &buffer);
        msgpack_sbuffer_clear(&buffer);
        msgpack_pack_str(&packer, sizes[i]);
        assert_packed(ss_wire_put_text_head(bytes, sizes[i]), &buffer);
        msgpack_sbuffer_destroy(&buffer);
    }
}

/* Bytes that the walk lets through unpack, and the other way round, but for what only the walk bounds. */
static void the_walk_agrees_with_msgpack_c(void **state)
{
    (void)state;
    ss_random random = test_random();
    size_t whole = 0;
    for (int round = 0; round < 20000; round++) {
        size_t size = 1 + ss_random_below(&random, 12);
        for (size_t i = 0; i < size; i++) /* mostly small heads, so that some are whole */
            bytes[i] = (uint8_t)(ss_random_below(&random, 3) ? 0x80 + ss_random_below(&random, 0x60)
                                                             : ss_random_below(&random, 256));
        bool fine = ss_wire_check(bytes, size, 64, 16);
        if (!fine)
            continue;
        msgpack_unpacked unpacked;
        msgpack_unpacked_init(&unpacked);
        size_t offset = 0;
        assert_int_equal(msgpack_unpack_next(&unpacked, (char *)bytes, size, &offset), MSGPACK_UNPACK_SUCCESS);
        assert_int_equal(offset, size);
        msgpack_unpacked_destroy(&unpacked);
        whole++;
    }
    assert_true(whole > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(bytes_are_borrowed),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(the_walk_bounds_depth_and_counts),
        cmocka_unit_test(skipping_ends_behind_the_value),
        cmocka_unit_test(numbers_are_written_as_msgpack_c_does),
        cmocka_unit_test(heads_are_written_as_msgpack_c_does),
        cmocka_unit_test(the_walk_agrees_with_msgpack_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
