#include "offers/cart.h"

#include "log/catalog.h"

static void add_line(ss_cart *cart, const ss_catalogue *catalogue, uint32_t item, int64_t quantity, int64_t now)
{
    ss_price_line line = ss_line_of(catalogue, NULL, item, quantity, now);
    cart->items[cart->count] = item;
    cart->lines[cart->count++] = line;
    if (line.price != SS_NO_MONEY)
        cart->value = ss_money_sum(cart->value, line.price * quantity);
}

static void clear(ss_cart *cart)
{
    cart->count = 0;
    cart->value = 0;
}

void ss_cart_take(ss_cart *cart, const ss_catalogue *catalogue, const ss_cart_line *lines, size_t count, int64_t now)
{
    clear(cart);
    for (size_t i = 0; i < count && cart->count < SS_CART_LINES_MAX; i++)
        add_line(cart, catalogue, ss_catalogue_find(catalogue, lines[i].item_id), lines[i].quantity, now);
}

static void add_live(ss_cart *cart, const ss_catalogue *catalogue, const ss_visitor_view *view, int64_t now)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].cart > 0)
            add_line(cart, catalogue, view->items[i].item,
                     view->items[i].cart < SS_CART_PIECES_MAX ? view->items[i].cart : SS_CART_PIECES_MAX, now);
}

void ss_cart_take_live(ss_cart *cart, const ss_catalogue *catalogue, const ss_visit *visit, int64_t now)
{
    clear(cart);
    add_live(cart, catalogue, &visit->session, now);
    if (cart->count == 0)
        add_live(cart, catalogue, &visit->customer, now);
}

void ss_cart_restrict(ss_cart *cart, const ss_catalogue *catalogue, const ss_campaign *campaign)
{
    for (size_t i = 0; i < cart->count; i++)
        cart->lines[i].eligible = cart->items[i] != SS_NONE && ss_campaign_takes(campaign, catalogue, cart->items[i]);
}

int64_t ss_cart_margin(const ss_cart *cart, int64_t tax)
{
    int64_t margin = 0;
    for (size_t i = 0; i < cart->count; i++)
        margin = ss_money_sum(margin, ss_line_margin(&cart->lines[i], tax));
    return margin;
}

static bool has_cost(const ss_price_line *line)
{
    return line->price != SS_NO_MONEY && line->cost != SS_NO_MONEY;
}

bool ss_cart_has_costs(const ss_cart *cart)
{
    for (size_t i = 0; i < cart->count; i++)
        if (has_cost(&cart->lines[i]))
            return true;
    return false;
}

bool ss_cart_keeps_margin(const ss_cart *cart, const ss_priced *priced, const ss_guards *guards)
{
    int64_t price = 0, cost = priced->benefit;
    for (size_t i = 0; i < cart->count; i++)
        if (has_cost(&cart->lines[i])) {
            price = ss_money_sum(price, cart->lines[i].price * cart->lines[i].quantity);
            cost = ss_money_sum(cost, cart->lines[i].cost * cart->lines[i].quantity);
        }
    return ss_margin_holds(price - (priced->list - priced->offer), cost, guards->cart_margin_min, guards->tax);
}
