#include "http/transcode.h"

#include "client/wire.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#define HEAD_SIZE 3u                 /* bytes of the head of a map or array, however many they hold */
#define WHOLE_MAX 9007199254740992.0 /* 2^53: whole numbers below are what was written */
#define COUNT_MAX 65535              /* what such a head can say */

_Static_assert(SS_JSON_VALUES_MAX <= COUNT_MAX + 1, "the outermost is a value, too");

/* A map or array that is being read. */
typedef struct level {
    size_t head; /* where it stands in `out` */
    uint32_t count;
    bool map;
    size_t names; /* of a map: its first in `names` */
} level;

typedef struct name {
    uint32_t at, size; /* in `out` */
} name;

typedef struct reader {
    ss_buffer *out;
    ss_status status;
    ss_error *error;
    level levels[SS_JSON_DEPTH_MAX];
    unsigned depth; /* of the open ones */
    uint32_t values;
    name names[SS_JSON_DEPTH_MAX * SS_JSON_NAMES_MAX]; /* of the open maps, outermost first */
    size_t name_count;
} reader;

/* ---- failing: every callback returns 0 then, which ends the parse ---- */

static int fail(reader *from, ss_status status, const char *message)
{
    from->status = ss_error_set(from->error, status, "%s", message);
    return 0;
}

static int fail_number(reader *from, const char *what, unsigned most)
{
    from->status = ss_error_set(from->error, SS_E_LIMIT, "%s: at most %u are allowed", what, most);
    return 0;
}

/* Room for the next value; counts it. */
static int begin_value(reader *from, size_t size)
{
    if (from->depth == 0)
        return fail(from, SS_E_FORMAT, "a JSON object is expected");
    if (from->values++ == SS_JSON_VALUES_MAX)
        return fail_number(from, "values", SS_JSON_VALUES_MAX);
    level *of = &from->levels[from->depth - 1];
    if (!of->map)
        of->count++;
    ss_status status = ss_buffer_reserve(from->out, size);
    return status == SS_OK || fail(from, status, "no room for the params");
}

static uint8_t *end_of(const reader *from)
{
    return (uint8_t *)from->out->data + from->out->size;
}

static int commit(reader *from, const uint8_t *end)
{
    from->out->size = (size_t)((const char *)end - from->out->data);
    return 1;
}

/* ---- values ---- */

static int read_null(void *context)
{
    return begin_value(context, 1) && commit(context, ss_wire_put_nil(end_of(context)));
}

static int read_boolean(void *context, int value)
{
    return begin_value(context, 1) && commit(context, ss_wire_put_bool(end_of(context), value != 0));
}

/* An integer is what has no fraction, 3.0 and 3e2 too (JSON Schema 2020-12, 4.2.3); what is no integer of 64 bits is a real. */
static int read_number(void *context, const char *digits, size_t size)
{
    long long integer;
    double real;
    ss_slice text = {digits, size};
    if (!begin_value(context, SS_WIRE_NUMBER_MAX))
        return 0;
    if (ss_slice_to_i64(text, &integer))
        return commit(context, ss_wire_put_int(end_of(context), integer));
    if (!ss_slice_to_f64(text, &real))
        return fail(context, SS_E_FORMAT, "a number is too large, or has too many digits");
    if (fabs(real) < WHOLE_MAX && real == trunc(real))
        return commit(context, ss_wire_put_int(end_of(context), (int64_t)real));
    return commit(context, ss_wire_put_double(end_of(context), real));
}

static int read_string(void *context, const unsigned char *text, size_t size)
{
    if (!begin_value(context, SS_WIRE_NUMBER_MAX + size))
        return 0;
    return commit(context, ss_wire_put_text(end_of(context), (const char *)text, size));
}

/* ---- maps and arrays: their heads are filled in when their end has come ---- */

static int open_level(reader *from, bool map)
{
    bool outermost = from->depth == 0;
    if (outermost && !map)
        return fail(from, SS_E_FORMAT, "a JSON object is expected");
    if (from->depth == SS_JSON_DEPTH_MAX)
        return fail_number(from, "levels", SS_JSON_DEPTH_MAX);
    if (!outermost && !begin_value(from, HEAD_SIZE))
        return 0;
    ss_status status = ss_buffer_reserve(from->out, HEAD_SIZE);
    if (status != SS_OK)
        return fail(from, status, "no room for the params");
    from->levels[from->depth++] = (level){.head = from->out->size, .map = map, .names = from->name_count};
    from->out->size += HEAD_SIZE;
    return 1;
}

