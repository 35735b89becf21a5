/*
 * rules.h: may this product be shown in this answer? Asked while products are selected, so that a removed one is
 * replaced by the next best. One thread; nothing allocates between new and free.
 */
#ifndef SS_SHELF_RULES_H
#define SS_SHELF_RULES_H

#include "shelf/catalogue.h"

/* Bits of an item's state beside SS_SHOW_…; set for the length of one answer. */
#define SS_STATE_CONTEXT  256u
#define SS_STATE_EXCLUDED 512u
#define SS_STATE_BOUGHT   1024u
#define SS_STATE_SHOWN    2048u
#define SS_STATE_SEEN     4096u /* in `items`, and may be shown all the same */

/* In the upper three bits of a state: why the item is held back. */
#define SS_STATE_WITHHELD_SHIFT 13u
#define SS_STATE_WITHHELD       (7u << SS_STATE_WITHHELD_SHIFT)
typedef enum ss_withheld {
    SS_WITHHELD_NOT,
    SS_WITHHELD_DISMISSED, /* by the visitor, in this session */
    SS_WITHHELD_SHOWN,     /* too often in this session, in vain */
    SS_WITHHELD_SETTLED,   /* a durable, bought so lately that another is not wanted */
    SS_WITHHELD_COUNT
} ss_withheld;

/* What a visitor did, and no question about them changes. */
#define SS_STATE_OF_VISITOR (SS_STATE_BOUGHT | SS_STATE_WITHHELD)

typedef struct ss_rules {
    const ss_catalogue *catalogue; /* borrowed */
    bool unrestricted;             /* nothing but an item's state decides */
    uint16_t *state;               /* item numbers: SS_SHOW_… and SS_STATE_… */
    uint8_t *group_taken;          /* groups: a variant is shown or in the context */
    uint32_t *dirty, *dirty_groups;
    uint32_t group_room;
    size_t dirty_count, dirty_group_count;
    uint32_t category; /* wanted; SS_NONE: any */
    bool any_category;
    bool priced; /* there are price bounds */
    int64_t price_min, price_max, now;
    uint32_t denied;             /* bits of the rules of access that keep the visitor out */
    const ss_shelf_lists *lists; /* of the shelf; NULL: none */
    size_t max_per_category;     /* 0: any number */
    uint32_t shown_categories[SS_LIMIT_MAX];
    size_t shown_count;
    uint32_t removed[SS_REMOVED_COUNT];
} ss_rules;

/* The catalogue has not caught up with anything yet. */
ss_status ss_rules_init(ss_rules *rules, const ss_catalogue *catalogue, ss_error *error);
void ss_rules_release(ss_rules *rules);

/* Between two answers, when the catalogue has caught up: an item's bits of SS_SHOW_…; room for its groups
 * (SS_E_NOMEM). */
void ss_rules_change(ss_rules *rules, uint32_t item, uint8_t show);
ss_status ss_rules_make_room(ss_rules *rules, ss_error *error);

/* Forgets the last answer, but for SS_STATE_OF_VISITOR if they stand, and takes the request's filter, dates and
 * exclusions; `denied` is 0, to be set. */
void ss_rules_begin(ss_rules *rules, const ss_request *request, bool visitor_stands);

/*
 * Takes what the shelf itself asks of products: its lists, price bounds, most of a category. Prices relative to another
 * are held against that of `item`; SS_NONE or one without price: not at all. To be called before anything is admitted.
 */
void ss_rules_restrict(ss_rules *rules, const ss_shelf *shelf, uint32_t item);

/*
 * Gives an item a state; SS_STATE_CONTEXT and SS_STATE_SHOWN take its variant group too. Items out of range are
 * ignored.
 */
void ss_rules_mark(ss_rules *rules, uint32_t item, unsigned state);

/* Holds an item back, for the first reason that is given. Items out of range are ignored. */
void ss_rules_withhold(ss_rules *rules, uint32_t item, ss_withheld why);

/*
 * True: it may be shown. False: counted in `removed` under the first rule that forbids it (one already shown is not
 * counted).
 */
bool ss_rules_admit(ss_rules *rules, uint32_t item);

#endif
