#include "client/codec.h"

#include "client/pack.h"
#include "client/wire.h"
#include <stdlib.h>

#define REPLY_VALUES_MAX  (1u << 20) /* most values in a reply */
#define REPLY_DEPTH_MAX   16u
#define LIMIT_DEFAULT     10u /* products of a shelf, where none is given */
#define PRODUCT_SIZE_MIN  10u /* bytes of a product: a map with an item_id */
#define CATEGORY_SIZE_MIN 10u /* bytes of a category: a map with its name */
#define SHELF_SIZE_MIN    8u  /* of a page's shelf: a map with its name */

/* ---- writing ---- */

static void put_filters(ss_pack *out, const void *source)
{
    const smartshelf_query *query = source;
    ss_pack_text(out, "category", query->category);
    ss_pack_integer(out, "price_min", query->price_min, SMARTSHELF_PRICE_OPEN);
    ss_pack_integer(out, "price_max", query->price_max, SMARTSHELF_PRICE_OPEN);
    ss_pack_text(out, "bought", query->bought);
}

static void put_filter(ss_pack *out, const smartshelf_query *query)
{
    ss_pack counted = {0};
    put_filters(&counted, query);
    if (counted.count > 0 && ss_pack_name(out, "filter"))
        ss_pack_map(out, put_filters, query);
}

static void put_wish(ss_pack *out, const void *source)
{
    const smartshelf_wish *wish = source;
    ss_pack_text(out, "shelf", wish->shelf);
    ss_pack_integer(out, "limit", wish->limit, 0);
}

static void put_wishes(ss_pack *out, const smartshelf_query *query)
{
    if (query->shelf_count == 0 || !ss_pack_name(out, "shelves"))
        return;
    ss_pack_array(out, query->shelf_count);
    for (size_t i = 0; i < query->shelf_count; i++)
        if (query->shelves[i].limit)
            ss_pack_map(out, put_wish, &query->shelves[i]);
        else
            ss_pack_element(out, query->shelves[i].shelf);
}

static void put_page_offers(ss_pack *out, const void *source)
{
    const smartshelf_offers_query *offers = source;
    ss_pack_text(out, "page", offers->page);
    ss_pack_integer(out, "limit", offers->limit, 0);
    ss_pack_cart(out, offers->cart, offers->cart_count);
    ss_pack_text(out, "durability", offers->relaxed ? "relaxed" : NULL);
}

static void put_query(ss_pack *out, const void *source)
{
    const smartshelf_query *query = source;
    ss_pack_text(out, "item_id", query->item_id);
    put_wishes(out, query);
    ss_pack_text(out, "text", query->text);
    ss_pack_text(out, "after", query->after);
    ss_pack_flag(out, "all", query->all, true);
    ss_pack_flag(out, "categories", query->categories, true);
    ss_pack_text(out, "customer_id", query->customer_id);
    ss_pack_text(out, "session_id", query->session_id);
    ss_pack_text(out, "consent", query->consent);
    ss_pack_text(out, "request_id", query->request_id);
    ss_pack_texts(out, "items", query->items, query->item_count);
    ss_pack_texts(out, "cart", query->cart, query->cart_count);
    ss_pack_texts(out, "exclude", query->exclude, query->exclude_count);
    ss_pack_texts(out, "fields", query->fields, query->field_count);
    ss_pack_integer(out, "limit", query->limit, 0);
    ss_pack_integer(out, "timestamp", query->timestamp, 0);
    put_filter(out, query);
    ss_pack_flag(out, "explain", query->explain, true);
    ss_pack_flag(out, "buckets", query->buckets, true);
    if (query->offers && ss_pack_name(out, "offers"))
        ss_pack_map(out, put_page_offers, query->offers);
}

smartshelf_query smartshelf_query_of(const char *method)
{
    return (smartshelf_query){.method = method, .price_min = SMARTSHELF_PRICE_OPEN, .price_max = SMARTSHELF_PRICE_OPEN};
}

smartshelf_status smartshelf_query_encode(const smartshelf_query *query, uint32_t msgid, char **bytes, size_t *capacity,
                                          size_t *size)
{
    if (!query->method)
        return SMARTSHELF_ARGUMENT;
    for (size_t i = 0; i < query->shelf_count; i++)
        if (!query->shelves[i].shelf)
            return SMARTSHELF_ARGUMENT;
    for (size_t i = 0; query->offers && query->offers->cart && i < query->offers->cart_count; i++)
        if (!query->offers->cart[i].item_id)
            return SMARTSHELF_ARGUMENT;
    return ss_pack_request(query->method, msgid, put_query, query, bytes, capacity, size);
}

