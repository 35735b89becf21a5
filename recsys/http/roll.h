/*
 * roll.h: the roll call of a request that every server is to acknowledge (`items`, `forget`, `reload`): who has, who has
 * not and why, and what the caller is told. One thread.
 */
#ifndef SS_HTTP_ROLL_H
#define SS_HTTP_ROLL_H

#include "base/buffer.h"
#include "http/homes.h"

typedef struct ss_roll ss_roll;

/* Of servers 0 to count - 1, none of whom has answered. NULL: out of memory. Caller owns the result. */
ss_roll *ss_roll_new(uint32_t count);
void ss_roll_free(ss_roll **roll);

/* A server's reply came: acknowledged, or an error of that code. Copied. SS_E_NOMEM, SS_E_LIMIT. Only the first counts. */
ss_status ss_roll_answered(ss_roll *roll, uint32_t server, bool good, ss_fault_code code, ss_slice reply);

/* None is going to come. Nothing where one has. */
void ss_roll_missed(ss_roll *roll, uint32_t server);

bool ss_roll_complete(const ss_roll *roll); /* is nobody waited for any more? */

/*
 * The end: all have acknowledged, or all have refused it with the same error: a server's own reply. Else an error: its code that of the
 * first server that has not acknowledged (busy: it did not answer), its message which ones have not. *reply is
 * borrowed: from the roll or `out`. Whoever has not answered counts as missed.
 */
void ss_roll_end(ss_roll *roll, const char *const *endpoints, uint32_t msgid, ss_buffer *out, ss_slice *reply);

#endif
