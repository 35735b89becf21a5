#include "http/errands.h"

#include "base/memory.h"
#include "http/request_head.h"
#include "http/roll.h"
#include <stdlib.h>

#define SPARE      2u /* places for each errand: so the next free one is near, and what ended stays known for long */
#define KEPT_BYTES (2u << 10) /* of a message's memory */

struct ss_errands {
    ss_errand *places; /* an errand is at its number & mask */
    uint64_t *tickets; /* of those under way; for searching */
    uint32_t mask, most, count, last;
    ss_timers *timers;
};

ss_status ss_errands_new(uint32_t most, ss_errands **errands, ss_error *error)
{
    uint32_t size = 8;
    while (size < SPARE * most)
        size *= 2;
    ss_status status = SS_E_NOMEM;
    ss_errands *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->places = ss_array_zeroed(size, sizeof *new->places);
    new->tickets = ss_array_zeroed(size, sizeof *new->tickets);
    if (!new->places || !new->tickets)
        ss_error_nomem(error);
    else
        status = ss_timers_new(size, &new->timers, error);
    new->mask = size - 1;
    new->most = most;
    for (uint32_t i = 0; new->places &&i < size; i++)
        ss_buffer_init(&new->places[i].message, SS_MESSAGE_MAX + SS_REQUEST_HEAD_MAX);
    if (status == SS_OK)
        *errands = new;
    else
        ss_errands_free(&new);
    return status;
}

void ss_errands_free(ss_errands **errands)
{
    ss_errands *old = *errands;
    *errands = NULL;
    if (!old)
        return;
    for (uint32_t i = 0; old->places && i <= old->mask; i++) {
        ss_roll_free(&old->places[i].roll);
        ss_buffer_release(&old->places[i].message);
    }
    free(old->places);
    free(old->tickets);
    ss_timers_free(&old->timers);
    free(old);
}

static uint32_t place_of(const ss_errands *errands, const ss_errand *errand)
{
    return (uint32_t)(errand - errands->places);
}

uint32_t ss_errands_msgid(ss_errands *errands)
{
    do
        errands->last++;
    while (errands->last == 0 || errands->places[errands->last & errands->mask].active);
    return errands->last;
}

ss_errand *ss_errands_begin(ss_errands *errands, uint64_t ticket)
{
    if (errands->count == errands->most)
        return NULL;
    uint32_t number = ss_errands_msgid(errands);
    ss_errand *errand = &errands->places[number & errands->mask];
    *errand = (ss_errand){
        .ticket = ticket, .number = number, .active = true, .awaited = errand->awaited, .message = errand->message};
    ss_buffer_clear(&errand->message);
    errands->tickets[place_of(errands, errand)] = ticket;
    errands->count++;
    return errand;
}

void ss_errands_end(ss_errands *errands, ss_errand *errand)
{
    errand->active = false;
    errands->count--;
    ss_timers_set(errands->timers, place_of(errands, errand), SS_TIMERS_NEVER);
    ss_roll_free(&errand->roll);
    if (errand->message.capacity > KEPT_BYTES)
        ss_buffer_release(&errand->message);
}

ss_errand *ss_errands_find(ss_errands *errands, uint32_t number)
{
    ss_errand *errand = &errands->places[number & errands->mask];
    return number != 0 && errand->number == number ? errand : NULL;
}

ss_errand *ss_errands_of(ss_errands *errands, uint64_t ticket)
{
    for (uint32_t i = 0; i <= errands->mask; i++)
        if (errands->tickets[i] == ticket && errands->places[i].active && !errands->places[i].orphan)
            return &errands->places[i];
    return NULL;
}

ss_errand *ss_errands_at(ss_errands *errands, uint32_t place)
{
    return place <= errands->mask ? &errands->places[place] : NULL;
}

uint32_t ss_errands_count(const ss_errands *errands)
{
    return errands->count;
}

void ss_errands_wake(ss_errands *errands, const ss_errand *errand, int64_t due)
{
    ss_timers_set(errands->timers, place_of(errands, errand), due);
}

ss_errand *ss_errands_due(ss_errands *errands, int64_t now)
{
    uint32_t place = ss_timers_take(errands->timers, now);
    return place == SS_TIMERS_NONE ? NULL : &errands->places[place];
}

int64_t ss_errands_first(const ss_errands *errands)
{
    return ss_timers_first(errands->timers);
}
