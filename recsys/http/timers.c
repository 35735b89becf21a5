#include "http/timers.h"

#include "base/memory.h"
#include <stdlib.h>

struct ss_timers {
    int64_t *due;    /* of each number */
    uint32_t *place; /* of each number in the heap; SS_TIMERS_NONE: not there */
    uint32_t *heap;  /* numbers; none is due before the one above it */
    uint32_t size;
};

ss_status ss_timers_new(uint32_t count, ss_timers **timers, ss_error *error)
{
    ss_timers *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->due = ss_array_new(count, sizeof *new->due);
    new->place = ss_array_new(count, sizeof *new->place);
    new->heap = ss_array_new(count, sizeof *new->heap);
    if (!new->due || !new->place || !new->heap) {
        ss_timers_free(&new);
        return ss_error_nomem(error);
    }
    for (uint32_t i = 0; i < count; i++)
        new->place[i] = SS_TIMERS_NONE;
    *timers = new;
    return SS_OK;
}

void ss_timers_free(ss_timers **timers)
{
    ss_timers *old = *timers;
    *timers = NULL;
    if (!old)
        return;
    free(old->due);
    free(old->place);
    free(old->heap);
    free(old);
}

static void put(ss_timers *timers, uint32_t place, uint32_t number)
{
    timers->heap[place] = number;
    timers->place[number] = place;
}

static void rise(ss_timers *timers, uint32_t place, uint32_t number)
{
    for (; place > 0; place = (place - 1) / 2) {
        uint32_t above = timers->heap[(place - 1) / 2];
        if (timers->due[above] <= timers->due[number])
            break;
        put(timers, place, above);
    }
    put(timers, place, number);
}

static void sink(ss_timers *timers, uint32_t place, uint32_t number)
{
    for (uint32_t below = 2 * place + 1; below < timers->size; below = 2 * place + 1) {
        if (below + 1 < timers->size && timers->due[timers->heap[below + 1]] < timers->due[timers->heap[below]])
            below++;
        if (timers->due[number] <= timers->due[timers->heap[below]])
            break;
        put(timers, place, timers->heap[below]);
        place = below;
    }
    put(timers, place, number);
}

/* The last of the heap takes the place that is left. */
static void take_out(ss_timers *timers, uint32_t number)
{
    uint32_t place = timers->place[number], last = timers->heap[--timers->size];
    timers->place[number] = SS_TIMERS_NONE;
    if (last == number)
        return;
    rise(timers, place, last);
    sink(timers, timers->place[last], last);
}

void ss_timers_set(ss_timers *timers, uint32_t number, int64_t due)
{
    if (timers->place[number] != SS_TIMERS_NONE)
        take_out(timers, number);
    if (due == SS_TIMERS_NEVER)
        return;
    timers->due[number] = due;
    rise(timers, timers->size++, number);
}

int64_t ss_timers_first(const ss_timers *timers)
{
    return timers->size > 0 ? timers->due[timers->heap[0]] : SS_TIMERS_NEVER;
}

uint32_t ss_timers_take(ss_timers *timers, int64_t now)
{
    if (ss_timers_first(timers) > now || timers->size == 0)
        return SS_TIMERS_NONE;
    uint32_t number = timers->heap[0];
    take_out(timers, number);
    return number;
}
