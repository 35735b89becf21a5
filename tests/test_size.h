/*
 * test_size.h: how much of itself a test does: what shows on many random cases only is held against all of them as the
 * program is shipped; under sanitizers, where each takes several times as long, a part of them meets the same code.
 */
#ifndef SS_TESTS_TEST_SIZE_H
#define SS_TESTS_TEST_SIZE_H

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

/* Of so many cases: with SMARTSHELF_LONG `most`, else `usual`, and `few` under sanitizers. */
static inline unsigned test_size(unsigned few, unsigned usual, unsigned most)
{
    return getenv("SMARTSHELF_LONG") ? most : TEST_SANITIZED ? few : usual;
}

#endif
