/* test_model_file.c: what is written comes back; what is broken on purpose is refused with the right words. */
#include "testing.h"

#include "failing_malloc.h"
#include "sample_model.h"
#include "temporary_folder.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static sample_bytes good_bytes(const char *folder)
{
    char path[TEMPORARY_PATH_MAX];
    temporary_path(path, folder, "good.safetensors");
    unlink(path);
    sample_must(sample_write(path, NULL));
    return sample_load(path);
}

/* ---- round trips ---- */

static void every_dtype_comes_back(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    static const ss_tensor_rule no_rules[] = {{.name = NULL}};
    static const ss_schema schema = {"any", 1, no_rules, NULL};
    uint8_t values[SS_DTYPE_COUNT][8 * 7];
    ss_model_file *file = NULL;
    ss_model_writer *writer = ss_model_writer_new(&schema);
    for (unsigned dtype = 0; dtype < SS_DTYPE_COUNT; dtype++) {
        memset(values[dtype], 0x11 + (int)dtype, sizeof values[dtype]);
        uint64_t columns = dtype % 2 ? 7 : 0, rows = columns ? 1 : 7;
        assert_int_equal(ss_model_writer_add(writer, ss_dtype_name((ss_dtype)dtype), (ss_dtype)dtype, values[dtype],
                                             rows, columns, NULL),
                         SS_OK);
    }
    assert_int_equal(ss_model_writer_add(writer, "empty", SS_F32, NULL, 0, 0, NULL), SS_OK);
    assert_int_equal(ss_model_writer_add(writer, "empty.rows", SS_F32, NULL, 0, 64, NULL), SS_OK);
    assert_int_equal(ss_model_writer_finish(writer, temporary_path(path, *state, "any"), NULL), SS_OK);
    ss_model_writer_free(&writer);

    assert_int_equal(ss_model_file_open(path, NULL, &file, NULL), SS_OK);
    assert_int_equal(ss_model_file_verify(file, NULL), SS_OK);
    assert_int_equal(ss_model_file_tensor_count(file), SS_DTYPE_COUNT + 2);
    for (unsigned dtype = 0; dtype < SS_DTYPE_COUNT; dtype++) {
        const ss_tensor *tensor = ss_model_file_tensor(file, ss_dtype_name((ss_dtype)dtype));
        assert_ptr_equal(tensor, ss_model_file_tensor_at(file, dtype));
        assert_int_equal(tensor->dtype, dtype);
        assert_int_equal(tensor->rank, dtype % 2 ? 2 : 1);
        assert_int_equal(tensor->count, 7);
        assert_int_equal((uintptr_t)tensor->data % SS_TENSOR_ALIGN, 0);
        assert_memory_equal(tensor->data, values[dtype], 7 * ss_dtype_size((ss_dtype)dtype));
    }
    assert_int_equal(ss_model_file_tensor(file, "empty")->count, 0);
    assert_int_equal(ss_model_file_tensor(file, "empty.rows")->shape[1], 64);
    assert_null(ss_model_file_tensor(file, "missing"));
    assert_null(ss_model_file_tensor_at(file, SS_DTYPE_COUNT + 2));
    ss_model_file_close(&file);
    assert_null(file);
    ss_model_file_close(&file);
}

static void a_file_without_tensors_is_valid(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    static const ss_tensor_rule no_rules[] = {{.name = NULL}};
    static const ss_schema schema = {"none", 1, no_rules, NULL};
    ss_model_file *file = NULL;
    ss_model_writer *writer = ss_model_writer_new(&schema);
    assert_int_equal(ss_model_writer_finish(writer, temporary_path(path, *state, "none"), NULL), SS_OK);
    ss_model_writer_free(&writer);
    assert_int_equal(ss_model_file_open(path, &schema, &file, NULL), SS_OK);
    assert_int_equal(ss_model_file_verify(file, NULL), SS_OK);
    ss_model_file_close(&file);
}

