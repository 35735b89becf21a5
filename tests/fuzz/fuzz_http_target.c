/* The target of a request: what is taken is UTF-8 without NUL, stays within its bytes, and makes a well-formed map. */
#include "client/wire.h"
#include "http/routes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(ss_slice text, const char *begin, size_t size)
{
    if (text.size > 0 && (text.data < begin || text.data + text.size > begin + size || memchr(text.data, 0, text.size)))
        abort();
    if (!ss_slice_is_utf8(text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ss_target target;
    ss_fault fault = {0};
    ss_buffer params;
    char *bytes = malloc(size + 1);
    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    ss_buffer_init(&params, 16u << 20);
    if (ss_target_read(bytes, size, &target, &fault)) {
        check_text(target.path, bytes, size);
        for (size_t i = 0; i < target.query.count; i++) {
            check_text(target.query.pairs[i].name, bytes, size);
            check_text(target.query.pairs[i].value, bytes, size);
        }
        if (ss_query_params(&target.query, &params, &fault) && !ss_wire_check(params.data, params.size, 1u << 20, 4))
            abort();
    }
    if (fault.code && (!ss_fault_name(fault.code) || !fault.message[0]))
        abort();
    ss_buffer_release(&params);
    free(bytes);
    return 0;
}
