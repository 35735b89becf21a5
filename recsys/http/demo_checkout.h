/*
 * demo_checkout.h: POST /shop/checkout of the demo shop: {"cart": [{"item_id", "quantity"}, …], "prices"?, "code"?} becomes an order, as
 * a shop's back end makes one: prices and stock from the catalogue as it is now (`find`), the code redeemed (`redeem`), the sale told (`event`), what
 * is left in stock told (`items`). `prices` are what the page said of each line, so that nobody pays another price than they saw. What is gone, sold
 * out or at another price, and a code that is not taken, are refused (409, demo_refusal.h), and nothing is done.
 *
 * The reply: {order_id, decimals, lines: [{item_id, name, price, quantity}], total, to_pay, saved, redemption: nil or the result of `redeem`, which has
 * redeemed}.
 */
#ifndef SS_HTTP_DEMO_CHECKOUT_H
#define SS_HTTP_DEMO_CHECKOUT_H

#include "http/demo_visitors.h"

void ss_demo_answer_checkout(const ss_demo_visitors *visitors, const ss_http_request *request, ss_http_reply *reply);

#endif