static void metadata_and_dimensions_come_back(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    double alpha = 0;
    uint64_t size = 0;
    ss_model_file *file = NULL;
    assert_int_equal(sample_write(temporary_path(path, *state, "sample"), NULL), SS_OK);
    assert_int_equal(ss_model_file_open(path, &sample_schema, &file, NULL), SS_OK);
    assert_string_equal(ss_model_file_metadata(file, "kind"), "sample");
    assert_string_equal(ss_model_file_metadata(file, "version"), "3");
    assert_string_equal(ss_model_file_metadata(file, "note"), "a \"quoted\"\n\x01 note of more than sixteen bytes");
    assert_null(ss_model_file_metadata(file, "absent"));
    assert_true(ss_model_file_metadata_f64(file, "alpha", &alpha));
    assert_true(alpha == 0.1);
    assert_false(ss_model_file_metadata_f64(file, "note", &alpha));
    assert_false(ss_model_file_metadata_f64(file, "absent", &alpha));
    assert_true(ss_model_file_dimension(file, "rows", &size) && size == 3);
    assert_true(ss_model_file_dimension(file, "entries", &size) && size == 5);
    assert_true(ss_model_file_dimension(file, "items", &size) && size == 10);
    assert_false(ss_model_file_dimension(file, "unheard-of", &size));
    assert_int_equal(ss_model_file_size(file) % SS_TENSOR_ALIGN, 0);
    ss_model_file_close(&file);
}

static void equal_input_gives_equal_bytes(void **state)
{
    sample_bytes one = good_bytes(*state), two = good_bytes(*state);
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.data, two.data, one.size);
    free(one.data);
    free(two.data);
}

/* ---- broken files ---- */

typedef struct bad_file {
    const char *name;
    const char *old, *new;         /* replaced in the header, the metadata's checksum made to agree */
    void (*spoil)(sample_bytes *); /* or: done to the bytes */
    const char *says;              /* part of the formatted error */
} bad_file;

static void set_length(sample_bytes *bytes, uint64_t length)
{
    memcpy(bytes->data, &length, sizeof length);
}

static void spoil_to_nothing(sample_bytes *bytes)
{
    bytes->size = 0;
}

static void spoil_to_seven_bytes(sample_bytes *bytes)
{
    bytes->size = 7;
}

static void spoil_inside_header(sample_bytes *bytes)
{
    bytes->size = 100;
}

static void spoil_length_huge(sample_bytes *bytes)
{
    set_length(bytes, UINT64_MAX);
}

static void spoil_length_above_limit(sample_bytes *bytes)
{
    set_length(bytes, SS_MODEL_HEADER_MAX + 1);
}

static void spoil_length_above_size(sample_bytes *bytes)
{
    set_length(bytes, bytes->size - 7);
}

static void spoil_length_zero(sample_bytes *bytes)
{
    set_length(bytes, 0);
}

static void spoil_length_short(sample_bytes *bytes)
{
    set_length(bytes, sample_header_size(bytes) - 128);
}

static void spoil_header_array(sample_bytes *bytes)
{
    sample_set_header(bytes, "[]", 2);
}

static void spoil_header_text(sample_bytes *bytes)
{
    sample_set_header(bytes, "{hello}", 7);
}

static void spoil_header_twice(sample_bytes *bytes)
{
    sample_set_header(bytes, "{}{}", 4);
}

static void spoil_header_empty_object(sample_bytes *bytes)
{
    sample_set_header(bytes, "{}", 2);
}

static void spoil_header_zero_byte(sample_bytes *bytes)
{
    *(char *)memmem(bytes->data, bytes->size, "quoted", 6) = 0;
}

static void spoil_header_not_utf8(sample_bytes *bytes)
{
    *(char *)memmem(bytes->data, bytes->size, "scores\":{", 9) = (char)0xff;
}

static void spoil_deep_nesting(sample_bytes *bytes)
{
    size_t depth = 100000;
    char *header = malloc(5 + depth);
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', depth);
    sample_set_header(bytes, header, 5 + depth);
    free(header);
}

static void spoil_many_values(sample_bytes *bytes)
{
    size_t count = 20000;
    char *header = malloc(6 + 2 * count);
    memcpy(header, "{\"a\":[", 6);
    for (size_t i = 0; i < count; i++)
        memcpy(header + 6 + 2 * i, "0,", 2);
    sample_set_header(bytes, header, 6 + 2 * count);
    free(header);
}

static void spoil_many_tensors(sample_bytes *bytes)
{
    char *header = malloc(100000);
    size_t size = (size_t)sprintf(header, "{\"__metadata__\":{}");
    for (unsigned i = 0; i <= SS_TENSORS_MAX; i++)
        size += (size_t)sprintf(header + size, ",\"t%u\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", i);
    header[size++] = '}';
    sample_set_header(bytes, header, size);
    free(header);
}

