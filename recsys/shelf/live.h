/*
 * live.h: what answers know beside their generation: what the shop changed and what visitors did since it was made.
 * Held by the server, shared by all answerers, and the same across swaps of generations.
 */
#ifndef SS_SHELF_LIVE_H
#define SS_SHELF_LIVE_H

struct ss_live_items;
struct ss_visitors;

typedef struct ss_live { /* either may be NULL: nothing is known; borrowed */
    struct ss_live_items *items;
    struct ss_visitors *visitors; /* state/visitors.h */
} ss_live;

#endif
