#include "http/exchange_room.h"

static ss_slice query_of(const ss_http_request *request, const char *name)
{
    const ss_exchange *one = (const ss_exchange *)request;
    return ss_query_find(&one->target.query, name);
}

static ss_slice value_of(const ss_http_request *request, enum MHD_ValueKind kind, const char *name)
{
    return ss_slice_of(MHD_lookup_connection_value(request->connection, kind, name));
}

static ss_slice header_of(const ss_http_request *request, const char *name)
{
    return value_of(request, MHD_HEADER_KIND, name);
}

typedef struct last_value {
    const char *name;
    ss_slice value;
} last_value;

static enum MHD_Result keep_last(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    last_value *last = context;
    (void)kind;
    if (ss_slice_equal_nocase(ss_slice_of(name), ss_slice_of(last->name)))
        last->value = ss_slice_of(value);
    return MHD_YES;
}

static ss_slice last_header_of(const ss_http_request *request, const char *name)
{
    last_value last = {name, {NULL, 0}};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, keep_last, &last);
    return last.value;
}

static ss_slice cookie_of(const ss_http_request *request, const char *name)
{
    return value_of(request, MHD_COOKIE_KIND, name);
}

ss_http_request ss_exchange_view(ss_exchange *one, struct MHD_Connection *connection)
{
    return (ss_http_request){.query = query_of,
                             .header = header_of,
                             .last_header = last_header_of,
                             .cookie = cookie_of,
                             .parameters = &one->target.query,
                             .connection = connection};
}
