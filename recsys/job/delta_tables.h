/*
 * delta_tables.h: what the base knows of its items and customers beside their rows, as the catalogue and the customers
 * file that a training reads: for a delta that is given neither.
 */
#ifndef SS_JOB_DELTA_TABLES_H
#define SS_JOB_DELTA_TABLES_H

#include "log/catalog.h"
#include "log/profiles.h"
#include "models/segments_query.h"
#include "store/customers.h"
#include "store/items.h"

/* The items that were in the base's catalogue, by their numbers. SS_E_NOMEM. Caller owns *catalog. */
ss_status ss_delta_catalog(const ss_items *items, ss_catalog **catalog, ss_error *error);

/*
 * Birthdays and recommendations, but for those who are `forgotten` (NULL: nobody is); `customers` may be NULL. *profiles
 * stays NULL where nothing of the kind is known. SS_E_NOMEM. Caller owns *profiles.
 */
ss_status ss_delta_profiles(const ss_segments *segments, const ss_customers *customers, const ss_left_out *forgotten,
                            ss_profiles **profiles, ss_error *error);

#endif