static bool is_map(const void *bytes, size_t size)
{
    ss_wire_reader at = {bytes, (const uint8_t *)bytes + size};
    ss_wire_token head;
    return size <= SMARTSHELF_REQUEST_MAX && ss_wire_check(bytes, size, REPLY_VALUES_MAX, SS_WIRE_DEPTH_MAX) &&
           ss_wire_next(&at, &head) && head.kind == SS_WIRE_MAP;
}

smartshelf_status smartshelf_call_encode(const char *method, const void *params, size_t params_size, uint32_t msgid,
                                         char **bytes, size_t *capacity, size_t *size)
{
    if (!method || (params_size > 0 && !is_map(params, params_size)))
        return SMARTSHELF_ARGUMENT;
    return ss_pack_packed(method, msgid, params, params_size, bytes, capacity, size);
}

/* ---- reading ---- */

struct smartshelf_memory {
    msgpack_unpacked unpacked; /* its zone holds all that the answer points to */
    char reply[];              /* a copy of the bytes */
};

typedef struct reader {
    msgpack_zone *zone;
    size_t size; /* of the reply */
    bool no_memory;
} reader;

/* Room for so many; NULL when out of memory. */
static void *new_array(reader *in, size_t count, size_t size)
{
    void *array = msgpack_zone_malloc(in->zone, (count + 1) * size);
    in->no_memory |= !array;
    return array;
}

/* A bin is taken for a text. */
static bool is_text(const msgpack_object *value, const char **bytes, size_t *size)
{
    if (!value || (value->type != MSGPACK_OBJECT_STR && value->type != MSGPACK_OBJECT_BIN))
        return false;
    bool is_bin = value->type == MSGPACK_OBJECT_BIN;
    *bytes = is_bin ? value->via.bin.ptr : value->via.str.ptr;
    *size = is_bin ? value->via.bin.size : value->via.str.size;
    return true;
}

