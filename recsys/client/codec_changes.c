#include "client/codec.h"

#include "client/pack.h"
#include <stdio.h>
#include <string.h>

#define MADE_ID_MAX 96 /* bytes of an event_id that the client makes */

/* ---- events ---- */

typedef struct event_params {
    const smartshelf_event_row *row;
    const char *event_id; /* the row's, or one made for it */
} event_params;

static void put_event(ss_pack *out, const void *source)
{
    const event_params *params = source;
    const smartshelf_event_row *row = params->row;
    ss_pack_text(out, "event", row->event);
    ss_pack_text(out, "item_id", row->item_id);
    ss_pack_text(out, "session_id", row->session_id);
    ss_pack_text(out, "event_id", params->event_id);
    ss_pack_text(out, "customer_id", row->customer_id);
    ss_pack_integer(out, "timestamp", row->timestamp, 0);
    ss_pack_real(out, "quantity", row->quantity, 0);
    ss_pack_given(out, "unit_price", row->has_price, row->unit_price);
    ss_pack_text(out, "order_id", row->order_id);
    ss_pack_text(out, "shelf", row->shelf);
    ss_pack_text(out, "generation", row->generation);
    ss_pack_text(out, "offer_id", row->offer_id);
}

typedef struct events_params {
    const smartshelf_event_row *rows;
    size_t count;
    unsigned how;
    const char *id_prefix;
} events_params;

/* "PREFIX-17" for the rows that bring no id of their own. */
static event_params event_of(const events_params *all, size_t i, char made[MADE_ID_MAX])
{
    event_params params = {&all->rows[i], all->rows[i].event_id};
    if (params.event_id)
        return params;
    snprintf(made, MADE_ID_MAX, "%.64s-%zu", all->id_prefix, i);
    params.event_id = made;
    return params;
}

static void put_events(ss_pack *out, const void *source)
{
    const events_params *all = source;
    char made[MADE_ID_MAX];
    if (all->count == 1) {
        event_params params = event_of(all, 0, made);
        put_event(out, &params);
    } else if (ss_pack_name(out, "events")) {
        ss_pack_array(out, all->count);
        for (size_t i = 0; i < all->count; i++) {
            event_params params = event_of(all, i, made);
            ss_pack_map(out, put_event, &params);
        }
    }
    ss_pack_text(out, "durability", all->how & SMARTSHELF_RELAXED ? "relaxed" : NULL);
    ss_pack_text(out, "consent", all->how & SMARTSHELF_NO_CONSENT ? "none" : NULL);
}

/* What must be there; the rest is for the server. */
static bool are_events(const smartshelf_event_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!rows[i].event || !(rows[i].item_id || rows[i].offer_id))
            return false;
    return count >= 1 && count <= SMARTSHELF_CHANGES_MAX;
}

static smartshelf_status bounded(smartshelf_status status, const size_t *size)
{
    return status == SMARTSHELF_OK && *size > SMARTSHELF_REQUEST_MAX ? SMARTSHELF_ARGUMENT : status;
}

smartshelf_status smartshelf_events_encode(const smartshelf_event_row *rows, size_t count, unsigned how,
                                           const char *id_prefix, uint32_t msgid, char **bytes, size_t *capacity,
                                           size_t *size)
{
    const events_params params = {rows, count, how, id_prefix};
    if (!are_events(rows, count))
        return SMARTSHELF_ARGUMENT;
    return bounded(ss_pack_request("event", msgid, put_events, &params, bytes, capacity, size), size);
}

/* ---- items ---- */

static void put_item(ss_pack *out, const void *source)
{
    const smartshelf_item_row *row = source;
    ss_pack_text(out, "item_id", row->item_id);
    ss_pack_given(out, "stock", row->has_stock, row->stock);
    ss_pack_given(out, "price", row->has_price, row->price);
    ss_pack_given(out, "cost", row->has_cost, row->cost);
    ss_pack_flag(out, "hidden", row->has_hidden, row->hidden);
    ss_pack_text(out, "name", row->name);
    ss_pack_text(out, "category", row->category);
    ss_pack_text(out, "group", row->group);
    ss_pack_text(out, "url", row->url);
    ss_pack_text(out, "image", row->image);
    ss_pack_given(out, "available_from", row->has_available_from, row->available_from);
    ss_pack_given(out, "available_until", row->has_available_until, row->available_until);
    ss_pack_flag(out, "clear", row->clear_all, true);
    if (!row->clear_all)
        ss_pack_texts(out, "clear", row->clear, row->clear_count);
}

typedef struct items_params {
    const smartshelf_item_row *rows;
    size_t count;
} items_params;

static void put_items(ss_pack *out, const void *source)
{
    const items_params *all = source;
    if (!ss_pack_name(out, "items"))
        return;
    ss_pack_array(out, all->count);
    for (size_t i = 0; i < all->count; i++)
        ss_pack_map(out, put_item, &all->rows[i]);
}

smartshelf_status smartshelf_items_encode(const smartshelf_item_row *rows, size_t count, uint32_t msgid, char **bytes,
                                          size_t *capacity, size_t *size)
{
    const items_params params = {rows, count};
    if (count < 1 || count > SMARTSHELF_CHANGES_MAX)
        return SMARTSHELF_ARGUMENT;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].item_id)
            return SMARTSHELF_ARGUMENT;
    return bounded(ss_pack_request("items", msgid, put_items, &params, bytes, capacity, size), size);
}

/* ---- forget ---- */

static void put_customer(ss_pack *out, const void *source)
{
    ss_pack_text(out, "customer_id", source);
}

smartshelf_status smartshelf_forget_encode(const char *customer_id, uint32_t msgid, char **bytes, size_t *capacity,
                                           size_t *size)
{
    if (!customer_id)
        return SMARTSHELF_ARGUMENT;
    return ss_pack_request("forget", msgid, put_customer, customer_id, bytes, capacity, size);
}