static void spoil_truncated_body(sample_bytes *bytes)
{
    bytes->size -= 64;
}

static void spoil_one_byte_short(sample_bytes *bytes)
{
    bytes->size -= 1;
}

static void spoil_trailing_bytes(sample_bytes *bytes)
{
    sample_bytes longer = {ss_array_aligned(bytes->size + 64, 1), bytes->size + 64};
    memset(longer.data, 0, longer.size);
    memcpy(longer.data, bytes->data, bytes->size);
    free(bytes->data);
    *bytes = longer;
}

static void spoil_padding(sample_bytes *bytes)
{
    ss_tensor tensor = sample_tensor(bytes, "offsets");
    bytes->data[tensor.offset + 40] = 1;
}

static void spoil_last_padding(sample_bytes *bytes)
{
    ss_tensor tensor = sample_tensor(bytes, "extra");
    bytes->data[tensor.offset + 63] = 1;
}

static void spoil_alignment(sample_bytes *bytes)
{
    /* One blank more in the header moves every tensor off its boundary. */
    uint64_t body = 8 + sample_header_size(bytes);
    sample_bytes moved = {ss_array_aligned(bytes->size + 1, 1), bytes->size + 1};
    memcpy(moved.data, bytes->data, body);
    moved.data[body] = ' ';
    memcpy(moved.data + body + 1, bytes->data + body, bytes->size - body);
    set_length(&moved, body - 8 + 1);
    free(bytes->data);
    *bytes = moved;
}

static void spoil_checksum(sample_bytes *bytes)
{
    sample_poke(bytes, "factors", 5, "\x01", 1, false);
}

static void spoil_metadata_bit(sample_bytes *bytes)
{
    *(char *)memmem(bytes->data, bytes->size, "0.1000", 6) = '4';
}

static void poke_u64(sample_bytes *bytes, const char *name, size_t index, uint64_t value)
{
    sample_poke(bytes, name, index * sizeof value, &value, sizeof value, true);
}

static void poke_u32(sample_bytes *bytes, const char *name, size_t index, uint32_t value)
{
    sample_poke(bytes, name, index * sizeof value, &value, sizeof value, true);
}

static void spoil_first_offset(sample_bytes *bytes)
{
    poke_u64(bytes, "offsets", 0, 1);
}

static void spoil_last_offset(sample_bytes *bytes)
{
    poke_u64(bytes, "offsets", 3, 6);
}

static void spoil_falling_offset(sample_bytes *bytes)
{
    poke_u64(bytes, "offsets", 1, 3);
}

static void spoil_huge_offset(sample_bytes *bytes)
{
    poke_u64(bytes, "offsets", 2, UINT64_MAX);
}

static void spoil_index(sample_bytes *bytes)
{
    poke_u32(bytes, "neighbours", 4, 10);
}

static void spoil_index_none(sample_bytes *bytes)
{
    poke_u32(bytes, "neighbours", 0, SS_NONE);
}

static void spoil_parent(sample_bytes *bytes)
{
    poke_u32(bytes, "parents", 2, 3);
}

static void spoil_parent_nearly_none(sample_bytes *bytes)
{
    poke_u32(bytes, "parents", 0, SS_NONE - 1);
}

static void spoil_nan(sample_bytes *bytes)
{
    poke_u32(bytes, "scores", 3, 0x7fc00000);
}

static void spoil_infinity(sample_bytes *bytes)
{
    poke_u32(bytes, "factors", 11, 0xff800000);
}

static void spoil_nan_f64(sample_bytes *bytes)
{
    poke_u64(bytes, "weights", 2, UINT64_C(0x7ff0000000000001));
}

static void spoil_utf8(sample_bytes *bytes)
{
    sample_poke(bytes, "names.bytes", 4, "\xc0", 1, true);
}

static void spoil_cut_character(sample_bytes *bytes)
{
    poke_u64(bytes, "names.offsets", 1, 6);
}

static void spoil_empty_id(sample_bytes *bytes)
{
    poke_u64(bytes, "names.offsets", 2, 7);
}

