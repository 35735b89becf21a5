#include "http/tally.h"

#include "client/wire.h"

#define VALUES_MAX SS_REPLY_MAX

/* The next name of a map. False: there is no more to be read. */
static bool next_name(ss_wire_reader *reader, ss_slice *name)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token))
        return false;
    *name = (ss_slice){token.bytes, token.kind == SS_WIRE_TEXT ? token.size : 0};
    return true;
}

static bool is(ss_slice name, const char *wanted)
{
    return ss_slice_equal(name, ss_slice_of(wanted));
}

/* A number that is not negative; 0 of anything else, which is passed over. */
static bool take_number(ss_wire_reader *reader, uint64_t *number)
{
    ss_wire_reader at = *reader;
    ss_wire_token token;
    bool counted = ss_wire_next(&at, &token) && token.kind == SS_WIRE_UINT;
    *number = counted ? token.number : 0;
    return ss_wire_skip(reader, VALUES_MAX);
}

/* The head of an array or map that is next. False: something else is. */
static bool begin(ss_wire_reader *reader, ss_wire_kind kind, uint64_t *count)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token) || token.kind != kind)
        return false;
    *count = token.number;
    return true;
}

static bool tally_reason(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    uint64_t entries, stage;
    if (!begin(reader, SS_WIRE_MAP, &entries))
        return false;
    while (entries-- > 0) {
        if (!next_name(reader, &name))
            return false;
        if (!is(name, "stage")) {
            if (!ss_wire_skip(reader, VALUES_MAX))
                return false;
        } else if (!take_number(reader, &stage)) {
            return false;
        } else if (stage > 0) {
            ss_count(&stats->fallback_products);
        }
    }
    return true;
}

static bool tally_item(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    uint64_t entries;
    if (!begin(reader, SS_WIRE_MAP, &entries))
        return false;
    ss_count(&stats->products);
    while (entries-- > 0)
        if (!next_name(reader, &name) ||
            !(is(name, "reason") ? tally_reason(stats, reader) : ss_wire_skip(reader, VALUES_MAX)))
            return false;
    return true;
}

static bool tally_items(ss_stats *stats, ss_wire_reader *reader)
{
    uint64_t count;
    if (!begin(reader, SS_WIRE_ARRAY, &count))
        return false;
    while (count-- > 0)
        if (!tally_item(stats, reader))
            return false;
    return true;
}

static void count_short(ss_stats *stats, const ss_wire_token *code)
{
    for (unsigned i = 1; code->kind == SS_WIRE_TEXT && i < SS_SHORT_COUNT; i++)
        if (is((ss_slice){code->bytes, code->size}, ss_short_name((ss_short)i)))
            ss_count(&stats->shorts[i]);
}

/* nil, or {code, missing} */
static bool tally_short(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    ss_wire_token token;
    uint64_t missing;
    if (!ss_wire_next(reader, &token) || (token.kind != SS_WIRE_NIL && token.kind != SS_WIRE_MAP))
        return false;
    for (uint64_t left = token.kind == SS_WIRE_MAP ? token.number : 0; left > 0; left--) {
        ss_wire_token code;
        if (!next_name(reader, &name))
            return false;
        ss_wire_reader at = *reader;
        if (is(name, "code") && ss_wire_next(&at, &code))
            count_short(stats, &code);
        if (!take_number(reader, &missing))
            return false;
        if (is(name, "missing"))
            ss_count_many(&stats->missing, missing);
    }
    return true;
}

/* A shelf: of a result, or of a page's. */
static bool tally_shelf(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    uint64_t entries;
    if (!begin(reader, SS_WIRE_MAP, &entries))
        return false;
    ss_count(&stats->answers);
    while (entries-- > 0)
        if (!next_name(reader, &name) || !(is(name, "items")   ? tally_items(stats, reader)
                                           : is(name, "short") ? tally_short(stats, reader)
                                                               : ss_wire_skip(reader, VALUES_MAX)))
            return false;
    return true;
}

static void tally_page(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    uint64_t entries, count = 0;
    if (!begin(reader, SS_WIRE_MAP, &entries))
        return;
    while (entries-- > 0 && next_name(reader, &name)) {
        if (is(name, "shelves")) {
            for (bool good = begin(reader, SS_WIRE_ARRAY, &count); good && count > 0; count--)
                good = tally_shelf(stats, reader);
            return;
        }
        if (!ss_wire_skip(reader, VALUES_MAX))
            return;
    }
}

static void tally_error(ss_stats *stats, ss_wire_reader *reader)
{
    ss_slice name;
    uint64_t entries, code;
    if (!begin(reader, SS_WIRE_MAP, &entries))
        return;
    while (entries-- > 0 && next_name(reader, &name) && take_number(reader, &code))
        if (is(name, "code") && code > 0 && code < SS_FAULT_COUNT)
            ss_count(&stats->faults[code]);
}

void ss_tally(ss_stats *stats, ss_method method, ss_slice reply, int64_t nanoseconds)
{
    ss_wire_reader reader = {(const uint8_t *)reply.data, (const uint8_t *)reply.data + reply.size};
    ss_wire_token token;
    uint64_t parts;
    ss_count(&stats->requests[method]);
    ss_stats_latency(stats, method, nanoseconds);
    if (!begin(&reader, SS_WIRE_ARRAY, &parts) || parts != 4 || !ss_wire_skip(&reader, 1) || !ss_wire_skip(&reader, 1))
        return;
    ss_wire_reader error = reader;
    if (!ss_wire_next(&reader, &token))
        return;
    if (token.kind != SS_WIRE_NIL)
        tally_error(stats, &error);
    else if ((unsigned)method < SS_SHELF_COUNT)
        tally_shelf(stats, &reader);
    else if (method == SS_METHOD_PAGE)
        tally_page(stats, &reader);
}
