/*
 * checks.h: what a new generation was held against before anybody is served from it: a list of named figures, each with
 * its limit and with words for a person who reads them at night. One owner; not thread-safe.
 */
#ifndef SS_JOB_CHECKS_H
#define SS_JOB_CHECKS_H

#include "base/arena.h"
#include "base/status.h"

typedef enum ss_check_verdict {
    SS_CHECK_PASSED,
    SS_CHECK_SKIPPED, /* there was nothing to hold it against: words say why */
    SS_CHECK_REFUSED
} ss_check_verdict;
const char *ss_check_verdict_name(ss_check_verdict verdict); /* "passed", "skipped", "refused"; NULL outside */

/* One figure. Texts are of the list's arena or static. */
typedef struct ss_check {
    const char *name;    /* "prove.new-items", "items-lost": letters, digits, '-' and '.' */
    double value, limit; /* in the unit that the words name; NaN: there is none */
    ss_check_verdict verdict;
    const char *words; /* one sentence: what was found, against what; when refused also what is likely wrong */
} ss_check;

typedef struct ss_checks {
    ss_arena *arena; /* owned; made by the first ss_checks_add */
    ss_check *list;  /* owned, in order */
    size_t count, capacity;
    size_t refused; /* how many were */
} ss_checks;

/* Appends one; `name` is static, the words are formatted as by printf. Zeroed memory is an empty list. SS_E_NOMEM. */
ss_status ss_checks_add(ss_checks *checks, const char *name, double value, double limit, ss_check_verdict verdict,
                        ss_error *error, const char *format, ...) __attribute__((format(printf, 7, 8)));
void ss_checks_free(ss_checks *checks); /* releases what it owns and zeroes it; NULL is fine */

#endif
