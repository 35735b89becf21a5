/*
 * foresight.h: what answers are going to read from memory, fetched for many questions at once.
 *
 * An answer from lists of neighbours waits for memory five times, each time for an address that the read before gave:
 * slot of the id, the item's offsets, its list, the neighbours' rows, their ids. Taken step by step for all questions
 * that are at hand, those waits overlap (group prefetching: Chen, Ailamaki, Gibbons and Mowry, Improving hash join
 * performance through prefetching, 2004). It changes nothing that can be seen but the time.
 */
#ifndef SS_SHELF_FORESIGHT_H
#define SS_SHELF_FORESIGHT_H

#include "shelf/live.h"
#include "shelf/snapshot.h"

#define SS_FORESEEN_MAX 16u /* questions at once: as many reads as hardware keeps on their way */

typedef struct ss_question {
    const ss_shelf *shelf;
    const ss_request *request;
} ss_question;

/*
 * `state`: one number an item, which rules read (rules.h). `visitors`: who may be named; NULL: nobody is known. At most
 * SS_FORESEEN_MAX questions. Safe from any thread.
 */
void ss_foresee(const ss_snapshot *snapshot, const uint16_t *state, const struct ss_visitors *visitors,
                const ss_question *questions, size_t count);

#endif
