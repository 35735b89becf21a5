/*
 * options_each.h: what the sources of options.h share: all options of all groups, one after the other, each with its group. Pure: safe from
 * any thread.
 */
#ifndef SS_BASE_OPTIONS_EACH_H
#define SS_BASE_OPTIONS_EACH_H

#include "base/options.h"

#define SS_OPTION_NAME_MAX 96 /* bytes of a full name, with the zero; longer ones are cut */

/* An option with what surrounds it: where its value goes, and how the user wrote or would write its name. Borrowed. */
typedef struct ss_option_ref {
    const ss_option_group *group;
    const ss_option *option;
    const char *dashes; /* "--" on a command line, "" in a configuration */
} ss_option_ref;

/* What to do with each option. */
typedef ss_status (*ss_option_step)(void *context, ss_option_ref ref);

/* All options of all groups, in order; ends early unless the step returns SS_OK, and returns what it returned last. */
ss_status ss_options_each(const ss_option_group *groups, size_t group_count, ss_option_step step, void *context);

/* "als.factors": with the group's prefix, without dashes. */
void ss_option_full_name(ss_option_ref ref, char name[SS_OPTION_NAME_MAX]);

/* Has a number a range that is checked? */
static inline bool ss_option_is_bounded(const ss_option *option)
{
    return option->min < option->max;
}

#endif
