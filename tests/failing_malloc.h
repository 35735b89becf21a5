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

/*
 * Runs `attempt` with allocation 1, 2, 3, … failing until one run gets by without a failure, at most 100000 times.
 * `attempt` is told whether a failure is still to come (it cannot know when), must give back all that it has taken, and
 * returns whether it succeeded. The helper checks with cmocka that a run succeeds exactly when nothing failed. Returns
 * the number of failing runs. Leaks are seen by the leak sanitizer of the sanitizer build.
 */
size_t failing_malloc_torture(bool (*attempt)(void *context), void *context);

#endif