static int close_level(reader *from)
{
    const level *of = &from->levels[--from->depth];
    ss_wire_put_number((uint8_t *)from->out->data + of->head, of->map ? 0xde : 0xdc, of->count, 2);
    from->name_count = of->map ? of->names : from->name_count;
    return 1;
}

static int open_map(void *context)
{
    return open_level(context, true);
}

static int open_array(void *context)
{
    return open_level(context, false);
}

static int close_map(void *context)
{
    return close_level(context);
}

static int close_array(void *context)
{
    return close_level(context);
}

static bool is_repeated(const reader *from, const level *of, const char *text, size_t size)
{
    for (size_t i = of->names; i < from->name_count; i++)
        if (from->names[i].size == size && memcmp(from->out->data + from->names[i].at, text, size) == 0)
            return true;
    return false;
}

/* Where in the text a name of the innermost map stands, as the server says it: "filter.category", "items[3].price". */
typedef struct place {
    char text[64];
    size_t used;
} place;

static void add_name(place *to, ss_slice text)
{
    if (to->used > 0 && to->used + 1 < sizeof to->text)
        to->text[to->used++] = '.';
    ss_slice_printable(text, to->text + to->used, sizeof to->text - to->used);
    to->used += strlen(to->text + to->used);
}

static void add_index(place *to, uint32_t index)
{
    snprintf(to->text + to->used, sizeof to->text - to->used, "[%u]", index);
    to->used += strlen(to->text + to->used);
}

static void place_of(const reader *from, ss_slice text, place *found)
{
    *found = (place){.used = 0};
    for (unsigned i = 1; i < from->depth; i++) {
        const level *around = &from->levels[i - 1], *of = &from->levels[i];
        if (around->map)
            add_name(found,
                     (ss_slice){from->out->data + from->names[of->names - 1].at, from->names[of->names - 1].size});
        else
            add_index(found, around->count - 1);
    }
    add_name(found, text);
}

static int fail_repeated(reader *from, const char *text, size_t size)
{
    place found;
    place_of(from, (ss_slice){text, size}, &found);
    from->status = ss_error_set(from->error, SS_E_ARGUMENT, "the parameter stands twice");
    ss_error_field(from->error, found.text);
    return 0;
}

static int read_name(void *context, const unsigned char *bytes, size_t size)
{
    reader *from = context;
    const char *text = (const char *)bytes;
    level *of = &from->levels[from->depth - 1];
    if (of->count++ == SS_JSON_NAMES_MAX)
        return fail_number(from, "names of one object", SS_JSON_NAMES_MAX);
    if (is_repeated(from, of, text, size))
        return fail_repeated(from, text, size);
    ss_status status = ss_buffer_reserve(from->out, SS_WIRE_NUMBER_MAX + size);
    if (status != SS_OK)
        return fail(from, status, "no room for the params");
    uint8_t *at = ss_wire_put_text(end_of(from), text, size);
    from->names[from->name_count++] =
        (name){(uint32_t)((char *)at - from->out->data - (ptrdiff_t)size), (uint32_t)size};
    return commit(from, at);
}

/* ---- what the parser is lenient about ---- */

static bool hex4(const char *digits, unsigned *value)
{
    *value = 0;
    for (unsigned i = 0; i < 4; i++) {
        char digit = digits[i];
        unsigned number = digit >= '0' && digit <= '9'   ? (unsigned)(digit - '0')
                          : digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10
                          : digit >= 'A' && digit <= 'F' ? (unsigned)(digit - 'A') + 10
                                                         : 16;
        if (number == 16)
            return false;
        *value = *value * 16 + number;
    }
    return true;
}

/* The escape behind a backslash at `at`: how many bytes it has, 0: half of a surrogate pair alone. */
static size_t escape_size(const char *at, const char *end)
{
    unsigned high, low;
    if (end - at < 6 || at[1] != 'u' || !hex4(at + 2, &high) || high < 0xd800 || high > 0xdfff)
        return 2; /* what is wrong here otherwise the parser says */
    bool pair = high < 0xdc00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u' && hex4(at + 8, &low) &&
                low >= 0xdc00 && low <= 0xdfff;
    return pair ? 12 : 0;
}

static ss_status fail_at(ss_error *error, size_t offset, const char *message)
{
    ss_error_set(error, SS_E_FORMAT, "%s", message);
    ss_error_offset(error, offset);
    return SS_E_FORMAT;
}

