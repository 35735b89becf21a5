/*
 * peers.h: the gateway's servers together: which of them an errand goes to next, and which have it. Belongs to the thread
 * that uses it.
 */
#ifndef SS_HTTP_PEERS_H
#define SS_HTTP_PEERS_H

#include "http/errands.h"
#include "http/peer.h"

#define SS_PEERS_NOBODY UINT32_MAX

typedef struct ss_peers {
    ss_peer all[SS_HOMES_MAX];
    uint32_t count;
    uint32_t turn; /* who is looked at first, so that equals take turns */
} ss_peers;

/* ---- sending ---- */

/* Sends the errand to that server, once more if it has it already, and notes it in both. False: it could not be sent. */
bool ss_peers_send(ss_peers *peers, uint32_t number, ss_errand *errand, int64_t now);

/* When no server is fit: to those that are not, in the order in which they were last heard, the latest first. False: to none. */
bool ss_peers_send_least_bad(ss_peers *peers, ss_errand *errand, int64_t now);

/* That server has answered the errand, or will not, of those that it may still answer. */
void ss_peers_settle(ss_peers *peers, uint32_t number, ss_errand *errand);
void ss_peers_settle_all(ss_peers *peers, ss_errand *errand); /* nobody is going to answer it */

/* ---- choosing ---- */

/*
 * Whom a read that is still under way is sent to next, of those that it was not sent to: home, if it has one that may be asked
 * (ss_peer_may_be_asked); else of those that may, the one with the fewest requests outstanding. When nobody is fit who has it
 * already, then likewise of those that are fit (ss_peer_is_fit). SS_PEERS_NOBODY: there is none.
 */
uint32_t ss_peers_choose(ss_peers *peers, const ss_errand *errand);

#endif
