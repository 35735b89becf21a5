/*
 * offers_book.h: the books that test_offers_property.c keeps of what an engine of offers has answered: every offer with
 * its lease, what each day and campaign has leased and redeemed, what each session and customer was shown, used and did.
 * Nothing in it comes from the engine's own tables.
 */
#ifndef SS_TESTS_OFFERS_BOOK_H
#define SS_TESTS_OFFERS_BOOK_H

#include "offers/redeem.h"
#include "offers_oracle.h"

#define BOOK_CAMPAIGNS 6u /* "c0", "c1", …: names, whatever policy gives them a meaning */
#define BOOK_ALL       BOOK_CAMPAIGNS
#define BOOK_DAYS      4000
#define BOOK_TIMES     64u

typedef enum book_state { BOOK_OPEN, BOOK_REDEEMED, BOOK_UNDONE } book_state;

/* An offer that leases something. */
typedef struct booked {
    uint64_t number, decision;
    char code[SS_CODE_TEXT];
    unsigned campaign;
    int32_t day;
    int64_t expires, list, offer, lease, cost, charged, redeemed_at;
    int kind;
    int64_t gift_cost;                                               /* when it was offered */
    int item, with;                                                  /* -1: the cart; none */
    unsigned session, customer, redeemed_session, redeemed_customer; /* 0: none */
    unsigned order;
    book_state state;
} booked;

/* The latest times of something. */
typedef struct book_times {
    int64_t times[BOOK_TIMES];
    size_t count;
} book_times;

static inline void book_time_add(book_times *of, int64_t time)
{
    if (of->count == BOOK_TIMES)
        memmove(of->times, of->times + 1, --of->count * sizeof *of->times);
    of->times[of->count++] = time;
}

static inline void book_time_remove(book_times *of, int64_t time)
{
    size_t at = 0;
    while (at < of->count && of->times[at] != time)
        at++;
    if (at == of->count)
        return;
    of->count--;
    memmove(of->times + at, of->times + at + 1, (of->count - at) * sizeof *of->times);
}

/* Within `span` before `now`. */
static inline size_t book_times_within(const book_times *of, int64_t span, int64_t now)
{
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++)
        count += now - of->times[i] < span;
    return count;
}

typedef struct book_party {
    int64_t dismissed, bought; /* 0: never */
    size_t shows;
    book_times shown, uses;
    int64_t good_until; /* the latest expiry of what it was offered with a lease */
} book_party;

typedef struct book {
    booked *offers;
    size_t count, capacity;
    size_t *open; /* places of those that may still be open */
    size_t open_count, open_capacity;
    int64_t redeemed[BOOK_CAMPAIGNS + 1], redeemed_on[BOOK_CAMPAIGNS + 1][BOOK_DAYS];
    int32_t first_day;
    book_party *parties; /* by number: sessions and customers */
    size_t party_count, party_capacity;
} book;

static inline void *book_grow(void *array, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return array;
    size_t before = *capacity;
    *capacity = need + need / 2 + 16;
    array = realloc(array, *capacity * size);
    assert_non_null(array);
    memset((char *)array + before * size, 0, (*capacity - before) * size);
    return array;
}

static inline book_party *book_party_of(book *of, unsigned number)
{
    of->parties = book_grow(of->parties, &of->party_capacity, number + 1u, sizeof *of->parties);
    of->party_count = number >= of->party_count ? number + 1u : of->party_count;
    return &of->parties[number];
}

static inline booked *book_add(book *of, const booked *offer)
{
    of->offers = book_grow(of->offers, &of->capacity, of->count + 1, sizeof *of->offers);
    of->open = book_grow(of->open, &of->open_capacity, of->open_count + 1, sizeof *of->open);
    of->open[of->open_count++] = of->count;
    of->offers[of->count] = *offer;
    return &of->offers[of->count++];
}

/* What waits or is spent of one of the budgets; SS_DAY_ALL: over all days. expired: what is only past its time, too. */
static inline int64_t book_leased(book *of, unsigned campaign, int32_t day, int64_t now, bool expired)
{
    int64_t sum = 0;
    for (size_t i = 0; i < of->open_count; i++) {
        const booked *offer = &of->offers[of->open[i]];
        if (offer->state == BOOK_OPEN && (expired || offer->expires > now) &&
            (campaign == BOOK_ALL || offer->campaign == campaign) && (day == SS_DAY_ALL || offer->day == day))
            sum += offer->lease;
    }
    return sum;
}

/* Offers that are over need not be looked at again. */
static inline void book_tidy(book *of, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < of->open_count; i++) {
        const booked *offer = &of->offers[of->open[i]];
        if (offer->state == BOOK_OPEN && offer->expires > now)
            of->open[kept++] = of->open[i];
    }
    of->open_count = kept;
}

static inline int64_t book_redeemed(const book *of, unsigned campaign, int32_t day)
{
    return day == SS_DAY_ALL ? of->redeemed[campaign] : of->redeemed_on[campaign][day - of->first_day];
}

static inline void book_spend(book *of, const booked *offer, int64_t cost)
{
    const unsigned accounts[2] = {offer->campaign, BOOK_ALL};
    assert_in_range(offer->day - of->first_day, 0, BOOK_DAYS - 1);
    for (size_t i = 0; i < 2; i++) {
        of->redeemed[accounts[i]] += cost;
        of->redeemed_on[accounts[i]][offer->day - of->first_day] += cost;
    }
}

static inline void book_release(book *of)
{
    free(of->offers);
    free(of->open);
    free(of->parties);
    *of = (book){0};
}

#endif
