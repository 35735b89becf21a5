#include "http/demo.h"

#include "http/demo_checkout.h"
#include "http/demo_picture.h"
#include "http/demo_reply.h"
#include "http/demo_shelves.h"
#include "http/json_reply.h"
#include "http/sites.h"
#include <stdlib.h>

#define KEEPER_MAX  8192u
#define PICTURE_AGE 3600u
#define FIND_ROOM   (SS_ID_MAX + 64u)

struct ss_demo {
    ss_demo_visitors *visitors;
    ss_http_site root; /* what stood at "/" */
};

ss_status ss_demo_open(const char *store, ss_demo **demo, ss_error *error)
{
    ss_demo *new = calloc(1, sizeof *new);
    ss_status status = new ? ss_demo_visitors_open(store, &new->visitors, error) : ss_error_nomem(error);
    if (status == SS_OK)
        *demo = new;
    else
        ss_demo_free(&new);
    return status;
}

void ss_demo_free(ss_demo **demo)
{
    ss_demo *old = *demo;
    *demo = NULL;
    if (!old)
        return;
    ss_demo_visitors_free(&old->visitors);
    free(old);
}

/* ---- pictures ---- */

static void answer_svg(ss_slice item_id, ss_slice category, ss_slice name, ss_http_reply *reply)
{
    size_t from = reply->buffer->size;
    if (ss_demo_picture(item_id, category, name, reply->buffer) != SS_OK) {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
        return;
    }
    reply->type = "image/svg+xml; charset=utf-8";
    reply->body = (ss_slice){reply->buffer->data + from, reply->buffer->size - from};
    reply->max_age = PICTURE_AGE;
}

static void finish_picture(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    (void)site;
    if (!ss_demo_result(reply, message, &result))
        return;
    ss_slice item = ss_demo_element(ss_demo_entry(result, "items"), 0);
    ss_buffer_clear(reply->buffer); /* the question */
    answer_svg(reply->request->query(reply->request, "id"), ss_demo_text(ss_demo_entry(item, "category")),
               ss_demo_text(ss_demo_entry(item, "name")), reply);
}

/* Of a product by its `id`, or of a category by its name. */
static void answer_picture(const ss_http_request *request, ss_http_reply *reply)
{
    ss_slice id = request->query(request, "id"), category = request->query(request, "category");
    if (!id.data && category.data) {
        answer_svg(category, category, request->query(request, "name"), reply);
        return;
    }
    if (id.size < 1 || id.size > SS_ID_MAX || ss_buffer_reserve(reply->buffer, FIND_ROOM) != SS_OK) {
        ss_json_reply_refuse(reply, 400, SS_FAULT_OUT_OF_RANGE, "of which product? id has 1 to 255 bytes");
        return;
    }
    uint8_t *at = ss_wire_put_map((uint8_t *)reply->buffer->data, 2);
    at = ss_wire_put_array(ss_wire_put_text(at, "items", 5), 1);
    at = ss_wire_put_text(at, id.data, id.size);
    at = ss_wire_put_array(ss_wire_put_text(at, "fields", 6), 2);
    at = ss_wire_put_text(ss_wire_put_text(at, "name", 4), "category", 8);
    reply->buffer->size = (size_t)((char *)at - reply->buffer->data);
    ss_demo_ask(reply, SS_METHOD_FIND, 0, (ss_slice){"", 0}, finish_picture);
}

/* ---- the shopkeeper ---- */

static void finish_keeper(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    (void)site;
    if (ss_demo_result(reply, message, &result))
        ss_demo_value(reply, 200, result);
}

/* {"item_id": …, "stock": 0} is one of the method's `items`. */
static void answer_keeper(ss_http_reply *reply)
{
    ss_buffer change;
    ss_buffer_init(&change, KEEPER_MAX);
    if (!ss_demo_read(reply, &change)) {
        ss_buffer_release(&change);
        return;
    }
    uint8_t head[16], *at = ss_wire_put_map(head, 1);
    at = ss_wire_put_array(ss_wire_put_text(at, "items", 5), 1);
    if (ss_buffer_append(reply->buffer, (const char *)head, (size_t)(at - head)) == SS_OK &&
        ss_buffer_append(reply->buffer, change.data, change.size) == SS_OK)
        ss_demo_ask(reply, SS_METHOD_ITEMS, 0, (ss_slice){"", 0}, finish_keeper);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
    ss_buffer_release(&change);
}

/* ---- pages ---- */

static bool answer_page(ss_slice name, ss_http_reply *reply)
{
    static const struct {
        const char *path, *file;
    } pages[] = {{"", "shop/home.html"},           {"category", "shop/category.html"}, {"search", "shop/category.html"},
                 {"product", "shop/product.html"}, {"cart", "shop/cart.html"},         {"order", "shop/order.html"}};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (!ss_slice_equal(name, ss_slice_of(pages[i].path)))
            continue;
        ss_site_asset(ss_slice_of(pages[i].file), reply);
        reply->max_age = 0;
        return true;
    }
    return false;
}

static bool take_prefix(ss_slice *path, const char *prefix)
{
    size_t size = strlen(prefix);
    if (path->size < size || memcmp(path->data, prefix, size) != 0)
        return false;
    *path = (ss_slice){path->data + size, path->size - size};
    return true;
}

static void answer(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_demo *demo = context;
    ss_slice rest = request->path;
    take_prefix(&rest, "/shop/");
    if (take_prefix(&rest, "v1/"))
        ss_demo_answer_method(demo->visitors, rest, request, reply);
    else if (ss_slice_equal(rest, SS_SLICE_LITERAL("me")))
        ss_demo_answer_me(demo->visitors, request, reply);
    else if (ss_slice_equal(rest, SS_SLICE_LITERAL("picture")))
        answer_picture(request, reply);
    else if (ss_slice_equal(rest, SS_SLICE_LITERAL("checkout")))
        ss_demo_answer_checkout(demo->visitors, request, reply);
    else if (ss_slice_equal(rest, SS_SLICE_LITERAL("keeper")))
        answer_keeper(reply);
    else if (!answer_page(rest, reply))
        ss_site_asset((ss_slice){"", 0}, reply); /* 404 */
}

static void answer_root(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    const ss_demo *demo = context;
    if (request->path.size > 1) {
        demo->root.answer(demo->root.context, request, reply);
        return;
    }
    reply->status = 303;
    reply->location = "/shop/";
    reply->type = "text/plain; charset=utf-8";
    reply->body = SS_SLICE_LITERAL("the shop is at /shop/\n");
    reply->no_store = true;
}

size_t ss_demo_sites(ss_demo *demo, ss_http_site *sites, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(sites[i].prefix, "/") == 0) {
            demo->root = sites[i];
            sites[i] = (ss_http_site){.prefix = "/", .read_only = true, .context = demo, .answer = answer_root};
        }
    sites[count++] = (ss_http_site){.prefix = "/shop/", .context = demo, .answer = answer};
    return count;
}
