/*
 * demo.h: a shop to try it in, below /shop/: home, category, product, cart and the order's confirmation, of the store's own catalogue,
 * served by `serve --demo`. Pages are files of recsys/web/shop, which show what a browser gets with a public key; behind them stands the
 * shop's own back end, here:
 *
 * | path | |
 * |---|---|
 * | GET /shop/, category, search, product, cart, order | the pages |
 * | GET, POST /shop/me | who the visitor is: a session by cookie, and a customer of the log where they say so (demo_visitors.h) |
 * | /shop/v1/METHOD | shelves, page, event and offers as of a public key of the shop's, and `find` without `all` (demo_shelves.h) |
 * | GET /shop/picture?id= | a picture of a product (demo_picture.h) |
 * | POST /shop/checkout | an order (demo_checkout.h) |
 * | POST /shop/keeper | one change of an item, as of the method `items`: the shopkeeper's |
 *
 * Whoever reaches it may change prices: it is for the machine's own address, never for a public one. Safe from any thread once made.
 */
#ifndef SS_HTTP_DEMO_H
#define SS_HTTP_DEMO_H

#include "base/status.h"
#include "http/site.h"

#define SS_DEMO_SITES 2u

typedef struct ss_demo ss_demo;

/* Chooses customers from the store's current generation. SS_E_NOMEM, SS_E_IO; errors of opening a generation. */
ss_status ss_demo_open(const char *store, ss_demo **demo, ss_error *error);
void ss_demo_free(ss_demo **demo);

/*
 * Adds its sites (room for SS_DEMO_SITES) behind the `count` there are, and returns how many there are then; "/" leads to the shop instead
 * of what stood there. The demo is borrowed for their life.
 */
size_t ss_demo_sites(ss_demo *demo, ss_http_site *sites, size_t count);

#endif
