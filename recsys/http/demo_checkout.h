/*
 * demo_checkout.h: POST /shop/checkout of the demo shop: {"cart": [{"item_id", "quantity"}, …], "code"?} becomes an order, as a shop's back
 * end makes one: prices and stock from the catalogue as it is now (`find`), the code redeemed (`redeem`), the sale told (`event`), what is left in
 * stock told (`items`). What is sold out or gone is refused (409), and nothing is done.
 *
 * The reply: {order_id, decimals, lines: [{item_id, name, price, quantity}], total, to_pay, saved, redemption: nil or the result of `redeem`}.
 */
#ifndef SS_HTTP_DEMO_CHECKOUT_H
#define SS_HTTP_DEMO_CHECKOUT_H

#include "http/demo_visitors.h"

void ss_demo_answer_checkout(const ss_demo_visitors *visitors, const ss_http_request *request, ss_http_reply *reply);

#endif
