#include "http/head.h"

#include "http/port.h"

/* What is counted while the fields are gone through. */
typedef struct reader {
    ss_head *head;
    unsigned hosts, lengths, transfers;
    const char *end; /* of the last value; NULL: there was none yet */
} reader;

static enum MHD_Result refuse(ss_head *head, unsigned status, const char *message)
{
    if (head->status == 0) {
        head->status = status;
        head->message = message;
    }
    return MHD_NO; /* no further field is looked at */
}

/* RFC 9110, 5.6.2: a token. */
static bool is_name(const char *name, size_t size)
{
    static const char allowed[256] = {
        ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,
        ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1, ['~'] = 1, ['0'] = 1,  ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1,
        ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['A'] = 1,  ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1,
        ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1,  ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1,
        ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1,  ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1,
        ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1,  ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1,
        ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1,  ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1,
        ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1,  ['z'] = 1,
    };
    for (size_t i = 0; i < size; i++)
        if (!allowed[(uint8_t)name[i]])
            return false;
    return size > 0;
}

/* No control characters but the tab. */
static bool is_value(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((uint8_t)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            return false;
    return true;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && text[i] != '\t')
            return false;
    return true;
}

/*
 * Where name and value lie tells what libmicrohttpd has passed over: the line behind a fold (RFC 9112, 5.2) it joins to the name of the
 * field before, elsewhere in its memory, and a NUL it takes for the line's end. The colon is a NUL by then, as are CR and LF.
 */
static bool is_in_place(const reader *from, ss_slice name, ss_slice value)
{
    uintptr_t name_end = (uintptr_t)(name.data + name.size), begin = (uintptr_t)value.data;
    size_t line_end = from->end ? (size_t)((uintptr_t)name.data - (uintptr_t)from->end) : 2;
    return begin > name_end && begin - name_end < SS_HTTP_HEAD_MAX && name.data[name.size] == '\0' &&
           is_blank(name.data + name.size + 1, begin - name_end - 1) && (line_end == 1 || line_end == 2);
}

static bool is_named(ss_slice name, const char *text)
{
    return ss_slice_equal_nocase(name, ss_slice_of(text));
}

static enum MHD_Result take_transfer(reader *from, ss_slice value)
{
    from->transfers++;
    return ss_slice_equal_nocase(value, SS_SLICE_LITERAL("chunked"))
               ? MHD_YES
               : refuse(from->head, MHD_HTTP_NOT_IMPLEMENTED, "the transfer coding must be chunked");
}

static enum MHD_Result take_field(void *context, enum MHD_ValueKind kind, const char *name_bytes, size_t name_size,
                                  const char *value_bytes, size_t value_size)
{
    reader *from = context;
    ss_slice name = {name_bytes, name_size}, value = {value_bytes ? value_bytes : "", value_bytes ? value_size : 0};
    (void)kind;
    if (!is_in_place(from, name, value))
        return refuse(from->head, MHD_HTTP_BAD_REQUEST, "a header field is folded, or has a NUL");
    from->end = value.data + value.size;
    if (!is_name(name.data, name.size))
        return refuse(from->head, MHD_HTTP_BAD_REQUEST, "the name of a header field is none");
    if (!is_value(value.data, value.size))
        return refuse(from->head, MHD_HTTP_BAD_REQUEST, "a header field has control characters");
    if (is_named(name, MHD_HTTP_HEADER_HOST))
        from->hosts++;
    else if (is_named(name, MHD_HTTP_HEADER_CONTENT_TYPE))
        from->head->type = value;
    else if (is_named(name, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        from->head->length = value;
        from->lengths++;
    } else if (is_named(name, MHD_HTTP_HEADER_TRANSFER_ENCODING))
        return take_transfer(from, value);
    else if (is_named(name, MHD_HTTP_HEADER_EXPECT)) {
        from->head->asks_first = ss_slice_equal_nocase(value, SS_SLICE_LITERAL("100-continue"));
        if (!from->head->asks_first)
            return refuse(from->head, MHD_HTTP_EXPECTATION_FAILED, "what is expected is not known");
    }
    return MHD_YES;
}

void ss_head_read(struct MHD_Connection *connection, const char *version, ss_head *head)
{
    reader from = {.head = head};
    *head = (ss_head){.status = 0};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_field, &from);
    head->body = from.lengths > 0 || from.transfers > 0 || head->status; /* who knows then? */
    if (head->status)
        return;
    if (from.end && from.end[1] != '\0')
        refuse(head, MHD_HTTP_BAD_REQUEST, "a header field has a NUL");
    else if (from.transfers > 0 && strcmp(version, MHD_HTTP_VERSION_1_0) == 0)
        refuse(head, MHD_HTTP_BAD_REQUEST, "HTTP/1.0 has no chunks");
    else if (from.hosts > 1 || (from.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
        refuse(head, MHD_HTTP_BAD_REQUEST, "there must be one Host");
    else if (from.lengths + from.transfers > 1)
        refuse(head, MHD_HTTP_BAD_REQUEST, "the body's length must be said once");
}
