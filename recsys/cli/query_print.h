/* query_print.h: an answer for people, as a table with reasons, and for machines, as JSON. On stdout. */
#ifndef SS_CLI_QUERY_PRINT_H
#define SS_CLI_QUERY_PRINT_H

#include "base/status.h"
#include "client/smartshelf.h"

void ss_query_print_table(const smartshelf_answer *answer, bool explain);

/* Why a product is there, as a sentence. */
void ss_query_format_reason(const smartshelf_product *product, char *text, size_t size);

/* The result as the server gave it. SS_E_NOMEM. */
ss_status ss_query_print_json(const smartshelf_answer *answer, ss_error *error);

#endif
