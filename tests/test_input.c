/* test_input.c: bytes of files, pipes and memory; compressed ones whole, in pieces, cut short and damaged. */
#include "packed.h"

#include "base/file.h"
#include "log/input.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <zstd.h>

typedef void (*packer)(const void *data, size_t size, ss_buffer *out);
static const packer packers[] = {pack_gzip, pack_zstd};
#define PACKERS (sizeof packers / sizeof *packers)

/* Reads all, `size` bytes at a time, and closes the input. */
static ss_status read_all(ss_input *input, size_t size, ss_buffer *out, ss_error *error)
{
    char piece[1000];
    ss_status status = SS_OK;
    size_t got = 1;
    assert_true(size <= sizeof piece);
    ss_buffer_clear(out);
    while (got > 0 && (status = ss_input_read(input, piece, size, &got, error)) == SS_OK)
        assert_int_equal(ss_buffer_append(out, piece, got), SS_OK);
    if (status == SS_OK) {
        assert_int_equal(ss_input_read(input, piece, size, &got, error), SS_OK);
        assert_int_equal(got, 0);
    }
    ss_input_close(&input);
    return status;
}

static ss_status read_memory(ss_slice bytes, size_t read_max, size_t size, ss_buffer *out, ss_error *error)
{
    ss_input *input = NULL;
    expect_ok(ss_input_open_memory(bytes, "memory", read_max, &input, error), error);
    assert_string_equal(ss_input_name(input), "memory");
    assert_int_equal(ss_input_size(input), bytes.size);
    return read_all(input, size, out, error);
}

static void expect_bytes(const ss_buffer *packed, const char *expected, size_t size)
{
    static const size_t pieces[] = {1, 3, 1000};
    ss_buffer out;
    ss_error error = {0};
    ss_buffer_init(&out, PACKED_MAX);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            size_t read_max = j < 3 ? pieces[j] : 0;
            ss_slice bytes = {packed->data, packed->size};
            expect_ok(read_memory(bytes, read_max, pieces[i], &out, &error), &error);
            assert_int_equal(out.size, size);
            assert_memory_equal(out.data, expected, size);
        }
    }
    ss_buffer_release(&out);
}

static void fill_random(char *text, size_t size)
{
    ss_random random = test_random();
    for (size_t i = 0; i < size; i++)
        text[i] = "abcdefgh"[ss_random_below(&random, 8)];
}

static void plain_bytes_pass(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "ab", "abc", "\x1f", "\x28\xb5\x2f", "\x28\xb5\x2f\xfe", "abcdefgh"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ss_buffer text = {(char *)(uintptr_t)texts[i], strlen(texts[i]), 0, 0};
        expect_bytes(&text, texts[i], strlen(texts[i]));
    }
}

static void compressed_bytes_are_unpacked(void **state)
{
    (void)state;
    char text[20000];
    ss_buffer packed;
    ss_buffer_init(&packed, PACKED_MAX);
    fill_random(text, sizeof text);
    for (size_t i = 0; i < PACKERS; i++) {
        for (size_t size = 0; size <= sizeof text; size += 4999) {
            ss_buffer_clear(&packed);
            packers[i](text, size, &packed);
            expect_bytes(&packed, text, size);
        }
    }
    ss_buffer_release(&packed);
}