static void spoil_repeated_id(sample_bytes *bytes)
{
    sample_poke(bytes, "names.bytes", 7, "spoonspo", 8, true);
    poke_u64(bytes, "names.offsets", 2, 12);
}

static void spoil_lookup_row(sample_bytes *bytes)
{
    ss_tensor lookup = sample_tensor(bytes, "names.lookup");
    const uint64_t *slots = lookup.data;
    for (size_t i = 0; i < lookup.count; i++) {
        if (slots[i] != UINT64_MAX) {
            poke_u64(bytes, "names.lookup", i, slots[i] ^ 3);
            return;
        }
    }
}

static void spoil_lookup_full(sample_bytes *bytes)
{
    for (size_t i = 0; i < 8; i++)
        poke_u64(bytes, "names.lookup", i, 1);
}

static void spoil_lookup_empty(sample_bytes *bytes)
{
    for (size_t i = 0; i < 8; i++)
        poke_u64(bytes, "names.lookup", i, UINT64_MAX);
}

static const bad_file bad_files[] = {
    {"an empty file", .spoil = spoil_to_nothing, .says = "file too short"},
    {"seven bytes", .spoil = spoil_to_seven_bytes, .says = "file too short"},
    {"cut inside the header", .spoil = spoil_inside_header, .says = "header longer than the file"},
    {"header length 2^64-1", .spoil = spoil_length_huge, .says = "header longer than allowed"},
    {"header length above the limit", .spoil = spoil_length_above_limit, .says = "header longer than allowed"},
    {"header length above the size", .spoil = spoil_length_above_size, .says = "header longer than the file"},
    {"header length zero", .spoil = spoil_length_zero, .says = "not a JSON object"},
    {"header length cuts the JSON", .spoil = spoil_length_short, .says = "header: "},
    {"header is an array", .spoil = spoil_header_array, .says = "not a JSON object"},
    {"header is not JSON", .spoil = spoil_header_text, .says = "header: "},
    {"something after the header's object", .spoil = spoil_header_twice, .says = "header: end of file expected"},
    {"empty header", .spoil = spoil_header_empty_object, .says = "bytes after the last tensor"},
    {"a zero byte in the header", .spoil = spoil_header_zero_byte, .says = "header: "},
    {"a name that is not UTF-8", .spoil = spoil_header_not_utf8, .says = "unable to decode"},
    {"\\u0000 in a name", "\"scores\":{", "\"sco\\u0000res\":{", .says = "header: "},
    {"deep nesting", .spoil = spoil_deep_nesting, .says = "nested deeper than 3"},
    {"too many values", .spoil = spoil_many_values, .says = "more than 16384 values"},
    {"too many tensors", .spoil = spoil_many_tensors, .says = "more than 256 tensors"},
    {"duplicate names", "\"parents\":{", "\"offsets\":{", .says = "duplicate"},
    {"duplicate keys in an entry", "\"shape\":[3,4]", "\"dtype\":\"F32\"", .says = "duplicate"},
    {"an overlap", "\"data_offsets\":[64,84]", "\"data_offsets\":[0,20]", .says = "does not begin where"},
    {"a hole", "\"data_offsets\":[64,84]", "\"data_offsets\":[68,88]", .says = "does not begin where"},
    {"offsets that end before they begin", "\"data_offsets\":[64,84]", "\"data_offsets\":[64,44]", .says = "disagree"},
    {"a dtype that lies", "\"neighbours\":{\"dtype\":\"U32\"", "\"neighbours\":{\"dtype\":\"U64\"", .says = "disagree"},
    {"a dtype of the same size", "\"scores\":{\"dtype\":\"F32\"", "\"scores\":{\"dtype\":\"U32\"",
     .says = "wrong dtype (scores: found 'U32', expected F32)"},
    {"an unknown dtype", "\"scores\":{\"dtype\":\"F32\"", "\"scores\":{\"dtype\":\"F99\"", .says = "unknown dtype"},
    {"a dtype that is no text", "\"scores\":{\"dtype\":\"F32\"", "\"scores\":{\"dtype\":32", .says = "unknown dtype"},
    {"an overflowing shape", "\"shape\":[3,4]", "\"shape\":[4611686018427387904,4]", .says = "product overflows"},
    {"overflowing bytes", "\"shape\":[3,4]", "\"shape\":[4611686018427387904,1]", .says = "bytes overflows"},
    {"a dimension of 2^63", "\"shape\":[3,4]", "\"shape\":[9223372036854775808,0]", .says = "too big integer"},
    {"a negative dimension", "\"shape\":[3,4]", "\"shape\":[-3,-4]", .says = "whole number"},
    {"a fraction for a dimension", "\"shape\":[3,4]", "\"shape\":[3.0,4]", .says = "whole number"},
    {"text for a dimension", "\"shape\":[3,4]", "\"shape\":[\"3\",4]", .says = "whole number"},
    {"a shape that is no array", "\"shape\":[3,4]", "\"shape\":12", .says = "shape is not an array"},
    {"rank 3", "\"shape\":[3,4]", "\"shape\":[3,2,2]", .says = "at most 2"},
    {"negative offsets", "\"data_offsets\":[0,32]", "\"data_offsets\":[-32,0]", .says = "whole number"},
    {"a single offset", "\"data_offsets\":[0,32]", "\"data_offsets\":[0]", .says = "two numbers"},
    {"three offsets", "\"data_offsets\":[0,32]", "\"data_offsets\":[0,32,64]", .says = "at most 2"},
    {"an entry without a shape", "\"shape\":[3,4],", "", .says = "nothing else"},
    {"an entry with something else", "\"shape\":[3,4],", "\"shape\":[3,4],\"stride\":1,", .says = "nothing else"},
    {"an entry that is a number", "{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[256,304]}", "7",
     .says = "nothing else"},
    {"an empty name", "\"factors\":{", "\"\":{", .says = "name not allowed"},
    {"a blank in a name", "\"factors\":{", "\"fac tors\":{", .says = "name not allowed"},
    {"a name too long", "\"factors\":{", "\"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\":{",
     .says = "name not allowed"},
    {"no metadata", "\"__metadata__\"", "\"__metadate__\"", .says = "nothing else"},
    {"metadata that is no text", "\"kind\":\"sample\"", "\"kind\":7", .says = "not text"},
    {"another kind", "\"kind\":\"sample\"", "\"kind\":\"simple\"", .says = "found 'simple', expected sample"},
    {"another version", "\"version\":\"3\"", "\"version\":\"4\"", .says = "found '4', expected 3"},
    {"no version", "\"version\":\"3\",", "", .says = "wrong version"},
    {"a flipped bit in an option", .spoil = spoil_metadata_bit, .says = "checksum mismatch (__metadata__)"},
    {"no checksum", "\"xxh3.scores\":\"ec4da6ad95ebd307\",", "", .says = "wrong number of checksums"},
    {"a checksum for another", "\"xxh3.scores\"", "\"xxh3.scares\"", .says = "no checksum of it (scores)"},
    {"a checksum that is none", "\"xxh3.scores\":\"ec4", "\"xxh3.scores\":\"EC4", .says = "16 hexadecimal"},
    {"a missing tensor", "\"weights\":{", "\"heights\":{", .says = NULL},
    {"a tensor nobody knows", "\"extra\":{", "\"other\":{", .says = NULL},
    {"rank 1 for rank 2", "\"shape\":[3,4]", "\"shape\":[12]", .says = "wrong rank"},
    {"rows that differ", "\"shape\":[3,4]", "\"shape\":[6,2]", .says = "dimension differs"},
    {"columns that differ", "\"shape\":[3,4]", "\"shape\":[4,3]", .says = "dimension differs"},
    {"padding renamed", "\"pad.4\":{", "\"gap.4\":{", .says = "boundary"},
    {"a tensor as padding", "\"extra\":{", "\"pad.x\":{", .says = "padding must be"},
    {"a body too short", .spoil = spoil_truncated_body, .says = "ends after the file"},
    {"one byte short", .spoil = spoil_one_byte_short, .says = "ends after the file"},
    {"trailing bytes", .spoil = spoil_trailing_bytes, .says = "bytes after the last tensor"},
    {"padding that is not zero", .spoil = spoil_padding, .says = "padding is not zero"},
    {"other padding that is not zero", .spoil = spoil_last_padding, .says = "padding is not zero"},
    {"tensors off their boundary", .spoil = spoil_alignment, .says = "boundary of 64"},
    {"a flipped bit in a tensor", .spoil = spoil_checksum, .says = "checksum mismatch (factors"},
    {"offsets that begin at 1", .spoil = spoil_first_offset,
     .says = "the first offset (offsets: found '1', expected 0"},
    {"offsets beyond the end", .spoil = spoil_last_offset, .says = "the last offset (offsets: found '6', expected 5"},
    {"falling offsets", .spoil = spoil_falling_offset, .says = "offset 2 falls from 3 to 2"},
    {"an offset of 2^64-1", .spoil = spoil_huge_offset, .says = "offset 3 falls"},
    {"an index out of range", .spoil = spoil_index,
     .says = "index out of range (neighbours: found '10', expected below 10"},
    {"none where an index must be", .spoil = spoil_index_none, .says = "found '4294967295'"},
    {"an optional index out of range", .spoil = spoil_parent, .says = "index out of range (parents: found '3'"},
    {"nearly none", .spoil = spoil_parent_nearly_none, .says = "found '4294967294'"},
    {"a score that is no number", .spoil = spoil_nan, .says = "value 3 is not a finite number (scores"},
    {"an infinite factor", .spoil = spoil_infinity, .says = "value 11 is not a finite number (factors"},
    {"a weight that is no number", .spoil = spoil_nan_f64, .says = "value 2 is not a finite number (weights"},
    {"text that is not UTF-8", .spoil = spoil_utf8, .says = "not valid UTF-8"},
    {"a cut character", .spoil = spoil_cut_character, .says = "row 1 begins in the middle of a character"},
    {"an empty id", .spoil = spoil_empty_id, .says = "row 1 is empty or too long"},
    {"an id twice", .spoil = spoil_repeated_id, .says = "is not found by its id"},
    {"a lookup to another row", .spoil = spoil_lookup_row, .says = "is not found by its id"},
    {"a full lookup", .spoil = spoil_lookup_full, .says = "slots in use"},
    {"an empty lookup", .spoil = spoil_lookup_empty, .says = "slots in use"},
    {"an index into a dimension of no size", "\"dimension.items\":\"10\",", "", .says = "size of dimension 'items'"},
    {"a negative dimension in the metadata", "\"dimension.items\":\"10\"", "\"dimension.items\":\"-1\"",
     .says = "size of dimension 'items'"},
    {"a dimension that contradicts", "\"dimension.items\":\"10\"",
     "\"dimension.items\":\"10\",\"dimension.rows\":\"7\"", .says = "dimension differs"},
};

