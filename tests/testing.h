/* testing.h: what most tests begin with: cmocka and the headers it wants first, a settable seed, and the real data. */
#ifndef SS_TESTS_TESTING_H
#define SS_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/status.h"

/* Random numbers from SMARTSHELF_SEED, or a fixed seed; the seed is printed, so that a failing run can be repeated. */
static inline ss_random test_random(void)
{
    const char *text = getenv("SMARTSHELF_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20110909;
    print_message("SMARTSHELF_SEED=%llu\n", (unsigned long long)seed);
    ss_random random;
    ss_random_seed(&random, seed);
    return random;
}

/* The path of a file of real data, or NULL (saying so) where it is absent: the caller skips. */
static inline const char *test_data(const char *name, char *path, size_t size)
{
    const char *source = getenv("SMARTSHELF_SOURCE");
    const char *folders[] = {getenv("SMARTSHELF_DATA"), "../shared/data", "../../shared/data"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i])
            continue;
        if (i == 0 || !source)
            snprintf(path, size, "%s/%s", folders[i], name);
        else
            snprintf(path, size, "%s/%s/%s", source, folders[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    print_message("skipped: no %s (SMARTSHELF_DATA names the folder)\n", name);
    return NULL;
}

/* Fails with the text of the error unless the status is OK. */
static inline void expect_ok(ss_status status, const ss_error *error)
{
    char text[1024];
    if (status == SS_OK)
        return;
    ss_error_format(error, text, sizeof text);
    fail_msg("%s: %s", ss_status_name(status), text);
}

#endif
