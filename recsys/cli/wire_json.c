#include "cli/wire_json.h"

#include <stdio.h>

#define NAME_SIZE 1100u /* of an entry: longer names than any that the protocol has */

static json_t *json_array_of(ss_wire_reader *reader, uint64_t count)
{
    json_t *array = json_array();
    for (uint64_t i = 0; i < count && array; i++)
        if (json_array_append_new(array, ss_wire_json(reader)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *json_object_of(ss_wire_reader *reader, uint64_t count)
{
    json_t *object = json_object();
    for (uint64_t i = 0; i < count && object; i++) {
        ss_wire_token key;
        char name[NAME_SIZE];
        bool named = ss_wire_next(reader, &key) && key.kind == SS_WIRE_TEXT && key.size < sizeof name;
        snprintf(name, sizeof name, "%.*s", named ? (int)key.size : 0, named ? key.bytes : "");
        if (!named || json_object_set_new(object, name, ss_wire_json(reader)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *ss_wire_json(ss_wire_reader *reader)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token))
        return NULL;
    switch (token.kind) {
    case SS_WIRE_BOOL:
        return json_boolean(token.number);
    case SS_WIRE_UINT:
    case SS_WIRE_INT:
        return json_integer((json_int_t)token.number);
    case SS_WIRE_REAL:
        return json_real(token.real);
    case SS_WIRE_TEXT:
        return json_stringn(token.bytes, token.size);
    case SS_WIRE_ARRAY:
        return json_array_of(reader, token.number);
    case SS_WIRE_MAP:
        return json_object_of(reader, token.number);
    default:
        return json_null();
    }
}