/* The checksums follow a changed header where it still has them, so that not they but the rule under test speaks. */
static void spoil(sample_bytes *bytes, const bad_file *bad)
{
    if (bad->spoil) {
        bad->spoil(bytes);
        return;
    }
    sample_replace(bytes, bad->old, bad->new);
    if (strstr(bad->old, "kind") || strstr(bad->old, "version") || strstr(bad->old, "dimension"))
        sample_seal_metadata(bytes);
}

static void broken_files_are_refused(void **state)
{
    size_t failed = 0;
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        char text[1024];
        ss_error error = {0};
        sample_bytes bytes = good_bytes(*state);
        spoil(&bytes, &bad_files[i]);
        /* Into a block of exactly that size: a sanitizer sees the first byte beyond. */
        sample_bytes exact = sample_copy(bytes.data, bytes.size);
        ss_status status = ss_model_validate(exact.data, exact.size, &sample_schema, &error);
        ss_error_format(&error, text, sizeof text);
        if (status != SS_E_CORRUPT || error.status != status ||
            (bad_files[i].says && !strstr(text, bad_files[i].says))) {
            print_error("%s: %s: %s\n", bad_files[i].name, ss_status_name(status), text);
            failed++;
        }
        free(exact.data);
        free(bytes.data);
    }
    assert_int_equal(failed, 0);
}

