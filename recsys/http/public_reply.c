#include "http/public_reply.h"

#include "client/wire.h"
#include "http/public_call.h"

#define MAP_HEAD 3u /* bytes of a map's head whose count is put in later */

/* What becomes of an entry that is shown. nil stays nil. */
typedef enum shown_as {
    SHOWN_VALUE, /* a number, text or boolean */
    SHOWN_TEXTS, /* an array of such */
    SHOWN_MAP,   /* with the entries of `inside` */
    SHOWN_MAPS,  /* an array of such */
    SHOWN_IS     /* a number, as whether it is above 0 */
} shown_as;

typedef struct shown {
    ss_slice name; /* NULL bytes: the end of the table */
    shown_as as;
    const struct shown *inside;
} shown;

#define SHOW(NAME)                                                                                                     \
    {                                                                                                                  \
        SS_SLICE_LITERAL(NAME), SHOWN_VALUE, NULL                                                                      \
    }
#define SHOW_AS(NAME, AS, FROM)                                                                                        \
    {                                                                                                                  \
        SS_SLICE_LITERAL(NAME), AS, FROM                                                                               \
    }
#define SHOW_END                                                                                                       \
    {                                                                                                                  \
        {NULL, 0}, SHOWN_VALUE, NULL                                                                                   \
    }

static const shown reason_entries[] = {SHOW("model"), SHOW("because"), SHOW("because_name"), SHOW_END};

#define COLUMNS                                                                                                        \
    SHOW("name"), SHOW("price"), SHOW("category"), SHOW("url"), SHOW("image"), SHOW_AS("stock", SHOWN_IS, NULL),       \
        SHOW("lowest_price_30d")

static const shown product_entries[] = {SHOW("item_id"), SHOW_AS("reason", SHOWN_MAP, reason_entries), COLUMNS,
                                        SHOW_END};

static const shown short_entries[] = {SHOW("code"), SHOW("missing"), SHOW_END};

static const shown shelf_entries[] = {SHOW("generation"), SHOW_AS("items", SHOWN_MAPS, product_entries),
                                      SHOW_AS("short", SHOWN_MAP, short_entries), SHOW("decimals"), SHOW_END};

static const shown trigger_entries[] = {SHOW("mouse_out"), SHOW("idle_seconds"), SHOW("back_button"), SHOW_END};

static const shown incentive_entries[] = {SHOW("kind"),   SHOW("percent"),   SHOW("amount"),
                                          SHOW("points"), SHOW("gift_item"), SHOW_END};

static const shown offer_entries[] = {SHOW("offer_id"),
                                      SHOW("item_id"),
                                      SHOW("with_item"),
                                      SHOW("with_name"),
                                      SHOW("list_price"),
                                      SHOW("offer_price"),
                                      SHOW_AS("incentive", SHOWN_MAP, incentive_entries),
                                      SHOW("code"),
                                      SHOW_AS("reason", SHOWN_MAP, reason_entries),
                                      COLUMNS,
                                      SHOW_END};

static const shown offers_entries[] = {
    SHOW("show"),     SHOW("reason"),     SHOW("message_key"),
    SHOW("variant"),  SHOW("expires_at"), SHOW_AS("triggers", SHOWN_MAP, trigger_entries),
    SHOW("decimals"), SHOW("repeated"),   SHOW_AS("offers", SHOWN_MAPS, offer_entries),
    SHOW_END};

static const shown page_shelf_entries[] = {SHOW("shelf"), SHOW_AS("items", SHOWN_MAPS, product_entries),
                                           SHOW_AS("short", SHOWN_MAP, short_entries), SHOW_END};

static const shown page_entries[] = {SHOW("generation"), SHOW_AS("shelves", SHOWN_MAPS, page_shelf_entries),
                                     SHOW("decimals"), SHOW_AS("offers", SHOWN_MAP, offers_entries), SHOW_END};

static const shown event_result_entries[] = {SHOW("repeated"), SHOW("refused"), SHOW_AS("mended", SHOWN_TEXTS, NULL),
                                             SHOW_END};

static const shown event_entries[] = {SHOW("stored"),
                                      SHOW("repeated"),
                                      SHOW("refused"),
                                      SHOW("durability"),
                                      SHOW_AS("results", SHOWN_MAPS, event_result_entries),
                                      SHOW_END};

static const shown *entries_of(ss_method method)
{
    if (method == SS_METHOD_PAGE)
        return page_entries;
    if (method == SS_METHOD_EVENT)
        return event_entries;
    return method == SS_METHOD_OFFERS ? offers_entries : shelf_entries;
}

/* ---- walking ---- */

static const ss_status no_such_result = SS_E_FORMAT;

static ss_status next(ss_wire_reader *in, ss_wire_token *token)
{
    return ss_wire_next(in, token) ? SS_OK : no_such_result;
}

