/*
 * call_reader.h: how the params of a method are read: one pass over the bytes of a request, which nothing is copied from
 * and nothing allocated for. For the decoders of this floor (call.c and the call_*.c beside it), each of which has a
 * table of params and the function that reads the value of each.
 *
 * Every function returns false when the fault says why not; the fault names what was being read, "filter.price_min" or
 * "events[3].item_id". Slices point into the bytes. Safe from any thread, each with its own reader. What is short is
 * here, so that it melts into its callers.
 */
#ifndef SS_SERVER_CALL_READER_H
#define SS_SERVER_CALL_READER_H

#include "base/dictionary.h"
#include "client/wire.h"
#include "server/protocol.h"

typedef struct ss_call_reader {
    ss_wire_reader wire;
    void *target; /* what the values go into; the decoder knows its type */
    ss_fault *fault;
    const char *list;           /* while a map of an array is read, the array's name; else NULL */
    size_t index;               /* of the map in it */
    const char *prefix, *field; /* "filter." or "", and "price_min" */
} ss_call_reader;

/* `bytes` as they came. */
ss_call_reader ss_call_reader_over(ss_slice bytes, void *target, ss_fault *fault);

/* Sets the fault: the field being read, and the message. */
void ss_call_fault(ss_call_reader *reader, ss_fault_code code, const char *format, ...)
    __attribute__((cold, format(printf, 3, 4)));

/* The same with the field's name directly before the text: " must be text". */
void ss_call_fault_value(ss_call_reader *reader, ss_fault_code code, const char *format, ...)
    __attribute__((cold, format(printf, 3, 4)));

/* Macros, so that compilers see that they are false. */
#define SS_CALL_FAIL(...)       (ss_call_fault(__VA_ARGS__), false)
#define SS_CALL_FAIL_VALUE(...) (ss_call_fault_value(__VA_ARGS__), false)

/* No fault of a field: the bytes are no request. Returns false. */
bool ss_call_malformed(ss_call_reader *reader, const char *what) __attribute__((cold));

static inline bool ss_call_next(ss_call_reader *reader, ss_wire_token *token)
{
    return ss_wire_next(&reader->wire, token) ||
           ss_call_malformed(reader, "the bytes end too early, claim more than they hold, or are no MessagePack");
}

/* `expected`: "an array". */
static inline bool ss_call_next_of(ss_call_reader *reader, ss_wire_kind kind, const char *expected,
                                   ss_wire_token *token)
{
    if (!ss_call_next(reader, token))
        return false;
    return token->kind == kind || SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be %s", expected);
}

/* ---- values ---- */

/* 1 to `longest` bytes of UTF-8. */
static inline bool ss_call_read_text(ss_call_reader *reader, size_t longest, ss_slice *text)
{
    ss_wire_token token;
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be text");
    ss_slice found = {token.bytes, token.size};
    if (found.size < 1 || found.size > longest)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": %zu bytes; 1 to %zu are allowed", found.size,
                                  longest);
    if (!ss_slice_is_utf8(found))
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " is not UTF-8");
    *text = found;
    return true;
}

static inline bool ss_call_read_id(ss_call_reader *reader, ss_slice *id)
{
    return ss_call_read_text(reader, SS_ID_MAX, id);
}

/* The head of an array of `least` to `most` elements, which follow. */
static inline bool ss_call_read_count(ss_call_reader *reader, size_t least, size_t most, size_t *count)
{
    ss_wire_token token;
    if (!ss_call_next_of(reader, SS_WIRE_ARRAY, "an array", &token))
        return false;
    if (token.number > most)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": %llu values; at most %zu are allowed",
                                  (unsigned long long)token.number, most);
    if (token.number < least)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": at least %zu must be given", least);
    *count = (size_t)token.number;
    return true;
}

static inline bool ss_call_read_integer(ss_call_reader *reader, int64_t low, int64_t high, int64_t *value)
{
    ss_wire_token token;
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_UINT && token.kind != SS_WIRE_INT)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be an integer");
    bool above = token.kind == SS_WIRE_UINT && token.number > (uint64_t)INT64_MAX;
    int64_t number = (int64_t)token.number;
    if (above || number < low || number > high)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " is outside %lld to %lld", (long long)low,
                                  (long long)high);
    *value = number;
    return true;
}

static inline bool ss_call_read_flag(ss_call_reader *reader, bool *flag)
{
    ss_wire_token token;
    if (!ss_call_next_of(reader, SS_WIRE_BOOL, "true or false", &token))
        return false;
    *flag = token.number != 0;
    return true;
}

/* One of two words; *first: is it the first? */
bool ss_call_read_either(ss_call_reader *reader, const char *one, const char *other, bool *first);

/* An id that is kept: without the blanks around it, and without control characters. */
bool ss_call_read_kept_id(ss_call_reader *reader, ss_slice *id);

/* A value that is checked and has no effect. */
bool ss_call_read_ignored_id(ss_call_reader *reader);

/* An array of at most `most` ids into `ids`. */
bool ss_call_read_ids(ss_call_reader *reader, ss_slice *ids, size_t most, size_t *count);

/* An array of names of columns: sets the bits 1u << ss_field. */
bool ss_call_read_fields(ss_call_reader *reader, unsigned *fields);

/* ---- maps of params ---- */

/* A row of a table of at most SS_PARAMS_MAX, in the order of how often they are sent, that ends with a NULL `read`. */
typedef struct ss_param {
    ss_slice name;
    bool (*read)(ss_call_reader *reader);
} ss_param;

/* Reads a map by the table; `prefix` as above. */
bool ss_call_read_params(ss_call_reader *reader, const ss_param *params, const char *prefix);

#endif