static void members_and_frames_are_joined(void **state)
{
    (void)state;
    char text[3000];
    ss_buffer packed;
    ss_buffer_init(&packed, PACKED_MAX);
    fill_random(text, sizeof text);
    for (size_t i = 0; i < PACKERS; i++) {
        ss_buffer_clear(&packed);
        packers[i](text, 0, &packed);
        packers[i](text, 1000, &packed);
        packers[i](text, 0, &packed);
        packers[i](text + 1000, 2000, &packed);
        packers[i](text, 0, &packed);
        expect_bytes(&packed, text, sizeof text);
    }
    ss_buffer_clear(&packed);
    ss_buffer_append(&packed, "\x50\x2a\x4d\x18\x05\0\0\0hello", 13);
    pack_zstd(text, 1500, &packed);
    ss_buffer_append(&packed, "\x5f\x2a\x4d\x18\0\0\0\0", 8);
    pack_zstd(text + 1500, 1500, &packed);
    expect_bytes(&packed, text, sizeof text);
    ss_buffer_clear(&packed);
    pack_gzip(text, 1500, &packed);
    ss_buffer_append(&packed, "\0\0\0", 3);
    pack_gzip(text + 1500, 1500, &packed);
    ss_buffer_append(&packed, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    expect_bytes(&packed, text, sizeof text);
    ss_buffer_release(&packed);
}

/* Cut anywhere but at the end of a frame, an error that says where; never more bytes than there were. */
static void early_ends_are_told(void **state)
{
    (void)state;
    char text[2000], expected[100];
    ss_buffer packed, out;
    ss_buffer_init(&packed, PACKED_MAX);
    ss_buffer_init(&out, PACKED_MAX);
    fill_random(text, sizeof text);
    for (size_t i = 0; i < PACKERS; i++) {
        ss_buffer_clear(&packed);
        packers[i](text, sizeof text, &packed);
        for (size_t size = 4; size < packed.size; size++) {
            ss_error error = {0};
            ss_status status = read_memory((ss_slice){packed.data, size}, size % 7, 100, &out, &error);
            assert_int_equal(status, SS_E_FORMAT);
            assert_string_equal(error.where, "memory");
            assert_true(error.has_offset && error.offset == size);
            snprintf(expected, sizeof expected, "%s data: ends early", i == 0 ? "gzip" : "zstd");
            assert_string_equal(error.message, expected);
            assert_true(out.size <= sizeof text);
            assert_memory_equal(out.data ? out.data : "", text, out.size);
        }
    }
    ss_buffer_release(&packed);
    ss_buffer_release(&out);
}

/* Any changed byte: an error with an offset inside the file, or (in a header's unused bits) the same bytes. */
static void damage_is_told(void **state)
{
    (void)state;
    char text[2000];
    ss_buffer packed, out;
    ss_buffer_init(&packed, PACKED_MAX);
    ss_buffer_init(&out, PACKED_MAX);
    fill_random(text, sizeof text);
    pack_gzip(text, sizeof text, &packed);
    size_t told = 0;
    for (size_t at = 4; at < packed.size; at++) {
        ss_error error = {0};
        packed.data[at] ^= 0x55;
        ss_status status = read_memory((ss_slice){packed.data, packed.size}, 0, 100, &out, &error);
        packed.data[at] ^= 0x55;
        told += status == SS_E_FORMAT;
        if (status == SS_E_FORMAT) {
            assert_true(error.has_offset && error.offset <= packed.size);
            assert_memory_equal(error.message, "gzip data: ", 11);
        } else {
            assert_int_equal(status, SS_OK);
            assert_int_equal(out.size, sizeof text);
            assert_memory_equal(out.data, text, sizeof text);
        }
    }
    assert_true(told >= packed.size - 4 - 6); /* of the ten bytes of a gzip header six may be anything */
    ss_buffer_release(&packed);
    ss_buffer_release(&out);
}

typedef struct damaged {
    const char *bytes;
    size_t size;
    ss_status status;
    uint64_t offset;
    const char *says;
} damaged;

static void known_damage_is_named(void **state)
{
    (void)state;
    static const damaged examples[] = {
        {"\x1f\x8b\x08\xe0\0\0\0\0\0\x03", 10, SS_E_FORMAT, 4, "gzip data: unknown header flags set"},
        {"\x1f\x8b\x07\0\0\0\0\0\0\x03", 10, SS_E_FORMAT, 4, "gzip data: unknown compression method"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x07\0", 12, SS_E_FORMAT, 11, "gzip data: invalid block type"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\x01\0\0\0\0\0\0\0", 20, SS_E_FORMAT, 16,
         "gzip data: incorrect data check"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\x01\0\0\0", 20, SS_E_FORMAT, 20,
         "gzip data: incorrect length check"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0hello", 25, SS_E_FORMAT, 22,
         "gzip data: incorrect header check"},
        {"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 18, SS_E_FORMAT, 0, "zstd data: "},
        {"\x28\xb5\x2f\xfd\0\xa8\x01\0\0", 9, SS_E_LIMIT, 0, "zstd data: Frame requires too much memory for decoding"},
    };
    ss_buffer out;
    ss_buffer_init(&out, PACKED_MAX);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        ss_error error = {0};
        const damaged *it = examples + i;
        ss_status status = read_memory((ss_slice){it->bytes, it->size}, 0, 100, &out, &error);
        if (status != it->status || !error.has_offset || !strstr(error.message, it->says) ||
            (it->offset && error.offset != it->offset))
            fail_msg("example %zu: %s '%s' at %d/%llu", i, ss_status_name(status), error.message, error.has_offset,
                     (unsigned long long)error.offset);
    }
    ss_buffer_release(&out);
}

static void what_follows_a_frame_is_refused(void **state)
{
    (void)state;
    ss_buffer packed, out;
    ss_error error = {0};
    ss_buffer_init(&packed, PACKED_MAX);
    ss_buffer_init(&out, PACKED_MAX);
    pack_zstd("abc", 3, &packed);
    size_t size = packed.size;
    ss_buffer_append_text(&packed, "garbage");
    assert_int_equal(read_memory((ss_slice){packed.data, packed.size}, 0, 100, &out, &error), SS_E_FORMAT);
    assert_true(error.has_offset && error.offset >= size && error.offset <= packed.size);
    assert_int_equal(out.size, 3);
    ss_buffer_release(&packed);
    ss_buffer_release(&out);
}

static void files_are_read(void **state)
{
    (void)state;
    char folder[] = "/tmp/ss_input.XXXXXX", path[100], text[300000];
    ss_buffer packed, out;
    ss_error error = {0};
    ss_input *input = NULL;
    ss_buffer_init(&packed, PACKED_MAX);
    ss_buffer_init(&out, PACKED_MAX);
    fill_random(text, sizeof text);
    pack_gzip(text, sizeof text, &packed);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
    expect_ok(ss_file_write_atomic(path, text, sizeof text, &error), &error);
    expect_ok(ss_input_open(path, &input, &error), &error);
    assert_int_equal(ss_input_size(input), sizeof text);
    expect_ok(read_all(input, 999, &out, &error), &error);
    assert_int_equal(out.size, sizeof text);
    assert_memory_equal(out.data, text, sizeof text);
    expect_ok(ss_file_write_atomic(path, packed.data, packed.size, &error), &error);
    expect_ok(ss_input_open(path, &input, &error), &error);
    assert_int_equal(ss_input_size(input), packed.size);
    expect_ok(read_all(input, 1000, &out, &error), &error);
    assert_int_equal(out.size, sizeof text);
    assert_memory_equal(out.data, text, sizeof text);
    ss_buffer_release(&packed);
    ss_buffer_release(&out);
    expect_ok(ss_file_remove_tree(folder, &error), &error);
}

/* Standard input, fed by a pipe in small pieces; it is still open afterwards. */
static void standard_input_is_read(void **state)
{
    (void)state;
    int pipes[2], saved = dup(STDIN_FILENO);
    ss_buffer out;
    ss_error error = {0};
    ss_input *input = NULL;
    ss_buffer_init(&out, PACKED_MAX);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], "hello, ", 7), 7);
    assert_int_equal(write(pipes[1], "world", 5), 5);
    close(pipes[1]);
    assert_int_equal(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
    close(pipes[0]);
    expect_ok(ss_input_open("-", &input, &error), &error);
    assert_string_equal(ss_input_name(input), "-");
    assert_int_equal(ss_input_size(input), 0);
    expect_ok(read_all(input, 1000, &out, &error), &error);
    assert_int_equal(out.size, 12);
    assert_memory_equal(out.data, "hello, world", 12);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    ss_buffer_release(&out);
}

