/*
 * fold_ids.h: item ids that differ only by case or blanks (`85123a`, `85123A`, `85123A `) → one id.
 *
 * Two ids are spellings of one when they are equal after ASCII letters are lowered, blanks at the ends dropped and runs
 * of blanks inside made one. Pure: safe from any thread.
 */
#ifndef SS_LOG_FOLD_IDS_H
#define SS_LOG_FOLD_IDS_H

#include "base/dictionary.h"
#include "log/catalog.h"

/* What joining is done for. */
typedef enum ss_fold_ids { SS_FOLD_AUTO, SS_FOLD_NO, SS_FOLD_YES } ss_fold_ids;

typedef struct ss_folding {
    uint32_t *to;    /* id number → number of the spelling that stands for it (itself: not joined). Owned */
    bool folded;     /* ids were joined, or would have been */
    uint64_t joined; /* ids with rows that go by another spelling now */
} ss_folding;

/*
 * `ids` holds those of the log and of the catalogue, rows[number] how many rows of the log each has. The spelling that
 * stands for the others is one that the catalogue knows, if any; of those the most frequent in the log, then the least
 * in bytes. SS_FOLD_AUTO joins when the catalogue shows that case and blanks mean nothing: ids of the log that it does
 * not know become known, or it holds two spellings under one name itself; and for each such id there may be at most a
 * quarter of pairs that it names differently. Without a catalogue it never does. Errors: SS_E_NOMEM.
 */
ss_status ss_fold_ids_find(const ss_dictionary *ids, const uint32_t *rows, const ss_catalog *catalog, ss_fold_ids mode,
                           ss_folding *folding, ss_error *error);
void ss_folding_free(ss_folding *folding);

/* The common form of all spellings of `id` into `out`; its size, at most id.size. */
size_t ss_fold_id(ss_slice id, char out[SS_ID_MAX]);

#endif
