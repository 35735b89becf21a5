#include "log/sort_rows.h"

#include "log/introsort.h"

/* Widest digit of the radix sort: 512 cursors of 64-byte lines fit the first cache. */
#define DIGIT_BITS 9u
/* Parts shorter than this are left to introsort, which knows the whole order. */
#define SHORT_PART 64u

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

static inline bool before_by_item(const ss_interaction *a, const ss_interaction *b)
{
    DECIDE(item);
    return before_by_time(a, b);
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
SS_DEFINE_SORT(sort_by_item, ss_interaction, before_by_item)
SS_DEFINE_SORT(sort_in_log, ss_interaction, before_in_log)
SS_DEFINE_SORT(sort_u64, uint64_t, before_u64)

void ss_rows_sort_by_time(ss_interaction *rows, size_t count)
{
    sort_by_time(rows, count);
}

void ss_rows_sort_by_basket(ss_interaction *rows, size_t count)
{
    sort_by_basket(rows, count);
}

void ss_rows_sort_by_item(ss_interaction *rows, size_t count)
{
    sort_by_item(rows, count);
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
    if (count <= SHORT_PART || left == 0) {
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