static void missing_files_and_folders_are_refused(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_input *input = NULL;
    assert_int_equal(ss_input_open("/nonexistent/file", &input, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, "/nonexistent/file");
    assert_int_equal(ss_input_open("/dev/null/file", &input, &error), SS_E_NOT_FOUND);
    assert_int_equal(ss_input_open("/tmp", &input, &error), SS_E_IO);
    assert_string_equal(error.where, "/tmp");
    assert_int_equal(error.os_errno, 21 /* EISDIR */);
    assert_null(input);
    ss_input_close(&input);
}

/* 256 MB of zeros from a few kilobytes: it passes through, and nothing grows. */
static void a_bomb_needs_no_memory(void **state)
{
    (void)state;
    static char zeros[1 << 20], piece[1 << 16];
    ss_buffer packed;
    ss_error error = {0};
    ss_input *input = NULL;
    ss_buffer_init(&packed, PACKED_MAX);
    for (int i = 0; i < 256; i++)
        pack_zstd(zeros, sizeof zeros, &packed);
    expect_ok(ss_input_open_memory((ss_slice){packed.data, packed.size}, "bomb", 0, &input, &error), &error);
    uint64_t total = 0;
    for (size_t got = 1; got > 0; total += got)
        expect_ok(ss_input_read(input, piece, sizeof piece, &got, &error), &error);
    assert_int_equal(total, 256 * sizeof zeros);
    assert_int_equal(ss_input_taken(input), packed.size);
    ss_input_close(&input);
    ss_buffer_release(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_pass),
        cmocka_unit_test(compressed_bytes_are_unpacked),
        cmocka_unit_test(members_and_frames_are_joined),
        cmocka_unit_test(early_ends_are_told),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(known_damage_is_named),
        cmocka_unit_test(what_follows_a_frame_is_refused),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(standard_input_is_read),
        cmocka_unit_test(missing_files_and_folders_are_refused),
        cmocka_unit_test(a_bomb_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
