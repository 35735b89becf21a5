/* upstream_reply.h: what is a reply and what is none. */
#include "check.h"
#include "client/wire.h"
#include "http/upstream_reply.h"

/* The bytes of a text "94 01 …". */
static size_t bytes_of(const char *hex, uint8_t *bytes)
{
    size_t size = 0;
    for (char *end; *hex; hex = end + (*end == ' '))
        bytes[size++] = (uint8_t)strtoul(hex, &end, 16);
    return size;
}

static bool read_hex(const char *hex, ss_upstream_reply *reply)
{
    static uint8_t bytes[256]; /* a generation points into it */
    size_t size = bytes_of(hex, bytes);
    return ss_upstream_reply_read((ss_slice){(const char *)bytes, size}, reply);
}

static void replies_are_read(void **state)
{
    (void)state;
    ss_upstream_reply reply;
    assert_true(read_hex("94 01 07 c0 80", &reply));
    assert_true(reply.number == 7 && !reply.failed && reply.code == 0 && reply.generation.size == 0);
    assert_true(read_hex("94 01 ce ff ff ff ff c0 82 a1 78 91 01 aa 67 65 6e 65 72 61 74 69 6f 6e a2 67 31", &reply));
    assert_int_equal(reply.number, UINT32_MAX);
    assert_slice_equal(reply.generation, "g1");
    assert_true(read_hex("94 01 07 81 a4 63 6f 64 65 0b c0", &reply));
    assert_true(reply.failed && reply.code == SS_FAULT_SHUTTING_DOWN);
    assert_true(read_hex("94 01 07 82 a1 78 90 a4 63 6f 64 65 cc c8 c0", &reply)); /* a code of a later version */
    assert_int_equal(reply.code, SS_FAULT_INTERNAL);
    assert_true(read_hex("94 01 07 80 c0", &reply));
    assert_int_equal(reply.code, SS_FAULT_INTERNAL);
}

static void what_is_no_reply_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "c0",
        "94 01 07 c0",                            /* cut off */
        "94 01 07 c0 80 c0",                      /* something behind it */
        "93 01 07 c0",                            /* too short */
        "94 00 07 a1 78 80",                      /* a request */
        "94 01 c0 80 c0",                         /* for nobody */
        "94 01 cf 00 00 00 01 00 00 00 00 c0 80", /* no msgid */
        "94 01 ff c0 80",
        "94 01 07 c0 c0",                                                                /* neither */
        "94 01 07 a1 78 c0",                                                             /* an error that is a text */
        "94 01 07 c0 90",                                                                /* a result that is an array */
        "94 01 07 c0 df ff ff ff ff",                                                    /* more than there is */
        "94 01 07 c0 81 a1 78 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 c0", /* too deep */
    };
    ss_upstream_reply reply;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (read_hex(wrong[i], &reply))
            fail_msg("%s", wrong[i]);
}

static void every_beginning_and_every_bent_byte(void **state)
{
    (void)state;
    ss_random random = test_random();
    uint8_t whole[64];
    size_t size = bytes_of("94 01 07 c0 82 a4 69 74 65 6d 91 01 aa 67 65 6e 65 72 61 74 69 6f 6e a2 67 31", whole);
    ss_upstream_reply reply;
    for (unsigned round = 0; round < 50000; round++) {
        size_t length = ss_random_below(&random, (uint32_t)size + 1);
        char *bytes = malloc(length + 1);
        memcpy(bytes, whole, length);
        if (round % 2 && length > 0)
            bytes[ss_random_below(&random, (uint32_t)length)] = (char)ss_random_u64(&random);
        bool read = ss_upstream_reply_read((ss_slice){bytes, length}, &reply);
        assert_true(!read || round % 2 || length == size);
        for (size_t i = 0; read && i < reply.generation.size; i++)
            assert_true(&reply.generation.data[i] < bytes + length);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(what_is_no_reply_is_refused),
        cmocka_unit_test(every_beginning_and_every_bent_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
