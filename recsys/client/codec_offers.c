#include "client/codec.h"

#include "client/pack.h"

static bool are_lines(const smartshelf_cart_line *lines, size_t count)
{
    for (size_t i = 0; lines && i < count; i++)
        if (!lines[i].item_id)
            return false;
    return true;
}

static void put_offers(ss_pack *out, const void *source)
{
    const smartshelf_offers_query *query = source;
    ss_pack_text(out, "page", query->page);
    ss_pack_text(out, "session_id", query->session_id);
    ss_pack_text(out, "item_id", query->item_id);
    ss_pack_text(out, "customer_id", query->customer_id);
    ss_pack_text(out, "request_id", query->request_id);
    ss_pack_cart(out, query->cart, query->cart_count);
    ss_pack_texts(out, "fields", query->fields, query->field_count);
    ss_pack_texts(out, "exclude", query->exclude, query->exclude_count);
    ss_pack_integer(out, "limit", query->limit, 0);
    ss_pack_text(out, "durability", query->relaxed ? "relaxed" : NULL);
    ss_pack_text(out, "consent", query->consent);
}

smartshelf_status smartshelf_offers_encode(const smartshelf_offers_query *query, uint32_t msgid, char **bytes,
                                           size_t *capacity, size_t *size)
{
    if (!query->page || !are_lines(query->cart, query->cart_count))
        return SMARTSHELF_ARGUMENT;
    return ss_pack_request(query->preview ? "preview" : "offers", msgid, put_offers, query, bytes, capacity, size);
}

static void put_code(ss_pack *out, const void *source)
{
    const smartshelf_code *code = source;
    ss_pack_text(out, "code", code->code);
    ss_pack_text(out, "order_id", code->order_id);
    ss_pack_cart(out, code->cart, code->cart_count);
    ss_pack_text(out, "customer_id", code->customer_id);
    ss_pack_text(out, "session_id", code->session_id);
    ss_pack_flag(out, "undo", code->undo, true);
}

smartshelf_status smartshelf_code_encode(const smartshelf_code *code, uint32_t msgid, char **bytes, size_t *capacity,
                                         size_t *size)
{
    if (!code->code || !code->order_id || !are_lines(code->cart, code->cart_count))
        return SMARTSHELF_ARGUMENT;
    return ss_pack_request("redeem", msgid, put_code, code, bytes, capacity, size);
}
