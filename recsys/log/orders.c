#include "log/orders.h"

#include <stdlib.h>

void ss_orders_free(ss_orders *orders)
{
    if (!orders)
        return;
    free(orders->orders);
    ss_dictionary_free(&orders->customers);
    *orders = (ss_orders){0};
}
