/*
 * guesses.h: who types wrong codes, and how often: a bucket of tokens for each visitor, in a table of fixed size. One
 * thread. In memory only: a restart forgives.
 */
#ifndef SS_OFFERS_GUESSES_H
#define SS_OFFERS_GUESSES_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct ss_guesses ss_guesses;

ss_status ss_guesses_new(ss_guesses **guesses, ss_error *error);
void ss_guesses_free(ss_guesses **guesses);

/* May the visitor try a code at `now` (microseconds UTC)? */
bool ss_guesses_allow(ss_guesses *guesses, ss_slice visitor, int64_t now);
/* It was a wrong one. */
void ss_guesses_wrong(ss_guesses *guesses, ss_slice visitor, int64_t now);

#endif
