/* cart_list.h: a cart on a command line: ID[:QUANTITY],… */
#ifndef SS_CLI_CART_LIST_H
#define SS_CLI_CART_LIST_H

#include "base/status.h"
#include "client/smartshelf.h"

#define SS_CART_LIST_MAX 256u

typedef struct ss_cart_list {
    char *copy;
    smartshelf_cart_line lines[SS_CART_LIST_MAX]; /* their ids point into the copy */
    size_t count;
} ss_cart_list;

/* text: NULL: nothing. What follows the last colon of a line is its quantity where it is a number. SS_E_ARGUMENT,
 * SS_E_NOMEM. Release it whatever comes. */
ss_status ss_cart_list_parse(const char *text, ss_cart_list *list, ss_error *error);
void ss_cart_list_release(ss_cart_list *list);

#endif
