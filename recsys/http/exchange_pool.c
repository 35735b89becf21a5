#include "http/exchange_room.h"

#include <stdlib.h>

#define JSON_MAX (4 * SS_REPLY_MAX) /* most bytes of a reply as JSON */
#define ROOM_MAX (8 * SS_REPLY_MAX) /* for making one */
#define KEPT_MAX (64u << 10)        /* bytes of a buffer that is kept for the next request */

/* A ticket's lowest bits are the number of the request, those above are counted. */
#define NUMBER_BITS 24u
#define NUMBER_MAX  (1u << NUMBER_BITS)
_Static_assert(NUMBER_MAX > SS_CONNECTIONS_HARD(100000u), "each connection has one request in hand");

ss_status ss_exchanges_new(const ss_exchange_setting *setting, ss_exchanges **exchanges, ss_error *error)
{
    ss_exchanges *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->setting = *setting;
    new->in_hand.before = new->in_hand.after = &new->in_hand;
    ss_buffer_init(&new->json, ROOM_MAX);
    ss_status status = ss_packer_new(&new->packer, error);
    if (status == SS_OK)
        *exchanges = new;
    else
        ss_exchanges_free(&new);
    return status;
}

static void free_one(ss_exchange *one)
{
    for (unsigned i = 0; i < SS_USES; i++)
        ss_buffer_release(&one->buffers[i]);
    free(one);
}

void ss_exchanges_free(ss_exchanges **exchanges)
{
    ss_exchanges *old = *exchanges;
    *exchanges = NULL;
    if (!old)
        return;
    for (size_t i = 0; i < old->made; i++)
        free_one(old->places[i]);
    free(old->places);
    ss_packer_free(&old->packer);
    ss_buffer_release(&old->json);
    free(old);
}

static bool make_place(ss_exchanges *all)
{
    if (all->made < all->room)
        return true;
    size_t room = all->room ? 2 * all->room : 64;
    ss_exchange **places = room <= NUMBER_MAX ? realloc(all->places, room * sizeof *places) : NULL;
    if (!places)
        return false;
    all->places = places;
    all->room = room;
    return true;
}

static ss_exchange *new_exchange(ss_exchanges *all)
{
    static const size_t ceilings[SS_USES] = {
        [SS_USE_URI] = SS_HTTP_HEAD_MAX,   [SS_USE_BODY] = SS_MESSAGE_MAX, [SS_USE_PARAMS] = SS_MESSAGE_MAX,
        [SS_USE_ASKED] = SS_MESSAGE_MAX,   [SS_USE_RESULT] = SS_REPLY_MAX, [SS_USE_REPLY] = JSON_MAX,
        [SS_USE_PACKED] = JSON_MAX + 65536};
    ss_exchange *new = make_place(all) ? calloc(1, sizeof *new) : NULL;
    if (!new)
        return NULL;
    new->all = all;
    new->number = all->made;
    all->places[all->made++] = new;
    for (unsigned i = 0; i < SS_USES; i++)
        ss_buffer_init(&new->buffers[i], ceilings[i]);
    return new;
}

ss_exchange *ss_exchange_take(ss_exchanges *all)
{
    ss_exchange *one = all->free ? all->free : new_exchange(all);
    if (!one)
        return NULL;
    if (one == all->free)
        all->free = one->after;
    one->after = &all->in_hand;
    one->before = all->in_hand.before;
    one->before->after = one;
    all->in_hand.before = one;
    all->count++;
    return one;
}

void ss_exchange_hold(ss_exchange *one, size_t more)
{
    one->held += more;
    one->all->held += more;
}

void ss_exchange_give_back(ss_exchange *one)
{
    ss_exchanges *all = one->all;
    one->before->after = one->after;
    one->after->before = one->before;
    for (unsigned i = 0; i < SS_USES; i++)
        if (one->buffers[i].capacity > KEPT_MAX)
            ss_buffer_release(&one->buffers[i]);
    all->held -= one->held;
    all->count--;
    one->stage = SS_STAGE_SENT; /* whatever it waited for comes too late */
    one->after = all->free;
    all->free = one;
}

uint64_t ss_exchange_ticket(ss_exchange *one)
{
    one->ticket = ++one->all->tickets << NUMBER_BITS | one->number;
    return one->ticket;
}

ss_exchange *ss_exchange_of(const ss_exchanges *all, uint64_t ticket)
{
    size_t number = ticket & (NUMBER_MAX - 1);
    ss_exchange *one = number < all->made ? all->places[number] : NULL;
    return one && one->ticket == ticket && one->stage == SS_STAGE_WAITING ? one : NULL;
}

size_t ss_exchanges_count(const ss_exchanges *exchanges)
{
    return exchanges->count;
}
