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

/* Appends one; `name` is static, the words are formatted as by printf. Zeroed memory is an empty list. SS_E_NOMEM, with
 * the list as it was. */
ss_status ss_checks_add(ss_checks *checks, const char *name, double value, double limit, ss_check_verdict verdict,
                        ss_error *error, const char *format, ...) __attribute__((format(printf, 7, 8)));
void ss_checks_free(ss_checks *checks); /* releases what it owns and zeroes it; NULL is fine */

/* The first of that name, borrowed; NULL: there is none. */
const ss_check *ss_checks_find(const ss_checks *checks, const char *name);

/*
 * Writes them down as "night.checks.NAME.{value,limit,verdict,words}" (a dot of NAME escaped; a figure that is no
 * number left out), a second one of a name over the first. SS_E_NOMEM; SS_E_ARGUMENT: words that are not UTF-8.
 */
struct ss_manifest;
ss_status ss_checks_to_manifest(const ss_checks *checks, struct ss_manifest *manifest, ss_error *error);

#endif
