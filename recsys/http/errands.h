/*
 * errands.h: the requests that a gateway's thread has under way: which ticket each msgid is for, which servers may still
 * answer it, and when it is to be looked at again.
 *
 * A msgid is used once in 4 billion. The place of an errand that ended keeps its msgid until another needs it, thousands of
 * requests later: so a reply that comes too late is told from one that was never asked for. Places, and the memory of
 * messages, are made beforehand or kept. One thread.
 */
#ifndef SS_HTTP_ERRANDS_H
#define SS_HTTP_ERRANDS_H

#include "base/buffer.h"
#include "http/homes.h"
#include "http/timers.h"

typedef struct ss_roll ss_roll;

typedef struct ss_errand {
    uint64_t ticket;
    uint32_t number; /* msgid */
    ss_method method;
    bool active; /* false: it ended */
    bool orphan; /* nobody waits for the reply any more */
    bool slow;   /* whoever was asked first did not answer in the time that nearly all take */
    ss_way way;
    uint32_t awaited;    /* servers that have it and did not answer yet, as bits; also of one that ended */
    uint32_t tried;      /* servers that it was sent to */
    uint32_t first;      /* whom it was sent to first; */
    int64_t began, sent; /* and when: of the asking, and of that first sending */
    int64_t deadline;    /* then it ends, answered or not */
    unsigned repeats;    /* sent once more to the same server */
    ss_buffer message;   /* the request as it is sent */
    ss_roll *roll;       /* way all: who has acknowledged (roll.h); owned */
} ss_errand;

/* A server, by its number, among `awaited` and `tried`. */
static inline uint32_t ss_errand_bit(uint32_t number)
{
    return UINT32_C(1) << number;
}

static inline bool ss_errand_awaits(const ss_errand *errand, uint32_t number)
{
    return (errand->awaited & ss_errand_bit(number)) != 0;
}

typedef struct ss_errands ss_errands;

/* At most `most` at a time, 1 to 2^20. SS_E_NOMEM. Caller owns the result. */
ss_status ss_errands_new(uint32_t most, ss_errands **errands, ss_error *error);
void ss_errands_free(ss_errands **errands);

/*
 * Another, with a msgid, an empty message, and the rest zero but for `awaited`: those of its place's last errand that never
 * answered it, for the caller to settle. NULL: as many as may be are under way. Valid until it ends.
 */
ss_errand *ss_errands_begin(ss_errands *errands, uint64_t ticket);
void ss_errands_end(ss_errands *errands, ss_errand *errand); /* with its timer and roll */

uint32_t ss_errands_msgid(ss_errands *errands); /* a msgid that is no errand's */

ss_errand *ss_errands_find(ss_errands *errands, uint32_t number); /* also one that ended; NULL: not known */
ss_errand *ss_errands_of(ss_errands *errands, uint64_t ticket);   /* under way and no orphan; NULL: none. A search */
ss_errand *ss_errands_at(ss_errands *errands,
                         uint32_t place);             /* one after the other; NULL: no such place. Also such as ended */
uint32_t ss_errands_count(const ss_errands *errands); /* under way */

/* To be looked at then (SS_TIMERS_NEVER: not). And: one whose time has come, NULL: none; when the first is due. */
void ss_errands_wake(ss_errands *errands, const ss_errand *errand, int64_t due);
ss_errand *ss_errands_due(ss_errands *errands, int64_t now);
int64_t ss_errands_first(const ss_errands *errands);

#endif
