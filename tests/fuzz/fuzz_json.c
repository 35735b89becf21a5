/* JSON: what is taken is well-formed MessagePack within its bounds, and comes back the same after having been JSON again. */
#include "client/wire.h"
#include "http/transcode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_buffer wire, json, again;
    ss_error error;
    ss_buffer_init(&wire, 64u << 20);
    ss_buffer_init(&json, 64u << 20);
    ss_buffer_init(&again, 64u << 20);
    if (ss_wire_to_json((ss_slice){(const char *)data, size}, &json, &error) == SS_OK &&
        !ss_slice_is_utf8((ss_slice){json.data, json.size}))
        abort();
    ss_buffer_clear(&json);
    if (ss_json_to_wire((ss_slice){(const char *)data, size}, &wire, &error) == SS_OK) {
        if (!ss_wire_check(wire.data, wire.size, 2 * SS_JSON_VALUES_MAX, SS_JSON_DEPTH_MAX + 1))
            abort();
        if (ss_wire_to_json((ss_slice){wire.data, wire.size}, &json, &error) != SS_OK ||
            ss_json_to_wire((ss_slice){json.data, json.size}, &again, &error) != SS_OK || again.size != wire.size ||
            memcmp(again.data, wire.data, wire.size) != 0)
            abort();
    }
    ss_buffer_release(&wire);
    ss_buffer_release(&json);
    ss_buffer_release(&again);
    return 0;
}
