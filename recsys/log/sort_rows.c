#include "log/sort_rows.h"

#include "log/introsort.h"

/* Widest digit of the radix sort: 512 cursors of 64-byte lines fit the first cache. */
#define DIGIT_BITS 9u
/* Parts shorter than this are left to introsort, which knows the whole order. */
#define SHORT_PART 64u
/* The rows of one group, if no more than these, are sorted by keys: their time, and their place in the lowest bits. */
#define KEYED_BITS 10u
#define KEYED_ROWS (1u << KEYED_BITS)

/* Each key either decides or hands on to the next. */
#define DECIDE(FIELD)                                                                                                  \
    do {                                                                                                               \
        if (a->FIELD != b->FIELD)                                                                                      \
            return a->FIELD < b->FIELD;                                                                                \
    } while (0)

static inline bool before_by_time(const ss_interaction *a, const ss_interaction *b)
{
    DECIDE(time);
    DECIDE(basket);
    DECIDE(item);
    DECIDE(event);
    return a->quantity < b->quantity;
}

static inline bool before_by_basket(const ss_interaction *a, const ss_interaction *b)
{
    DECIDE(basket);
    DECIDE(item);
    DECIDE(event);
    DECIDE(time);
    return a->quantity < b->quantity;
}

static inline bool before_in_log(const ss_interaction *a, const ss_interaction *b)
{
    DECIDE(customer);
    if (a->customer == SS_NONE)
        DECIDE(basket);
    return before_by_time(a, b);
}

static inline bool before_u64(const uint64_t *a, const uint64_t *b)
{
    return *a < *b;
}

SS_DEFINE_SORT(sort_by_time, ss_interaction, before_by_time)
SS_DEFINE_SORT(sort_by_basket, ss_interaction, before_by_basket)
SS_DEFINE_SORT(sort_in_log, ss_interaction, before_in_log)
SS_DEFINE_SORT(sort_u64, uint64_t, before_u64)

/*
 * Two sorted halves → one: the lesser half of the result from the front, the greater from the back, without a branch.
 */
static inline void merge_halves(const uint64_t *from, size_t half, uint64_t *to)
{
    const uint64_t *left = from, *right = from + half;
    const uint64_t *left_end = right - 1, *right_end = right + half - 1;
    for (size_t i = 0; i < half; i++) {
        uint64_t a = *left, b = *right, y = *left_end, z = *right_end;
        size_t from_left = a <= b, end_left = y > z;
        to[i] = from_left ? a : b;
        to[2 * half - 1 - i] = end_left ? y : z;
        left += from_left;
        right += 1 - from_left;
        left_end -= end_left;
        right_end -= 1 - end_left;
    }
}

static inline void order_two(uint64_t *a, uint64_t *b)
{
    uint64_t low = *a < *b ? *a : *b, high = *a < *b ? *b : *a;
    *a = low;
    *b = high;
}

/* `count`: a power of two, at least 4. The result is in one of the two arrays: which, is returned. */
static uint64_t *sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    for (size_t i = 0; i < count; i += 4) {
        order_two(&keys[i], &keys[i + 1]);
        order_two(&keys[i + 2], &keys[i + 3]);
        order_two(&keys[i], &keys[i + 2]);
        order_two(&keys[i + 1], &keys[i + 3]);
        order_two(&keys[i + 1], &keys[i + 2]);
    }
    for (size_t width = 4; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width)
            merge_halves(keys + i, width, spare + i);
        uint64_t *merged = spare;
        spare = keys;
        keys = merged;
    }
    return keys;
}

/* In place of the comparisons, half of which no processor can foresee, that sorting the rows themselves would take. */
static void sort_keyed(ss_interaction *rows, size_t count, int64_t first)
{
    uint64_t keys[KEYED_ROWS], spare[KEYED_ROWS];
    ss_interaction copy[KEYED_ROWS];
    size_t room = 4;
    while (room < count)
        room *= 2;
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint64_t)(rows[i].time - first) << KEYED_BITS | i;
    for (size_t i = count; i < room; i++)
        keys[i] = UINT64_MAX;
    const uint64_t *sorted = sort_keys(keys, spare, room);
    memcpy(copy, rows, count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = copy[sorted[i] & (KEYED_ROWS - 1)];
}

