/*
 * reserved.h: early or exclusive access: products that for a time only visitors of some segments may see; the list
 * `access` of a configuration file, as it is written:
 *
 *     access:
 *     - {items: [ID, …], categories: [NAME, …], segments: [loyal, referral], from: 2026-11-01, until: 2026-12-01}
 *
 * From `from` until just before `until` (each may be missing; days begin at midnight UTC, other times are given whole)
 * the products named, and those of the categories named as they are by then, are shown on any shelf and offered only to
 * visitors who are of one of the segments (audience.h). A product that several rules name must be allowed by each, so
 * that one rule can follow another: loyal customers first, then returning ones as well, then all. Where a request has no
 * time, every rule is in force.
 *
 * Not thread-safe while it is read; afterwards nothing changes, and all functions are pure.
 */
#ifndef SS_SHELF_RESERVED_H
#define SS_SHELF_RESERVED_H

#include "base/timestamp.h"
#include "models/segments.h"
#include "shelf/listed.h"

#define SS_RESERVED_RULES_MAX 32u

typedef struct ss_reserved_rule {
    ss_listed products;  /* SS_LIST_ALLOW, SS_LIST_CATEGORIES */
    uint32_t segments;   /* bits 1u << ss_segment, at least one */
    int64_t from, until; /* microseconds UTC; SS_NO_TIME: open */
    ss_mark at;
} ss_reserved_rule;

typedef struct ss_reserved { /* all zero: no rules */
    ss_reserved_rule rules[SS_RESERVED_RULES_MAX];
    unsigned count;
} ss_reserved;

/* Mistakes go to the list, each with its place. Texts are copied into `arena`. SS_E_NOMEM. */
ss_status ss_reserved_read(const ss_yaml_node *node, ss_arena *arena, ss_mistakes *mistakes, ss_reserved *reserved);
void ss_reserved_release(ss_reserved *reserved);

/* Bits 1u << rule of the rules that name a product, a category; none names an empty one. */
uint32_t ss_reserved_of_item(const ss_reserved *reserved, ss_slice item_id);
uint32_t ss_reserved_of_category(const ss_reserved *reserved, ss_slice category);

/* Bits of the rules in force at `now`; and of those among them that keep a visitor of these segments out. */
uint32_t ss_reserved_in_force(const ss_reserved *reserved, int64_t now);
uint32_t ss_reserved_denied(const ss_reserved *reserved, uint32_t in_force, uint32_t segments);

/* Warns of every id and category that a generation does not have. */
void ss_reserved_check_items(const ss_reserved *reserved, const ss_items *items, ss_mistakes *mistakes);

/* The list as it is by default, empty, with what it means. SS_E_NOMEM. */
ss_status ss_reserved_write_defaults(ss_buffer *out);

#endif
