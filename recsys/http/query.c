#include "http/query.h"

#include "client/wire.h"
#include <stdio.h>

/* ---- decoding ---- */

static int hex_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t ss_percent_decode(char *text, size_t size, bool plus)
{
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        if (byte == '+' && plus)
            byte = ' ';
        if (byte == '%') {
            int high = i + 2 < size ? hex_of(text[i + 1]) : -1, low = i + 2 < size ? hex_of(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return SIZE_MAX;
            byte = (char)(high << 4 | low);
            i += 2;
        }
        if (byte == '\0')
            return SIZE_MAX;
        text[used++] = byte;
    }
    return ss_slice_is_utf8((ss_slice){text, used}) ? used : SIZE_MAX;
}

static bool refuse(ss_fault *fault, ss_fault_code code, ss_slice field, const char *message)
{
    *fault = (ss_fault){.code = code};
    ss_slice_printable(field, fault->field, sizeof fault->field);
    snprintf(fault->message, sizeof fault->message, "%s", message);
    return false;
}

static bool decode(char *text, size_t size, ss_slice *decoded, ss_slice field, ss_fault *fault)
{
    size_t used = ss_percent_decode(text, size, true);
    *decoded = (ss_slice){text, used};
    return used != SIZE_MAX ||
           refuse(fault, SS_FAULT_MALFORMED, field, "the query's percent signs, or the UTF-8 they make, are wrong");
}

static bool read_pair(char *text, size_t size, ss_query *query, ss_fault *fault)
{
    ss_query_pair *pair = &query->pairs[query->count];
    char *equals = memchr(text, '=', size), *value = equals ? equals + 1 : text + size;
    size_t name_size = equals ? (size_t)(equals - text) : size;
    if (query->count == SS_QUERY_MAX)
        return refuse(fault, SS_FAULT_OUT_OF_RANGE, (ss_slice){"", 0}, "the query has too many parameters");
    if (!decode(text, name_size, &pair->name, (ss_slice){"", 0}, fault) ||
        !decode(value, size - (size_t)(value - text), &pair->value, pair->name, fault))
        return false;
    query->count++;
    return true;
}

bool ss_query_read(char *text, size_t size, ss_query *query, ss_fault *fault)
{
    query->count = 0;
    for (char *end = text + size; text < end;) {
        char *next = memchr(text, '&', (size_t)(end - text));
        size_t part = next ? (size_t)(next - text) : (size_t)(end - text);
        if (part > 0 && !read_pair(text, part, query, fault))
            return false;
        text += part + 1;
    }
    return true;
}

ss_slice ss_query_find(const ss_query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (ss_slice_equal(query->pairs[i].name, ss_slice_of(name)))
            return query->pairs[i].value;
    return (ss_slice){NULL, 0};
}

/* ---- as params ---- */

/* How the value of a name is written; text where it is not listed. */
typedef enum form { FORM_TEXT, FORM_NUMBER, FORM_FLAG, FORM_LIST, FORM_COMMAS, FORM_SHELVES, FORM_NONE } form;