static ss_status check_text(ss_slice json, ss_error *error)
{
    const char *end = json.data + json.size;
    if (!ss_slice_is_utf8(json))
        return fail_at(error, 0, "the text is not UTF-8");
    for (const char *at = json.data; (at = memchr(at, '\\', (size_t)(end - at))) != NULL;) {
        size_t size = escape_size(at, end);
        if (size == 0)
            return fail_at(error, (size_t)(at - json.data), "half of a surrogate pair is no character");
        if (size > (size_t)(end - at))
            break;
        at += size;
    }
    return SS_OK;
}

/*
 * ---- the parser's memory ----
 *
 * yajl does not expect that memory may run out, so that it is given beforehand all that it may come to want: a few hundred bytes for itself,
 * and two buffers for text that is escaped or cut off, which begin with 2 KiB and double up to twice the longest. Of a
 * short request it stands on the stack.
 */
#define OF_ITSELF 8192u
#define OF_TEXT   8u /* for each byte of the request */
#define SHORT_MAX 512u
#define SCRATCH   (OF_ITSELF + OF_TEXT * SHORT_MAX)

typedef struct scratch {
    char *bytes;
    size_t size, used;
} scratch;

/* Before each block, its size. */
typedef union head {
    size_t size;
    max_align_t align;
} head;

static void *take_block(void *context, size_t size)
{
    scratch *in = context;
    size_t whole = sizeof(head) + (size + sizeof(head) - 1) / sizeof(head) * sizeof(head);
    if (whole > in->size - in->used)
        return NULL;
    head *block = (head *)(void *)(in->bytes + in->used);
    in->used += whole;
    block->size = size;
    return block + 1;
}

static void free_block(void *context, void *block)
{
    (void)context;
    (void)block;
}

static void *grow_block(void *context, void *block, size_t size)
{
    void *new = take_block(context, size);
    size_t old = block ? ((head *)block - 1)->size : 0;
    if (new &&old > 0)
        memcpy(new, block, old < size ? old : size);
    return new;
}

/* ---- the whole ---- */

static ss_status describe(yajl_handle parser, ss_slice json, ss_error *error)
{
    const unsigned char *bytes = (const unsigned char *)json.data;
    unsigned char *reason = yajl_get_error(parser, 0, bytes, json.size);
    char printable[SS_ERROR_TEXT_MAX];
    ss_slice_printable(ss_slice_trim(ss_slice_of((const char *)reason)), printable, sizeof printable);
    ss_error_set(error, SS_E_FORMAT, "not JSON: %s", printable);
    ss_error_offset(error, yajl_get_bytes_consumed(parser));
    yajl_free_error(parser, reason);
    return SS_E_FORMAT;
}

static ss_status parse(reader *from, ss_slice json, scratch *memory)
{
    static const yajl_callbacks callbacks = {.yajl_null = read_null,
                                             .yajl_boolean = read_boolean,
                                             .yajl_number = read_number,
                                             .yajl_string = read_string,
                                             .yajl_start_map = open_map,
                                             .yajl_map_key = read_name,
                                             .yajl_end_map = close_map,
                                             .yajl_start_array = open_array,
                                             .yajl_end_array = close_array};
    yajl_alloc_funcs functions = {take_block, grow_block, free_block, memory};
    yajl_handle parser = yajl_alloc(&callbacks, &functions, from);
    yajl_status ended = yajl_parse(parser, (const unsigned char *)json.data, json.size);
    if (ended == yajl_status_ok)
        ended = yajl_complete_parse(parser);
    ss_status status = from->status;
    if (status == SS_OK && ended != yajl_status_ok)
        status = describe(parser, json, from->error);
    yajl_free(parser);
    return status;
}

static ss_status parse_with_memory(reader *from, ss_slice json)
{
    _Alignas(max_align_t) char on_stack[SCRATCH];
    scratch memory = {.bytes = on_stack, .size = SCRATCH};
    if (json.size > SHORT_MAX) {
        memory.size = OF_ITSELF + OF_TEXT * json.size;
        memory.bytes = malloc(memory.size);
    }
    if (!memory.bytes)
        return ss_error_nomem(from->error);
    ss_status status = parse(from, json, &memory);
    if (memory.bytes != on_stack)
        free(memory.bytes);
    return status;
}

ss_status ss_json_to_wire(ss_slice json, ss_buffer *out, ss_error *error)
{
    size_t before = out->size;
    reader from; /* as large as its names, which are set when they are read */
    from.out = out;
    from.status = SS_OK;
    from.error = error;
    from.depth = from.values = 0;
    from.name_count = 0;
    ss_status status = json.size > 0 ? check_text(json, error) : SS_OK;
    if (status == SS_OK)
        status = parse_with_memory(&from, json);
    if (status != SS_OK)
        out->size = before;
    return status;
}
