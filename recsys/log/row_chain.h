/* row_chain.h: two row sources as one, the second after the first: a log, and then what the live store holds. */
#ifndef SS_LOG_ROW_CHAIN_H
#define SS_LOG_ROW_CHAIN_H

#include "log/row_source.h"

/*
 * Takes ownership of both sources, and nulls them. SS_E_NOMEM: both are still the caller's. The chain's bytes_total is
 * that of the source at hand. Errors of `next`: those of the sources.
 */
ss_status ss_row_chain_open(ss_row_source **first, ss_row_source **second, ss_row_source **chain, ss_error *error);

#endif
