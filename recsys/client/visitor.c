#include "client/home.h"
#include "client/servers.h"
#include "client/wire.h"

/* The value of a name in the map that `at` stands before, as the token and, behind it, what it holds. */
static bool find(ss_wire_reader at, const char *name, ss_wire_token *value, ss_wire_reader *inside)
{
    ss_wire_token map, key;
    if (!ss_wire_next(&at, &map) || map.kind != SS_WIRE_MAP)
        return false;
    for (uint64_t i = 0; i < map.number; i++) {
        if (!ss_wire_next(&at, &key))
            return false;
        *inside = at;
        if (key.kind == SS_WIRE_TEXT && key.size == strlen(name) && memcmp(key.bytes, name, key.size) == 0)
            return ss_wire_next(inside, value);
        if (!ss_wire_skip(&at, SIZE_MAX))
            return false;
    }
    return false;
}

static bool named(ss_wire_reader params, const char *name, uint32_t *visitor)
{
    ss_wire_token text;
    ss_wire_reader inside;
    if (!find(params, name, &text, &inside) || (text.kind != SS_WIRE_TEXT && text.kind != SS_WIRE_BYTES) ||
        text.size == 0)
        return false;
    *visitor = ss_home_hash(text.bytes, text.size);
    return true;
}

static bool is_method(const ss_wire_token *method, const char *name)
{
    return method->kind == SS_WIRE_TEXT && method->size == strlen(name) &&
           memcmp(method->bytes, name, method->size) == 0;
}

ss_home ss_request_home(const void *bytes, size_t size)
{
    ss_home home = {0};
    ss_wire_reader params = {bytes, (const uint8_t *)bytes + size}, events;
    ss_wire_token token, method;
    if (!ss_wire_next(&params, &token) || !ss_wire_skip(&params, 1) || !ss_wire_skip(&params, 1) ||
        !ss_wire_next(&params, &method))
        return home;
    if (find(params, "events", &token, &events) && token.kind == SS_WIRE_ARRAY && token.number > 0)
        params = events;
    home.somebody = named(params, "session_id", &home.visitor) || named(params, "customer_id", &home.visitor) ||
                    (is_method(&method, "event") && named(params, "order_id", &home.visitor));
    home.alone = home.somebody && is_method(&method, "redeem");
    return home;
}
