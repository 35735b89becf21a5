/*
 * stored_log.h: the log that a generation was trained from, as it was learned from: what the file
 * interactions.safetensors holds. Who answers never reads it: it is there for those who count again (job/delta.h).
 *
 * Items and customers are numbered as in items.safetensors and customers.safetensors of the same folder.
 *   rows            U64 [rows, 3]    log/interactions.h's rows as they are in memory, in their order, little-endian:
 *                                    time (56 bits, signed) and event (8 bits); customer and basket (32 bits each, all
 *                                    ones: none); item and quantity (32 bits, F32)
 *   origins         U64 [origins, 3]  the same: what some of the rows were before they were cleaned (log/origins.h), with
 *                                    returns, whose quantity is below 0. Here there are numbers behind the last item and
 *                                    customer: those of which no row is left (log/gone.h)
 *   items.rows      U32 [items]      rows of each item
 *   items.read      U32 [items]      rows that were read of this very id before they were cleaned
 *   customers.rows  U32 [customers]  rows of each customer
 *   baskets.keys    U64 [baskets]    ss_basket_key of each basket: a hash of its id, not the id; behind those of the rows
 *                                    those that only origins know
 *   spent           I64 [customers]  ss_interactions.spent; only where a price is known
 *   set_aside       text column with lookup: ids that are no items (ss_interactions.set_aside)
 *   set_aside.read  U32 [set_aside]  as of items
 *   gone.items      text column with lookup: products of which no row is left; the first has the number after the last item
 *   gone.items.read U32 [gone.items] as of items
 *   gone.customers  text column with lookup: customers of whom no row is left, numbered likewise, as they were met
 *   gone.before     U32 [gone.customers]  how many of the customers were met before each: does not fall
 *   gone.spent      I64 [gone.customers]  only where `spent` is
 * Metadata: catalog (1: there was one), ids_folded, has_times, first_time and last_time (with times), newest.EVENT (of the
 * log alone, without live events: where there is one), log.NAME: how the log was read, by the options' names (read_log.h;
 * those given several times numbered: log.exclude-items.0), and log.cancel-prefix as it turned out.
 *
 * 24 bytes a row and an origin, 12 a customer, 8 a basket and an item. A file of an earlier version has none of gone.* and
 * *.read: it is valid, and cannot be gone on from.
 */
#ifndef SS_MODELS_STORED_LOG_H
#define SS_MODELS_STORED_LOG_H

#include "store/model_file.h"

#define SS_STORED_LOG_FILE "interactions.safetensors"
extern const ss_schema ss_stored_log_schema;

#endif