static form form_of(ss_slice name)
{
    static const struct {
        ss_slice name;
        form form;
    } forms[] = {
        {SS_SLICE_LITERAL("limit"), FORM_NUMBER},
        {SS_SLICE_LITERAL("fields"), FORM_COMMAS},
        {SS_SLICE_LITERAL("key"), FORM_NONE},
        {SS_SLICE_LITERAL("items"), FORM_LIST},
        {SS_SLICE_LITERAL("cart"), FORM_LIST},
        {SS_SLICE_LITERAL("exclude"), FORM_LIST},
        {SS_SLICE_LITERAL("shelves"), FORM_SHELVES},
        {SS_SLICE_LITERAL("explain"), FORM_FLAG},
        {SS_SLICE_LITERAL("buckets"), FORM_FLAG},
        {SS_SLICE_LITERAL("categories"), FORM_FLAG},
        {SS_SLICE_LITERAL("all"), FORM_FLAG},
        {SS_SLICE_LITERAL("timestamp"), FORM_NUMBER},
        {SS_SLICE_LITERAL("filter.price_min"), FORM_NUMBER},
        {SS_SLICE_LITERAL("filter.price_max"), FORM_NUMBER},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (ss_slice_equal(name, forms[i].name))
            return forms[i].form;
    return FORM_TEXT;
}

static bool is_list(form of)
{
    return of == FORM_LIST || of == FORM_COMMAS || of == FORM_SHELVES;
}

/* Every value takes at most its bytes and a head for each of its commas: `out` has room, see ss_query_params. */
static uint8_t *put_text(uint8_t *at, ss_slice text)
{
    return ss_wire_put_text(at, text.data, text.size);
}

static uint8_t *put_number(uint8_t *at, ss_slice text)
{
    long long number;
    return ss_slice_to_i64(text, &number) ? ss_wire_put_int(at, number) : put_text(at, text);
}

static uint8_t *put_flag(uint8_t *at, ss_slice text)
{
    bool yes = ss_slice_equal(text, SS_SLICE_LITERAL("true")), no = ss_slice_equal(text, SS_SLICE_LITERAL("false"));
    return yes || no ? ss_wire_put_bool(at, yes) : put_text(at, text);
}

/* "related" or "related:8" */
static uint8_t *put_shelf(uint8_t *at, ss_slice text)
{
    const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
    if (!colon)
        return put_text(at, text);
    size_t name = (size_t)(colon - text.data);
    at = ss_wire_put_text(ss_wire_put_map(at, 2), "shelf", 5);
    at = ss_wire_put_text(put_text(at, (ss_slice){text.data, name}), "limit", 5);
    return put_number(at, (ss_slice){colon + 1, text.size - name - 1});
}

/* The parts of a value between commas; with `at` NULL they are only counted. */
static uint8_t *put_parts(uint8_t *at, ss_slice value, form of, uint32_t *count)
{
    for (const char *from = value.data, *end = value.data + value.size; from <= end;) {
        const char *comma = of == FORM_LIST || from == end ? NULL : memchr(from, ',', (size_t)(end - from));
        ss_slice part = {from, (size_t)((comma ? comma : end) - from)};
        ++*count;
        if (at)
            at = of == FORM_SHELVES ? put_shelf(at, part) : put_text(at, part);
        if (!comma)
            break;
        from = comma + 1;
    }
    return at;
}

/* The values of all pairs of this name from `first` on. */
static uint8_t *put_list(uint8_t *at, const ss_query *query, size_t first, form of)
{
    uint32_t count = 0;
    uint8_t *head = at;
    for (size_t i = first; i < query->count; i++)
        if (ss_slice_equal(query->pairs[i].name, query->pairs[first].name))
            put_parts(NULL, query->pairs[i].value, of, &count);
    at = ss_wire_put_array(head, count);
    for (size_t i = first; i < query->count; i++)
        if (ss_slice_equal(query->pairs[i].name, query->pairs[first].name))
            at = put_parts(at, query->pairs[i].value, of, &count);
    return at;
}

static uint8_t *put_value(uint8_t *at, const ss_query *query, size_t index)
{
    const ss_query_pair *pair = &query->pairs[index];
    form of = form_of(pair->name);
    if (is_list(of))
        return put_list(at, query, index, of);
    if (of == FORM_NUMBER)
        return put_number(at, pair->value);
    return of == FORM_FLAG ? put_flag(at, pair->value) : put_text(at, pair->value);
}

/* "filter" of "filter.category"; the whole name when there is no dot. */
static ss_slice group_of(ss_slice name, bool *grouped)
{
    const char *dot = name.size ? memchr(name.data, '.', name.size) : NULL;
    *grouped = dot != NULL;
    return dot ? (ss_slice){name.data, (size_t)(dot - name.data)} : name;
}

static bool in_group(ss_slice name, ss_slice group)
{
    bool grouped;
    return ss_slice_equal(group_of(name, &grouped), group) && grouped;
}

/* Is there one of that name, or that group, before it? */
static bool came_before(const ss_query *query, size_t index)
{
    bool grouped;
    ss_slice name = query->pairs[index].name, group = group_of(name, &grouped);
    for (size_t i = 0; i < index; i++)
        if (grouped ? in_group(query->pairs[i].name, group) : ss_slice_equal(query->pairs[i].name, name))
            return true;
    return false;
}

static uint8_t *put_group(uint8_t *at, const ss_query *query, size_t first, ss_slice group)
{
    uint32_t count = 0;
    for (size_t i = first; i < query->count; i++)
        count += in_group(query->pairs[i].name, group);
    at = ss_wire_put_map(at, count);
    for (size_t i = first; i < query->count; i++) {
        ss_slice name = query->pairs[i].name;
        if (!in_group(name, group))
            continue;
        at = put_text(at, (ss_slice){name.data + group.size + 1, name.size - group.size - 1});
        at = put_value(at, query, i);
    }
    return at;
}

static bool is_repeated(const ss_query *query, size_t index)
{
    ss_slice name = query->pairs[index].name;
    for (size_t i = 0; i < index; i++)
        if (ss_slice_equal(query->pairs[i].name, name))
            return true;
    return false;
}

static bool check_repeated(const ss_query *query, ss_fault *fault)
{
    bool grouped;
    for (size_t i = 0; i < query->count; i++) {
        ss_slice name = query->pairs[i].name;
        group_of(name, &grouped);
        if (is_repeated(query, i) && (grouped || !is_list(form_of(name))))
            return refuse(fault, SS_FAULT_REPEATED_PARAM, name, "the parameter stands twice");
    }
    return true;
}

/* Heads, the words "shelf" and "limit", and a list's repeated counts beside the bytes themselves: generous. */
static size_t room_for(const ss_query *query)
{
    size_t room = SS_WIRE_NUMBER_MAX;
    for (size_t i = 0; i < query->count; i++) {
        const ss_query_pair *pair = &query->pairs[i];
        room += pair->name.size + 4 * SS_WIRE_NUMBER_MAX + (pair->value.size + 1) * 32;
    }
    return room;
}

static bool is_written(const ss_query *query, size_t index)
{
    return form_of(query->pairs[index].name) != FORM_NONE && !came_before(query, index);
}

bool ss_query_params(const ss_query *query, ss_buffer *out, ss_fault *fault)
{
    uint32_t count = 0;
    if (!check_repeated(query, fault))
        return false;
    if (ss_buffer_reserve(out, room_for(query)) != SS_OK)
        return refuse(fault, SS_FAULT_INTERNAL, (ss_slice){"", 0}, "out of memory");
    for (size_t i = 0; i < query->count; i++)
        count += is_written(query, i);
    uint8_t *at = ss_wire_put_map((uint8_t *)out->data + out->size, count);
    for (size_t i = 0; i < query->count; i++) {
        bool grouped;
        ss_slice group = group_of(query->pairs[i].name, &grouped);
        if (!is_written(query, i))
            continue;
        at = put_text(at, group);
        at = grouped ? put_group(at, query, i, group) : put_value(at, query, i);
    }
    out->size = (size_t)((char *)at - out->data);
    return true;
}
