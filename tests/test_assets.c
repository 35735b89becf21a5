#include "testing.h"
#include "web/assets.h"
#include <string.h>
#include <zlib.h>

static void files_are_found_by_name(void **state)
{
    (void)state;
    const ss_asset *asset = ss_asset_find(SS_SLICE_LITERAL("about.html"));
    assert_non_null(asset);
    assert_string_equal(asset->type, "text/html; charset=utf-8");
    assert_memory_equal(asset->body.data, "<!doctype html>", 15);
    assert_null(ss_asset_find(SS_SLICE_LITERAL("about.htm")));
    assert_null(ss_asset_find(SS_SLICE_LITERAL("about.html/")));
    assert_null(ss_asset_find(SS_SLICE_LITERAL("")));
    assert_null(ss_asset_find(SS_SLICE_LITERAL("../assets.c")));
    assert_null(ss_asset_find(SS_SLICE_LITERAL("CMakeLists.txt")));
}

/* All of them, in order of their names, each found by it, and compressed to what it is. */
static void compressed_files_hold_the_same(void **state)
{
    (void)state;
    static uint8_t bytes[4u << 20];
    const ss_asset *before = NULL, *asset;
    for (unsigned i = 0; (asset = ss_asset_at(i)); before = asset, i++) {
        if (before)
            assert_true(strcmp(before->name, asset->name) < 0);
        assert_ptr_equal(ss_asset_find(ss_slice_of(asset->name)), asset);
        assert_int_equal(asset->body.data[asset->body.size], 0);
        if (asset->gzip.size == 0)
            continue;
        z_stream stream = {.next_in = (Bytef *)(uintptr_t)asset->gzip.data,
                           .avail_in = (uInt)asset->gzip.size,
                           .next_out = bytes,
                           .avail_out = sizeof bytes};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, asset->body.size);
        assert_memory_equal(bytes, asset->body.data, asset->body.size);
        inflateEnd(&stream);
    }
    assert_non_null(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_name),
        cmocka_unit_test(compressed_files_hold_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
