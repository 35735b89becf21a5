/*
 * offers_writer.h: the methods `offers` and `preview` as rows of the recorder's table. Between cycles it takes over what
 * the loader offers (offers_swap.h), settles what is due while nobody asks, and removes what is older than is kept.
 */
#ifndef SS_SERVER_OFFERS_WRITER_H
#define SS_SERVER_OFFERS_WRITER_H

#include "server/offer_counts.h"
#include "server/offers_swap.h"
#include "server/stats.h"
#include "server/writer.h"

typedef struct ss_offers_writer ss_offers_writer;

typedef struct ss_offers_writing {
    ss_offers *offers; /* borrowed for the writer's life, as are all others */
    ss_offer_ledger *ledger;
    ss_offers_swap *swap;
    ss_offer_counts *counts;
    ss_stats *stats;        /* of the recorder's thread */
    int64_t retention_days; /* decisions that closed longer ago are removed; 0: none are */
} ss_offers_writing;

/* policy: which the engine has; takes a reference of its own. SS_E_NOMEM. */
ss_status ss_offers_writer_new(const ss_offers_writing *writing, ss_policy *policy, ss_offers_writer **writer,
                               ss_error *error);
void ss_offers_writer_free(ss_offers_writer **writer);

/* Rows whose context is the writer, which must outlive them. */
ss_writer ss_offers_writer_row(ss_offers_writer *writer);
ss_writer ss_offers_writer_preview_row(ss_offers_writer *writer);

#endif