static ss_status append_read(const uint8_t *from, const ss_wire_reader *in, ss_buffer *out)
{
    return ss_buffer_append(out, from, (size_t)(in->at - from));
}

static bool is_plain(ss_wire_kind kind)
{
    return kind != SS_WIRE_ARRAY && kind != SS_WIRE_MAP && kind != SS_WIRE_EXT;
}

static ss_status show_value(ss_wire_reader *in, ss_buffer *out)
{
    const uint8_t *from = in->at;
    ss_wire_token token;
    if (!ss_wire_next(in, &token) || !is_plain(token.kind))
        return no_such_result;
    return append_read(from, in, out);
}

static ss_status show_is(ss_wire_reader *in, ss_buffer *out)
{
    uint8_t value[1];
    ss_wire_token token;
    if (!ss_wire_next(in, &token) || !is_plain(token.kind))
        return no_such_result;
    ss_wire_put_bool(value, token.kind == SS_WIRE_UINT && token.number > 0);
    return ss_buffer_append(out, value, sizeof value);
}

static ss_status show_map(ss_wire_reader *in, const shown *entries, ss_buffer *out);

/* An array's head, copied, and how many elements follow; nil has none. */
static ss_status begin_array(ss_wire_reader *in, uint64_t *count, ss_buffer *out)
{
    const uint8_t *from = in->at;
    ss_wire_token token;
    ss_status status = next(in, &token);
    *count = token.kind == SS_WIRE_ARRAY ? token.number : 0;
    if (status == SS_OK && token.kind != SS_WIRE_ARRAY && token.kind != SS_WIRE_NIL)
        status = no_such_result;
    return status == SS_OK ? append_read(from, in, out) : status;
}

static ss_status show_array(ss_wire_reader *in, const shown *row, ss_buffer *out)
{
    uint64_t count = 0;
    ss_status status = begin_array(in, &count, out);
    for (uint64_t i = 0; i < count && status == SS_OK; i++)
        status = row->as == SHOWN_MAPS ? show_map(in, row->inside, out) : show_value(in, out);
    return status;
}

static ss_status show_entry(ss_wire_reader *in, const shown *row, ss_buffer *out)
{
    switch (row->as) {
    case SHOWN_VALUE:
        return show_value(in, out);
    case SHOWN_IS:
        return show_is(in, out);
    case SHOWN_MAP:
        return show_map(in, row->inside, out);
    default:
        return show_array(in, row, out);
    }
}

static const shown *find_entry(const shown *entries, const ss_wire_token *name)
{
    for (; entries->name.data; entries++)
        if (ss_slice_equal(entries->name, (ss_slice){name->bytes, name->size}))
            return entries;
    return NULL;
}

/* One pair; what is on no list is stepped over. */
static ss_status show_pair(ss_wire_reader *in, const shown *entries, unsigned *pairs, ss_buffer *out)
{
    const uint8_t *from = in->at;
    ss_wire_token name;
    ss_status status = next(in, &name);
    if (status == SS_OK && name.kind != SS_WIRE_TEXT)
        status = no_such_result;
    if (status != SS_OK)
        return status;
    const shown *row = find_entry(entries, &name);
    if (!row)
        return ss_wire_skip(in, SIZE_MAX) ? SS_OK : no_such_result;
    ++*pairs;
    status = append_read(from, in, out);
    return status == SS_OK ? show_entry(in, row, out) : status;
}

static ss_status show_map(ss_wire_reader *in, const shown *entries, ss_buffer *out)
{
    static const uint8_t head[MAP_HEAD] = {0xde}, nil = 0xc0;
    ss_wire_token map;
    unsigned pairs = 0;
    size_t begin = out->size;
    ss_status status = next(in, &map);
    if (status == SS_OK && map.kind == SS_WIRE_NIL)
        return ss_buffer_append(out, &nil, sizeof nil);
    if (status == SS_OK && map.kind != SS_WIRE_MAP)
        status = no_such_result;
    if (status == SS_OK)
        status = ss_buffer_append(out, head, sizeof head);
    for (uint64_t i = 0; status == SS_OK && i < map.number; i++)
        status = show_pair(in, entries, &pairs, out);
    if (status == SS_OK) {
        out->data[begin + 1] = (char)(pairs >> 8);
        out->data[begin + 2] = (char)pairs;
    }
    return status;
}

ss_status ss_public_result(ss_method method, ss_slice result, ss_buffer *out, ss_error *error)
{
    const uint8_t *bytes = (const uint8_t *)result.data;
    ss_wire_reader in = {bytes, bytes + result.size};
    size_t before = out->size;
    ss_status status = ss_public_method(method) ? show_map(&in, entries_of(method), out) : no_such_result;
    if (status == SS_OK && in.at != in.end)
        status = no_such_result;
    if (status == SS_OK)
        return SS_OK;
    out->size = before;
    return ss_error_set(error, status,
                        status == SS_E_FORMAT ? "not a result of this method" : "no room for the result");
}
