/*
 * nightly_kept.h: the generations of a store as those who look after it see them: where each comes from, which of them
 * may be gone back to, and which may go.
 *
 * A generation that was taken back has a file `rejected.json` beside its models, which says when, by whom and why; what was
 * published is not touched. One that a person took back is an objection as long as it is newer than what is current (of a
 * delta: than what it is a delta of): no night may put something new in the place of what a person chose. Safe from several processes, as generation.h.
 */
#ifndef SS_JOB_NIGHTLY_KEPT_H
#define SS_JOB_NIGHTLY_KEPT_H

#include "job/cases.h"
#include "store/generation.h"

#define SS_REJECTED_FILE "rejected.json"

typedef enum ss_rejected_by {
    SS_REJECTED_NOT,
    SS_REJECTED_BY_PERSON, /* `smartshelf rollback` */
    SS_REJECTED_BY_SERVER  /* a server refused it: the night took it back */
} ss_rejected_by;

typedef struct ss_kept_generation {
    char name[SS_GENERATION_NAME_MAX];
    bool current;
    bool described; /* its manifest can be read: else what follows is 0 */
    ss_rejected_by rejected;
    int64_t rejected_at;            /* microseconds UTC; SS_NO_TIME: not known */
    char reason[SS_ERROR_TEXT_MAX]; /* why it was taken back */
    int64_t made;                   /* microseconds UTC, by its name */
    uint64_t bytes;                 /* of its files */
    int64_t rows, items, customers;
    char delta_base[SS_GENERATION_NAME_MAX]; /* empty: it is a full one */
    bool night;                              /* made by a nightly run, */
    char night_started[SS_TIMESTAMP_TEXT];   /* begun at that time */
    double quality[SS_TASK_COUNT];           /* of its configuration on the night's cut; NaN: not known */
} ss_kept_generation;

typedef struct ss_kept {      /* newest first */
    ss_kept_generation *list; /* owned */
    size_t count;
} ss_kept;

/* SS_E_NOT_FOUND: no such store. SS_E_IO, SS_E_NOMEM. A generation that is broken is listed all the same. */
ss_status ss_kept_survey(const char *store, ss_kept *kept, ss_error *error);
void ss_kept_free(ss_kept *kept);

/* NULL: none such. */
const ss_kept_generation *ss_kept_find(const ss_kept *kept, const char *name);
const ss_kept_generation *ss_kept_current(const ss_kept *kept);
/* Was it rejected, or what it is a delta of? */
bool ss_kept_is_rejected(const ss_kept *kept, const ss_kept_generation *of);
/* The newest one older than `to`, which is in the list (NULL: none is), that is not rejected. */
const ss_kept_generation *ss_kept_previous(const ss_kept *kept, const ss_kept_generation *to);
/* The newest one that a person took back, where it is newer than the current one, or than what that is a delta of. */
const ss_kept_generation *ss_kept_objection(const ss_kept *kept);
/* The name of the full generation that `of` is, or is a delta of. Borrowed. */
const char *ss_kept_root(const ss_kept_generation *of);

/* Marks it, or takes the mark away. SS_E_IO, SS_E_NOMEM, SS_E_NOT_FOUND. */
ss_status ss_kept_reject(const char *store, const char *name, ss_rejected_by by, int64_t now, const char *reason,
                         ss_error *error);
ss_status ss_kept_accept(const char *store, const char *name, ss_error *error);

/* Names that were removed, in a malloc'd array. Caller owns them. */
typedef struct ss_kept_names {
    char (*list)[SS_GENERATION_NAME_MAX];
    size_t count, capacity;
} ss_kept_names;
void ss_kept_names_free(ss_kept_names *names);

/*
 * Removes what a killed run left: drafts without owner, and generations that the night begun at `night` (as its
 * manifest says; NULL: none) published without making them current: newer than the current one and not rejected. What was
 * trained by hand has no night, and stays.
 */
ss_status ss_kept_clean(const char *store, const char *night, ss_kept_names *removed, ss_error *error);

/*
 * Removes all but: of those that nobody rejected the `keep` newest full ones, and deltas among the `keep` newest; the
 * current one; what `served` names; the newest rejected one and those newer than the current one that a person rejected; and the bases of deltas that stay.
 */
ss_status ss_kept_prune(const char *store, size_t keep, const char (*served)[SS_GENERATION_NAME_MAX],
                        size_t served_count, ss_kept_names *removed, ss_error *error);

#endif
