#include "server/call_reader.h"

#include "log/values.h"
#include <stdarg.h>
#include <stdio.h>

ss_call_reader ss_call_reader_over(ss_slice bytes, void *target, ss_fault *fault)
{
    const uint8_t *begin = (const uint8_t *)bytes.data;
    return (ss_call_reader){
        .wire = {begin, begin + bytes.size}, .target = target, .fault = fault, .prefix = "", .field = ""};
}

static void name_field(ss_call_reader *reader)
{
    ss_fault *fault = reader->fault;
    const char *dot = reader->prefix[0] || reader->field[0] ? "." : "";
    if (reader->list)
        snprintf(fault->field, sizeof fault->field, "%s[%zu]%s%s%s", reader->list, reader->index, dot, reader->prefix,
                 reader->field);
    else
        snprintf(fault->field, sizeof fault->field, "%s%s", reader->prefix, reader->field);
}

void ss_call_fault(ss_call_reader *reader, ss_fault_code code, const char *format, ...)
{
    va_list arguments;
    reader->fault->code = code;
    name_field(reader);
    va_start(arguments, format);
    vsnprintf(reader->fault->message, sizeof reader->fault->message, format, arguments);
    va_end(arguments);
}

void ss_call_fault_value(ss_call_reader *reader, ss_fault_code code, const char *format, ...)
{
    ss_fault *fault = reader->fault;
    va_list arguments;
    fault->code = code;
    name_field(reader);
    int size = snprintf(fault->message, sizeof fault->message, "%s", fault->field[0] ? fault->field : "params");
    va_start(arguments, format);
    vsnprintf(fault->message + size, sizeof fault->message - (size_t)size, format, arguments);
    va_end(arguments);
}

bool ss_call_malformed(ss_call_reader *reader, const char *what)
{
    reader->list = NULL;
    reader->prefix = reader->field = "";
    return SS_CALL_FAIL(reader, SS_FAULT_MALFORMED, "%s", what);
}

bool ss_call_read_either(ss_call_reader *reader, const char *one, const char *other, bool *first)
{
    ss_slice choice;
    if (!ss_call_read_id(reader, &choice))
        return false;
    *first = ss_slice_equal(choice, ss_slice_of(one));
    return *first || ss_slice_equal(choice, ss_slice_of(other)) ||
           SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " must be '%s' or '%s'", one, other);
}

bool ss_call_read_kept_id(ss_call_reader *reader, ss_slice *id)
{
    ss_slice given;
    if (!ss_call_read_id(reader, &given))
        return false;
    if (ss_value_id(&given) != SS_ID_FINE)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " is no id");
    *id = given;
    return true;
}

bool ss_call_read_ignored_id(ss_call_reader *reader)
{
    ss_slice id;
    return ss_call_read_id(reader, &id);
}

/* Which of them is no text; what else is wrong with it has been said. */
static bool fault_id(ss_call_reader *reader, size_t index)
{
    if (reader->fault->code == SS_FAULT_WRONG_TYPE)
        ss_call_fault_value(reader, SS_FAULT_WRONG_TYPE, "[%zu] must be text", index);
    return false;
}

bool ss_call_read_ids(ss_call_reader *reader, ss_slice *ids, size_t most, size_t *count)
{
    size_t given;
    if (!ss_call_read_count(reader, 0, most, &given))
        return false;
    for (size_t i = 0; i < given; i++)
        if (!ss_call_read_id(reader, &ids[i]))
            return fault_id(reader, i);
    *count = given;
    return true;
}

static bool unknown_column(ss_call_reader *reader, ss_slice name)
{
    char printable[48];
    ss_slice_printable(name, printable, sizeof printable);
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": there is no column '%s'", printable);
}

bool ss_call_read_fields(ss_call_reader *reader, unsigned *fields)
{
    ss_slice names[SS_FIELD_COUNT];
    size_t count;
    if (!ss_call_read_ids(reader, names, SS_FIELD_COUNT, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        ss_field field = ss_field_find(names[i]);
        if (field == SS_FIELD_COUNT)
            return unknown_column(reader, names[i]);
        *fields |= 1u << field;
    }
    return true;
}

/* ---- maps of params ---- */

static const ss_param *find_param(const ss_param *params, ss_slice name, unsigned *index)
{
    for (*index = 0; params[*index].read; (*index)++)
        if (ss_slice_equal(params[*index].name, name))
            return &params[*index];
    return NULL;
}

static bool unknown_param(ss_call_reader *reader, ss_slice name)
{
    char printable[48];
    ss_slice_printable(name, printable, sizeof printable);
    reader->field = printable;
    ss_call_fault(reader, SS_FAULT_UNKNOWN_PARAM, "there is no param '%s%s'", reader->prefix, printable);
    reader->field = "";
    return false;
}

static bool read_param(ss_call_reader *reader, const ss_param *params, const char *prefix, uint32_t *seen)
{
    ss_wire_token name;
    unsigned index;
    if (!ss_call_next(reader, &name))
        return false;
    if (name.kind != SS_WIRE_TEXT && name.kind != SS_WIRE_BYTES)
        return ss_call_malformed(reader, "the name of a param must be text");
    reader->prefix = prefix;
    const ss_param *found = find_param(params, (ss_slice){name.bytes, name.size}, &index);
    if (!found)
        return unknown_param(reader, (ss_slice){name.bytes, name.size});
    reader->field = found->name.data;
    if (*seen & 1u << index)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_REPEATED_PARAM, " is given twice");
    *seen |= 1u << index;
    return found->read(reader);
}

bool ss_call_read_params(ss_call_reader *reader, const ss_param *params, const char *prefix)
{
    ss_wire_token map;
    uint32_t seen = 0;
    if (!ss_call_next_of(reader, SS_WIRE_MAP, "a map", &map))
        return false;
    for (uint64_t i = 0; i < map.number; i++) /* a name that was read before ends it: at most SS_PARAMS_MAX rounds */
        if (!read_param(reader, params, prefix, &seen))
            return false;
    reader->prefix = reader->field = "";
    return true;
}
