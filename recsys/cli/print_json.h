/* print_json.h: a result for machines, on stdout. */
#ifndef SS_CLI_PRINT_JSON_H
#define SS_CLI_PRINT_JSON_H

#include "base/status.h"
#include <jansson.h>

/* Takes ownership of `root` (NULL: SS_E_NOMEM) and prints it and an end of line; `flags`: jansson's, of encoding. */
ss_status ss_print_json(json_t *root, size_t flags, ss_error *error);

#endif
