/*
 * policy_form.h: the map `offers` as it is written: what each key may be, what is there by default, and the map written
 * again. policy.c makes the policy of it. Internal to this floor.
 *
 * Percentages are in percent here, money in minor units (texts where it may be "unlimited"), times in the unit that the
 * key names. One owner.
 */
#ifndef SS_OFFERS_POLICY_FORM_H
#define SS_OFFERS_POLICY_FORM_H

#include "base/settings.h"
#include "offers/policy.h"
#include "shelf/listed.h"

#define SS_POLICY_UNLIMITED "unlimited"

typedef struct ss_guards_form {
    double tax, margin_min, cart_margin_min, discount_max;
    const char *budget_per_day, *budget;
    int64_t uses_max, uses_days, shows_max, cool_dismissed_hours, cool_bought_hours;
    bool discount_reduced, stacking;
} ss_guards_form;

typedef struct ss_learning_form {
    int64_t seed, window_hours;
    bool explore;
    double strength;
} ss_learning_form;

typedef struct ss_incentive_form {
    double percent, cashback, bundle; /* one of all these is not 0 or NULL */
    int64_t amount, free_shipping, points;
    const char *gift;
    int64_t worth, value_min;
} ss_incentive_form;

typedef struct ss_campaign_form {
    bool enabled, mouse_out, back_button, price_cut;
    int64_t page, idle_seconds, priority, cart_min, lifetime_minutes, limit;
    const char *from, *until, *hours; /* NULL: open */
    const char *cart_max, *message_key, *budget_per_day, *budget;
    double holdout;
    ss_texts weekdays, segments, not_segments, incentives, variants;
    ss_listed listed; /* its categories, not-categories and liked-categories */
} ss_campaign_form;

/* What the file says of one of them. */
typedef struct ss_named_form {
    const char *name;     /* as it is known by: that of a default one, where only `_` and `-` differ */
    ss_mark at;           /* its key; line 0: the file does not name it */
    bool wrong;           /* some of its values were no such values: nothing is said of what it lacks */
    ss_settings settings; /* what the file gives */
    union {
        ss_incentive_form incentive;
        ss_campaign_form campaign;
    } is;
} ss_named_form;

typedef struct ss_policy_form {
    ss_arena *arena; /* borrowed: all texts */
    const char *time_zone;
    ss_guards_form guards;
    ss_learning_form learning;
    ss_settings settings;      /* what the file gives, but for the named ones */
    ss_named_form *incentives; /* room for SS_INCENTIVES_MAX: those of the file, then the other default ones */
    ss_named_form *campaigns;  /* room for SS_CAMPAIGNS_MAX */
    size_t incentive_count, campaign_count;
} ss_policy_form;

/*
 * Reads the map (NULL: there is none) over the defaults. What no key may be goes to the list; what of the values does not
 * go together is policy.c's to find. SS_E_NOMEM. The form is the caller's to release in any case.
 */
ss_status ss_policy_form_read(const ss_yaml_node *offers, ss_arena *arena, ss_mistakes *mistakes, ss_policy_form *form,
                              ss_error *error);
void ss_policy_form_release(ss_policy_form *form);

/* As a map of a file, beginning with "offers:"; comments: each key with its meaning and range, once. SS_E_NOMEM. */
ss_status ss_policy_form_write(const ss_policy_form *form, bool comments, ss_buffer *out);

#endif
