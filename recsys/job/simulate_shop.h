/*
 * simulate_shop.h: the vocabulary of the simulated shop: a house, kitchen and garden store. Constant tables only: pure,
 * safe from any thread. Every brand is invented.
 *
 * A *type* is a need ("Coffee Grinder"): two products of one type are substitutes, their colours and sizes are
 * variants, and *edges* between types say what is bought together (or, for a durable, afterwards).
 */
#ifndef SS_JOB_SIMULATE_SHOP_H
#define SS_JOB_SIMULATE_SHOP_H

#include "base/slice.h"
#include <stddef.h>
#include <stdint.h>

#define SS_SHOP_DAYS_OF_YEAR 366u

typedef enum ss_shop_kind {
    SS_SHOP_ORDINARY,   /* bought whenever it pleases */
    SS_SHOP_DURABLE,    /* one of the type is enough for a customer */
    SS_SHOP_CONSUMABLE, /* used up: bought again after its interval */
} ss_shop_kind;

typedef enum ss_shop_season {
    SS_SHOP_ALL_YEAR,
    SS_SHOP_SPRING,
    SS_SHOP_SUMMER,
    SS_SHOP_AUTUMN,
    SS_SHOP_WINTER,
    SS_SHOP_EASTER,
    SS_SHOP_CHRISTMAS,
    SS_SHOP_SEASON_COUNT
} ss_shop_season;

typedef struct ss_shop_category {
    const char *name;   /* "Coffee" */
    const char *code;   /* the two letters its item ids begin with */
    const char *brands; /* lists are texts with '|' between the entries */
} ss_shop_category;

typedef struct ss_shop_type {
    const char *category;
    const char *name; /* unique */
    ss_shop_kind kind;
    uint16_t interval; /* days until the smallest size is used up; 0 unless consumable */
    ss_shop_season season;
    float weight;         /* how often it is bought, relative to the other types */
    uint32_t low, high;   /* price of the smallest size in cents */
    const char *features; /* materials, flavours, sorts; stand before the name */
    const char *sizes;    /* ascending; "" for none */
    const char *colours;  /* "" for none */
} ss_shop_type;

typedef struct ss_shop_edge {
    const char *from, *to; /* names of types */
    float probability;     /* that a basket holding a `from` takes its partner too */
    int follows;           /* 1: not in the same basket but some days later (`from` durable, `to` consumable) */
} ss_shop_edge;

extern const ss_shop_category ss_shop_categories[];
extern const size_t ss_shop_category_count;
extern const ss_shop_type
    ss_shop_types[]; /* those of one category stand together; the first are enough for the smallest shop */
extern const size_t ss_shop_type_count;
extern const ss_shop_edge ss_shop_edges[];
extern const size_t ss_shop_edge_count;
extern const char ss_shop_ranges[]; /* names of ranges ("Harbour"), for shops too large for brand and feature alone */

/* Number of a category or type by name; SIZE_MAX when there is none. */
size_t ss_shop_category_find(const char *name);
size_t ss_shop_type_find(const char *name);

/* Entries of a list (0 for ""), and its `index`-th entry. */
size_t ss_shop_list_count(const char *list);
ss_slice ss_shop_list_at(const char *list, size_t index);

/* Share of its yearly height at which a season's types sell on a day of the year (0 .. 365): above 0, around 1 at the
 * peak. */
double ss_shop_season_factor(ss_shop_season season, unsigned day_of_year);
const char *ss_shop_season_name(ss_shop_season season);
unsigned ss_shop_season_peak(ss_shop_season season); /* day of the year of its peak */

#endif