static void every_prefix_is_refused(void **state)
{
    sample_bytes bytes = good_bytes(*state);
    for (size_t size = 0; size < bytes.size; size++)
        assert_int_equal(ss_model_validate(bytes.data, size, &sample_schema, NULL), SS_E_CORRUPT);
    free(bytes.data);
}

/* Every bit of a file is under guard, but for those that only turn one blank of the header into another. */
static void every_flipped_bit_is_seen(void **state)
{
    size_t unseen = 0;
    sample_bytes bytes = good_bytes(*state);
    for (size_t i = 0; i < bytes.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bool blank = bytes.data[i] == ' ' && i < 8 + sample_header_size(&bytes);
            bytes.data[i] ^= (uint8_t)(1u << bit);
            unseen += !blank && ss_model_validate(bytes.data, bytes.size, &sample_schema, NULL) == SS_OK;
            bytes.data[i] ^= (uint8_t)(1u << bit);
        }
    }
    /* The "N" of a padding's name means nothing: 9 paddings, some digits of each. */
    assert_in_range(unseen, 0, 9 * 7);
    free(bytes.data);
}

static void bytes_off_a_boundary_are_a_wrong_argument(void **state)
{
    sample_bytes bytes = good_bytes(*state);
    assert_int_equal(ss_model_validate(bytes.data + 1, bytes.size - 1, &sample_schema, NULL), SS_E_ARGUMENT);
    free(bytes.data);
}

