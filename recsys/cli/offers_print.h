/* offers_print.h: what is offered to a visitor, and what became of a code, for people. On stdout. */
#ifndef SS_CLI_OFFERS_PRINT_H
#define SS_CLI_OFFERS_PRINT_H

#include "client/smartshelf.h"

void ss_offers_print(const smartshelf_decision *decision, unsigned decimals);
void ss_redemption_print(const smartshelf_redemption *redemption, unsigned decimals);

#endif
