#include "testing.h"

#include "http/fault_status.h"
#include "http/routes.h"
#include <string.h>

static bool read_target(const char *uri, size_t size, ss_target *target)
{
    static char bytes[4096];
    ss_fault fault = {0};
    memcpy(bytes, uri, size);
    bool read = ss_target_read(bytes, size, target, &fault);
    if (!read)
        assert_int_equal(fault.code, SS_FAULT_MALFORMED);
    return read;
}

static void targets_are_taken_apart(void **state)
{
    static const struct {
        const char *uri, *path; /* NULL: refused */
        size_t pairs;
    } rows[] = {
        {"/", "/", 0},
        {"/v1/popular?limit=2&a=b", "/v1/popular", 2},
        {"/v1/popular?", "/v1/popular", 0},
        {"/a%20b/%C3%A9", "/a b/\xc3\xa9", 0},
        {"/a+b", "/a+b", 0},
        {"/shop/", "/shop/", 0},
        {"/a#b?c=d", "/a", 0},
        {"http://host:80/v1/popular?x=1", "/v1/popular", 1},
        {"/...", "/...", 0},
        {"/.a/..b", "/.a/..b", 0},
        {"", NULL, 0},
        {"*", NULL, 0},
        {"v1/popular", NULL, 0},
        {"http://host", NULL, 0},
        {"/a//b", NULL, 0},
        {"//", NULL, 0},
        {"/a/../b", NULL, 0},
        {"/..", NULL, 0},
        {"/.", NULL, 0},
        {"/a/./b", NULL, 0},
        {"/%2e%2e/a", NULL, 0},
        {"/a%2f%2fb", NULL, 0},
        {"/%", NULL, 0},
        {"/%zz", NULL, 0},
        {"/%00", NULL, 0},
        {"/%c0%af", NULL, 0},
        {"/\xff", NULL, 0},
        {"/?a=%", NULL, 0},
    };
    static ss_target target;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool read = read_target(rows[i].uri, strlen(rows[i].uri), &target);
        if (read != (rows[i].path != NULL))
            fail_msg("%s", rows[i].uri);
        if (!read)
            continue;
        assert_true(ss_slice_equal(target.path, ss_slice_of(rows[i].path)));
        assert_int_equal(target.query.count, rows[i].pairs);
    }
}

static void the_longest_prefix_answers(void **state)
{
    static const ss_http_site sites[] = {{.prefix = "/"},
                                         {.prefix = "/console/"},
                                         {.prefix = "/console/api", .read_only = true},
                                         {.prefix = "/v1/"},
                                         {.prefix = "/v1/token", .post_only = true}};
    static const struct {
        const char *path;
        ss_method method;
        int site; /* -1: none */
        bool get;
    } rows[] = {
        {"/", SS_METHOD_COUNT, 0, true},
        {"/x", SS_METHOD_COUNT, 0, true},
        {"/console", SS_METHOD_COUNT, 0, true},
        {"/console/", SS_METHOD_COUNT, 1, true},
        {"/console/apis", SS_METHOD_COUNT, 1, true},
        {"/console/api", SS_METHOD_COUNT, 2, true},
        {"/console/api/", SS_METHOD_COUNT, 1, true},
        {"/v1/popular", (ss_method)SS_SHELF_POPULAR, -1, true},
        {"/v1/popular/", SS_METHOD_COUNT, 3, true},
        {"/v1/event", SS_METHOD_EVENT, -1, false},
        {"/v1/preview", SS_METHOD_PREVIEW, -1, true},
        {"/v1/reload", SS_METHOD_RELOAD, -1, false},
        {"/v1/stats", SS_METHOD_STATS, -1, true},
        {"/v1/Popular", SS_METHOD_COUNT, 3, true},
        {"/v1/", SS_METHOD_COUNT, 3, true},
        {"/v1/token", SS_METHOD_COUNT, 4, false},
        {"/v1/tokens", SS_METHOD_COUNT, 3, true},
    };
    ss_route route;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(ss_route_find(ss_slice_of(rows[i].path), sites, 5, &route));
        assert_int_equal(route.method, rows[i].method);
        assert_ptr_equal(route.site, rows[i].site < 0 ? NULL : &sites[rows[i].site]);
        assert_int_equal(route.get, rows[i].get);
        assert_int_equal(route.get, strstr(route.allow, "GET") != NULL);
        assert_int_equal(route.post, strstr(route.allow, "POST") != NULL);
    }
    assert_false(ss_route_find(SS_SLICE_LITERAL("/x"), sites + 1, 4, &route));
    assert_false(ss_route_find(SS_SLICE_LITERAL(""), sites, 5, &route));
}

