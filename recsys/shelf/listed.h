/*
 * listed.h: what a configuration file lists for one shelf, as it is written: products and categories that may or may
 * not be shown, products with a place of their own, boosts. Ids and names are the shop's; what a generation makes of
 * them is shelf_lists.h.
 *
 *     allow: [ID, …]                 only these products (an empty list: any)
 *     deny: [ID, …]                  never these
 *     categories: [NAME, …]          only products of these categories (an empty list: any)
 *     not-categories: [NAME, …]      never products of these
 *     pins: [{item: ID, position: N}, …]
 *     boosts: [{item: ID, factor: X}, {category: NAME, factor: X}, …]
 *
 * A campaign of offers has categories, not-categories and, read in the same way:
 *
 *     liked-categories: [NAME, …]    only visitors who buy most of one of these (an empty list: anybody)
 *
 * Not thread-safe while it is read; afterwards nothing changes.
 */
#ifndef SS_SHELF_LISTED_H
#define SS_SHELF_LISTED_H

#include "base/settings.h"
#include "shelf/shelf.h"
#include "store/items.h"

#define SS_LISTED_MAX 100000u /* texts of one list */
#define SS_PINS_MAX   100u
#define SS_BOOSTS_MAX 1000u

typedef struct ss_listed_text {
    ss_slice text; /* 1 to SS_ID_MAX bytes */
    ss_mark at;
} ss_listed_text;

typedef struct ss_listed_texts { /* by their bytes, each once */
    ss_listed_text *list;
    size_t count, capacity;
} ss_listed_texts;

typedef struct ss_listed_pin { /* by position, each position and item once */
    ss_listed_text item;
    int64_t position; /* from 1 */
} ss_listed_pin;

typedef struct ss_listed_boost {
    ss_listed_text item, category; /* one of them; the other is empty */
    double factor;                 /* of the score */
} ss_listed_boost;

typedef enum ss_list_kind {
    SS_LIST_ALLOW,
    SS_LIST_DENY,
    SS_LIST_CATEGORIES,
    SS_LIST_NOT_CATEGORIES,
    SS_LIST_LIKED_CATEGORIES,
    SS_LIST_COUNT
} ss_list_kind;
const char *ss_list_name(ss_list_kind kind);

typedef struct ss_listed {
    ss_listed_texts texts[SS_LIST_COUNT];
    ss_listed_pin *pins;
    ss_listed_boost *boosts;
    size_t pin_count, pin_capacity, boost_count, boost_capacity;
} ss_listed;

void ss_listed_release(ss_listed *listed);

/* Each reads the node behind its key; mistakes go to the list. Texts are copied into `arena`. SS_E_NOMEM. */
ss_status ss_listed_read_texts(ss_listed *listed, ss_list_kind kind, const ss_yaml_node *node, const char *path,
                               ss_arena *arena, ss_mistakes *mistakes);
ss_status ss_listed_read_pins(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                              ss_mistakes *mistakes);
ss_status ss_listed_read_boosts(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                                ss_mistakes *mistakes);

const ss_listed_text *ss_listed_find(const ss_listed_texts *texts, ss_slice text); /* or NULL */

/* Does `only` list something but not the text, or `never` list the text? */
bool ss_listed_deny(const ss_listed *listed, ss_list_kind only, ss_list_kind never, ss_slice text);

/* What contradicts itself within the lists of one shelf (`path`) and its options. */
void ss_listed_check(const ss_listed *listed, const ss_shelf *shelf, const char *path, ss_mistakes *mistakes);

/* Warns of every id and category that a generation does not have. */
void ss_listed_check_items(const ss_listed *listed, const ss_items *items, const char *path, ss_mistakes *mistakes);

#endif
