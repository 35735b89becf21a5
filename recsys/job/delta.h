/*
 * delta.h: between nights: the live events of the day folded into a generation, in seconds.
 *
 * It goes on from the newest full generation that the current one is, or is a delta of (the base), which holds its log
 * as it was learned from (models/stored_log.h). Of the live store it reads the events after those that the base holds
 * (manifest input.events.last_sequence), by the base's rules: what the base's logs hold already does not count again
 * (log/overlap.h, delta_held.h), returns take back, new ids are judged as the base judged its own, spellings are joined
 * where it joined them (delta_ids.h), and who asked to be forgotten is left out, of the base's rows too (delta_rows.h).
 *
 * What a full training on the base's logs and all events would count, it counts:
 *
 *   items             numbered as in the base, so that what is not trained again still fits; new items follow, at the end
 *   cooccurrence      pairs, customers, degrees and groups of all three relations are those of the full training, to the
 *                     bit. Counted anew are the lists of all items of which some count can have changed: those of baskets
 *                     that got or lost rows, and, across customers, all items of customers who have such a basket. All
 *                     other lists are the base's: no count in them has changed, only the day from which ages count.
 *                     Scores use today's degrees and the newest time of today.
 *   popularity, buying again, segments, histories: trained anew, from all rows
 *   alternatives      the base's; an item that is new gets a list by its name, category and price, where a catalogue is
 *                     given that has them (the base's does not know it)
 *   als, session_knn  the base's: a new item has no factors and is in no session before the next training
 *
 * That differs from a full training, then: factors, sessions and the lists of substitutes are yesterday's; so are the
 * scores of lists that were not counted anew. What was decided of the whole log stays decided until the next training:
 * which ids are products (where a full training would find otherwise now, report->doubts tells), whether spellings are
 * joined (likewise) and which one stands for an item, and whether orders that begin with the usual prefix cancel.
 *
 * The counts themselves can differ in these cases, both of which need a row that a shop hardly has:
 *   - an event repeats an order of the logs under another spelling of a joined item: it is held here, and counts there;
 *   - two baskets of one customer, of which one is an order and the other a session, or of one of which the base has but
 *     rows of what is no product, hold the same item at the same microsecond, and one of the two is returned.
 * Where they could differ and that can be told, nothing is made (SS_E_UNSUPPORTED, train anew):
 *   - some rows of the base are later than the time at which their customer asked to be forgotten and others earlier, which
 *     is when a clock was wrong: of repeats that cleaning joined the first one's time would decide, what the customer paid
 *     is no longer known, and an order shared with others may count for another of them;
 *   - the logs were read with --state-from and have rows later than that, and an event repeats an order of that time.
 *
 * It is published as any other generation: a folder of its own, in which files that stay are hard links of the base's;
 * its manifest has delta.base, delta.events_last (the number of the last event folded in), delta.events (how many
 * count) and delta.forgotten_rows. Where the current one is that already, nothing is published, unless a catalogue or
 * customers are given, which may be others. Killed at any moment it leaves the current generation as it is. A delta holds no log: the next one goes on
 * from the same base, over all events since.
 */
#ifndef SS_JOB_DELTA_H
#define SS_JOB_DELTA_H

#include "job/delta_ids.h"
#include "job/train.h"

/* Where a manifest tells of what it is a delta. */
#define SS_MANIFEST_DELTA_BASE        "delta.base"
#define SS_MANIFEST_DELTA_EVENTS_LAST "delta.events_last"
#define SS_MANIFEST_DELTA_EVENTS      "delta.events"
#define SS_MANIFEST_DELTA_FORGOTTEN   "delta.forgotten_rows"

typedef struct ss_delta_report {
    char base[SS_GENERATION_NAME_MAX], generation[SS_GENERATION_NAME_MAX];
    bool published;        /* false: there was nothing to fold in */
    bool repeats;          /* for it is folded in already: the current generation is what would be published */
    uint64_t read, folded; /* events after the base; of them, that count */
    uint64_t forgotten;    /* rows of the base left out */
    uint64_t last;         /* number of the last event read */
    uint32_t items, new_items, new_customers;
    ss_delta_doubts doubts;                /* what a full training would decide otherwise */
    uint32_t recounted[SS_RELATION_COUNT]; /* items whose lists are new */
    ss_log_report log;                     /* of reading the events */
    double seconds_read, seconds_fold, seconds_cooccurrence, seconds_models, seconds_publish;
} ss_delta_report;

/*
 * Folds the events of input->state (NULL: of `store`) into a generation of `store`, named by `now`, and makes it current.
 * Of `input`, catalogues and customers files stand instead of what the base knows of them; its logs are not read. Options
 * of models are the base's; `asked` (NULL: nothing is) are refused where they are neither the defaults nor the base's, but
 * for those of shelves, which whoever serves may set. With nothing to fold in, nothing is published: SS_OK, report->published is false. The bytes
 * do not depend on `threads` (>= 1). Errors: SS_E_ARGUMENT (`asked`), SS_E_NOT_FOUND (no base; the base holds no log; no live events),
 * SS_E_UNSUPPORTED (the base was made by another version, its log has no times, or one of the cases above), SS_E_BUSY (another generation was
 * made current meanwhile: nothing is published; or a person took a delta of this base back, nightly_kept.h), as ss_train.
 */
ss_status ss_delta(const char *store, const ss_input_options *input, const ss_model_options *asked, int64_t now,
                   int threads, ss_progress_sink *progress, ss_delta_report *report, ss_error *error);

#endif
