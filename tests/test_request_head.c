/* request_head.h: the bytes before the params; none is too long. */
#include "check.h"
#include "http/request_head.h"
#include "json_wire.h"

static void the_head_of_a_request(void **state)
{
    (void)state;
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++) {
        uint8_t bytes[SS_REQUEST_HEAD_MAX + 1];
        char wanted[80];
        uint8_t *end = ss_request_head(bytes, UINT32_MAX, (ss_method)method);
        assert_true(end <= bytes + SS_REQUEST_HEAD_MAX);
        *end++ = 0x80;
        char *text = json_wire_text((ss_slice){(const char *)bytes, (size_t)(end - bytes)});
        snprintf(wanted, sizeof wanted, "[0, 4294967295, '%s', {}]", ss_method_name((ss_method)method));
        assert_string_equal(text, wanted);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_head_of_a_request)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