static void opening_checks_the_header_only(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    ss_model_file *file = NULL;
    sample_bytes bytes = good_bytes(*state);
    spoil_nan(&bytes);
    temporary_path(path, *state, "nan.safetensors");
    assert_int_equal(ss_file_write_atomic(path, bytes.data, bytes.size, NULL), SS_OK);
    assert_int_equal(ss_model_file_open(path, &sample_schema, &file, NULL), SS_OK);
    assert_int_equal(ss_model_file_verify(file, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "scores");
    assert_string_equal(error.where, path);
    ss_model_file_close(&file);
    free(bytes.data);
}

static void what_cannot_be_opened_says_so(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    ss_model_file *file = NULL;
    temporary_path(path, *state, "absent");
    assert_int_equal(ss_model_file_open(path, &sample_schema, &file, &error), SS_E_NOT_FOUND);
    assert_string_equal(error.where, path);
    assert_int_equal(error.os_errno, ENOENT);
    assert_int_equal(ss_model_file_open(*state, &sample_schema, &file, &error), SS_E_CORRUPT);
    temporary_path(path, *state, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ss_model_file_open(path, &sample_schema, &file, &error), SS_E_CORRUPT);
    temporary_path(path, *state, "empty");
    assert_int_equal(ss_file_write_atomic(path, "", 0, NULL), SS_OK);
    assert_int_equal(ss_model_file_open(path, &sample_schema, &file, &error), SS_E_CORRUPT);
    assert_string_equal(error.where, path);
    assert_null(file);
}

/* ---- the writer ---- */

static void the_writer_refuses_bad_names_and_sizes(void **state)
{
    (void)state;
    ss_error error;
    char name[SS_TENSOR_NAME_MAX + 2];
    ss_model_writer *writer = ss_model_writer_new(&sample_schema);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_int_equal(ss_model_writer_add(writer, name, SS_U8, "", 1, 0, &error), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "", SS_U8, "", 1, 0, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "pad.1", SS_U8, "", 1, 0, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "__metadata__", SS_U8, "", 1, 0, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "a\"b", SS_U8, "", 1, 0, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "a", SS_DTYPE_COUNT, "", 1, 0, NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_add(writer, "a", SS_U8, "", 1, 0, NULL), SS_OK);
    assert_int_equal(ss_model_writer_add(writer, "a", SS_U8, "", 1, 0, &error), SS_E_ARGUMENT);
    assert_string_equal(error.field, "a");
    assert_int_equal(ss_model_writer_add(writer, "b", SS_F64, "", UINT64_C(1) << 62, 0, NULL), SS_E_LIMIT);
    assert_int_equal(ss_model_writer_add(writer, "b", SS_U8, "", UINT64_C(1) << 33, UINT64_C(1) << 33, NULL),
                     SS_E_LIMIT);
    assert_int_equal(ss_model_writer_metadata(writer, "kind", "other", NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_metadata(writer, "xxh3.a", "0", NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_metadata(writer, "note", "\xff", NULL), SS_E_ARGUMENT);
    assert_int_equal(ss_model_writer_dimension(writer, "no good", 1, NULL), SS_E_ARGUMENT);
    ss_model_writer_free(&writer);
    assert_null(writer);
    ss_model_writer_free(&writer);
}

static void the_writer_has_limits(void **state)
{
    char path[TEMPORARY_PATH_MAX], name[16];
    ss_model_writer *writer = ss_model_writer_new(&sample_schema);
    for (unsigned i = 0; i < SS_TENSORS_MAX; i++) {
        snprintf(name, sizeof name, "t%u", i);
        assert_int_equal(ss_model_writer_add(writer, name, SS_U8, "x", 1, 0, NULL), SS_OK);
    }
    assert_int_equal(ss_model_writer_add(writer, "more", SS_U8, "x", 1, 0, NULL), SS_E_LIMIT);
    char *long_text = malloc(SS_MODEL_HEADER_MAX + 1);
    memset(long_text, 'x', SS_MODEL_HEADER_MAX);
    long_text[SS_MODEL_HEADER_MAX] = 0;
    temporary_path(path, *state, "limits");
    assert_int_equal(ss_model_writer_metadata(writer, "note", long_text, NULL), SS_OK);
    assert_int_equal(ss_model_writer_finish(writer, path, NULL), SS_E_LIMIT);
    assert_int_not_equal(access(path, F_OK), 0);
    ss_model_writer_free(&writer);
    free(long_text);
}

static void the_writer_never_replaces_a_file(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    temporary_path(path, *state, "taken");
    assert_int_equal(ss_file_write_atomic(path, "mine", 4, NULL), SS_OK);
    assert_int_equal(sample_write(path, &error), SS_E_IO);
    assert_int_equal(error.os_errno, EEXIST);
    sample_bytes bytes = sample_load(path);
    assert_int_equal(bytes.size, 4);
    free(bytes.data);
}

static void a_full_disk_leaves_nothing(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    struct rlimit old, tight;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    temporary_path(path, *state, "full");
    for (rlim_t most = 0; most < 4000; most += 500) {
        tight = (struct rlimit){most, old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        ss_status status = sample_write(path, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        if (status == SS_OK)
            break;
        assert_int_equal(status, SS_E_IO);
        assert_int_equal(error.os_errno, EFBIG);
        assert_string_equal(error.where, path);
        assert_int_not_equal(access(path, F_OK), 0);
    }
    signal(SIGXFSZ, SIG_DFL);
}

/* ---- running out of memory ---- */

typedef struct torture {
    const char *folder;
    sample_bytes bytes;
} torture;

static bool write_once(void *context)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    const torture *about = context;
    temporary_path(path, about->folder, "torture");
    ss_status status = sample_write(path, &error);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    assert_int_equal(access(path, F_OK) == 0, status == SS_OK);
    if (status == SS_OK)
        unlink(path);
    return status == SS_OK;
}

/* jansson reports some failed allocations as a syntax error, or goes on with a text cut short, which a checksum finds.
 */
static bool validate_once(void *context)
{
    const torture *about = context;
    ss_status status = ss_model_validate(about->bytes.data, about->bytes.size, &sample_schema, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM || status == SS_E_CORRUPT);
    return status == SS_OK;
}

static bool open_once(void *context)
{
    char path[TEMPORARY_PATH_MAX];
    ss_model_file *file = NULL;
    const torture *about = context;
    ss_status status =
        ss_model_file_open(temporary_path(path, about->folder, "good.safetensors"), &sample_schema, &file, NULL);
    assert_int_equal(file != NULL, status == SS_OK);
    ss_model_file_close(&file);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    torture about = {*state, good_bytes(*state)};
    json_malloc_t old_malloc;
    json_free_t old_free;
    json_get_alloc_funcs(&old_malloc, &old_free);
    json_set_alloc_funcs(malloc, free); /* through failing_malloc, as everything here */
    assert_in_range(failing_malloc_torture(write_once, &about), 20, 10000);
    assert_in_range(failing_malloc_torture(validate_once, &about), 20, 10000);
    assert_in_range(failing_malloc_torture(open_once, &about), 20, 10000);
    json_set_alloc_funcs(old_malloc, old_free);
    free(about.bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_dtype_comes_back, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_file_without_tensors_is_valid, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(metadata_and_dimensions_come_back, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(equal_input_gives_equal_bytes, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(broken_files_are_refused, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_prefix_is_refused, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_seen, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(bytes_off_a_boundary_are_a_wrong_argument, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(opening_checks_the_header_only, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_says_so, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test(the_writer_refuses_bad_names_and_sizes),
        cmocka_unit_test_setup_teardown(the_writer_has_limits, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(the_writer_never_replaces_a_file, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, temporary_folder_set_up, temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
