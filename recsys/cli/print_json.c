#include "cli/print_json.h"

#include <stdio.h>

ss_status ss_print_json(json_t *root, size_t flags, ss_error *error)
{
    if (!root)
        return ss_error_nomem(error);
    json_dumpf(root, stdout, flags);
    putchar('\n');
    json_decref(root);
    return SS_OK;
}
