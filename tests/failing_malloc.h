/*
 * failing_malloc.h: makes the n-th allocation fail and counts what is not given back. Every test is linked with
 * --wrap=malloc,… so that its own allocations and those of the floors pass through here; what shared libraries allocate
 * does not. Not for tests with several threads: the counters are plain.
 */
#ifndef SS_TESTS_FAILING_MALLOC_H
#define SS_TESTS_FAILING_MALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the allocation number `nth` (1 = the next) fails, once. 0: none fails, but they are counted. */
void failing_malloc_start(size_t nth);

/* Ends it; says whether an allocation was made to fail. Nothing fails afterwards. */
bool failing_malloc_stop(void);

/* How many allocations have been asked for since the start. */
size_t failing_malloc_count(void);

/* How many of the blocks allocated since the start have not been given back (freed blocks of other origin do not
 * count). */
size_t failing_malloc_live(void);

/*
 * Runs `attempt` with allocation 1, 2, 3, … failing until one run gets by without a failure, at most 100000 times.
 * `attempt` must give back all that it has taken and returns whether it succeeded; that what failed left its outputs
 * alone is for it to check. Asserted here, with cmocka: a run succeeds exactly when nothing failed, and nothing leaks.
 * Returns the number of failing runs.
 */
size_t failing_malloc_torture(bool (*attempt)(void *context), void *context);

#endif
