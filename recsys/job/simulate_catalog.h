/*
 * simulate_catalog.h: the simulated shop's assortment in memory: what exists, what it costs, how popular it is, what
 * goes with it. Made from a seed alone; read-only afterwards and safe to read from any thread. Memory: about 90 bytes
 * an item.
 */
#ifndef SS_JOB_SIMULATE_CATALOG_H
#define SS_JOB_SIMULATE_CATALOG_H

#include "base/buffer.h"
#include "job/alias.h"
#include "job/simulate_shop.h"
#include <stdbool.h>

#define SS_SIM_PARTNERS_MAX 4u /* complements of one item; the shop's edges keep within it */
#define SS_SIM_STYLES       5u /* kinds of taste: each brand has one */
#define SS_SIM_VARIANTS_MAX 8u
#define SS_SIM_RIVALS       2u /* planted substitutes of a product: the next ones of its type, round the circle */

/* How a product's sales run over the log. */
typedef enum ss_sim_life {
    SS_SIM_STEADY,
    SS_SIM_RISING,  /* hardly sold before its turn, in demand after it */
    SS_SIM_FALLING, /* the other way round */
    SS_SIM_NEW,     /* available from its turn on */
    SS_SIM_GONE,    /* available until its turn */
    SS_SIM_SOON     /* available only after the log's end */
} ss_sim_life;

typedef struct ss_sim_partner {
    uint32_t item;
    uint16_t chance; /* of 65536, that a basket with the owner takes it too; 0 ends the list */
    bool follows;    /* some days later instead */
} ss_sim_partner;

/* One cache line: all that a sale looks at. */
typedef struct ss_sim_item {
    char id[12]; /* not terminated */
    uint8_t id_size, variant, life;
    uint32_t price; /* cents */
    uint32_t group;
    uint16_t type;     /* number in ss_shop_types */
    uint16_t interval; /* consumables: days until it is bought again; else 0 */
    int16_t turn;      /* day of the log at which its life changes */
    uint16_t durable;  /* durables: 1 + number of the type among the durable types; else 0 */
    ss_sim_partner partners[SS_SIM_PARTNERS_MAX];
} ss_sim_item;
_Static_assert(sizeof(ss_sim_item) == 64, "an item is one cache line");

/* One product in its variants: items first .. first + variants. */
typedef struct ss_sim_group {
    uint32_t first;
    uint32_t ordinal; /* among the groups of its type: makes its name */
    uint16_t type;
    uint8_t variants;
    uint8_t style; /* its brand's */
} ss_sim_group;

typedef struct ss_sim_type {
    uint32_t first_item, item_count; /* one type's items, and its groups, stand together */
    uint32_t first_group, group_count;
    uint16_t category;                        /* number in ss_shop_categories */
    uint8_t brands, features, sizes, colours; /* lengths of its lists; 1 where there is none */
    uint32_t style_first[SS_SIM_STYLES + 1];  /* its items are sorted by style: where each style begins */
    float style_weight[SS_SIM_STYLES];        /* popularity of all items of a style */
} ss_sim_type;

typedef struct ss_sim_catalog {
    ss_sim_item *items;
    ss_sim_group *groups;
    ss_sim_type *types; /* ss_shop_type_count; those the shop is too small for are empty */
    ss_alias *draws; /* item_count: per type and style, which of its items (from the first of the style on) is bought */
    uint32_t item_count, group_count;
    uint16_t durable_types;
    uint8_t ranges; /* length of ss_shop_ranges */
    int64_t start;  /* first day of the log, microseconds UTC */
    int32_t days;
    uint64_t seed;
} ss_sim_catalog;

/* items: 10 .. 5,000,000. Caller owns what is in *catalog and releases it. Errors: SS_E_NOMEM. */
ss_status ss_sim_catalog_make(uint32_t items, int64_t start, int32_t days, uint64_t seed, ss_sim_catalog *catalog,
                              ss_error *error);
void ss_sim_catalog_release(ss_sim_catalog *catalog); /* a zeroed one is fine */

/* How eagerly an item is bought on a day, 0 (not available) to 1. */
double ss_sim_item_demand(const ss_sim_item *item, int32_t day);

/* The product `steps` further in the circle of its type; itself where that leads once round. */
uint32_t ss_sim_group_rival(const ss_sim_catalog *catalog, uint32_t group, uint32_t steps);

/* "Old Quay Ethiopia Sidamo Coffee Beans, 250 g", into an emptied buffer. Errors: SS_E_NOMEM. */
ss_status ss_sim_item_name(const ss_sim_catalog *catalog, uint32_t item, ss_buffer *name);

uint32_t ss_sim_item_cost(const ss_sim_catalog *catalog, uint32_t item);  /* cents, below the price */
uint32_t ss_sim_item_stock(const ss_sim_catalog *catalog, uint32_t item); /* pieces; a few are 0 */
int64_t ss_sim_item_from(const ss_sim_catalog *catalog, uint32_t item);   /* available from, or SS_NO_TIME */
int64_t ss_sim_item_until(const ss_sim_catalog *catalog, uint32_t item);  /* available until, or SS_NO_TIME */

#endif