/* Rows in order of time: those of one moment are put in order among themselves. */
static void sort_moments(ss_interaction *rows, size_t count)
{
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && rows[end].time == rows[start].time;)
            end++;
        if (end - start > 1)
            sort_by_time(rows + start, end - start);
    }
}

void ss_rows_sort_by_time(ss_interaction *rows, size_t count)
{
    if (count <= SS_SORT_SHORT || count > KEYED_ROWS) {
        sort_by_time(rows, count);
        return;
    }
    int64_t first = rows[0].time, last = first;
    for (size_t i = 1; i < count; i++) {
        first = rows[i].time < first ? rows[i].time : first;
        last = rows[i].time > last ? rows[i].time : last;
    }
    if ((uint64_t)(last - first) >> (63 - KEYED_BITS) == 0) {
        sort_keyed(rows, count, first);
        sort_moments(rows, count);
    } else {
        sort_by_time(rows, count);
    }
}

void ss_rows_sort_by_basket(ss_interaction *rows, size_t count)
{
    sort_by_basket(rows, count);
}

void ss_sort_u64(uint64_t *keys, size_t count)
{
    sort_u64(keys, count);
}

size_t ss_rows_group_end(const ss_interaction *rows, size_t count, size_t start)
{
    size_t end = start;
    while (end < count && ss_rows_same_group(&rows[start], &rows[end]))
        end++;
    return end;
}

/* The number of a row's group: customers first, then the baskets of rows without one. */
typedef struct group_key {
    uint64_t customers; /* customer numbers are below */
    unsigned shift, bits;
} group_key;

static inline size_t digit_of(const ss_interaction *row, group_key key)
{
    uint64_t group = row->customer != SS_NONE ? row->customer : key.customers + row->basket;
    return (group >> key.shift) & ((1u << key.bits) - 1);
}

/* Each row is carried to the part it belongs to, and what lies there is carried on, until the circle closes. */
static void permute(ss_interaction *rows, size_t *heads, const size_t *ends, group_key key)
{
    for (size_t part = 0; part < (size_t)1 << key.bits; part++) {
        while (heads[part] < ends[part]) {
            ss_interaction carried = rows[heads[part]];
            for (size_t to; (to = digit_of(&carried, key)) != part;) {
                ss_interaction *place = &rows[heads[to]++];
                __builtin_prefetch(place + 4, 1);
                ss_interaction found = *place;
                *place = carried;
                carried = found;
            }
            rows[heads[part]++] = carried;
        }
    }
}

static bool is_sorted(const ss_interaction *rows, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (before_in_log(&rows[i], &rows[i - 1]))
            return false;
    return true;
}

/* `left`: bits of the group number that are still to be sorted by, all above them being equal. */
static void radix_sort(ss_interaction *rows, size_t count, uint64_t customers, unsigned left)
{
    if (left == 0) {
        ss_rows_sort_by_time(rows, count);
        return;
    }
    if (count <= SHORT_PART) {
        sort_in_log(rows, count);
        return;
    }
    unsigned levels = (left + DIGIT_BITS - 1) / DIGIT_BITS, bits = (left + levels - 1) / levels;
    group_key key = {customers, left - bits, bits};
    size_t heads[1u << DIGIT_BITS] = {0}, ends[1u << DIGIT_BITS];
    for (size_t i = 0; i < count; i++)
        heads[digit_of(&rows[i], key)]++;
    size_t end = 0;
    for (size_t part = 0; part < (size_t)1 << bits; part++) {
        size_t size = heads[part];
        heads[part] = end;
        ends[part] = end += size;
    }
    permute(rows, heads, ends, key);
    for (size_t part = 0, start = 0; part < (size_t)1 << bits; start = ends[part++])
        radix_sort(rows + start, ends[part] - start, customers, left - bits);
}

void ss_rows_sort(ss_interaction *rows, size_t count)
{
    if (is_sorted(rows, count))
        return;
    uint64_t customers = 0, baskets = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].customer != SS_NONE && rows[i].customer >= customers)
            customers = (uint64_t)rows[i].customer + 1;
        else if (rows[i].customer == SS_NONE && rows[i].basket >= baskets)
            baskets = (uint64_t)rows[i].basket + 1;
    }
    unsigned bits = 0;
    while (bits < 63 && (customers + baskets) >> bits)
        bits++;
    radix_sort(rows, count, customers, bits);
}
