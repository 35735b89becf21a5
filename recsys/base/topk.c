#include "base/topk.h"

static void swap(ss_scored *a, ss_scored *b)
{
    ss_scored kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_up(ss_scored *heap, size_t at)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!ss_scored_before(heap[parent], heap[at]))
            return;
        swap(&heap[parent], &heap[at]);
        at = parent;
    }
}

static void sift_down(ss_scored *heap, size_t count, size_t at)
{
    for (;;) {
        size_t worst = at, left = 2 * at + 1, right = left + 1;
        if (left < count && ss_scored_before(heap[worst], heap[left]))
            worst = left;
        if (right < count && ss_scored_before(heap[worst], heap[right]))
            worst = right;
        if (worst == at)
            return;
        swap(&heap[worst], &heap[at]);
        at = worst;
    }
}

void ss_topk_push(ss_topk *top, ss_scored entry)
{
    if (!ss_topk_admits(top, entry))
        return;
    if (top->count < top->limit) {
        top->heap[top->count] = entry;
        sift_up(top->heap, top->count++);
        return;
    }
    top->heap[0] = entry;
    sift_down(top->heap, top->count, 0);
}

void ss_topk_sort(ss_topk *top)
{
    for (size_t left = top->count; left > 1; left--) {
        swap(&top->heap[0], &top->heap[left - 1]);
        sift_down(top->heap, left - 1, 0);
    }
}
