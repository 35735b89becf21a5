/* json_wire.h: MessagePack written and read as JSON, for tests. In what is written ' may stand for ", so that C needs no backslashes. */
#ifndef SS_TESTS_JSON_WIRE_H
#define SS_TESTS_JSON_WIRE_H

#include "testing.h"

#include "base/slice.h"
#include "client/wire.h"
#include <jansson.h>
#include <string.h>

#define JSON_WIRE_MAX ((size_t)1 << 20)

static inline uint8_t *json_wire_put(uint8_t *at, const json_t *value)
{
    const char *name;
    json_t *inside;
    size_t i;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        at = ss_wire_put_map(at, (uint32_t)json_object_size(value));
        json_object_foreach((json_t *)(uintptr_t)value, name, inside) at =
            json_wire_put(ss_wire_put_text(at, name, strlen(name)), inside);
        return at;
    case JSON_ARRAY:
        at = ss_wire_put_array(at, (uint32_t)json_array_size(value));
        json_array_foreach(value, i, inside) at = json_wire_put(at, inside);
        return at;
    case JSON_STRING:
        return ss_wire_put_text(at, json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        return ss_wire_put_int(at, json_integer_value(value));
    case JSON_REAL:
        return ss_wire_put_double(at, json_real_value(value));
    case JSON_NULL:
        return ss_wire_put_nil(at);
    default:
        return ss_wire_put_bool(at, json_is_true(value));
    }
}

/* Caller frees the bytes. */
static inline ss_slice json_wire(const char *text)
{
    json_error_t error;
    char *quoted = strdup(text);
    uint8_t *bytes = malloc(JSON_WIRE_MAX);
    assert_non_null(quoted);
    assert_non_null(bytes);
    for (char *at = quoted; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *value = json_loads(quoted, JSON_DECODE_ANY, &error);
    if (!value)
        fail_msg("%s: %s", text, error.text);
    size_t size = (size_t)(json_wire_put(bytes, value) - bytes);
    json_decref(value);
    free(quoted);
    return (ss_slice){(char *)bytes, size};
}

static inline json_t *json_wire_read(ss_wire_reader *in)
{
    ss_wire_token token;
    json_t *value = NULL;
    assert_true(ss_wire_next(in, &token));
    switch (token.kind) {
    case SS_WIRE_NIL:
        return json_null();
    case SS_WIRE_BOOL:
        return json_boolean(token.number);
    case SS_WIRE_UINT:
    case SS_WIRE_INT:
        return json_integer((json_int_t)token.number);
    case SS_WIRE_REAL:
        return json_real(token.real);
    case SS_WIRE_ARRAY:
        value = json_array();
        for (uint64_t i = 0; i < token.number; i++)
            json_array_append_new(value, json_wire_read(in));
        return value;
    case SS_WIRE_MAP:
        value = json_object();
        for (uint64_t i = 0; i < token.number; i++) {
            ss_wire_token name;
            assert_true(ss_wire_next(in, &name));
            json_t *inside = json_wire_read(in);
            assert_int_equal(json_object_setn_new(value, name.bytes, name.size, inside), 0);
        }
        return value;
    default:
        return json_stringn(token.bytes, token.size);
    }
}

/* One value, in the order of its names, with ' for ". Caller frees it. */
static inline char *json_wire_text(ss_slice wire)
{
    ss_wire_reader in = {(const uint8_t *)wire.data, (const uint8_t *)wire.data + wire.size};
    json_t *value = json_wire_read(&in);
    assert_ptr_equal(in.at, in.end);
    char *text = json_dumps(value, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    json_decref(value);
    for (char *at = text; *at; at++)
        *at = *at == '"' ? '\'' : *at;
    return text;
}

#endif
