/*
 * evidence.h: what a product's place in an answer rests on, in numbers. Looked up when it is shown, for nothing else.
 *
 * What fewer than the shelf's evidence_customers distinct customers (or sessions) did is no number to show: the product
 * may stand there all the same, and the item that it goes with be named. Pure: safe from any thread.
 */
#ifndef SS_SHELF_EVIDENCE_H
#define SS_SHELF_EVIDENCE_H

#include "shelf/moved.h"
#include "shelf/snapshot.h"

/* Of a pair: entry `entry` of the list of item `because`. `source` is one that ss_source_relation knows. */
ss_reason ss_evidence_pair(const ss_snapshot *snapshot, const ss_shelf *shelf, ss_source source, uint32_t because,
                           const ss_neighbours *list, size_t entry);

/* The same where only the item is known: its list is searched. */
ss_reason ss_evidence_of_pair(const ss_snapshot *snapshot, const ss_shelf *shelf, ss_source source, uint32_t because,
                              uint32_t item);

/* Of a substitute: entry `entry` of the list of item `because`; and where only the item is known. */
ss_reason ss_evidence_alternative(const ss_shelf *shelf, uint32_t because, const ss_alternatives_list *list,
                                  size_t entry);
ss_reason ss_evidence_of_alternative(const ss_snapshot *snapshot, const ss_shelf *shelf, uint32_t because,
                                     uint32_t item);

/* Of similar sessions: how many of them hold it. */
ss_reason ss_evidence_sessions(const ss_shelf *shelf, size_t sessions);

/* Of the customer's own purchases, for either source of them: how often, and when last (where the log has times). */
ss_reason ss_evidence_history(const ss_snapshot *snapshot, ss_source source, const ss_history *history, uint32_t item);

/* Of a ready-made order such as the best sellers: the place in it. */
ss_reason ss_evidence_rank(ss_source source, ss_order_walk walk, uint32_t item);

#endif
