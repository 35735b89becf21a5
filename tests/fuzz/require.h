/* require.h: what must hold whatever the bytes: else the fuzzer is told of a finding, with its place. */
#ifndef SS_FUZZ_REQUIRE_H
#define SS_FUZZ_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(CONDITION)                                                                                             \
    do {                                                                                                               \
        if (!(CONDITION)) {                                                                                            \
            fprintf(stderr, "%s: line %d: %s\n", __FILE__, __LINE__, #CONDITION);                                      \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
