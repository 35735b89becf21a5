#include "cli/cart_list.h"

#include <stdlib.h>
#include <string.h>

#define QUANTITY_MOST 10000

static ss_status take_quantity(char *id, unsigned *quantity, ss_error *error)
{
    char *colon = strrchr(id, ':'), *end;
    *quantity = 1;
    if (!colon || colon[1 + strspn(colon + 1, "0123456789")] != '\0' || colon[1] == '\0')
        return SS_OK;
    unsigned long given = strtoul(colon + 1, &end, 10);
    if (given < 1 || given > QUANTITY_MOST)
        return ss_error_set(error, SS_E_ARGUMENT, "--cart: of %.*s 1 to %d pieces, not %s", (int)(colon - id), id,
                            QUANTITY_MOST, colon + 1);
    *colon = '\0';
    *quantity = (unsigned)given;
    return SS_OK;
}

ss_status ss_cart_list_parse(const char *text, ss_cart_list *list, ss_error *error)
{
    *list = (ss_cart_list){0};
    if (!text)
        return SS_OK;
    char *rest = list->copy = strdup(text);
    if (!rest)
        return ss_error_nomem(error);
    for (char *id; (id = strsep(&rest, ",")) != NULL;) {
        smartshelf_cart_line *line = &list->lines[list->count];
        if (!*id)
            continue;
        if (list->count == SS_CART_LIST_MAX)
            return ss_error_set(error, SS_E_ARGUMENT, "--cart: at most %u lines", SS_CART_LIST_MAX);
        ss_status status = take_quantity(id, &line->quantity, error);
        if (status != SS_OK)
            return status;
        line->item_id = id;
        list->count++;
    }
    return SS_OK;
}

void ss_cart_list_release(ss_cart_list *list)
{
    free(list->copy);
    *list = (ss_cart_list){0};
}
