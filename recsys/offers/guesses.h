/*
 * guesses.h: who types wrong codes, and how often: a bucket of tokens for each visitor, in a table of fixed size. One
 * thread. In memory only: a restart forgives.
 *
 * A visitor may be wrong SS_GUESSES_TRIES times, and once more for every SS_GUESSES_PAUSE that passes. While all
 * visitors together are wrong more often than SS_GUESSES_ALARM_TRIES and SS_GUESSES_ALARM_PAUSE allow, it is
 * SS_GUESSES_SUSPECT_TRIES for each: whoever made that many mistakes must wait. Who made none is never refused, whatever
 * others do: a flood of wrong codes cannot keep customers from using theirs.
 *
 * What this is for, and what not. That nobody finds a code by trying does not rest on it: of 2^40 made-up ones one has a
 * right tag, and that must be an open offer to the very visitor who tries. It keeps one visitor from trying on and on,
 * and a shop's log from filling. Somebody who can be a new visitor at every try (sessions cost nothing) has one try
 * each, here as anywhere; the alarm leaves them few more.
 *
 * Nor can anybody cheaply be forgotten. The table keeps a hash of the visitor under a random key, so that nobody can
 * tell which visitors share a set; a set that is full gives up the visitor with the least to wait for. To be given up,
 * somebody who is refused needs SS_GUESSES_WAYS others in the same set who have more to wait for, each by as many wrong
 * tries of its own: SS_GUESSES_SETS * SS_GUESSES_WAYS times as many as they win, with visitors that could have gone on
 * guessing instead.
 */
#ifndef SS_OFFERS_GUESSES_H
#define SS_OFFERS_GUESSES_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_GUESSES_TRIES         10                /* wrong ones of a visitor */
#define SS_GUESSES_PAUSE         INT64_C(60000000) /* microseconds for one more */
#define SS_GUESSES_SUSPECT_TRIES 2                 /* instead, during an alarm */
#define SS_GUESSES_ALARM_TRIES   1000              /* wrong ones of all */
#define SS_GUESSES_ALARM_PAUSE   INT64_C(100000)   /* microseconds for one more */

#define SS_GUESSES_SETS 4096u
#define SS_GUESSES_WAYS 8u /* visitors of a set */

typedef struct ss_guesses ss_guesses;

/* SS_E_NOMEM. Caller owns the result. */
ss_status ss_guesses_new(ss_guesses **guesses, ss_error *error);
void ss_guesses_free(ss_guesses **guesses);

/* May the visitor try a code at `now` (microseconds UTC)? A clock that was set back makes nobody wait longer than for
 * all tries. */
bool ss_guesses_allow(ss_guesses *guesses, ss_slice visitor, int64_t now);
/* It was a wrong one. */
void ss_guesses_wrong(ss_guesses *guesses, ss_slice visitor, int64_t now);

#endif
