#include "server/offers_swap.h"

#include <stdlib.h>

void ss_offers_swap_init(ss_offers_swap *swap)
{
    atomic_init(&swap->offered, NULL);
    atomic_init(&swap->taken, NULL);
}

void ss_offers_swap_release(ss_offers_swap *swap)
{
    ss_offers_next *offered = atomic_exchange(&swap->offered, NULL), *taken = atomic_exchange(&swap->taken, NULL);
    ss_offers_next_free(&offered);
    ss_offers_next_free(&taken);
}

void ss_offers_next_free(ss_offers_next **next)
{
    ss_offers_next *old = *next;
    *next = NULL;
    if (!old)
        return;
    ss_answerer_free(&old->answerer);
    ss_policy_release(&old->policy);
    free(old);
}

ss_status ss_offers_next_new(ss_answerer *answerer, ss_policy *policy, ss_offers_next **next, ss_error *error)
{
    ss_offers_next *made = malloc(sizeof *made);
    if (!made) {
        ss_answerer_free(&answerer);
        return ss_error_nomem(error);
    }
    *made = (ss_offers_next){answerer, ss_policy_retain(policy)};
    *next = made;
    return SS_OK;
}

void ss_offers_swap_offer(ss_offers_swap *swap, ss_offers_next *next)
{
    atomic_store(&swap->offered, next);
}

ss_offers_next *ss_offers_swap_collect(ss_offers_swap *swap)
{
    return atomic_exchange(&swap->taken, NULL);
}

ss_offers_next *ss_offers_swap_offered(ss_offers_swap *swap)
{
    if (!atomic_load_explicit(&swap->offered, memory_order_relaxed))
        return NULL;
    return atomic_exchange(&swap->offered, NULL);
}

void ss_offers_swap_give_back(ss_offers_swap *swap, ss_offers_next *old)
{
    atomic_store(&swap->taken, old);
}
