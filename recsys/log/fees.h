/*
 * fees.h: which items of a log are no products: postage, manual entries, bank charges, discounts, samples, vouchers, …
 *
 * An item is judged by the name the catalogue gives it, and by its id where the ids of the log have a style that it
 * falls out of: `POST` among five-digit codes is no product, `whole milk` among `rolls/buns` is one. Logs whose ids are
 * words, or all of one kind, lose nothing by the look of an id:
 * - ids without any digit, where 98 % of the rows and of the ids have one, unless three numbered ids share their first
 *   four letters (`DCGSSBOY` beside `DCGS0058`);
 * - ids of which a word is a fee's (`gift_0001_20`, `TEST001`), and ids of one or two characters where 99 % of the rows
 *   have four or more (`C2`): only where four rows in five have ids with a digit, fewer than one in twenty begins with
 *   a letter, and the catalogue has no name for the item.
 *
 * One maker; afterwards read-only and safe from any thread.
 */
#ifndef SS_LOG_FEES_H
#define SS_LOG_FEES_H

#include "base/dictionary.h"
#include "log/catalog.h"

#define SS_FEE_WHY_MAX 64u

typedef struct ss_fee_judge ss_fee_judge;

/*
 * Learns the style of the ids; rows[number]: how many rows of the log each id of `ids` has (ids without rows do not
 * count). `catalog` may be NULL; borrowed: it must outlive the judge. NULL when out of memory.
 */
ss_fee_judge *ss_fee_judge_new(const ss_dictionary *ids, const uint32_t *rows, const ss_catalog *catalog);
void ss_fee_judge_free(ss_fee_judge **judge);

/* Is `id` likely a fee? If so, `why` says for what reason ("name: postage", "id without digits"). */
bool ss_fee_judge_ask(const ss_fee_judge *judge, ss_slice id, char why[SS_FEE_WHY_MAX]);

/* Is this the name of a fee ("POSTAGE", "Bank Charges", "Gift Voucher £10.00")? If so, `why` says by which words. */
bool ss_fee_name(ss_slice name, char why[SS_FEE_WHY_MAX]);

#endif
