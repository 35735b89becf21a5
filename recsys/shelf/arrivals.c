#include "shelf/arrivals.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void ss_arrivals_release(ss_arrivals *arrivals)
{
    free(arrivals->list);
    *arrivals = (ss_arrivals){0};
}

ss_status ss_arrivals_reserve(ss_arrivals *arrivals, size_t more)
{
    size_t need = arrivals->count + more;
    if (need <= arrivals->room || ss_array_grow(&arrivals->list, &arrivals->room, need, sizeof *arrivals->list))
        return SS_OK;
    return SS_E_NOMEM;
}

void ss_arrivals_push(ss_arrivals *arrivals, ss_arrival arrival)
{
    assert(arrivals->count < arrivals->room);
    arrivals->list[arrivals->count++] = arrival;
}

static int compare(const void *left, const void *right)
{
    const ss_arrival *a = left, *b = right;
    return ss_arrival_before(*a, *b) ? -1 : ss_arrival_before(*b, *a);
}

void ss_arrivals_sort(ss_arrivals *arrivals)
{
    if (arrivals->count > 1)
        qsort(arrivals->list, arrivals->count, sizeof *arrivals->list, compare);
}

size_t ss_arrivals_find(const ss_arrivals *arrivals, ss_arrival arrival)
{
    size_t low = 0, high = arrivals->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ss_arrival_before(arrivals->list[middle], arrival))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ss_arrivals_insert(ss_arrivals *arrivals, ss_arrival arrival)
{
    assert(arrivals->count < arrivals->room);
    ss_arrival *at = arrivals->list + ss_arrivals_find(arrivals, arrival);
    memmove(at + 1, at, (size_t)(arrivals->list + arrivals->count - at) * sizeof *at);
    *at = arrival;
    arrivals->count++;
}

void ss_arrivals_remove(ss_arrivals *arrivals, ss_arrival arrival)
{
    ss_arrival *at = arrivals->list + ss_arrivals_find(arrivals, arrival);
    arrivals->count--;
    memmove(at, at + 1, (size_t)(arrivals->list + arrivals->count - at) * sizeof *at);
}