/* The value of a name in a map, or NULL. */
static const msgpack_object *find(const msgpack_object *map, const char *name)
{
    if (!map || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    const char *key;
    size_t wanted = strlen(name), size;
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (is_text(&map->via.map.ptr[i].key, &key, &size) && size == wanted && memcmp(key, name, size) == 0)
            return &map->via.map.ptr[i].val;
    return NULL;
}

/* A terminated copy of a text value; NULL when it is none. */
static const char *text_of(reader *in, const msgpack_object *value)
{
    const char *bytes;
    size_t size;
    if (!is_text(value, &bytes, &size))
        return NULL;
    char *copy = msgpack_zone_malloc_no_align(in->zone, size + 1);
    if (!copy) {
        in->no_memory = true;
        return NULL;
    }
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

static bool read_integer(const msgpack_object *value, int64_t *number)
{
    if (!value || (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER && value->type != MSGPACK_OBJECT_NEGATIVE_INTEGER))
        return false;
    if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 > INT64_MAX)
        return false;
    *number = value->via.i64; /* of a union: the same bits */
    return true;
}

static uint64_t count_of(const msgpack_object *value)
{
    return value && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? value->via.u64 : 0;
}

static bool is_true(const msgpack_object *value)
{
    return value && value->type == MSGPACK_OBJECT_BOOLEAN && value->via.boolean;
}

static bool is_false(const msgpack_object *value)
{
    return value && value->type == MSGPACK_OBJECT_BOOLEAN && !value->via.boolean;
}

static double real_of(const msgpack_object *value)
{
    if (!value)
        return 0;
    if (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64)
        return value->via.f64;
    int64_t number = 0;
    return read_integer(value, &number) ? (double)number : 0;
}

static void read_reason(reader *in, const msgpack_object *reason, smartshelf_product *product)
{
    product->model = text_of(in, find(reason, "model"));
    product->stage = (unsigned)count_of(find(reason, "stage"));
    product->because = text_of(in, find(reason, "because"));
    product->because_name = text_of(in, find(reason, "because_name"));
    product->has_evidence = find(reason, "pairs") != NULL;
    product->pairs = count_of(find(reason, "pairs"));
    product->customers = count_of(find(reason, "customers"));
    product->lift = real_of(find(reason, "lift"));
    product->supported_by = count_of(find(reason, "supported_by"));
    product->of = count_of(find(reason, "of"));
    product->sessions = count_of(find(reason, "sessions"));
    product->similarity = real_of(find(reason, "similarity"));
    product->rank = count_of(find(reason, "rank"));
    product->bought = count_of(find(reason, "bought"));
    read_integer(find(reason, "last_bought"), &product->last_bought);
}

static void read_product(reader *in, const msgpack_object *item, smartshelf_product *product)
{
    *product = (smartshelf_product){.item_id = text_of(in, find(item, "item_id")),
                                    .score = real_of(find(item, "score")),
                                    .name = text_of(in, find(item, "name")),
                                    .category = text_of(in, find(item, "category")),
                                    .url = text_of(in, find(item, "url")),
                                    .image = text_of(in, find(item, "image"))};
    product->has_price = read_integer(find(item, "price"), &product->price);
    product->has_stock = read_integer(find(item, "stock"), &product->stock);
    product->hidden = is_true(find(item, "hidden"));
    product->not_in_catalogue = is_true(find(item, "not_in_catalogue"));
    product->no_stock = is_true(find(item, "no_stock"));
    product->not_available = is_true(find(item, "not_available"));
    product->access = is_true(find(item, "access"));
    read_reason(in, find(item, "reason"), product);
}

/* False: not a list of products. NULL is none. */
static bool read_products(reader *in, const msgpack_object *items, const smartshelf_product **list, size_t *list_count)
{
    if (!items)
        return true;
    if (items->type != MSGPACK_OBJECT_ARRAY || items->via.array.size > in->size / PRODUCT_SIZE_MIN)
        return false;
    size_t count = items->via.array.size;
    smartshelf_product *products = new_array(in, count, sizeof *products);
    for (size_t i = 0; products && i < count; i++) {
        read_product(in, &items->via.array.ptr[i], &products[i]);
        if (!products[i].item_id && !in->no_memory)
            return false;
    }
    *list = products;
    *list_count = products ? count : 0;
    return true;
}

static void read_removed(reader *in, const msgpack_object *removed, const smartshelf_count **list, size_t *list_count)
{
    if (!removed || removed->type != MSGPACK_OBJECT_MAP)
        return;
    size_t count = removed->via.map.size;
    smartshelf_count *counts = new_array(in, count, sizeof *counts);
    for (size_t i = 0; counts && i < count; i++) {
        const msgpack_object_kv *pair = &removed->via.map.ptr[i];
        const char *name = text_of(in, &pair->key);
        counts[i] = (smartshelf_count){name ? name : "", count_of(&pair->val)};
    }
    *list = counts;
    *list_count = counts ? count : 0;
}

static bool read_shelf(reader *in, const msgpack_object *value, smartshelf_shelf *shelf)
{
    const msgpack_object *shortage = find(value, "short");
    *shelf = (smartshelf_shelf){.shelf = text_of(in, find(value, "shelf")),
                                .short_code = text_of(in, find(shortage, "code")),
                                .missing = (unsigned)count_of(find(shortage, "missing"))};
    read_removed(in, find(value, "removed"), &shelf->removed, &shelf->removed_count);
    return (shelf->shelf || in->no_memory) &&
           read_products(in, find(value, "items"), &shelf->products, &shelf->product_count);
}

/* False: not a list of shelves. Only pages have one. */
static bool read_shelves(reader *in, const msgpack_object *value, smartshelf_answer *answer)
{
    if (!value)
        return true;
    if (value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > in->size / SHELF_SIZE_MIN)
        return false;
    size_t count = value->via.array.size;
    smartshelf_shelf *shelves = new_array(in, count, sizeof *shelves);
    for (size_t i = 0; shelves && i < count; i++)
        if (!read_shelf(in, &value->via.array.ptr[i], &shelves[i]))
            return false;
    answer->shelves = shelves;
    answer->shelf_count = shelves ? count : 0;
    return true;
}

static void read_texts(reader *in, const msgpack_object *value, const char *const **list, size_t *list_count)
{
    if (!value || value->type != MSGPACK_OBJECT_ARRAY)
        return;
    size_t count = value->via.array.size;
    const char **texts = new_array(in, count, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        const char *text = text_of(in, &value->via.array.ptr[i]);
        texts[i] = text ? text : "";
    }
    *list = texts;
    *list_count = texts ? count : 0;
}

/* [{category, items}, …] */
static bool read_categories(reader *in, const msgpack_object *value, smartshelf_answer *answer)
{
    if (!value)
        return true;
    if (value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > in->size / CATEGORY_SIZE_MIN)
        return false;
    size_t count = value->via.array.size;
    smartshelf_count *categories = new_array(in, count, sizeof *categories);
    for (size_t i = 0; categories && i < count; i++) {
        const char *name = text_of(in, find(&value->via.array.ptr[i], "category"));
        categories[i] = (smartshelf_count){name ? name : "", count_of(find(&value->via.array.ptr[i], "items"))};
    }
    answer->categories = categories;
    answer->category_count = categories ? count : 0;
    return true;
}

/* What became of each event or item. */
static bool read_results(reader *in, const msgpack_object *value, smartshelf_answer *answer)
{
    if (!value)
        return true;
    if (value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > SMARTSHELF_CHANGES_MAX)
        return false;
    size_t count = value->via.array.size;
    smartshelf_result *results = new_array(in, count, sizeof *results);
    for (size_t i = 0; results && i < count; i++) {
        const msgpack_object *entry = &value->via.array.ptr[i];
        results[i] = (smartshelf_result){.sequence = count_of(find(entry, "sequence")),
                                         .repeated = is_true(find(entry, "repeated")),
                                         .is_new = is_false(find(entry, "known")),
                                         .refused = text_of(in, find(entry, "refused"))};
        read_texts(in, find(entry, "mended"), &results[i].mended, &results[i].mended_count);
    }
    answer->results = results;
    answer->result_count = results ? count : 0;
    return true;
}

static const smartshelf_incentive *read_incentive(reader *in, const msgpack_object *value)
{
    if (!value || value->type != MSGPACK_OBJECT_MAP)
        return NULL;
    smartshelf_incentive *incentive = new_array(in, 1, sizeof *incentive);
    if (!incentive)
        return NULL;
    *incentive = (smartshelf_incentive){.name = text_of(in, find(value, "name")),
                                        .kind = text_of(in, find(value, "kind")),
                                        .percent = real_of(find(value, "percent")),
                                        .gift_item = text_of(in, find(value, "gift_item"))};
    read_integer(find(value, "amount"), &incentive->amount);
    read_integer(find(value, "points"), &incentive->points);
    return incentive;
}

static void read_offer(reader *in, const msgpack_object *value, smartshelf_offer *offer)
{
    *offer = (smartshelf_offer){.offer_id = text_of(in, find(value, "offer_id")),
                                .with_item = text_of(in, find(value, "with_item")),
                                .with_name = text_of(in, find(value, "with_name")),
                                .incentive = read_incentive(in, find(value, "incentive")),
                                .code = text_of(in, find(value, "code"))};
    read_product(in, value, &offer->product);
    read_integer(find(value, "list_price"), &offer->list_price);
    read_integer(find(value, "offer_price"), &offer->offer_price);
}

/* False: not a list of offers. */
static bool read_offers(reader *in, const msgpack_object *value, smartshelf_decision *decision)
{
    if (!value || value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > in->size / PRODUCT_SIZE_MIN)
        return false;
    size_t count = value->via.array.size;
    smartshelf_offer *offers = new_array(in, count, sizeof *offers);
    for (size_t i = 0; offers && i < count; i++)
        read_offer(in, &value->via.array.ptr[i], &offers[i]);
    decision->offers = offers;
    decision->offer_count = offers ? count : 0;
    return true;
}

/* {show, reason, …}; anything else is none. False: it is no such. */
static bool read_decision(reader *in, const msgpack_object *value, smartshelf_answer *answer)
{
    const msgpack_object *show = find(value, "show"), *triggers = find(value, "triggers");
    if (!show)
        return true;
    smartshelf_decision *decision = new_array(in, 1, sizeof *decision);
    if (!decision)
        return true;
    *decision = (smartshelf_decision){.show = is_true(show),
                                      .reason = text_of(in, find(value, "reason")),
                                      .campaign = text_of(in, find(value, "campaign")),
                                      .message_key = text_of(in, find(value, "message_key")),
                                      .variant = text_of(in, find(value, "variant")),
                                      .has_triggers = triggers && triggers->type == MSGPACK_OBJECT_MAP,
                                      .mouse_out = is_true(find(triggers, "mouse_out")),
                                      .back_button = is_true(find(triggers, "back_button")),
                                      .repeated = is_true(find(value, "repeated"))};
    read_integer(find(value, "expires_at"), &decision->expires_at);
    read_integer(find(triggers, "idle_seconds"), &decision->idle_seconds);
    answer->decision = decision;
    answer->decimals = (unsigned)count_of(find(value, "decimals"));
    return decision->reason && read_offers(in, find(value, "offers"), decision);
}

/* {redeemed, reason, …}, likewise. */
static bool read_redemption(reader *in, const msgpack_object *value, smartshelf_answer *answer)
{
    const msgpack_object *redeemed = find(value, "redeemed");
    smartshelf_redemption *redemption = redeemed ? new_array(in, 1, sizeof *redemption) : NULL;
    if (!redemption)
        return true;
    *redemption = (smartshelf_redemption){.redeemed = is_true(redeemed),
                                          .reason = text_of(in, find(value, "reason")),
                                          .repeated = is_true(find(value, "repeated")),
                                          .offer_id = text_of(in, find(value, "offer_id")),
                                          .campaign = text_of(in, find(value, "campaign")),
                                          .incentive = read_incentive(in, find(value, "incentive"))};
    read_integer(find(value, "list"), &redemption->list);
    read_integer(find(value, "charged"), &redemption->charged);
    read_integer(find(value, "given"), &redemption->given);
    answer->redemption = redemption;
    return redemption->reason != NULL;
}

static bool read_result(reader *in, const msgpack_object *result, smartshelf_answer *answer)
{
    const msgpack_object *shortage = find(result, "short");
    if (result->type != MSGPACK_OBJECT_MAP)
        return false;
    answer->generation = text_of(in, find(result, "generation"));
    answer->short_code = text_of(in, find(shortage, "code"));
    answer->missing = (unsigned)count_of(find(shortage, "missing"));
    answer->decimals = (unsigned)count_of(find(result, "decimals"));
    answer->stored = count_of(find(result, "stored")) + count_of(find(result, "changed")); /* it is one or the other */
    answer->repeated = count_of(find(result, "repeated"));
    answer->refused = count_of(find(result, "refused"));
    answer->forgotten_events = count_of(find(result, "events"));
    answer->forgotten_sessions = count_of(find(result, "sessions"));
    answer->more = is_true(find(result, "more"));
    answer->after = text_of(in, find(result, "after"));
    answer->durability = text_of(in, find(result, "durability"));
    read_removed(in, find(result, "removed"), &answer->removed, &answer->removed_count);
    read_texts(in, find(result, "unknown"), &answer->unknown, &answer->unknown_count);
    return read_products(in, find(result, "items"), &answer->products, &answer->product_count) &&
           read_shelves(in, find(result, "shelves"), answer) &&
           read_categories(in, find(result, "categories"), answer) &&
           read_results(in, find(result, "results"), answer) && read_decision(in, result, answer) &&
           read_decision(in, find(result, "offers"), answer) && read_redemption(in, result, answer);
}

static bool read_error(reader *in, const msgpack_object *error, smartshelf_answer *answer)
{
    answer->error_code = (unsigned)count_of(find(error, "code"));
    answer->error_name = text_of(in, find(error, "name"));
    answer->error_message = text_of(in, find(error, "message"));
    answer->error_field = text_of(in, find(error, "field"));
    return answer->error_code != 0;
}

/* [1, msgid, error | nil, result | nil]; an error about a request whose msgid could not be read has nil for it. */
static smartshelf_status read_reply(reader *in, const msgpack_object *root, smartshelf_answer *answer)
{
    if (root->type != MSGPACK_OBJECT_ARRAY || root->via.array.size != 4)
        return SMARTSHELF_BAD_REPLY;
    const msgpack_object *parts = root->via.array.ptr;
    if (parts[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER || parts[0].via.u64 != 1 || count_of(&parts[1]) > UINT32_MAX)
        return SMARTSHELF_BAD_REPLY;
    answer->msgid = (uint32_t)count_of(&parts[1]);
    bool failed = parts[2].type != MSGPACK_OBJECT_NIL;
    bool read = failed ? read_error(in, &parts[2], answer) : read_result(in, &parts[3], answer);
    if (in->no_memory)
        return SMARTSHELF_NOMEM;
    if (!read)
        return SMARTSHELF_BAD_REPLY;
    return failed ? SMARTSHELF_ERROR : SMARTSHELF_OK;
}

static struct smartshelf_memory *new_memory(size_t size)
{
    struct smartshelf_memory *memory = malloc(sizeof *memory + size);
    if (memory)
        msgpack_unpacked_init(&memory->unpacked);
    return memory;
}

/* What was read is kept only when all of it could be. */
static smartshelf_status settle(smartshelf_answer *answer, smartshelf_status status)
{
    if (status != SMARTSHELF_OK && status != SMARTSHELF_ERROR)
        smartshelf_answer_release(answer);
    return status;
}

smartshelf_status smartshelf_answer_decode(const void *bytes, size_t size, smartshelf_answer *answer)
{
    *answer = (smartshelf_answer){0};
    if (size > SMARTSHELF_REPLY_MAX || !ss_wire_check(bytes, size, REPLY_VALUES_MAX, REPLY_DEPTH_MAX))
        return SMARTSHELF_BAD_REPLY;
    struct smartshelf_memory *memory = new_memory(size);
    if (!memory)
        return SMARTSHELF_NOMEM;
    answer->memory = memory;
    memcpy(memory->reply, bytes, size);
    answer->reply = memory->reply;
    answer->reply_size = size;
    size_t offset = 0;
    msgpack_unpack_return unpacked = msgpack_unpack_next(&memory->unpacked, memory->reply, size, &offset);
    if (unpacked != MSGPACK_UNPACK_SUCCESS)
        return settle(answer, unpacked == MSGPACK_UNPACK_NOMEM_ERROR ? SMARTSHELF_NOMEM : SMARTSHELF_BAD_REPLY);
    if (!memory->unpacked.zone) /* a value that took no memory: no reply */
        return settle(answer, SMARTSHELF_BAD_REPLY);
    reader in = {.zone = memory->unpacked.zone, .size = size};
    return settle(answer, read_reply(&in, &memory->unpacked.data, answer));
}

smartshelf_status smartshelf_answer_fall_back(smartshelf_answer *answer, const char *const *item_ids, size_t count,
                                              unsigned limit)
{
    if (limit > 0 && count > limit)
        count = limit;
    if (!answer->memory)
        answer->memory = new_memory(0);
    if (!answer->memory)
        return SMARTSHELF_NOMEM;
    msgpack_unpacked *unpacked = &answer->memory->unpacked;
    if (!unpacked->zone)
        unpacked->zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
    smartshelf_product *products =
        unpacked->zone ? msgpack_zone_malloc(unpacked->zone, (count + 1) * sizeof *products) : NULL;
    if (!products)
        return SMARTSHELF_NOMEM;
    for (size_t i = 0; i < count; i++)
        products[i] = (smartshelf_product){.item_id = item_ids[i], .model = "fallback"};
    answer->from_fallback = true;
    answer->products = products;
    answer->product_count = count;
    return SMARTSHELF_OK;
}

void smartshelf_answer_show_nothing(smartshelf_answer *answer)
{
    static const smartshelf_decision nothing = {.reason = "no_answer"};
    answer->from_fallback = true;
    answer->decision = &nothing;
}

smartshelf_status smartshelf_answer_fall_back_page(smartshelf_answer *answer, const char *const *item_ids, size_t count,
                                                   const smartshelf_query *query)
{
    smartshelf_status status = smartshelf_answer_fall_back(answer, item_ids, count, 0);
    if (status != SMARTSHELF_OK)
        return status;
    msgpack_zone *zone = answer->memory->unpacked.zone;
    smartshelf_shelf *shelves = msgpack_zone_malloc(zone, (query->shelf_count + 1) * sizeof *shelves);
    if (!shelves)
        return SMARTSHELF_NOMEM;
    size_t given = 0;
    for (size_t i = 0; i < query->shelf_count; i++) {
        unsigned limit = query->shelves[i].limit ? query->shelves[i].limit : query->limit;
        size_t wanted = limit ? limit : LIMIT_DEFAULT, left = count - given;
        size_t taken = wanted < left ? wanted : left;
        shelves[i] = (smartshelf_shelf){
            .shelf = query->shelves[i].shelf, .products = answer->products + given, .product_count = taken};
        given += taken;
    }
    answer->shelves = shelves;
    answer->shelf_count = query->shelf_count;
    answer->products = NULL;
    answer->product_count = 0;
    return SMARTSHELF_OK;
}

void smartshelf_answer_release(smartshelf_answer *answer)
{
    if (answer->memory) {
        msgpack_unpacked_destroy(&answer->memory->unpacked);
        free(answer->memory);
    }
    *answer = (smartshelf_answer){0};
}
