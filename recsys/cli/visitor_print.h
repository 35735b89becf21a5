/* visitor_print.h: what a server knows of a visitor, for people, on stdout. */
#ifndef SS_CLI_VISITOR_PRINT_H
#define SS_CLI_VISITOR_PRINT_H

#include "base/status.h"
#include "client/smartshelf.h"

/* session, customer: who was asked about; NULL: not given. SS_E_NOMEM. */
ss_status ss_visitor_print(const smartshelf_answer *answer, const char *session, const char *customer, ss_error *error);

#endif
