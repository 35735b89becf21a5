/*
 * introsort.h: a sort for one element type and one order, written out by the compiler: quicksort with the median of
 * three, insertion sort for short parts, heapsort where quicksort goes astray (Musser 1997). Private to this floor.
 *
 * SS_DEFINE_SORT(NAME, TYPE, BEFORE) defines `static void NAME(TYPE *a, size_t count)`; BEFORE(x, y) takes two
 * `const TYPE *` and says whether *x stands before *y: a strict weak order.
 */
#ifndef SS_LOG_INTROSORT_H
#define SS_LOG_INTROSORT_H

#include <stddef.h>

#define SS_SORT_SHORT 24 /* parts up to this length are finished by insertion */

#define SS_DEFINE_SORT(NAME, TYPE, BEFORE)                                                                             \
    static void NAME##_insertion(TYPE *a, size_t count)                                                                \
    {                                                                                                                  \
        for (size_t i = 1; i < count; i++) {                                                                           \
            if (!BEFORE(&a[i], &a[i - 1]))                                                                             \
                continue;                                                                                              \
            TYPE moved = a[i];                                                                                         \
            size_t hole = i;                                                                                           \
            do {                                                                                                       \
                a[hole] = a[hole - 1];                                                                                 \
                hole--;                                                                                                \
            } while (hole > 0 && BEFORE(&moved, &a[hole - 1]));                                                        \
            a[hole] = moved;                                                                                           \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static void NAME##_sift(TYPE *a, size_t root, size_t count)                                                        \
    {                                                                                                                  \
        TYPE moved = a[root];                                                                                          \
        for (size_t child; (child = 2 * root + 1) < count; root = child) {                                             \
            if (child + 1 < count && BEFORE(&a[child], &a[child + 1]))                                                 \
                child++;                                                                                               \
            if (!BEFORE(&moved, &a[child]))                                                                            \
                break;                                                                                                 \
            a[root] = a[child];                                                                                        \
        }                                                                                                              \
        a[root] = moved;                                                                                               \
    }                                                                                                                  \
                                                                                                                       \
    static void NAME##_heap(TYPE *a, size_t count)                                                                     \
    {                                                                                                                  \
        for (size_t i = count / 2; i-- > 0;)                                                                           \
            NAME##_sift(a, i, count);                                                                                  \
        for (size_t end = count; end-- > 1;) {                                                                         \
            TYPE top = a[0];                                                                                           \
            a[0] = a[end];                                                                                             \
            a[end] = top;                                                                                              \
            NAME##_sift(a, 0, end);                                                                                    \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static TYPE NAME##_median(const TYPE *a, size_t count)                                                             \
    {                                                                                                                  \
        const TYPE *x = &a[0], *y = &a[count / 2], *z = &a[count - 1];                                                 \
        if (BEFORE(y, x)) {                                                                                            \
            const TYPE *swapped = x;                                                                                   \
            x = y;                                                                                                     \
            y = swapped;                                                                                               \
        }                                                                                                              \
        return BEFORE(z, x) ? *x : BEFORE(z, y) ? *z : *y;                                                             \
    }                                                                                                                  \
                                                                                                                       \
    /* Hoare's split: a[0 .. result) holds nothing after the pivot, the rest nothing before it; neither is empty. */   \
    static size_t NAME##_split(TYPE *a, size_t count)                                                                  \
    {                                                                                                                  \
        TYPE pivot = NAME##_median(a, count);                                                                          \
        size_t low = 0, high = count - 1;                                                                              \
        for (;;) {                                                                                                     \
            while (BEFORE(&a[low], &pivot))                                                                            \
                low++;                                                                                                 \
            while (BEFORE(&pivot, &a[high]))                                                                           \
                high--;                                                                                                \
            if (low >= high)                                                                                           \
                return low > high ? low : low + (low == 0);                                                            \
            TYPE swapped = a[low];                                                                                     \
            a[low++] = a[high];                                                                                        \
            a[high--] = swapped;                                                                                       \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static void NAME##_depth(TYPE *a, size_t count, unsigned depth)                                                    \
    {                                                                                                                  \
        while (count > SS_SORT_SHORT) {                                                                                \
            if (depth-- == 0) {                                                                                        \
                NAME##_heap(a, count);                                                                                 \
                return;                                                                                                \
            }                                                                                                          \
            size_t middle = NAME##_split(a, count);                                                                    \
            if (middle < count - middle) {                                                                             \
                NAME##_depth(a, middle, depth);                                                                        \
                a += middle;                                                                                           \
                count -= middle;                                                                                       \
            } else {                                                                                                   \
                NAME##_depth(a + middle, count - middle, depth);                                                       \
                count = middle;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        NAME##_insertion(a, count);                                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    static void NAME(TYPE *a, size_t count)                                                                            \
    {                                                                                                                  \
        unsigned depth = 2;                                                                                            \
        for (size_t left = count; left > 1; left /= 2)                                                                 \
            depth += 2;                                                                                                \
        NAME##_depth(a, count, depth);                                                                                 \
    }

#endif