/* ---- errors ---- */

static void every_fault_has_a_status(void **state)
{
    (void)state;
    for (unsigned code = 1; code < SS_FAULT_COUNT; code++)
        assert_in_range(ss_fault_status((ss_fault_code)code), 400, 503);
    assert_int_equal(ss_fault_status((ss_fault_code)99), 500);
    assert_int_equal(ss_fault_status(SS_FAULT_INTERNAL), 500);
}

static void faults_become_json(void **state)
{
    ss_fault fault = {.code = SS_FAULT_WRONG_TYPE, .field = "limit", .message = "limit must be \"an\" <integer>"};
    ss_buffer out;
    (void)state;
    ss_buffer_init(&out, 8192);
    assert_int_equal(ss_fault_json(&fault, &out), SS_OK);
    assert_string_equal(
        out.data, "{\"error\":{\"code\":\"wrong_type\",\"message\":\"limit must be \\\"an\\\" \\u003cinteger\\u003e\","
                  "\"field\":\"limit\"}}");
    fault.field[0] = '\0';
    assert_int_equal(ss_fault_json(&fault, &out), SS_OK);
    assert_null(strstr(out.data, "field"));
    memset(fault.field, 'f', sizeof fault.field - 1);
    memset(fault.message, '\1', sizeof fault.message - 1);
    assert_int_equal(ss_fault_json(&fault, &out), SS_OK);
    ss_buffer_release(&out);
}

static bool take_apart(const char *bytes, size_t size, ss_slice *result, ss_fault *fault)
{
    return ss_reply_result((ss_slice){bytes, size}, result, fault);
}

static void replies_are_taken_apart(void **state)
{
    static const char good[] = "\x94\x01\x05\xc0\x81\xa1x\x01", bad[] = "\x94\x01\x05\x83\xa4"
                                                                        "code\x04\xa7"
                                                                        "message\xa2no\xa5"
                                                                        "field\xa1x\xc0";
    ss_slice result;
    ss_fault fault;
    (void)state;
    assert_true(take_apart(good, sizeof good - 1, &result, &fault));
    assert_int_equal(result.size, 4);
    assert_false(take_apart(bad, sizeof bad - 1, &result, &fault));
    assert_int_equal(fault.code, SS_FAULT_WRONG_TYPE);
    assert_string_equal(fault.message, "no");
    assert_string_equal(fault.field, "x");
    for (size_t size = 0; size < sizeof bad - 12; size++) {
        assert_false(take_apart(bad, size, &result, &fault));
        assert_int_equal(fault.code, SS_FAULT_INTERNAL);
    }
    assert_false(take_apart("\x94\x00\x05\xc0\x80", 5, &result, &fault));
    assert_int_equal(fault.code, SS_FAULT_INTERNAL);
    assert_false(take_apart("\x94\x01\x05\x81\xa4"
                            "code\x63\xc0",
                            11, &result, &fault));
    assert_int_equal(fault.code, SS_FAULT_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_taken_apart),  cmocka_unit_test(the_longest_prefix_answers),
        cmocka_unit_test(every_fault_has_a_status), cmocka_unit_test(faults_become_json),
        cmocka_unit_test(replies_are_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
